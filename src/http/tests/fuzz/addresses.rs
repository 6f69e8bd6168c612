//! Addresses and paths of the command line: what is taken, is written as it is read.

use fuzzing::Fuzz;
use hyper::Uri;

use crate::http::{ExternalUrl, RoutePrefix, check_telemetry_path, parse_listen_address};

const WORDS: [&str; 40] = [
    ":",
    "/",
    "//",
    "://",
    "http",
    "https",
    "HTTP",
    "[",
    "]",
    "::1",
    "::",
    "127.0.0.1",
    "0.0.0.0",
    "localhost",
    "tools.example.com",
    "a-b.c_d",
    "@",
    "user:secret@",
    "?",
    "?a=b",
    "#",
    "#a",
    ".",
    "..",
    "/../",
    "/./",
    "%2e",
    "%41",
    "10068",
    "0",
    "65535",
    "65536",
    "+1",
    "-1",
    "080",
    "/metrics",
    "/-/healthy",
    "/instances/",
    "\\",
    "::ffff:127.0.0.1",
];

fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

/// An error for one line of a terminal.
fn assert_one_line(error: &str) {
    assert!(!error.chars().any(char::is_control), "{error:?}");
}

#[test]
fn a_listen_address_is_written_as_it_is_read() {
    Fuzz::of("listen-address")
        .words(WORDS)
        .examples([":10068", "127.0.0.1:0", "[::1]:9100", "localhost:9100"])
        .check(|input| match parse_listen_address(text(input)?) {
            Ok(address) => {
                let written = address.to_string();
                assert_eq!(parse_listen_address(&written), Ok(address), "{written}");
                Some(written.len().min(20))
            }
            Err(error) => {
                assert_one_line(&error.to_string());
                None
            }
        });
}

#[test]
fn an_external_url_is_written_as_it_is_read_and_leads_nowhere_else() {
    Fuzz::of("external-url")
        .words(WORDS)
        .examples([
            "https://tools.example.com/compliance/",
            "http://[::1]:1/x",
            "http://exporter:10068",
        ])
        .check(|input| match text(input)?.parse::<ExternalUrl>() {
            Ok(url) => {
                let written = url.to_string();
                assert_eq!(written.parse(), Ok(url.clone()), "{written}");
                let uri: Uri = written.parse().expect("an address");
                assert!(
                    matches!(uri.scheme_str(), Some("http" | "https")),
                    "{written}"
                );
                assert!(!url.base_path().starts_with("//"), "{written}");
                assert!(
                    !uri.authority()
                        .is_some_and(|authority| authority.as_str().contains('@')),
                    "{written}"
                );
                assert!(!written.contains(['?', '#', '\\', '"', '<']), "{written}");
                Some(written.len().min(20))
            }
            Err(error) => {
                assert_one_line(&error.to_string());
                None
            }
        });
}

#[test]
fn a_path_that_is_taken_can_be_asked_for() {
    Fuzz::of("paths")
        .words(WORDS)
        .examples(["/compliance", "/metrics", "a/b-c.d~e/"])
        .check(|input| {
            let text = text(input)?;
            let prefix = text.parse::<RoutePrefix>();
            if let Ok(prefix) = &prefix {
                let path = prefix.path(None);
                assert_eq!(
                    path.parse::<RoutePrefix>()
                        .ok()
                        .as_ref()
                        .map(|read| read.path(None)),
                    Some(path)
                );
                assert_askable(&format!("{path}/"));
            }
            let telemetry = check_telemetry_path(text);
            if telemetry.is_ok() {
                assert_askable(text);
            }
            for error in [
                prefix.as_ref().err().map(ToString::to_string),
                telemetry.as_ref().err().map(ToString::to_string),
            ] {
                assert_one_line(&error.unwrap_or_default());
            }
            Some((prefix.is_ok(), telemetry.is_ok()))
        });
}

/// Clients ask for just this path.
fn assert_askable(path: &str) {
    let uri: Uri = format!("http://x{path}").parse().expect("a path");
    assert_eq!(uri.path(), path);
}
