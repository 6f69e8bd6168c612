//! Chooses the exposition format by `Accept` and the content coding by `Accept-Encoding`.
//!
//! After Prometheus' "Content negotiation" and RFC 9110 section 12.5. Parameters other than
//! `version` and `q` are ignored on purpose: Prometheus 3 adds `escaping=allow-utf-8` to every
//! format, and comparing that too would send it text.

use hyper::header::HeaderValue;
use mediatype::names::{APPLICATION, PLAIN, TEXT};
use mediatype::{MediaType, MediaTypeList, Name, ReadParams};

use crate::metrics::{Encoding, Format};

impl Format {
    /// The `Content-Type` of the format. The names are all of the legacy character set, so
    /// `underscores` is true under every escaping scheme a scraper may ask for.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    const fn range(self) -> (Name<'static>, Name<'static>, &'static str) {
        match self {
            Self::OpenMetrics => (
                APPLICATION,
                Name::new_unchecked("openmetrics-text"),
                "1.0.0",
            ),
            Self::Text => (TEXT, PLAIN, "0.0.4"),
        }
    }
}

/// Thousandths, as RFC 9110 bounds a weight to three decimals.
type Weight = u16;

const FULL: Weight = 1000;

/// How closely a media range names a format; of several ranges the closest one decides.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Closeness {
    Anything,
    Type,
    Subtype,
    Version,
}

/// The format for the values of all `Accept` headers of a request: the highest weight wins,
/// OpenMetrics before text at equal weights, but only if it was asked for by name; text 0.0.4 if
/// there is nothing acceptable or nothing readable.
pub fn negotiate_format<'a>(accept: impl IntoIterator<Item = &'a HeaderValue>) -> Format {
    let (mut open, mut text) = (None, None);
    for range in accept
        .into_iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(MediaTypeList::new)
        .flatten()
    {
        open = open.max(weigh(&range, Format::OpenMetrics));
        text = text.max(weigh(&range, Format::Text));
    }
    let excluded = matches!(text, Some((closeness, 0)) if closeness > Closeness::Anything);
    let text = text.map_or(0, |(_, weight)| weight);
    match open {
        // A client that takes anything gets what every client reads, unless it refuses just that.
        Some((Closeness::Anything, _)) if !excluded => Format::Text,
        Some((_, weight)) if weight > 0 && weight >= text => Format::OpenMetrics,
        _ => Format::Text,
    }
}

/// How closely a range names the format and the weight it gives, if it does. One with an unreadable
/// weight does not.
fn weigh(range: &MediaType<'_>, format: Format) -> Option<(Closeness, Weight)> {
    let (ty, subty, version) = format.range();
    let version_fits = range
        .get_param(Name::new_unchecked("version"))
        .map(|asked| asked.unquoted_str() == version);
    let closeness = match (range.ty.as_str(), range.subty.as_str()) {
        ("*", "*") => Closeness::Anything,
        (_, "*") if range.ty == ty => Closeness::Type,
        _ if range.ty == ty && range.subty == subty && range.suffix.is_none() => match version_fits
        {
            None => Closeness::Subtype,
            Some(true) => Closeness::Version,
            Some(false) => return None,
        },
        _ => return None,
    };
    let weight = match range.get_param(Name::new_unchecked("q")) {
        None => FULL,
        Some(q) => parse_weight(&q.unquoted_str())?,
    };
    Some((closeness, weight))
}

/// The coding for the values of all `Accept-Encoding` headers of a request: gzip wherever it is
/// acceptable, unless `identity` is listed with a higher weight.
pub fn negotiate_encoding<'a>(
    accept_encoding: impl IntoIterator<Item = &'a HeaderValue>,
) -> Encoding {
    let (mut gzip, mut any, mut identity) = (None, None, None);
    let values = accept_encoding.into_iter().filter_map(|v| v.to_str().ok());
    for (coding, weight) in values.flat_map(|v| v.split(',')).filter_map(parse_coding) {
        match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gzip = gzip.max(Some(weight)),
            "*" => any = any.max(Some(weight)),
            "identity" => identity = identity.max(Some(weight)),
            _ => {}
        }
    }
    let gzip = gzip.or(any).unwrap_or(0);
    if gzip > 0 && gzip >= identity.unwrap_or(0) {
        Encoding::Gzip
    } else {
        Encoding::Identity
    }
}

/// One element, `gzip;q=0.5`; `None` if its weight cannot be read.
fn parse_coding(element: &str) -> Option<(&str, Weight)> {
    let mut parts = element.split(';').map(str::trim);
    let coding = parts.next()?;
    let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
    Some((coding, weight.map_or(Some(FULL), parse_weight)?))
}

/// A weight between 0 and 1. More than three decimals are tolerated and cut.
fn parse_weight(text: &str) -> Option<Weight> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths = decimals
        .bytes()
        .chain([b'0'; 3])
        .take(3)
        .fold(0, |sum, b| sum * 10 + Weight::from(b - b'0'));
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(FULL),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tests/negotiate.rs"]
mod tests;
