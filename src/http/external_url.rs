//! The address under which people reach the exporter, which a proxy may have changed.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use hyper::Uri;

use super::plain_path::is_path_byte;

/// The address under which people reach the exporter (`--web.external-url`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExternalUrl {
    /// `http` or `https`.
    scheme: String,
    /// The host, and the port if one is given.
    authority: String,
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
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// `http` or `https`.
    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host, and the port if one is given.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether this is the host and port of the address, as a `Host` header names them.
    pub(super) fn is_at(&self, host: &str) -> bool {
        let known = self.without_default_port(&self.authority);
        known.eq_ignore_ascii_case(self.without_default_port(host))
    }

    fn without_default_port<'a>(&self, host: &'a str) -> &'a str {
        let port = if self.scheme == "https" {
            ":443"
        } else {
            ":80"
        };
        host.strip_suffix(port).unwrap_or(host)
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
    let is_plain = uri.query().is_none() && !path.starts_with("//") && is_kept(path);
    is_plain.then(|| ExternalUrl {
        scheme: scheme.to_owned(),
        authority: authority.as_str().to_owned(),
        host: authority.host().to_ascii_lowercase(),
        path: path.to_owned(),
    })
}

/// Whether a browser asks for just this path.
fn is_kept(path: &str) -> bool {
    let has_steps = path.split('/').any(|segment| matches!(segment, "." | ".."));
    !has_steps && path.bytes().all(|byte| byte == b'%' || is_path_byte(byte))
}

/// The whole address, without a slash at its end.
impl Display for ExternalUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
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
    fn its_host_is_known_with_and_without_the_usual_port() {
        let is_at = |url: &str, host| url.parse::<ExternalUrl>().unwrap().is_at(host);
        for host in [
            "tools.example.com",
            "Tools.Example.COM",
            "tools.example.com:443",
        ] {
            assert!(is_at("https://tools.example.com/ssm", host), "{host}");
            assert!(is_at("https://tools.example.com:443", host), "{host}");
        }
        for host in [
            "tools.example.com:80",
            "tools.example.com.evil",
            "",
            "exporter",
        ] {
            assert!(!is_at("https://tools.example.com/ssm", host), "{host}");
        }
        assert!(is_at("http://exporter:10068", "exporter:10068"));
        assert!(is_at("http://exporter", "exporter:80"));
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
            "https://tools.example.com/\\evil.example.com",
            "https://tools.example.com/a\"b",
            "https://tools.example.com/{a}",
            "https://tools.example.com/a/../b",
        ] {
            assert!(text.parse::<ExternalUrl>().is_err(), "{text}");
        }
    }
}
