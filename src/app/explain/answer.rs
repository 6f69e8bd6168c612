//! The answer in one word, which becomes the exit code.

use crate::explain::Verdict;

/// What was found, the weightiest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// All that was asked about is compliant.
    Compliant,
    /// Something is non-compliant.
    NonCompliant,
    /// For something it could not be told.
    Unclear,
}

impl From<Verdict> for Answer {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Compliant => Self::Compliant,
            Verdict::NonCompliant => Self::NonCompliant,
            Verdict::Unknown => Self::Unclear,
        }
    }
}

impl Answer {
    /// The answer to all of these questions together.
    pub(super) fn of_all(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().max().unwrap_or(Self::Compliant)
    }
}
