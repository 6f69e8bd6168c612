//! What pages say of a target.

use std::time::Duration;

use crate::model::FailureReason;

/// A target (account x region) as pages show it. They escape all text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TargetRow {
    /// Twelve digits, or empty while the account is not known.
    pub account_id: String,
    /// As configured, or the account id.
    pub account_name: String,
    /// The AWS region.
    pub region: String,
    /// How it is.
    pub state: TargetState,
    /// Time since the data was last confirmed; `None` before the first success.
    pub age: Option<Duration>,
    /// What is wrong, if something is.
    pub detail: Option<String>,
    /// Why collectors have failed, each reason once.
    pub reasons: Vec<FailureReason>,
    /// Its instances; `None` as long as not both they and their compliance are known.
    pub counts: Option<InstanceCounts>,
    /// When it is read anew.
    pub next_refresh: NextRefresh,
}

/// How a target is, the worst first.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum TargetState {
    /// Not a target, but a list of accounts or regions that could not be read and may have more.
    NotListed,
    /// The last attempt has failed.
    Down,
    /// It was up when it was last read, which is longer ago than it should be.
    Stale,
    /// Another entry of the configuration is the same account and region.
    LeftOut,
    /// The first attempt has not ended yet.
    #[default]
    Waiting,
    /// The last attempt was successful.
    Up,
}

/// The listed instances of a target. One that is non-compliant for a type and unreported for
/// another counts as both, as in the table of instances.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct InstanceCounts {
    /// All of them.
    pub listed: usize,
    /// Compliant for every type of which there is something to say.
    pub compliant: usize,
    /// Non-compliant for at least one type.
    pub noncompliant: usize,
    /// Without a summary for at least one type, although there should be one.
    pub unreported: usize,
}

/// When a target is read anew.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum NextRefresh {
    /// It is not known: nothing was read yet.
    #[default]
    Unknown,
    /// It is being read, for this long already.
    Running(Duration),
    /// The next refresh starts after this time.
    In(Duration),
}

impl TargetState {
    /// A word or two that fit into a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotListed => "not listed",
            Self::Down => "down",
            Self::Stale => "stale",
            Self::LeftOut => "left out",
            Self::Waiting => "waiting",
            Self::Up => "up",
        }
    }
}
