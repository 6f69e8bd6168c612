//! The form above the table of instances.

use std::collections::{BTreeMap, BTreeSet};

use super::census::Census;
use super::order::SortOrder;
use super::query::InstanceQuery;
use super::status::ShownStatus;
use crate::http::exporter_state::FleetSnapshot;
use crate::model::NoncomplianceReason;

/// The fields of the form, as the query has filled them.
#[derive(Clone, Debug)]
pub(super) struct QueryForm {
    pub(super) text: String,
    pub(super) selects: Vec<Select>,
    /// Whether there is a choice to show unlisted resources, too.
    pub(super) offers_unlisted: bool,
    pub(super) has_unlisted: bool,
    /// The tags that are asked for, which the form keeps.
    pub(super) tags: BTreeMap<String, String>,
    /// The order, which the form keeps; empty for the usual one.
    pub(super) order: String,
}

/// A field in which one of several values is chosen.
#[derive(Clone, Debug)]
pub(super) struct Select {
    pub(super) parameter: &'static str,
    pub(super) label: &'static str,
    pub(super) choices: Vec<Choice>,
}

#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) is_chosen: bool,
}

impl QueryForm {
    pub(super) fn new(fleet: &FleetSnapshot, census: &Census<'_>, query: &InstanceQuery) -> Self {
        let status = query.status.map(ShownStatus::as_str).unwrap_or_default();
        let reason = query
            .reason
            .map(NoncomplianceReason::as_str)
            .unwrap_or_default();
        let statuses = ShownStatus::ALL.map(ShownStatus::as_str);
        let reasons = NoncomplianceReason::ALL.map(NoncomplianceReason::as_str);
        let is_usual = query.order == SortOrder::default();
        Self {
            text: query.text.clone(),
            selects: vec![
                Select::new("account_id", "Account", accounts(fleet), &query.account_id),
                Select::of_words("region", "Region", regions(fleet), &query.region),
                Select::of_words(
                    "type",
                    "Compliance type",
                    census.types.iter().copied(),
                    &query.compliance_type,
                ),
                Select::of_words("status", "Status", statuses, status),
                Select::of_words("reason", "Reason", reasons, reason),
            ],
            offers_unlisted: fleet.policy.include_unlisted,
            has_unlisted: query.has_unlisted,
            tags: query.tags.clone(),
            order: if is_usual {
                String::new()
            } else {
                query.order.parameter()
            },
        }
    }
}

impl Select {
    fn of_words<'a>(
        parameter: &'static str,
        label: &'static str,
        words: impl IntoIterator<Item = &'a str>,
        chosen: &str,
    ) -> Self {
        let choices = words
            .into_iter()
            .map(|word| (word.to_owned(), word.to_owned()));
        Self::new(parameter, label, choices.collect(), chosen)
    }

    /// `values` have each value with the text that people see.
    fn new(
        parameter: &'static str,
        label: &'static str,
        mut values: Vec<(String, String)>,
        chosen: &str,
    ) -> Self {
        values.insert(0, (String::new(), "any".to_owned()));
        // What was asked for stays chosen, also where the fleet has no such value any more.
        if !values.iter().any(|(value, _)| value == chosen) {
            values.push((chosen.to_owned(), chosen.to_owned()));
        }
        let choice = |(value, text)| Choice {
            is_chosen: value == chosen,
            value,
            text,
        };
        Self {
            parameter,
            label,
            choices: values.into_iter().map(choice).collect(),
        }
    }
}

fn accounts(fleet: &FleetSnapshot) -> Vec<(String, String)> {
    let identities = fleet.targets.iter().map(|target| &target.identity);
    let known = identities.filter(|identity| !identity.account_id.is_empty());
    let by_id: BTreeMap<&str, &str> = known
        .map(|identity| (identity.account_id.as_str(), identity.account_name.as_str()))
        .collect();
    by_id.into_iter().map(account_choice).collect()
}

fn account_choice((id, name): (&str, &str)) -> (String, String) {
    let text = if name == id {
        id.to_owned()
    } else {
        format!("{name} ({id})")
    };
    (id.to_owned(), text)
}

fn regions(fleet: &FleetSnapshot) -> BTreeSet<&str> {
    let identities = fleet.targets.iter().map(|target| &target.identity);
    identities
        .map(|identity| identity.region.as_str())
        .collect()
}
