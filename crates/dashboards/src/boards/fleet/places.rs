//! Where the non-compliant instances are, and how severe their items.

use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_TYPES};

pub(super) fn section() -> Section {
    Section::new("Where").row(8, vec![(14, accounts()), (10, severities())])
}

fn accounts() -> Panel {
    Panel::table(
        "Non-compliant instances by account and region",
        "Each configured account and region: its instances, those non-compliant by type, and those without a patch summary.",
        &account_columns(),
    )
    // The first query has every target, so that each has a row, also without instances.
    .query("", queries::with_account_name(&queries::managed_of_target("")))
    .query("", queries::managed_of_target(r#"ping_status="Online""#))
    .query("", instances_of_target(r#"compliance_type="Patch""#, "NON_COMPLIANT"))
    .query("", instances_of_target(r#"compliance_type="Association""#, "NON_COMPLIANT"))
    .query("", instances_of_target(r#"compliance_type=~"Custom:.*""#, "NON_COMPLIANT"))
    .query("", instances_of_target(r#"compliance_type="Patch""#, "UNREPORTED"))
    .unit("short")
    .sorted("Patch", true)
    .empty("–")
}

fn account_columns() -> Vec<Column> {
    vec![
        Column::new("account_name", "Account"),
        Column::new("account_id", "Account id").width(125),
        Column::new("region", "Region").width(110),
        Column::new("Value #A", "Managed").width(85),
        Column::new("Value #B", "Online").width(75),
        Column::new("Value #C", "Patch")
            .width(70)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #D", "Association")
            .width(100)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #E", "Custom")
            .width(80)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #F", "Never scanned")
            .width(125)
            .steps(looks::FEW_IS_GOOD),
    ]
}

/// Instances of each account and region in a status, of the chosen types that match.
fn instances_of_target(types: &str, status: &str) -> String {
    let matchers = format!(r#"{types}, status="{status}", {CHOSEN_TYPES}"#);
    queries::sum_by(
        "account_id, region",
        &queries::compliance_instances(&matchers),
    )
}

fn severities() -> Panel {
    Panel::areas(
        "Non-compliant items by severity",
        "Patches, associations and custom items that are non-compliant. AWS's own patch baselines leave the severity UNSPECIFIED. \
         Needs the series of instances (exposition.instances is not none).",
    )
    .query("{{compliance_severity}}", queries::noncompliant_items("compliance_severity"))
    .unit("short")
    .colours(looks::SEVERITIES)
    // It reads several series of each instance at every step.
    .coarse()
        .empty("no non-compliant item")
}
