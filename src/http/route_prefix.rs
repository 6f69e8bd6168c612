//! The path below which everything is served.

use std::str::FromStr;

use super::external_url::ExternalUrl;
use super::plain_path::is_plain;

/// The path below which all routes are (`--web.route-prefix`). As in Prometheus it is the path of
/// the external URL unless it is given: a proxy that takes the path off needs `/`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RoutePrefix {
    /// The path without a slash at its end, empty for the root; `None` if it is not given.
    given: Option<String>,
}

/// Why a text is no route prefix.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RoutePrefixError {
    /// It is no path of printable characters.
    #[error(
        "the route prefix {0:?} is not a plain path, write it like \"/compliance\", or \"/\" for none, without spaces, quotes, brackets, \"//\", \"..\" and \"?#%\""
    )]
    NotAPath(String),
    /// It has a host.
    #[error(
        "the route prefix {0:?} is a whole address, which is for --web.external-url, write only its path"
    )]
    WholeAddress(String),
}

impl RoutePrefix {
    /// What stands in front of every path that is served, without a slash at its end: empty for
    /// the root.
    pub fn path<'a>(&'a self, external_url: Option<&'a ExternalUrl>) -> &'a str {
        match &self.given {
            Some(path) => path,
            None => external_url.map_or("", ExternalUrl::base_path),
        }
    }
}

impl FromStr for RoutePrefix {
    type Err = RoutePrefixError;

    fn from_str(text: &str) -> Result<Self, RoutePrefixError> {
        // Prometheus takes an empty one for none, as templates of command lines leave it.
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.contains("://") {
            return Err(RoutePrefixError::WholeAddress(text.to_owned()));
        }
        // It also takes slashes at both ends, and none.
        let path = match text.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        if is_servable(&path) {
            Ok(Self { given: Some(path) })
        } else {
            Err(RoutePrefixError::NotAPath(text.to_owned()))
        }
    }
}

fn is_servable(path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    // Browsers and proxies resolve dots, and some join slashes, before they ask.
    path.is_empty() || is_plain(path) && segments.all(|segment| !matches!(segment, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_at_its_ends_make_no_difference() {
        for (text, path) in [
            ("/", ""),
            ("//", ""),
            ("ssm", "/ssm"),
            ("/ssm/", "/ssm"),
            ("/a/b-c.d~e", "/a/b-c.d~e"),
        ] {
            let prefix: RoutePrefix = text.parse().unwrap();
            assert_eq!(prefix.path(None), path, "{text}");
        }
    }

    #[test]
    fn without_one_it_is_the_path_of_the_external_url() {
        let url: ExternalUrl = "https://tools.example.com/ssm/".parse().unwrap();
        let path = |text: &str| {
            let prefix: RoutePrefix = text.parse().unwrap();
            prefix.path(Some(&url)).to_owned()
        };
        assert_eq!(RoutePrefix::default().path(Some(&url)), "/ssm");
        assert_eq!(RoutePrefix::default().path(None), "");
        assert_eq!(path(""), "/ssm");
        assert_eq!(path("/"), "");
        assert_eq!(path("/other"), "/other");
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_way_out() {
        for text in [
            "/a b", "/a?b", "/a#b", "/%41", "/\u{e4}", "/a//b", "/../a", "/a/.", "a\\b", "/>",
            "/a\"b",
        ] {
            let error = text.parse::<RoutePrefix>().unwrap_err();
            assert!(matches!(error, RoutePrefixError::NotAPath(_)), "{text}");
        }
        let error = "https://tools.example.com/ssm".parse::<RoutePrefix>();
        let words = error.unwrap_err().to_string();
        assert!(words.contains("--web.external-url"), "{words}");
    }
}
