//! The answer in one word, which becomes the exit code.

use crate::explain::{Explanation, Verdict};

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
    /// The answer of these explanations together. Each note is about something that could not be
    /// told.
    pub(super) fn of(explanations: &[Explanation], notes: &[String]) -> Self {
        let verdicts = explanations.iter().map(|it| it.verdict.into());
        let unclear = notes.iter().map(|_| Self::Unclear);
        verdicts.chain(unclear).max().unwrap_or(Self::Compliant)
    }
}
