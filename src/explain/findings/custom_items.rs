//! "The status of custom compliance items": only whoever writes them knows what they mean.

use super::steps::{place, verified_types};
use crate::explain::case::{CUSTOM_PREFIX, Case};
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::words::counted;
use crate::model::{ItemRow, NoncomplianceReason, free_text};

const ITEM_COLUMNS: &[&str] = &["id", "severity", "title", "details"];

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let types = case.noncompliant_types().into_iter();
    types
        .filter(|compliance_type| compliance_type.starts_with(CUSTOM_PREFIX))
        .map(|compliance_type| finding(case, compliance_type))
        .collect()
}

fn finding(case: Case<'_>, compliance_type: &str) -> Finding {
    let items = case.items_of(compliance_type);
    let times = items.iter().filter_map(|item| item.execution_time);
    let oldest = times.min().or(case
        .summary(compliance_type)
        .and_then(|row| row.execution_time));
    let finding = Finding::new(
        Cause::Reason(NoncomplianceReason::CustomItems),
        Effect::Noncompliant,
        compliance_type,
        sentence(case, compliance_type, &items),
    )
    .table(
        "items",
        ITEM_COLUMNS,
        items.iter().map(|item| row(item)).collect(),
    )
    .since(oldest, "when its writer last wrote the items")
    .step(read(case, compliance_type))
    .step(by_hand());
    verified_types(finding, case)
}

fn sentence(case: Case<'_>, compliance_type: &str, items: &[&ItemRow]) -> String {
    let total = case
        .summary(compliance_type)
        .map_or(0, |row| row.noncompliant.total);
    let count = items.len().max(usize::try_from(total).unwrap_or(0));
    match items {
        [item] if count == 1 && !item.title.is_empty() => {
            format!("1 item is non-compliant: {}", free_text(&item.title))
        }
        _ => counted(count, "item is non-compliant", "items are non-compliant"),
    }
}

fn row(item: &ItemRow) -> Vec<String> {
    let details = item.details.iter();
    let details: Vec<String> = details
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    vec![
        item.id.clone(),
        item.severity.clone(),
        item.title.clone(),
        details.join(" "),
    ]
}

fn read(case: Case<'_>, compliance_type: &str) -> Step {
    Step::new("Read the items.").command(commands::items_of_type(place(case), compliance_type))
}

fn by_hand() -> Step {
    Step::new(
        "Ask whoever writes this type: AWS does not know what it means. The caller of \
         PutComplianceItems stands in CloudTrail. Mend what the items say, and let the writer run \
         again: it replaces them.",
    )
}
