//! Takes secrets out of texts that others wrote, before they are shown or logged.

/// Texts shorter than this are no secrets, and too common to be replaced.
const MIN_SECRET_CHARS: usize = 4;
const MASK: &str = "<redacted>";
/// What may be one half of an access key, a session token or a JSON web token.
const MIN_KEY_CHARS: usize = 20;
/// The length of a secret access key: a text of just this length is not taken for a path.
const SECRET_KEY_CHARS: usize = 40;
/// The hexadecimal digits of a signature.
const SIGNATURE_CHARS: usize = 64;
/// Names in ARNs and paths have 64 characters at most.
const MIN_TOKEN_CHARS: usize = 80;

/// The text with every known secret replaced, and everything that by its length alone must be a
/// token or a signature.
///
/// The text may have been cut already, so a secret is also looked for where the cut went through
/// it.
pub(super) fn without(text: &str, secrets: &[&str]) -> String {
    let mut masked = text.to_owned();
    for secret in secrets
        .iter()
        .filter(|secret| secret.chars().count() >= MIN_SECRET_CHARS)
    {
        masked = masked.replace(secret, MASK);
        if let Some(cut) = masked.strip_suffix("...") {
            let begun = (MIN_SECRET_CHARS..secret.len())
                .rev()
                .filter_map(|end| secret.get(..end));
            if let Some(rest) = begun
                .map(|begun| cut.strip_suffix(begun))
                .find_map(|rest| rest)
            {
                masked = format!("{rest}{MASK}...");
            }
        }
    }
    without_words(&masked, is_token)
}

/// The text without anything that looks like a key or a token, for texts of programs whose secrets
/// nobody knows.
pub(super) fn without_keys(text: &str) -> String {
    without_words(text, |word, is_cut| {
        is_token(word, is_cut) || looks_like_a_key(word)
    })
}

/// `is_secret` is told a word, and whether the text is cut behind it.
fn without_words(text: &str, is_secret: impl Fn(&str, bool) -> bool) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '+' | '_' | '-');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let end = rest[start..]
            .find(|c| !is_part(c))
            .map_or(rest.len(), |length| start + length);
        let word = &rest[start..end];
        masked.push_str(&rest[..start]);
        masked.push_str(if is_secret(word, &rest[end..] == "...") {
            MASK
        } else {
            word
        });
        rest = &rest[end..];
    }
    masked + rest
}

/// Session tokens, web identity tokens and signatures are longer than any name.
fn is_token(word: &str, is_cut: bool) -> bool {
    let is_signature =
        word.len() == SIGNATURE_CHARS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_web_token = word.starts_with("eyJ") && word.len() >= MIN_KEY_CHARS;
    word.len() >= MIN_TOKEN_CHARS
        || is_signature
        || is_web_token
        || is_cut && looks_like_a_key(word)
}

fn looks_like_a_key(word: &str) -> bool {
    let has = |what: fn(&u8) -> bool| word.as_bytes().iter().any(what);
    let is_mixed =
        has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_access_key_id = word.starts_with("AKIA") || word.starts_with("ASIA");
    let is_path = word.starts_with('/') && word.len() != SECRET_KEY_CHARS;
    word.len() >= MIN_KEY_CHARS && (is_access_key_id || is_mixed && !is_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_secret_is_replaced_also_where_it_is_cut() {
        assert_eq!(
            without("id agreed-upon!", &["agreed-upon"]),
            "id <redacted>!"
        );
        assert_eq!(
            without("id agreed-...", &["agreed-upon"]),
            "id <redacted>..."
        );
        assert_eq!(without("a b c", &["", "a", "b"]), "a b c");
    }

    #[test]
    fn tokens_and_signatures_are_replaced_though_nobody_knows_them() {
        let (token, signature) = ("FwoGZXIvYXdzE".repeat(20), "0f".repeat(32));
        assert_eq!(
            without(&format!("token={token}, signature={signature}"), &[]),
            "token=<redacted>, signature=<redacted>"
        );
        assert_eq!(
            without("x FwoGZXIvYXdzE5FwoGZXIvYXdz...", &[]),
            "x <redacted>..."
        );
        let arn = "arn:aws:sts::111122223333:assumed-role/Monitoring2/i-0123456789abcdef0";
        assert_eq!(without(arn, &[]), arn);
    }

    #[test]
    fn what_looks_like_a_key_is_replaced_and_words_and_paths_are_not() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            without_keys(&format!("{{\"a\": \"{secret}\"}}")),
            "{\"a\": \"<redacted>\"}"
        );
        assert_eq!(without_keys("id=AKIAIOSFODNN7EXAMPLE."), "id=<redacted>.");
        assert_eq!(
            without_keys("eyJhbGciOiJSUzI1NiIsImtpZCI6IjFlOWdkazcifQ.x"),
            "<redacted>.x"
        );
        for plain in [
            "sh: 1: /opt/Company2/Tools/bin/credentials: not found",
            "a-long-word-without-any-key-in-it",
            "",
        ] {
            assert_eq!(without_keys(plain), plain);
        }
    }
}
