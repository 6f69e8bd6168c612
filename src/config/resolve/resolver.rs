//! Turns one written value into a typed one, and reports what is wrong with it.

use crate::config::fields::List;
use crate::config::first_lines::FirstLines;
use crate::config::interpolate::{self, Env};
use crate::config::named_node::Value;
use crate::config::problem::{Fault, Problems, shown};
use crate::config::settings::Config;

/// Parses the text of a value after its variables have been replaced.
pub(super) type Form<T> = fn(&str) -> Result<T, Fault>;

/// What resolving needs besides the file: what applies where the file says nothing, where variables
/// are looked up, and where problems go.
pub(in crate::config) struct Resolver<'a> {
    pub(in crate::config) defaults: &'a Config,
    pub(in crate::config) env: Env<'a>,
    pub(in crate::config) problems: &'a Problems,
}

impl Resolver<'_> {
    /// The typed value, or `None` and a problem if it is bad.
    pub(super) fn value<T>(&self, value: &Value, form: Form<T>) -> Option<T> {
        self.parse(value, &shown(&value.text), form)
    }

    /// The same for a key that may be absent, which is not a problem.
    pub(super) fn optional<T>(&self, value: Option<&Value>, form: Form<T>) -> Option<T> {
        self.value(value?, form)
    }

    /// The same for a value that no message may repeat.
    pub(super) fn optional_secret<T>(&self, value: Option<&Value>, form: Form<T>) -> Option<T> {
        self.parse(value?, "the value (not shown)", form)
    }

    /// The typed value, or `default` if the key is absent or its value is bad.
    pub(super) fn value_or<T>(&self, value: Option<&Value>, default: T, form: Form<T>) -> T {
        self.optional(value, form).unwrap_or(default)
    }

    /// Every good item of a list; each bad one is a problem, and so is each that was there before.
    pub(super) fn items<T>(&self, list: Option<&List>, form: Form<T>) -> Vec<T> {
        let mut first_lines = FirstLines::new();
        let mut good = Vec::new();
        for item in items_of(list) {
            match first_lines.note(item.text.as_str(), item.line) {
                Some(first) => self.report_repetition(item, first),
                None => good.extend(self.value(item, form)),
            }
        }
        good
    }

    /// Reports an item that was there before, first on that line.
    pub(super) fn report_repetition(&self, item: &Value, first: usize) {
        let what = format!(
            "{}: {} is given twice, first on line {first}",
            item.path,
            shown(&item.text)
        );
        self.report(item.line, what, "remove one");
    }

    /// Adds a problem: what is wrong on a line, and the way out.
    pub(super) fn report(&self, line: usize, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.add(line, what, hint);
    }

    /// Parses a value that messages call `name`.
    fn parse<T>(&self, value: &Value, name: &str, form: Form<T>) -> Option<T> {
        match self.try_parse(value, form) {
            Ok(parsed) => Some(parsed),
            Err(fault) => {
                // The message has the value as written, never what a variable holds.
                let what = format!("{}: {name} {}", value.path, fault.what);
                self.report(value.line, what, fault.hint);
                None
            }
        }
    }

    fn try_parse<T>(&self, value: &Value, form: Form<T>) -> Result<T, Fault> {
        let text = interpolate::replace(&value.text, self.env)?;
        form(&text)
    }
}

/// The items of a list that may be absent.
pub(super) fn items_of(list: Option<&List>) -> &[Value] {
    match list {
        Some(list) => &list.items,
        None => &[],
    }
}
