//! What a glob that matches no compliance type was probably meant to be.

use crate::config::suggest;

/// The kinds of types: two names, and the beginning of all others.
const KINDS: [&str; 3] = ["Patch", "Association", "Custom:"];
/// The words of which their names are made.
const WORDS: [&str; 3] = ["Patch", "Association", CUSTOM];
const CUSTOM: &str = "Custom";
/// What people write in the place of the colon.
const SEPARATORS: [char; 7] = [':', ' ', '.', '-', '_', '/', '='];

/// What may have been meant, the likeliest first. Not all of it need match something.
pub(super) fn guesses(text: &str) -> impl Iterator<Item = String> {
    let guesses = [
        in_right_case(text),
        with_colon(text),
        nearest(text),
        Some(custom(text)),
    ];
    guesses.into_iter().flatten()
}

/// The text in the case of the kind with which it begins.
fn in_right_case(text: &str) -> Option<String> {
    let lengths = KINDS.map(|kind| (common_bytes(kind, text), kind));
    let (length, kind) = lengths.into_iter().max()?;
    // The bytes that are common to both are letters of ASCII and a colon.
    Some(format!("{}{}", &kind[..length], &text[length..]))
}

/// How many bytes both texts have in common at their beginning, whatever their case.
fn common_bytes(one: &str, other: &str) -> usize {
    let pairs = one.bytes().zip(other.bytes());
    pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

/// A custom type whose colon is missing, or is another sign.
fn with_colon(text: &str) -> Option<String> {
    let (word, name) = text.split_at_checked(CUSTOM.len())?;
    let is_custom = word.eq_ignore_ascii_case(CUSTOM);
    is_custom.then(|| custom(name.trim_start_matches(SEPARATORS)))
}

/// A kind that was misspelt.
fn nearest(text: &str) -> Option<String> {
    let (word, name) = text.split_once(':').unwrap_or((text, ""));
    let meant = match suggest::nearest(word, &WORDS)? {
        CUSTOM => custom(name),
        word => word.to_owned(),
    };
    Some(meant)
}

/// The custom type of this name, or every one if there is no name.
fn custom(name: &str) -> String {
    match name {
        "" => "Custom:*".to_owned(),
        name => format!("Custom:{name}"),
    }
}
