//! The patches of an instance in one state, from whichever view told them.

use super::rows::{ApprovalRule, BaselineSettings, InstancePatchRow};
use super::words::counted;
use crate::model::{ItemRow, PatchState};

/// One patch of the instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FoundPatch {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) classification: String,
    /// The severity that the vendor gives the patch.
    pub(super) severity: String,
    pub(super) cve_ids: Vec<String>,
}

/// Returns the patches in a state, in the order of their ids: those that `DescribeInstancePatches`
/// told, and otherwise those that the compliance items name.
pub(super) fn patches_in(
    rows: Option<&Vec<InstancePatchRow>>,
    items: &[&ItemRow],
    state: PatchState,
) -> Vec<FoundPatch> {
    let listed = rows.into_iter().flatten();
    let mut patches: Vec<FoundPatch> = listed
        .filter(|row| PatchState::parse(&row.state) == Some(state))
        .map(from_row)
        .collect();
    if patches.is_empty() {
        let named = items.iter().filter(|item| item_state(item) == Some(state));
        patches = named.map(|item| from_item(item)).collect();
    }
    patches.sort_by(|a, b| a.id.cmp(&b.id));
    patches.dedup_by(|a, b| a.id == b.id);
    patches
}

/// The state of the patch that an item is about. `None` if it is in none that AWS documents, or if
/// somebody has put the item by hand, and so it is about no patch.
pub(super) fn item_state(item: &ItemRow) -> Option<PatchState> {
    PatchState::parse(item.detail("PatchState"))
}

/// Says what of the baseline approves a patch: its name, or a rule and how many days after the
/// release. Empty if nothing is known to.
pub(super) fn approved_by(patch: &FoundPatch, baseline: Option<&BaselineSettings>) -> String {
    let Some(baseline) = baseline else {
        return String::new();
    };
    if baseline.approved_patches.contains(&patch.id) {
        return "name".to_owned();
    }
    let mut rules = (1..).zip(&baseline.approval_rules);
    let matching = rules.find(|(_, rule)| matches(rule, patch));
    matching.map_or_else(String::new, |(number, rule)| described(number, rule))
}

/// Whether a rule approves a patch, as far as classification and severity tell.
// The other keys, such as the product, are no property of the rows that AWS gives of a patch.
fn matches(rule: &ApprovalRule, patch: &FoundPatch) -> bool {
    rule.filters.iter().all(|(key, values)| match key.as_str() {
        "CLASSIFICATION" => accepts(values, &patch.classification),
        "SEVERITY" | "MSRC_SEVERITY" => accepts(values, &patch.severity),
        _ => true,
    })
}

fn accepts(values: &[String], value: &str) -> bool {
    values
        .iter()
        .any(|accepted| accepted == "*" || accepted == value)
}

fn described(number: usize, rule: &ApprovalRule) -> String {
    match (rule.approve_after_days, rule.approve_until_date.as_str()) {
        (Some(days), _) => {
            let days = counted(usize::try_from(days).unwrap_or(0), "day", "days");
            format!("rule {number} ({days})")
        }
        (None, "") => format!("rule {number}"),
        (None, date) => format!("rule {number} (until {date})"),
    }
}

fn from_row(row: &InstancePatchRow) -> FoundPatch {
    FoundPatch {
        id: row.id.clone(),
        title: row.title.clone(),
        classification: row.classification.clone(),
        severity: row.severity.clone(),
        cve_ids: row.cve_ids.clone(),
    }
}

fn from_item(item: &ItemRow) -> FoundPatch {
    let cves = item.detail("CVEIds").split(',').map(str::trim);
    FoundPatch {
        id: item.id.clone(),
        title: item.title.clone(),
        classification: item.detail("Classification").to_owned(),
        severity: item.detail("PatchSeverity").to_owned(),
        cve_ids: cves
            .filter(|cve| !cve.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(key: &str, value: &str) -> ApprovalRule {
        ApprovalRule {
            filters: vec![
                ("PRODUCT".to_owned(), vec!["*".to_owned()]),
                (key.to_owned(), vec![value.to_owned()]),
            ],
            approve_after_days: Some(7),
            ..ApprovalRule::default()
        }
    }

    #[test]
    fn the_first_rule_that_fits_a_patch_approves_it() {
        let baseline = BaselineSettings {
            approval_rules: vec![
                rule("CLASSIFICATION", "Bugfix"),
                rule("SEVERITY", "Critical"),
            ],
            approved_patches: vec!["by-name".to_owned()],
            ..BaselineSettings::default()
        };
        let patch = |id: &str, severity: &str| FoundPatch {
            id: id.to_owned(),
            severity: severity.to_owned(),
            ..FoundPatch::default()
        };
        let approved = |id, severity| approved_by(&patch(id, severity), Some(&baseline));
        assert_eq!(approved("kernel", "Critical"), "rule 2 (7 days)");
        assert_eq!(approved("kernel", "Low"), "");
        assert_eq!(approved("by-name", "Low"), "name");
    }
}
