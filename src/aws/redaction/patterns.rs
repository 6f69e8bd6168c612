//! Secrets that are recognised by the name before them, or by their shape: those of other requests
//! and programs, which were never learned.

use super::runs::{Place, runs};

/// The names that precede a secret: those of headers, of parameters and of JSON members.
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
/// Words that stand before the secret itself in an `Authorization` header.
const SCHEMES: [&str; 3] = ["aws4-hmac-sha256", "bearer", "basic"];
/// A signature is an HMAC-SHA-256 in hexadecimal digits.
const SIGNATURE_DIGITS: usize = 64;

/// Where secrets stand in a text.
pub(super) fn find(text: &str) -> Vec<Place> {
    // Clients, proxies and AWS write these names in different cases.
    let lower = text.to_ascii_lowercase();
    let values = NAMES.iter().flat_map(|name| values_of(&lower, name));
    values.chain(users_of_urls(&lower)).collect()
}

/// The values that follow a name wherever it stands.
fn values_of(text: &str, name: &str) -> impl Iterator<Item = Place> {
    ends_of(text, name).filter_map(|end| value_after(text, end))
}

fn users_of_urls(text: &str) -> impl Iterator<Item = Place> {
    ends_of(text, "://").filter_map(|end| user_of_url(text, end))
}

/// Where each occurrence of a part of a text ends.
fn ends_of(text: &str, part: &str) -> impl Iterator<Item = usize> {
    text.match_indices(part).map(|(at, part)| at + part.len())
}

/// The value that follows a name, as in `Name: value`, `Name=value`, `"Name":"value"` and
/// `<Name>value`.
fn value_after(text: &str, name_end: usize) -> Option<Place> {
    let mut value = word_after(text, separator_end(text, name_end)?);
    // The scheme in `Authorization: Bearer abc` is no secret.
    while SCHEMES.contains(&&text[value.clone()]) {
        value = word_after(text, value.end);
    }
    (!value.is_empty()).then_some(value)
}

/// Where the separator between a name and its value ends, if there is one.
fn separator_end(text: &str, name_end: usize) -> Option<usize> {
    let start = end_of_run(text, name_end, is_quote_or_blank);
    let end = end_of_run(text, start, |c| matches!(c, ':' | '=' | '>'));
    (end > start).then_some(end)
}

fn word_after(text: &str, at: usize) -> Place {
    let start = end_of_run(text, at, is_quote_or_blank);
    start..end_of_run(text, start, |c| !ends_value(c))
}

fn is_quote_or_blank(character: char) -> bool {
    matches!(character, '"' | '\'' | '\\' | ' ')
}

fn ends_value(character: char) -> bool {
    const DELIMITERS: &str = ",;&\"'<>)}]\\";
    character.is_whitespace() || DELIMITERS.contains(character)
}

/// The `user:password` of a URL, which the address of a proxy may have.
fn user_of_url(text: &str, start: usize) -> Option<Place> {
    let end = end_of_run(text, start, |c| !ends_authority(c));
    // A password may hold an at sign itself, so the last one counts.
    let (user, _host) = text[start..end].rsplit_once('@')?;
    Some(start..start + user.len())
}

fn ends_authority(character: char) -> bool {
    character.is_whitespace() || matches!(character, '/' | '?')
}

/// Where the characters that begin at `start` and satisfy `is_part` end.
fn end_of_run(text: &str, start: usize, is_part: impl Fn(char) -> bool) -> usize {
    text[start..]
        .find(|character| !is_part(character))
        .map_or(text.len(), |length| start + length)
}

/// Where signatures stand in a text, whoever has made them.
pub(super) fn signatures(text: &str) -> impl Iterator<Item = Place> {
    runs(text, |byte| byte.is_ascii_hexdigit()).filter(|run| run.len() >= SIGNATURE_DIGITS)
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
