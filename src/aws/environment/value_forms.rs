//! The forms of values that only the environment and the profile have. Regions, roles and the like
//! have the forms of the [configuration](crate::config::forms).

use crate::config::forms::Fault;

/// Parses a value, or says what is wrong with it.
pub(super) type Form<T> = fn(&str) -> Result<T, Fault>;

/// A value without surrounding white space, and without control characters.
///
/// A value out of a file or a template often ends in a newline. No other tool would cut it off
/// either, and a request signed with it fails in a way that names no cause.
pub(super) fn unpadded(text: &str) -> Result<(), Fault> {
    if text.trim() != text {
        return Err(padded());
    }
    if text.chars().any(char::is_control) {
        return Err(with_control_character());
    }
    Ok(())
}

fn padded() -> Fault {
    Fault::new("has a space or a newline around it", "remove it")
}

fn with_control_character() -> Fault {
    Fault::new("holds a control character", "set it anew, on one line")
}

/// `true` or `false`, as AWS's SDKs read them.
pub(super) fn flag(text: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(neither_true_nor_false()),
    }
}

fn neither_true_nor_false() -> Fault {
    Fault::new(
        "is neither true nor false",
        "set it to true or false, or unset it",
    )
}

/// Anything on one line.
#[expect(clippy::unnecessary_wraps, reason = "a form like the others")]
pub(super) fn any(text: &str) -> Result<String, Fault> {
    Ok(text.to_owned())
}

/// What can stand in the header of a request: keys and tokens of AWS have no spaces and no letters
/// outside ASCII.
pub(super) fn header_word(text: &str) -> Result<String, Fault> {
    if !text.is_empty() && is_graphic(text) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        "holds what no key or token of AWS does",
        "look for spaces, newlines and typographic quotes",
    ))
}

/// Whether a text is of ASCII characters that can be seen, without spaces.
pub(super) fn is_graphic(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Words of a header with one space between them.
pub(super) fn header_text(text: &str) -> Result<(), Fault> {
    for word in text.split(' ') {
        header_word(word)?;
    }
    Ok(())
}

/// What messages show in the place of a secret.
pub(super) fn hidden(_secret: &str) -> String {
    "the value (not shown)".to_owned()
}
