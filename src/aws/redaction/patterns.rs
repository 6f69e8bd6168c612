//! Secrets that are known by what stands before them, or by their shape: those of other requests
//! and of other programs.

use std::ops::Range;

/// What stands before a secret: names of headers, of parameters, and of members of JSON.
const NAMES: [&str; 12] = [
    "authorization",
    "credential",
    "signature",
    "x-amz-security-token",
    "x-amz-sso_bearer_token",
    "x-aws-ec2-metadata-token",
    "externalid",
    "secretaccesskey",
    "sessiontoken",
    "webidentitytoken",
    "aws_secret_access_key",
    "aws_session_token",
];
/// Words of an `Authorization` header before the secret itself.
const SCHEMES: [&str; 3] = ["aws4-hmac-sha256", "bearer", "basic"];
/// A signature is an HMAC-SHA-256 in hexadecimal digits.
const SIGNATURE_DIGITS: usize = 64;

/// Where secrets stand in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let named = NAMES
        .iter()
        .flat_map(|name| lower.match_indices(name).map(|(at, name)| at + name.len()));
    let mut found: Vec<_> = named.filter_map(|end| value_after(&lower, end)).collect();
    found.extend(
        lower
            .match_indices("://")
            .filter_map(|(at, separator)| user_of_url(&lower, at + separator.len())),
    );
    found
}

/// The value that follows a name, as in `Name: value`, `Name=value`, `"Name":"value"` and
/// `<Name>value`.
fn value_after(text: &str, name_end: usize) -> Option<Range<usize>> {
    let mut start = name_end + length(&text[name_end..], |c| matches!(c, '"' | '\'' | '\\' | ' '));
    let separator = length(&text[start..], |c| matches!(c, ':' | '=' | '>'));
    if separator == 0 {
        return None;
    }
    start += separator;
    loop {
        start += length(&text[start..], |c| matches!(c, '"' | '\'' | '\\' | ' '));
        let end = start + length(&text[start..], |c| !ends_value(c));
        match &text[start..end] {
            "" => return None,
            word if SCHEMES.contains(&word) => start = end,
            _ => return Some(start..end),
        }
    }
}

fn ends_value(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            ',' | ';' | '&' | '"' | '\'' | '<' | '>' | ')' | '}' | ']' | '\\'
        )
}

/// `user:password` of an URL, as that of a proxy may have.
fn user_of_url(text: &str, start: usize) -> Option<Range<usize>> {
    let authority = &text[start
        ..start
            + length(&text[start..], |c| {
                !(c.is_whitespace() || matches!(c, '/' | '?'))
            })];
    let (user, _) = authority.rsplit_once('@')?;
    Some(start..start + user.len())
}

fn length(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|character| !is_part(character))
        .unwrap_or(text.len())
}

/// Where signatures stand in a text in small letters, whoever made them.
pub(super) fn signatures(lower: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = lower.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        while start < bytes.len() {
            let run = bytes[start..]
                .iter()
                .take_while(|byte| byte.is_ascii_hexdigit())
                .count();
            let place = start..start + run;
            start += run + 1;
            if run >= SIGNATURE_DIGITS {
                return Some(place);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_follows_the_name_of_a_secret_is_one() {
        assert_eq!(found("X-Amz-Security-Token: abc, Host"), ["abc"]);
        assert_eq!(found("x-amz-security-token=abc&Action=x"), ["abc"]);
        assert_eq!(found(r#"{"SessionToken":"abc"}"#), ["abc"]);
        assert_eq!(found(r#"{\"SessionToken\": \"abc\"}"#), ["abc"]);
        assert_eq!(found("<SecretAccessKey>abc</SecretAccessKey>"), ["abc"]);
        assert_eq!(found("Authorization: Bearer abc"), ["abc"]);
        assert_eq!(
            found(
                "Authorization=AWS4-HMAC-SHA256 Credential=AKID/1/r/s/x, SignedHeaders=host, Signature=f0"
            ),
            ["Credential=AKID/1/r/s/x", "AKID/1/r/s/x", "f0"]
        );
        assert_eq!(found("http://user:pass@proxy:3128 refused"), ["user:pass"]);
    }

    #[test]
    fn a_name_alone_hides_nothing() {
        let text =
            "Authorization header requires 'Credential' parameter. https://sts.amazonaws.com/a@b";
        assert!(found(text).is_empty(), "{:?}", found(text));
        assert!(found("X-Amz-Security-Token: ").is_empty());
    }
}
