//! The header of a login.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

const SCHEME: &str = "basic";

/// A name and a password, as a client sent them. Any bytes may stand in either.
pub(in crate::http) struct Login {
    pub(super) user: Vec<u8>,
    pub(super) password: Vec<u8>,
}

impl Login {
    /// The login of a request; nothing if it has none, or one that is no basic authentication.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return None;
        }
        let decoded = BASE64_STANDARD.decode(encoded.trim_start()).ok()?;
        // The name ends at the first colon, so a password may have more of them.
        let colon = decoded.iter().position(|byte| *byte == b':')?;
        Some(Self {
            user: decoded[..colon].to_vec(),
            password: decoded[colon + 1..].to_vec(),
        })
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some type their password where the name belongs.
        f.write_str("Login(...)")
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn login(header: &str) -> Option<(String, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(header).unwrap());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Login::of(&headers).map(|login| (text(login.user), text(login.password)))
    }

    #[test]
    fn a_login_is_a_name_and_a_password_in_base64() {
        let expected = Some(("Aladdin".to_owned(), "open sesame".to_owned()));
        assert_eq!(login("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), expected);
        assert_eq!(login("bAsIc QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), expected);
        let colons = format!("Basic {}", BASE64_STANDARD.encode("a:b:c"));
        assert_eq!(login(&colons), Some(("a".to_owned(), "b:c".to_owned())));
    }

    #[test]
    fn what_is_no_basic_authentication_is_no_login() {
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic ???",
            "Basic QQ==",
            "Bearer QTpC",
        ] {
            assert_eq!(login(header), None, "{header}");
        }
    }

    mod fuzz {
        use super::*;

        const WORDS: [&str; 24] = [
            "Basic ",
            "basic",
            "BASIC\t",
            "Bearer ",
            "Digest ",
            " ",
            "  ",
            "=",
            "==",
            "QQ==",
            "Og==",
            "OjpB",
            "QTpC",
            "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            "AAA=",
            "////",
            "----",
            "____",
            "/+8=",
            "A",
            ",",
            "realm=\"x\"",
            "%",
            "\u{e4}",
        ];

        #[test]
        fn a_login_that_is_read_is_the_one_that_was_sent() {
            fuzzing::Fuzz::of("authorization")
                .words(WORDS)
                .examples(["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="])
                .check(|input| {
                    let value = HeaderValue::from_bytes(input).ok()?;
                    let headers = HeaderMap::from_iter([(AUTHORIZATION, value.clone())]);
                    let read = Login::of(&headers);
                    if let Some(login) = &read {
                        let sent = [&login.user[..], b":", &login.password[..]].concat();
                        let text = value.to_str().expect("a login is of letters");
                        assert!(text.ends_with(&BASE64_STANDARD.encode(sent)), "{text}");
                        assert!(text.to_ascii_lowercase().starts_with("basic "), "{text}");
                        assert!(!login.user.contains(&b':'), "{text}");
                        assert_eq!(format!("{login:?}"), "Login(...)");
                    }
                    Some(read.map(|login| (login.user.len().min(8), login.password.len().min(8))))
                });
        }
    }
}
