//! Headers as real clients send them, and garbage.

use proptest::prelude::*;

use super::*;

fn format(accept: &str) -> Format {
    negotiate_format([&HeaderValue::from_str(accept).unwrap()])
}

fn encoding(accept: &str) -> Encoding {
    negotiate_encoding([&HeaderValue::from_str(accept).unwrap()])
}

#[test]
fn every_prometheus_gets_open_metrics() {
    for accept in [
        // Prometheus 2.42 sends this.
        "application/openmetrics-text;version=1.0.0,\
         application/openmetrics-text;version=0.0.1;q=0.75,\
         text/plain;version=0.0.4;q=0.5,\
         */*;q=0.1",
        // Prometheus 2.53 sends this.
        "application/openmetrics-text;version=1.0.0;q=0.5,\
         application/openmetrics-text;version=0.0.1;q=0.4,\
         text/plain;version=0.0.4;q=0.3,\
         */*;q=0.2",
        // Prometheus 3.0 sends this.
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
         application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,\
         text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,\
         */*;escaping=allow-utf-8;q=0.2",
        // Prometheus 3.14 sends this.
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
         application/openmetrics-text;version=0.0.1;q=0.5,\
         text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
         text/plain;version=0.0.4;q=0.3,\
         */*;q=0.2",
        // Prometheus 3.14 with native histograms sends this.
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,\
         application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
         application/openmetrics-text;version=0.0.1;q=0.5,\
         text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
         text/plain;version=0.0.4;q=0.3,\
         */*;q=0.2",
    ] {
        assert_eq!(format(accept), Format::OpenMetrics, "{accept}");
    }
}

#[test]
fn browsers_and_tools_get_text() {
    for accept in [
        "*/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "text/plain",
        "text/*",
        "text/plain;version=0.0.4;q=1,*/*;q=0.1",
        "application/json",
        "",
        "  ,, ;",
        "text/plain;version=0.0.4;q=0.5, */*;q=0.9",
    ] {
        assert_eq!(format(accept), Format::Text, "{accept}");
    }
    assert_eq!(negotiate_format([]), Format::Text);
}

#[test]
fn the_weight_decides_and_open_metrics_wins_a_tie() {
    for (accept, expected) in [
        (
            "application/openmetrics-text, text/plain",
            Format::OpenMetrics,
        ),
        (
            "text/plain, application/openmetrics-text",
            Format::OpenMetrics,
        ),
        ("application/openmetrics-text, */*", Format::OpenMetrics),
        (
            "application/openmetrics-text;q=0.5, text/plain",
            Format::Text,
        ),
        (
            "application/openmetrics-text;q=0.5, text/plain;version=1.0.0",
            Format::OpenMetrics,
        ),
        (
            "Application/OpenMetrics-Text; Version=\"1.0.0\"; Q=0.9, text/plain;q=0.8",
            Format::OpenMetrics,
        ),
        ("application/openmetrics-text;version=0.0.1", Format::Text),
        (
            "application/openmetrics-text;version=2.0.0, text/plain;q=0.1",
            Format::Text,
        ),
        ("application/openmetrics-text+json", Format::Text),
        ("application/*+json, text/*;q=0.5", Format::Text),
        ("application/*;q=0.6, text/*;q=0.5", Format::OpenMetrics),
    ] {
        assert_eq!(format(accept), expected, "{accept}");
    }
}

#[test]
fn a_weight_of_zero_excludes() {
    for (accept, expected) in [
        ("application/openmetrics-text;q=0", Format::Text),
        (
            "application/openmetrics-text;q=0.000, */*;q=0.1",
            Format::Text,
        ),
        (
            "text/plain;q=0, application/openmetrics-text;q=0.1",
            Format::OpenMetrics,
        ),
        ("text/plain;q=0, */*", Format::OpenMetrics),
        (
            "application/openmetrics-text;version=1.0.0;q=0, application/*",
            Format::Text,
        ),
    ] {
        assert_eq!(format(accept), expected, "{accept}");
    }
}

#[test]
fn an_unreadable_weight_drops_only_its_own_range() {
    for weight in ["x", "-1", "1.1", "2", "", ".5", "nan", "1e-1"] {
        let accept = format!("application/openmetrics-text;q={weight}, text/plain;q=0.1");
        assert_eq!(format(&accept), Format::Text, "{accept}");
    }
    assert_eq!(
        format("gar bage, application/openmetrics-text"),
        Format::OpenMetrics
    );
}

#[test]
fn several_headers_count_as_one_list() {
    let values = ["text/plain;q=0.5", "application/openmetrics-text"].map(HeaderValue::from_static);
    assert_eq!(negotiate_format(&values), Format::OpenMetrics);
    let values = ["deflate", "gzip"].map(HeaderValue::from_static);
    assert_eq!(negotiate_encoding(&values), Encoding::Gzip);
}

#[test]
fn gzip_is_used_where_it_is_acceptable() {
    for (accept, expected) in [
        ("gzip", Encoding::Gzip),
        ("gzip, deflate, br, zstd", Encoding::Gzip),
        ("deflate, GZIP;Q=1.0", Encoding::Gzip),
        ("x-gzip", Encoding::Gzip),
        ("*", Encoding::Gzip),
        ("*;q=0.1", Encoding::Gzip),
        ("gzip;q=0.5, identity;q=0.5", Encoding::Gzip),
        ("gzip ; q=0.001", Encoding::Gzip),
        ("identity, *;q=0", Encoding::Identity),
        ("gzip;q=0", Encoding::Identity),
        ("gzip;q=0, *", Encoding::Identity),
        ("gzip;q=0.0000", Encoding::Identity),
        ("gzip;q=0.5, identity", Encoding::Identity),
        ("identity", Encoding::Identity),
        ("br", Encoding::Identity),
        ("gzip;q=what", Encoding::Identity),
        ("", Encoding::Identity),
    ] {
        assert_eq!(encoding(accept), expected, "{accept}");
    }
    assert_eq!(negotiate_encoding([]), Encoding::Identity);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            negotiate_format([&value]);
            negotiate_encoding([&value]);
        }
    }

    #[test]
    fn arbitrary_punctuation_never_panics(text in "([a-z*]{0,3}[/;=,\"\\\\+ .q01]){0,60}") {
        let value = HeaderValue::from_str(&text).unwrap();
        negotiate_format([&value]);
        negotiate_encoding([&value]);
    }

    #[test]
    fn parameters_of_others_change_nothing(name in "[a-pr-u][a-z]{1,8}", value in "[a-z0-9-]{1,9}") {
        let accept = format!("application/openmetrics-text;{name}={value};version=1.0.0;q=0.6, text/plain;q=0.5");
        prop_assert_eq!(format(&accept), Format::OpenMetrics);
    }
}
