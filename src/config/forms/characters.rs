//! Tests of characters that several forms share. All are of ASCII: AWS allows no other letters and
//! digits in these places, and Rust's own tests would take those of every script.

/// Whether the text is one digit or more, and nothing else. Rust's number parsers also take a sign.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the text is one lower case letter or more, and nothing else.
pub(super) fn is_lowercase_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase())
}

pub(super) fn is_lowercase_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}
