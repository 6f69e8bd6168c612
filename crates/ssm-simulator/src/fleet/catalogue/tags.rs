//! Keys and values of tags.

/// Values of the tag `Team`.
pub(crate) const TEAMS: [&str; 5] = ["payments", "search", "platform", "data", "identity"];

/// Values of the tag `Team` that a few nodes have. Tags may contain quotes, spaces and any letters.
pub(crate) const UNUSUAL_TEAMS: [&str; 3] = ["Identity & Access", "Zoë's \"ops\"", ""];

/// Values of the tag `Environment`, where the patch group does not give it away.
pub(crate) const ENVIRONMENTS: [&str; 3] = ["production", "staging", "development"];

/// Values of the tag `CostCenter`.
pub(crate) const COST_CENTERS: [&str; 4] = ["1000", "2000", "3100", "3200"];
