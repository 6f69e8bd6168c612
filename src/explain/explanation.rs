//! The result: what is wrong with an instance, the evidence, and what to do.

use super::cause::Cause;
use super::evidence::{ReadFailure, TargetName};
use super::rank::Rank;
use super::verdict::Verdict;
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
    /// How bad it is, for lists of several instances.
    pub rank: Rank,
    /// The command that explains the instance again, to see that all is mended.
    pub again: String,
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

// === impl Explanation ===

impl Explanation {
    /// Returns how bad it is. Sorted by it, the worst instance comes last.
    pub fn rank(&self) -> Rank {
        self.rank
    }

    /// Says whether anything is to be done: whether a finding is more than good to know.
    pub fn needs_action(&self) -> bool {
        let mut effects = self.findings.iter().map(|finding| finding.effect);
        effects.any(|effect| effect != Effect::Informative)
    }

    /// Says whether it is doubtful what AWS says of the instance, good news included.
    pub fn is_doubtful(&self) -> bool {
        let mut effects = self.findings.iter().map(|finding| finding.effect);
        effects.any(|effect| effect == Effect::Doubtful)
    }

    /// Returns how to see that all is mended: the steps of all findings, each of them once.
    pub fn verification(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = Vec::new();
        for step in self.findings.iter().flat_map(|it| &it.verification) {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        steps
    }
}

// === impl Effect ===

impl Effect {
    /// Returns the name, in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Noncompliant => "noncompliant",
            Self::Doubtful => "doubtful",
            Self::Informative => "informative",
        }
    }
}

// === impl Finding ===

impl Finding {
    /// Begins a finding. The compliance type is empty if it is about the instance as a whole.
    pub(super) fn new(
        cause: Cause,
        effect: Effect,
        compliance_type: &str,
        sentence: impl Into<String>,
    ) -> Self {
        Self {
            cause,
            effect,
            compliance_type: compliance_type.to_owned(),
            sentence: sentence.into(),
            evidence: Vec::new(),
            since: None,
            remedy: Vec::new(),
            verification: Vec::new(),
        }
    }

    /// Adds a text as evidence, unless AWS did not give it.
    pub(super) fn text(mut self, name: &'static str, text: &str) -> Self {
        if !text.is_empty() {
            let value = FactValue::Text(text.to_owned());
            self.evidence.push(Fact { name, value });
        }
        self
    }

    /// Adds a time as evidence, unless AWS did not give it.
    pub(super) fn time(mut self, name: &'static str, time: Option<Timestamp>) -> Self {
        if let Some(time) = time {
            let value = FactValue::Time(time);
            self.evidence.push(Fact { name, value });
        }
        self
    }

    /// Adds rows as evidence, unless there are none.
    pub(super) fn table(
        mut self,
        name: &'static str,
        columns: &'static [&'static str],
        rows: Vec<Vec<String>>,
    ) -> Self {
        if !rows.is_empty() {
            let value = FactValue::Table { columns, rows };
            self.evidence.push(Fact { name, value });
        }
        self
    }

    /// Says since when it holds, if AWS knows.
    pub(super) fn since(mut self, time: Option<Timestamp>, meaning: &'static str) -> Self {
        self.since = time.map(|time| Since { time, meaning });
        self
    }

    /// Adds the next step of the remedy.
    pub(super) fn step(mut self, step: Step) -> Self {
        self.remedy.push(step);
        self
    }

    /// Adds a command that shows whether it is mended.
    pub(super) fn verify(mut self, text: &str, command: String) -> Self {
        self.verification.push(Step::new(text).command(command));
        self
    }
}

// === impl Step ===

impl Step {
    /// Begins a step that is done by hand.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Adds a command.
    pub(super) fn command(mut self, command: String) -> Self {
        self.commands.push(command);
        self
    }

    /// Adds commands.
    pub(super) fn commands(mut self, commands: Vec<String>) -> Self {
        self.commands.extend(commands);
        self
    }

    /// Adds files on the instance to look at.
    pub(super) fn paths(mut self, paths: Vec<String>) -> Self {
        self.paths.extend(paths);
        self
    }
}
