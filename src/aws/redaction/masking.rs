//! Masks what was never learned: secrets that the caller names, and words that by their length or
//! their letters must be keys or tokens.
//!
//! Programs and services quote secrets that never were in a request of ours: a `credential_process`
//! quotes the token of its own login, AWS an encoded message about a policy. Only their shape gives
//! them away.

/// Shorter texts are no secrets, and too common to be replaced.
const MIN_SECRET_CHARS: usize = 4;
/// The brackets differ from those of learned secrets, so that a log shows which rule has hidden a
/// word.
const MASK: &str = "<redacted>";
/// The length of an access key id, and the least length of half a secret key or token.
const MIN_KEY_CHARS: usize = 20;
/// The length of a secret access key: a text of just this length is not taken for a path.
const SECRET_KEY_CHARS: usize = 40;
/// The hexadecimal digits of a signature.
const SIGNATURE_CHARS: usize = 64;
/// Names in ARNs and paths have 64 characters at most; what has so many more is a token.
const MIN_TOKEN_CHARS: usize = 80;

/// The text without these secrets, and without everything that by its length alone must be a token
/// or a signature.
///
/// The text may have been cut already, so a secret is also looked for where the cut went through
/// it.
pub(in crate::aws) fn without_secrets(text: &str, secrets: &[&str]) -> String {
    let mut masked = text.to_owned();
    for secret in secrets {
        masked = without_secret(&masked, secret);
    }
    without_words(&masked, is_token)
}

fn without_secret(text: &str, secret: &str) -> String {
    if secret.chars().count() < MIN_SECRET_CHARS {
        return text.to_owned();
    }
    with_cut_secret_masked(&text.replace(secret, MASK), secret)
}

fn with_cut_secret_masked(text: &str, secret: &str) -> String {
    match before_cut_secret(text, secret) {
        Some(rest) => format!("{rest}{MASK}..."),
        None => text.to_owned(),
    }
}

/// What stands before the beginning of a secret with which a cut text ends.
fn before_cut_secret<'a>(text: &'a str, secret: &str) -> Option<&'a str> {
    let cut = text.strip_suffix("...")?;
    // The longest beginning comes first: a shorter one may be a part of it.
    (MIN_SECRET_CHARS..secret.len())
        .rev()
        // An end inside a character gives no beginning.
        .filter_map(|end| secret.get(..end))
        .find_map(|beginning| cut.strip_suffix(beginning))
}

/// The text without anything that looks like a key or a token, for texts of programs whose secrets
/// nobody knows.
pub(in crate::aws) fn without_keys(text: &str) -> String {
    without_words(text, |word, is_cut| {
        is_token(word, is_cut) || looks_like_a_key(word)
    })
}

/// The text without the words that are secret. `is_secret` is given a word, and whether the text is
/// cut behind it.
fn without_words(text: &str, is_secret: impl Fn(&str, bool) -> bool) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word_char) {
        let (before, from_word) = rest.split_at(start);
        let (word, after) = from_word.split_at(word_length(from_word));
        // A text that was cut ends with three dots right behind what is left of its last word.
        let is_cut = after == "...";
        masked.push_str(before);
        masked.push_str(if is_secret(word, is_cut) { MASK } else { word });
        rest = after;
    }
    masked + rest
}

/// The length of the word that a text begins with.
fn word_length(text: &str) -> usize {
    text.find(|c| !is_word_char(c)).unwrap_or(text.len())
}

/// The characters of keys and tokens.
fn is_word_char(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '/' | '+' | '_' | '-')
}

/// Session tokens, web identity tokens and signatures are longer than any name.
fn is_token(word: &str, is_cut: bool) -> bool {
    word.len() >= MIN_TOKEN_CHARS
        || is_signature(word)
        || is_web_token(word)
        || is_cut && looks_like_a_key(word)
}

/// The JSON with which a web token begins starts with `{"` in base64.
fn is_web_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= MIN_KEY_CHARS
}

fn is_signature(word: &str) -> bool {
    word.len() == SIGNATURE_CHARS && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn looks_like_a_key(word: &str) -> bool {
    word.len() >= MIN_KEY_CHARS
        && (is_access_key_id(word) || !is_path(word) && mixes_digits_and_cases(word))
}

fn is_access_key_id(word: &str) -> bool {
    word.starts_with("AKIA") || word.starts_with("ASIA")
}

/// Paths mix digits and letters of both cases, too. Secret keys may begin with a slash, but have
/// one length.
fn is_path(word: &str) -> bool {
    word.starts_with('/') && word.len() != SECRET_KEY_CHARS
}

fn mixes_digits_and_cases(word: &str) -> bool {
    // A random key has all three nearly always, a word of a sentence hardly ever.
    let bytes = word.as_bytes();
    bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.iter().any(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_secret_is_replaced_also_where_it_is_cut() {
        assert_eq!(
            without_secrets("id agreed-upon!", &["agreed-upon"]),
            "id <redacted>!"
        );
        assert_eq!(
            without_secrets("id agreed-...", &["agreed-upon"]),
            "id <redacted>..."
        );
        assert_eq!(without_secrets("a b c", &["", "a", "b"]), "a b c");
    }

    #[test]
    fn tokens_and_signatures_are_replaced_though_nobody_knows_them() {
        let (token, signature) = ("FwoGZXIvYXdzE".repeat(20), "0f".repeat(32));
        assert_eq!(
            without_secrets(&format!("token={token}, signature={signature}"), &[]),
            "token=<redacted>, signature=<redacted>"
        );
        assert_eq!(
            without_secrets("x FwoGZXIvYXdzE5FwoGZXIvYXdz...", &[]),
            "x <redacted>..."
        );
        let arn = "arn:aws:sts::111122223333:assumed-role/Monitoring2/i-0123456789abcdef0";
        assert_eq!(without_secrets(arn, &[]), arn);
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
