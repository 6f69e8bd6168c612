//! Names the host in failures of the network. The SDK's own errors say only that something was
//! refused, not by whom.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::error_chain::{chain, walk};

/// A request that has reached nobody, or was not answered, with the host that it was for.
#[derive(Debug)]
pub(super) struct Unreached {
    host: String,
    source: ConnectorError,
}

/// The same client, except that its errors hold an [`Unreached`].
pub(super) fn naming_hosts(client: SharedHttpClient) -> SharedHttpClient {
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(NamingHosts(client.http_connector(settings, components)))
    })
}

#[derive(Debug)]
struct NamingHosts(SharedHttpConnector);

impl HttpConnector for NamingHosts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // The request is gone when its answer comes.
        let host = authority_of(request.uri()).to_owned();
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move { answer.await.map_err(|error| named(host, error)) })
    }
}

/// The host of a URL and its port, if it has one, without credentials:
/// `sts.eu-west-1.amazonaws.com`, `127.0.0.1:4566`.
pub(super) fn authority_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let mut parts = after_scheme.split(['/', '?', '#']);
    let authority = parts.next().unwrap_or_default();
    // A password may hold an at sign itself, so the last one counts.
    authority.rsplit('@').next().unwrap_or_default()
}

/// The duration that a text of the SDK begins with, as people write it: `3.1 s` for `3.1s: timed
/// out`.
pub(super) fn spaced(text: &str) -> String {
    let after_number = text.trim_start_matches(is_part_of_number);
    let number = &text[..text.len() - after_number.len()];
    let mut letters = after_number.split(|c: char| !c.is_alphabetic());
    format!("{number} {}", letters.next().unwrap_or_default())
}

fn is_part_of_number(character: char) -> bool {
    character.is_ascii_digit() || character == '.'
}

/// The error with the host. It is of the same kind, because the SDK decides by the kind whether to
/// try again.
fn named(host: String, error: ConnectorError) -> ConnectorError {
    // Asked for now, because the error is about to become the cause of the new one.
    let is_timeout = error.is_timeout();
    let is_io = error.is_io();
    let is_user = error.is_user();
    let other_kind = error.as_other();
    let source = Box::new(Unreached {
        host,
        source: error,
    });
    if is_timeout {
        ConnectorError::timeout(source)
    } else if is_io {
        ConnectorError::io(source)
    } else if is_user {
        ConnectorError::user(source)
    } else {
        ConnectorError::other(source, other_kind)
    }
}

impl Unreached {
    pub(super) fn is_timeout(&self) -> bool {
        self.source.is_timeout()
    }

    /// The innermost cause: `connection refused`, `invalid peer certificate: UnknownIssuer`.
    fn cause(&self) -> String {
        let cause = walk(&self.source).skip(1).last();
        let text = cause.map(ToString::to_string).unwrap_or_default();
        lower_first_word(without_os_code(&text))
    }
}

/// The operating system's words, without the number of its error.
fn without_os_code(text: &str) -> &str {
    text.split(" (os error").next().unwrap_or_default()
}

fn lower_first_word(text: &str) -> String {
    match text.split_once(' ') {
        // A first word in capitals is a name, and keeps them.
        Some((first, rest)) if first.chars().skip(1).all(char::is_lowercase) => {
            format!("{} {rest}", first.to_lowercase())
        }
        _ => text.to_owned(),
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        let said = chain(&self.source);
        // The SDK says which timeout it was only in words: "HTTP connect timeout occurred after
        // 3.1s" or "HTTP read timeout occurred after 1s".
        let Some((kind, duration)) = said.split_once("timeout occurred after ") else {
            return write!(f, "cannot reach {host}: {}", self.cause());
        };
        let duration = spaced(duration);
        if kind.contains("connect") {
            write!(f, "cannot reach {host}: no connection within {duration}")
        } else {
            write!(f, "{host} did not answer within {duration}")
        }
    }
}

impl Error for Unreached {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn unreached(source: ConnectorError) -> String {
        Unreached {
            host: "sts.eu-west-1.amazonaws.com".to_owned(),
            source,
        }
        .to_string()
    }

    #[test]
    fn a_failure_names_the_host_and_the_innermost_cause() {
        let refused = io::Error::from_raw_os_error(rustix::io::Errno::CONNREFUSED.raw_os_error());
        let text = unreached(ConnectorError::io(Box::new(refused)));
        assert_eq!(
            text,
            "cannot reach sts.eu-west-1.amazonaws.com: connection refused"
        );
        let text = unreached(ConnectorError::timeout(
            "HTTP connect timeout occurred after 3.1s".into(),
        ));
        assert_eq!(
            text,
            "cannot reach sts.eu-west-1.amazonaws.com: no connection within 3.1 s"
        );
        let text = unreached(ConnectorError::timeout(
            "HTTP read timeout occurred after 1s".into(),
        ));
        assert_eq!(
            text,
            "sts.eu-west-1.amazonaws.com did not answer within 1 s"
        );
    }

    #[test]
    fn a_host_is_named_without_credentials_and_path() {
        assert_eq!(
            authority_of("http://user:secret@127.0.0.1:4566/path?query"),
            "127.0.0.1:4566"
        );
        assert_eq!(
            authority_of("https://sts.amazonaws.com"),
            "sts.amazonaws.com"
        );
    }

    #[test]
    fn a_named_error_is_of_the_same_kind() {
        let other = ConnectorError::other(
            "x".into(),
            Some(aws_smithy_types::retry::ErrorKind::TransientError),
        );
        assert!(named(String::new(), other).as_other().is_some());
        assert!(named(String::new(), ConnectorError::timeout("x".into())).is_timeout());
        assert!(named(String::new(), ConnectorError::io("x".into())).is_io());
        assert!(named(String::new(), ConnectorError::user("x".into())).is_user());
    }
}
