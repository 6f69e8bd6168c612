//! Variables of the process's environment, read once.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

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

/// Leaves out the values, because some are secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").finish_non_exhaustive()
    }
}

impl Variables {
    pub(super) fn of_process() -> Self {
        std::env::vars_os().filter_map(named_by_text).collect()
    }

    /// The value as it is, if there is one that is not empty.
    pub(super) fn raw(&self, name: &str) -> Option<&OsStr> {
        let value = self.0.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// Whether the variable is there without a value: unset for us, but not for whoever reads it
    /// without our rules.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.is_empty())
    }
}

impl FromIterator<(String, OsString)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, OsString)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// The names of all variables that matter are text; a variable with another name is left out.
fn named_by_text((name, value): (OsString, OsString)) -> Option<(String, OsString)> {
    Some((name.into_string().ok()?, value))
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Variables {
    fn from(pairs: [(&str, &str); N]) -> Self {
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    }
}
