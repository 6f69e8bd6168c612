//! `Accept` and `Accept-Encoding`, which are to be read as the RFC says.

use fuzzing::Fuzz;
use hyper::header::HeaderValue;

use super::rfc9110::{Element, elements, is_media_range, is_token};
use crate::http::{negotiate_encoding, negotiate_format};
use crate::metrics::{Encoding, Format};

const WORDS: [&str; 44] = [
    ",",
    ", ",
    ";",
    "; ",
    "=",
    "q=",
    "Q=",
    ";q=",
    ";q=0",
    ";q=1",
    ";q=0.5",
    ";q=0.001",
    ";q=1.000",
    ";q=0.0001",
    ";q=1.1",
    "\"",
    "\\",
    "*",
    "*/*",
    "text",
    "/",
    "text/*",
    "text/plain",
    "TEXT/Plain",
    "application/*",
    "application/openmetrics-text",
    "application/json",
    ";version=",
    ";version=0.0.4",
    ";version=1.0.0",
    ";version=\"1.0.0\"",
    ";Version=0.0.1",
    ";escaping=allow-utf-8",
    ";a=\",;\"",
    "+json",
    "gzip",
    "GZIP",
    "x-gzip",
    "identity",
    "br",
    "deflate",
    "*;q=0",
    "gzip;q=0",
    "identity;q=0.1",
];

/// How closely a range names a format, and with which weight: the closest range decides.
type Preference = (u8, u16);

#[test]
fn accept_is_read_as_the_rfc_says() {
    Fuzz::of("accept")
        .words(WORDS)
        .examples([
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/plain;q=0, application/*;q=0.1",
        ])
        .check(|input| {
            let value = HeaderValue::from_bytes(input).ok()?;
            let format = negotiate_format([&value]);
            let read = value.to_str().ok().and_then(|text| elements(text, is_media_range));
            if let Some(ranges) = &read {
                assert_eq!(format, expected_format(ranges), "{ranges:?}");
            }
            Some((format == Format::Text, read.map(|ranges| ranges.len().min(4))))
        });
}

/// The highest weight wins. At equal weights OpenMetrics comes before text, but only if it was asked
/// for by more than `*/*`, or text was refused. Text is for all other cases.
fn expected_format(ranges: &[Element]) -> Format {
    let open_metrics = preference(ranges, "application/openmetrics-text", "1.0.0");
    let text = preference(ranges, "text/plain", "0.0.4");
    let refuses_text = text.is_some_and(|(closeness, weight)| closeness > 0 && weight == 0);
    let text_weight = text.map_or(0, |(_, weight)| weight);
    match open_metrics {
        Some((0, _)) if !refuses_text => Format::Text,
        Some((_, weight)) if weight > 0 && weight >= text_weight => Format::OpenMetrics,
        _ => Format::Text,
    }
}

fn preference(ranges: &[Element], name: &str, version: &str) -> Option<Preference> {
    let said = ranges
        .iter()
        .filter_map(|range| Some((closeness(range, name, version)?, range.weight)));
    said.max()
}

fn closeness(range: &Element, name: &str, version: &str) -> Option<u8> {
    let (ty, _) = name.split_once('/')?;
    let asked = range.parameters.iter().find(|(key, _)| key == "version");
    match asked.map(|(_, value)| value.as_str()) {
        _ if range.name == "*/*" => Some(0),
        _ if range.name == format!("{ty}/*") => Some(1),
        _ if range.name != name => None,
        None => Some(2),
        Some(asked) => (asked == version).then_some(3),
    }
}

#[test]
fn accept_encoding_is_read_as_the_rfc_says() {
    Fuzz::of("accept-encoding")
        .words(WORDS)
        .examples([
            "gzip, deflate, br;q=0.5",
            "identity;q=0.5, *;q=0",
            "gzip;q=1.0, identity; q=0.5, *;q=0",
        ])
        .check(|input| {
            let value = HeaderValue::from_bytes(input).ok()?;
            let encoding = negotiate_encoding([&value]);
            let read = value
                .to_str()
                .ok()
                .and_then(|text| elements(text, is_token));
            // codings have no parameters but the weight.
            let read =
                read.filter(|codings| codings.iter().all(|coding| coding.parameters.is_empty()));
            if let Some(codings) = &read {
                assert_eq!(encoding, expected_encoding(codings), "{codings:?}");
            }
            Some((
                encoding == Encoding::Gzip,
                read.map(|codings| codings.len().min(4)),
            ))
        });
}

fn expected_encoding(codings: &[Element]) -> Encoding {
    let weight = |names: &[&str]| {
        let named = codings
            .iter()
            .filter(|coding| names.contains(&coding.name.as_str()));
        named.map(|coding| coding.weight).max()
    };
    let gzip = weight(&["gzip", "x-gzip"]).or(weight(&["*"])).unwrap_or(0);
    if gzip > 0 && gzip >= weight(&["identity"]).unwrap_or(0) {
        Encoding::Gzip
    } else {
        Encoding::Identity
    }
}
