//! What is wrong with a configuration file: collected while reading, and reported all at once.
//!
//! The wording follows one pattern: where, what, and on a line of its own how to get out of it.
//! Values are shown as they stand in the file, never with variables replaced, so that a secret in
//! the environment stays there.

use std::cell::RefCell;
use std::fmt;

/// Longest piece of the file that a message repeats.
const MAX_SHOWN_CHARS: usize = 80;
/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    line: Option<usize>,
    what: String,
    hint: String,
}

/// Collects problems from readers that otherwise have nothing in common. A cell lets all of them
/// hold it at once.
#[derive(Debug, Default)]
pub(crate) struct Problems(RefCell<Vec<Problem>>);

/// Why one value cannot be used. `what` ends a sentence that begins with the value, and `hint` is
/// the way out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) what: String,
    pub(crate) hint: String,
}

// === impl Problem ===

impl Problem {
    pub(super) fn new(
        line: Option<usize>,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            line,
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// Line in the file, counted from 1; `None` if the file as a whole is meant.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong, in one sentence without a full stop.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The way out; empty if there is nothing to add.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    pub(super) fn write(&self, file: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Editors and terminals make a link of `FILE:LINE`.
        match self.line {
            Some(line) => write!(f, "{file}:{line}: {}", self.what)?,
            None => write!(f, "{file}: {}", self.what)?,
        }
        self.write_hint(f)
    }

    fn write_hint(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hint.is_empty() {
            return Ok(());
        }
        write!(f, "\n  hint: {}", self.hint)
    }
}

// === impl Problems ===

impl Problems {
    pub(crate) fn add(&self, line: usize, what: impl Into<String>, hint: impl Into<String>) {
        let problem = Problem::new(Some(line), what, hint);
        self.0.borrow_mut().push(problem);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// The problems in the order of their lines.
    pub(super) fn into_sorted(self) -> Vec<Problem> {
        let mut problems = self.0.into_inner();
        // Sections are read in the order of the format, which need not be that of the file. The
        // sort is stable, so problems of one line keep the order in which they were found.
        problems.sort_by_key(|problem| problem.line);
        problems
    }
}

// === impl Fault ===

impl Fault {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
        }
    }
}

/// A piece of the file for a message: quoted, on one line, cut, and without control characters for
/// the terminal.
pub(crate) fn shown(text: &str) -> String {
    if may_hold_password(text) {
        return "the value (not shown, it may hold a password)".to_owned();
    }
    format!("{:?}", shortened(text))
}

fn may_hold_password(text: &str) -> bool {
    // A password in a URL is the one secret that may stand in the file by mistake.
    text.contains("://") && text.contains('@')
}

fn shortened(text: &str) -> String {
    // It is cut between characters, because a cut by bytes could fall inside one.
    let mut short: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
