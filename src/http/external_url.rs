//! The address under which people reach the exporter, which a proxy may have changed.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use hyper::Uri;

/// The address under which people reach the exporter (`--web.external-url`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExternalUrl {
    /// Scheme, host and port.
    origin: String,
    /// The host without its port, in lower case.
    host: String,
    /// The path without a slash at its end; empty if there is none.
    path: String,
}

/// Why a text is no external URL.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the external URL {0:?} is not the address of a website, write it like \"https://tools.example.com/compliance\", without a query"
)]
pub struct ExternalUrlError(String);

impl ExternalUrl {
    /// The path below which a proxy shows the exporter, without a slash at its end; empty if it is
    /// shown at the root.
    pub fn base_path(&self) -> &str {
        &self.path
    }

    /// The host without its port, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for ExternalUrl {
    type Err = ExternalUrlError;

    fn from_str(text: &str) -> Result<Self, ExternalUrlError> {
        parse(text).ok_or_else(|| ExternalUrlError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<ExternalUrl> {
    // A fragment would be dropped in silence.
    let uri: Uri = text.parse().ok().filter(|_| !text.contains('#'))?;
    let scheme = uri
        .scheme_str()
        .filter(|scheme| matches!(*scheme, "http" | "https"))?;
    // A user's name and password do not belong into links.
    let authority = uri
        .authority()
        .filter(|authority| !authority.as_str().contains('@'))?;
    let path = uri.path().trim_end_matches('/');
    // In a link, a second slash at the beginning would lead to another host.
    let is_plain = uri.query().is_none() && !path.starts_with("//");
    is_plain.then(|| ExternalUrl {
        origin: format!("{scheme}://{authority}"),
        host: authority.host().to_ascii_lowercase(),
        path: path.to_owned(),
    })
}

/// The whole address, without a slash at its end.
impl Display for ExternalUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_an_origin_and_perhaps_a_path() {
        for (text, shown, path) in [
            ("http://exporter:10068", "http://exporter:10068", ""),
            (
                "https://tools.example.com/",
                "https://tools.example.com",
                "",
            ),
            (
                "https://tools.example.com/a/b/",
                "https://tools.example.com/a/b",
                "/a/b",
            ),
            ("http://[::1]:1/x", "http://[::1]:1/x", "/x"),
        ] {
            let url: ExternalUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.base_path()), (shown, path));
        }
    }

    #[test]
    fn what_is_no_address_of_a_website_is_refused() {
        for text in [
            "",
            "/compliance",
            "tools.example.com",
            "ftp://tools.example.com",
            "javascript:alert(1)",
            "https://user:secret@tools.example.com",
            "https://tools.example.com/?a=b",
            "https://tools.example.com/#a",
            "https://tools.example.com//evil.example.com",
            "https:///path",
        ] {
            assert!(text.parse::<ExternalUrl>().is_err(), "{text}");
        }
    }
}
