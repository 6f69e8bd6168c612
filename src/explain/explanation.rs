//! The result: what is wrong with an instance, the evidence, and what to do.

use super::cause::Cause;
use super::evidence::{ReadFailure, TargetName};
use crate::model::{InstanceRow, Timestamp};

/// Why an instance is non-compliant.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Where the instance is.
    pub target: TargetName,
    /// The instance's id.
    pub resource_id: String,
    /// Its listing, if AWS lists it and it could be read.
    pub listing: Option<InstanceRow>,
    /// What can be said of it as a whole.
    pub verdict: Verdict,
    /// What was found, that to act on first at the top.
    pub findings: Vec<Finding>,
    /// What could not be read, so that the findings may be incomplete.
    pub unread: Vec<ReadFailure>,
}

/// What can be said of an instance as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that was read says so, and nothing that says so is missing.
    Compliant,
    /// At least one compliance type is non-compliant.
    NonCompliant,
    /// Too little could be read, or AWS has nothing that says so.
    Unknown,
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is about.
    pub cause: Cause,
    /// What it does to the verdict.
    pub effect: Effect,
    /// The compliance type that it explains; empty if it is about the instance as a whole.
    pub compliance_type: String,
    /// One sentence that says what it is.
    pub sentence: String,
    /// What AWS said that proves it.
    pub evidence: Vec<Fact>,
    /// Since when, as far as AWS knows.
    pub since: Option<Since>,
    /// What to do, in order.
    pub remedy: Vec<Step>,
    /// How to see afterwards that it is mended.
    pub verification: Vec<Step>,
}

/// What a finding does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It makes the instance non-compliant.
    Noncompliant,
    /// It makes what AWS says of the instance doubtful, good news included.
    Doubtful,
    /// It is good to know.
    Informative,
}

/// A piece of evidence with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is, for example `baseline`. It is a key of the JSON output, in snake case.
    pub name: &'static str,
    /// What AWS said.
    pub value: FactValue,
}

/// The value of a [`Fact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactValue {
    /// A text.
    Text(String),
    /// A time.
    Time(Timestamp),
    /// Rows with the same columns, for example one per patch.
    Table {
        /// The names of the columns, in snake case.
        columns: &'static [&'static str],
        /// The cells of each row, as many as there are columns.
        rows: Vec<Vec<String>>,
    },
}

/// The time since which a finding holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The time.
    pub time: Timestamp,
    /// What AWS dates with it, for example "the first failed execution that AWS still lists".
    pub meaning: &'static str,
}

/// One thing to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What to do, in a sentence.
    pub text: String,
    /// The commands that do it, for a POSIX shell; none if it is done by hand.
    pub commands: Vec<String>,
    /// Files on the instance to look at.
    pub paths: Vec<String>,
}
