//! Variables of the process's environment, read once and by one set of rules: an empty one counts
//! as unset, and one that cannot be right is told with its name and never taken to mean something
//! else.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::config::forms::{Fault, shown};

/// The environment of a process, or of a test.
#[derive(Clone, Default)]
pub(super) struct Variables(HashMap<String, OsString>);

/// Something in the environment or the profile that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The variable, or the profile's key with its file.
    place: String,
    what: String,
    hint: String,
}

/// What was said, and by which variable or key: for messages about two settings that do not fit
/// each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) place: String,
}

/// Collects problems.
#[derive(Debug, Default)]
pub(super) struct Problems(Mutex<Vec<Problem>>);

/// Values hold secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").finish_non_exhaustive()
    }
}

impl Variables {
    pub(super) fn of_process() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
        )
    }

    /// The value as it is, if there is one that is not empty.
    pub(super) fn raw(&self, name: &str) -> Option<&OsString> {
        self.0.get(name).filter(|value| !value.is_empty())
    }

    /// Whether the variable is there without a value: unset for us, but not for whoever reads it
    /// without our rules.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.is_empty())
    }

    /// The value, parsed. A bad one is a problem, and no value.
    pub(super) fn parsed<T>(
        &self,
        name: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        self.read(name, problems, |text| {
            parse(text).map_err(|fault| (shown(text), fault))
        })
    }

    /// The same for a value that messages must not repeat.
    pub(super) fn secret<T>(
        &self,
        name: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        self.read(name, problems, |text| {
            parse(text).map_err(|fault| ("the value (not shown)".to_owned(), fault))
        })
    }

    fn read<T>(
        &self,
        name: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, (String, Fault)>,
    ) -> Option<Setting<T>> {
        let raw = self.raw(name)?;
        let parsed = match raw.to_str().map(|text| (text, unpadded(text))) {
            None => Err((
                "the value".to_owned(),
                Fault::new("is not UTF-8 text", "set it anew, or unset it"),
            )),
            Some((_, Err(fault))) => Err(("the value".to_owned(), fault)),
            Some((text, Ok(()))) => parse(text),
        };
        match parsed {
            Ok(value) => Some(Setting {
                value,
                place: name.to_owned(),
            }),
            Err((value, fault)) => {
                problems.add(name, format!("{value} {}", fault.what), fault.hint);
                None
            }
        }
    }
}

/// What comes out of a file or a template often ends in a newline. Nobody else would cut it off
/// either, and a request signed with it fails in a way that names no cause.
pub(super) fn unpadded(text: &str) -> Result<(), Fault> {
    if text.trim() != text {
        return Err(Fault::new(
            "has a space or a newline around it",
            "remove it",
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::new(
            "holds a control character",
            "set it anew, on one line",
        ));
    }
    Ok(())
}

/// `true` or `false`, as AWS's SDKs read them.
pub(super) fn flag(text: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::new(
            "is neither true nor false",
            "set it to true or false, or unset it",
        )),
    }
}

/// Anything on one line.
#[expect(clippy::unnecessary_wraps, reason = "a form like the others")]
pub(super) fn any(text: &str) -> Result<String, Fault> {
    Ok(text.to_owned())
}

/// What can stand in the header of a request: keys and tokens of AWS have no spaces and no letters
/// outside ASCII.
pub(super) fn header_word(text: &str) -> Result<String, Fault> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        "holds what no key or token of AWS does",
        "look for spaces, newlines and typographic quotes",
    ))
}

impl Problems {
    pub(super) fn add(
        &self,
        place: impl Into<String>,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let problem = Problem {
            place: place.into(),
            what: what.into(),
            hint: hint.into(),
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(problem);
    }

    pub(super) fn into_list(self) -> Vec<Problem> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Problem {
    /// For the log and the page.
    pub(super) fn on_one_line(&self) -> String {
        format!("{}: {}; {}", self.place, self.what, self.hint)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  hint: {}", self.place, self.what, self.hint)
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Variables {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }
}
