//! What no other branch explains: items that somebody has put by hand, and summaries without items.

use super::steps::{place, scan, verified_types};
use crate::explain::case::{CUSTOM_PREFIX, Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::patches::item_state;
use crate::explain::words::counted;
use crate::model::{ItemRow, NoncomplianceReason, PatchState};

const ITEM_COLUMNS: &[&str] = &["id", "severity", "title", "state"];

/// Finds what the findings so far leave unexplained.
pub(super) fn find(case: Case<'_>, others: &[Finding]) -> Vec<Finding> {
    let types = case.noncompliant_types().into_iter();
    types
        .filter(|compliance_type| !compliance_type.starts_with(CUSTOM_PREFIX))
        .filter_map(|compliance_type| of_type(case, compliance_type, others))
        .collect()
}

fn of_type(case: Case<'_>, compliance_type: &str, others: &[Finding]) -> Option<Finding> {
    let items = unexplained_items(case, compliance_type);
    let is_explained = others.iter().any(|finding| {
        finding.effect == Effect::Noncompliant && finding.compliance_type == compliance_type
    });
    if items.is_empty() && is_explained {
        return None;
    }
    let finding = Finding::new(
        Cause::Reason(NoncomplianceReason::Unexplained),
        Effect::Noncompliant,
        compliance_type,
        sentence(case, compliance_type, &items),
    )
    .table(
        "items",
        ITEM_COLUMNS,
        items.iter().map(|item| row(item)).collect(),
    )
    .since(
        case.summary(compliance_type)
            .and_then(|it| it.execution_time),
        "when AWS last took in a report of this type",
    )
    .step(read(case, compliance_type))
    .step(mend(case, compliance_type, &items));
    Some(verified_types(finding, case))
}

/// The items that are about nothing that another branch explains.
fn unexplained_items<'a>(case: Case<'a>, compliance_type: &str) -> Vec<&'a ItemRow> {
    // All associations have a branch, and so have the bad states of patches.
    if compliance_type != PATCH {
        return Vec::new();
    }
    let mut items = case.items_of(PATCH);
    items.retain(|item| !is_explained_state(item_state(item)));
    items
}

fn is_explained_state(state: Option<PatchState>) -> bool {
    let Some(state) = state else {
        return false;
    };
    PatchState::ALL[..PatchState::NONCOMPLIANT].contains(&state)
        || state == PatchState::AvailableSecurityUpdate
}

fn sentence(case: Case<'_>, compliance_type: &str, items: &[&ItemRow]) -> String {
    if !items.is_empty() {
        let items = counted(items.len(), "item is", "items are");
        return format!("{items} about no patch: somebody has put them by hand");
    }
    let was_read = case.evidence.items.done().is_some();
    let total = case
        .summary(compliance_type)
        .map_or(0, |row| row.noncompliant.total);
    if was_read {
        format!("AWS counts {total} non-compliant items, and none of a known cause is there")
    } else {
        format!("AWS counts {total} non-compliant items, which were not read here")
    }
}

fn row(item: &ItemRow) -> Vec<String> {
    vec![
        item.id.clone(),
        item.severity.clone(),
        item.title.clone(),
        item.detail("PatchState").to_owned(),
    ]
}

fn read(case: Case<'_>, compliance_type: &str) -> Step {
    Step::new("Read the items, here or in the console.")
        .command(commands::items_of_type(place(case), compliance_type))
}

fn mend(case: Case<'_>, compliance_type: &str, items: &[&ItemRow]) -> Step {
    match (compliance_type == PATCH, items.is_empty()) {
        (true, false) => scan(
            case,
            "Scan: the report of a scan replaces items that were put by hand. Whoever needs them \
             writes them under a type Custom: instead; CloudTrail knows who it was.",
        ),
        (true, true) => scan(
            case,
            "Scan: the summary may be ahead of the items, or behind them.",
        ),
        (false, _) => Step::new(
            "The summary may be ahead of the items, or behind them: explain again in a few \
             minutes.",
        ),
    }
}
