//! What is rendered.

use crate::explain::explanation::Explanation;
use crate::model::Timestamp;

/// Explanations, and what else their reader should know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report<'a> {
    /// The explanations, in the order in which to show them.
    pub explanations: &'a [Explanation],
    /// What concerns no single explanation, each in one sentence: unknown ids, targets that could
    /// not be asked.
    pub notes: &'a [String],
    /// The calls that were made, one a line; empty unless they were asked for.
    pub calls: &'a [String],
    /// What time it is.
    pub now: Option<Timestamp>,
}

/// How the target is named: the account's id, its name if it has one, and the region.
pub(super) fn target_words(explanation: &Explanation) -> String {
    let target = &explanation.target;
    let account = match &target.account_name {
        Some(name) => format!("{} ({name})", target.account_id),
        None => target.account_id.clone(),
    };
    format!("account {account}, region {}", target.region)
}

/// What the instance is called and what it runs, as far as AWS says.
pub(super) fn machine_words(explanation: &Explanation) -> String {
    let Some(listing) = &explanation.listing else {
        return String::new();
    };
    let platform = format!("{} {}", listing.platform_name, listing.platform_version);
    let name = [&listing.name, &listing.computer_name]
        .into_iter()
        .find(|name| !name.is_empty());
    let words = [name.map(String::as_str), Some(platform.trim())];
    let known: Vec<&str> = words
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .collect();
    known.join(", ")
}
