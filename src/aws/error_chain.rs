//! Walks along the causes of an error.
//!
//! The SDK wraps what has happened in several errors, each of which says little more than that
//! there is a cause. So both the errors to look for and the words worth repeating are further
//! inside.

use std::error::Error;

use aws_credential_types::provider::error::{CredentialsError, TokenError};

/// An error of any type, which can be asked for its type.
pub(super) type AnyError = dyn Error + 'static;

/// The sentences of wrappers, which say only that there is a cause.
const WRAPPERS: [&str; 9] = [
    "service error",
    "response error",
    "dispatch failure",
    "failed to construct request",
    "unhandled error",
    "other",
    "io error",
    "user error",
    "could not parse profile file",
];

/// The beginnings of values that the SDK shows in their `Debug` form, bodies included.
const DUMPS: [&str; 4] = ["Request {", "Response {", "SdkBody {", "Error {"];

/// An error and its causes, from the outside to the inside.
pub(super) fn walk(error: &AnyError) -> impl Iterator<Item = &AnyError> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The first error of this type among an error and its causes.
pub(super) fn find<T: Error + 'static>(error: &AnyError) -> Option<&T> {
    walk(error).find_map(|error| error.downcast_ref())
}

/// The texts of an error and of all its causes: the SDK's outermost sentence says only that
/// something failed.
pub(super) fn chain(error: &AnyError) -> String {
    let mut parts: Vec<String> = Vec::new();
    for error in walk(error) {
        add_unless_said(&mut parts, &error.to_string());
    }
    parts.join(": ")
}

/// The same without the sentences of wrappers and without the dumps of values.
pub(super) fn causes(error: &AnyError) -> String {
    let mut parts: Vec<String> = Vec::new();
    for error in walk(error) {
        let said = said_by(error);
        if !said.is_empty() {
            add_unless_said(&mut parts, &said);
        }
    }
    parts.join(": ")
}

/// What an error says by itself: nothing if it only wraps another one.
fn said_by(error: &AnyError) -> String {
    let text = error.to_string();
    if is_wrapper(error, &text) {
        return String::new();
    }
    without_dump(&text).to_owned()
}

/// Many errors repeat their cause in their own text.
fn add_unless_said(parts: &mut Vec<String>, text: &str) {
    if !parts.iter().any(|said| said.contains(text)) {
        parts.push(text.to_owned());
    }
}

fn is_wrapper(error: &AnyError, text: &str) -> bool {
    error.is::<CredentialsError>() || error.is::<TokenError>() || WRAPPERS.contains(&text)
}

fn without_dump(text: &str) -> &str {
    let start = DUMPS.iter().filter_map(|dump| text.find(dump)).min();
    match start {
        // The words before a dump end with a colon or a bracket that leads to it.
        Some(start) => text[..start].trim_end_matches([' ', ':', '.', '(']),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nested_errors_only_the_causes_are_said() {
        let error = CredentialsError::provider_error(CredentialsError::provider_error(
            TokenError::provider_error("why"),
        ));
        assert_eq!(causes(&error), "why");
        let dump = CredentialsError::unhandled(
            "error response from IMDS (code: 500). Response { body: SdkBody {} }",
        );
        assert_eq!(causes(&dump), "error response from IMDS (code: 500)");
    }
}
