//! Variables of the process's environment, read once and by one set of rules: an empty one counts
//! as unset, and an invalid one is reported by name and never taken to mean something else.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use super::problems::Problems;
use super::value_forms::unpadded;
use crate::config::forms::{Fault, shown};

/// The environment of a process, or of a test.
#[derive(Clone, Default)]
pub(super) struct Variables(HashMap<String, OsString>);

/// A value, and the variable or key that has said it, for messages about two settings that do not
/// fit each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) place: String,
}

/// A value that cannot be right, as messages may show it.
struct BadValue {
    shown: String,
    fault: Fault,
}

/// Leaves out the values, because some are secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").finish_non_exhaustive()
    }
}

impl Variables {
    pub(super) fn of_process() -> Self {
        // The names of all variables that matter are text.
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        Self(variables)
    }

    /// The value as it is, if there is one that is not empty.
    pub(super) fn raw(&self, name: &str) -> Option<&OsString> {
        self.0.get(name).filter(|value| !value.is_empty())
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether the variable is there without a value: unset for us, but not for whoever reads it
    /// without our rules.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.is_empty())
    }

    /// The value, parsed. An invalid one is reported as a problem, and is no value.
    pub(super) fn parsed<T>(
        &self,
        name: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        self.read(name, problems, |text| {
            parse(text).map_err(|fault| BadValue::new(shown(text), fault))
        })
    }

    /// Like `parsed`, for a value that messages must not repeat.
    pub(super) fn secret<T>(
        &self,
        name: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        self.read(name, problems, |text| {
            parse(text).map_err(|fault| BadValue::new("the value (not shown)", fault))
        })
    }

    fn read<T>(
        &self,
        name: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, BadValue>,
    ) -> Option<Setting<T>> {
        let raw = self.raw(name)?;
        match text_of(raw).and_then(parse) {
            Ok(value) => Some(Setting {
                value,
                place: name.to_owned(),
            }),
            Err(bad) => {
                problems.add_fault(name, &bad.shown, bad.fault);
                None
            }
        }
    }
}

/// The text of a value, if nothing surrounds it.
fn text_of(raw: &OsStr) -> Result<&str, BadValue> {
    // The values of all variables that matter are text, too.
    let text = raw.to_str().ok_or_else(|| {
        let fault = Fault::new("is not UTF-8 text", "set it anew, or unset it");
        BadValue::new("the value", fault)
    })?;
    match unpadded(text) {
        Ok(()) => Ok(text),
        Err(fault) => Err(BadValue::new("the value", fault)),
    }
}

impl BadValue {
    fn new(shown: impl Into<String>, fault: Fault) -> Self {
        Self {
            shown: shown.into(),
            fault,
        }
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
