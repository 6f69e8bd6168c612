//! Reads variables by one set of rules: an empty one counts as unset, and an invalid one is
//! reported by name and never taken to mean something else.

use std::ffi::OsStr;

use super::problems::Problems;
use super::value_forms::{Form, hidden, unpadded};
use super::variables::{Setting, Variables};
use crate::config::forms::{Fault, shown};

/// The variables, and the collection of what is wrong with them.
#[derive(Clone, Copy)]
pub(super) struct VariableReader<'a> {
    variables: &'a Variables,
    pub(super) problems: &'a Problems,
}

/// A value that cannot be right, as messages may show it.
struct BadValue {
    shown: String,
    fault: Fault,
}

impl<'a> VariableReader<'a> {
    pub(super) fn new(variables: &'a Variables, problems: &'a Problems) -> Self {
        Self {
            variables,
            problems,
        }
    }

    /// The value as it is, if there is one that is not empty.
    pub(super) fn raw(self, name: &str) -> Option<&'a OsStr> {
        self.variables.raw(name)
    }

    pub(super) fn is_set(self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether the variable is there without a value.
    pub(super) fn is_empty(self, name: &str) -> bool {
        self.variables.is_empty(name)
    }

    /// Reports a variable that is set to nothing, which only we would take for unset.
    pub(super) fn report_if_empty(self, name: &str) {
        if self.is_empty(name) {
            let what = "it is set to nothing, which the AWS SDK takes for a value here";
            self.problems.add(name, what, "unset it");
        }
    }

    /// The value, parsed. An invalid one is reported as a problem, and is no value.
    pub(super) fn parsed<T>(self, name: &str, form: Form<T>) -> Option<Setting<T>> {
        self.read(name, form, shown)
    }

    /// Like `parsed`, for a value that messages must not repeat.
    pub(super) fn secret<T>(self, name: &str, form: Form<T>) -> Option<Setting<T>> {
        self.read(name, form, hidden)
    }

    /// Messages show a bad value as `show` gives it.
    fn read<T>(self, name: &str, form: Form<T>, show: fn(&str) -> String) -> Option<Setting<T>> {
        match parse(self.raw(name)?, form, show) {
            Ok(value) => Some(Setting {
                value,
                place: name.to_owned(),
            }),
            Err(bad) => {
                self.problems.add_fault(name, &bad.shown, bad.fault);
                None
            }
        }
    }
}

fn parse<T>(raw: &OsStr, form: Form<T>, show: fn(&str) -> String) -> Result<T, BadValue> {
    let text = text_of(raw)?;
    form(text).map_err(|fault| BadValue::new(show(text), fault))
}

/// The text of a value, if nothing surrounds it.
fn text_of(raw: &OsStr) -> Result<&str, BadValue> {
    // The values of all variables that matter are text, too.
    let text = raw.to_str().ok_or_else(BadValue::not_text)?;
    // Quoting the value would hardly show what surrounds it, and it may be a secret.
    unpadded(text).map_err(|fault| BadValue::new("the value", fault))?;
    Ok(text)
}

impl BadValue {
    fn new(shown: impl Into<String>, fault: Fault) -> Self {
        Self {
            shown: shown.into(),
            fault,
        }
    }

    fn not_text() -> Self {
        let fault = Fault::new("is not UTF-8 text", "set it anew, or unset it");
        Self::new("the value", fault)
    }
}
