//! Who owns the non-compliant instances, as a tag says.

use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_TYPES};

/// What an empty panel says. The configuration decides whether there is anything to show.
const NOT_CONFIGURED: &str = "no tag in tag_compliance";

pub(super) fn section() -> Section {
    Section::new("By tag").row(8, vec![(12, values()), (12, shares())])
}

fn values() -> Panel {
    Panel::table(
        "Instances by value of the chosen tag",
        "Who has how many instances, and how many of them are non-compliant. An empty value: instances without the tag. \
         (other): values beyond the 200 with the most instances. Needs tag_compliance in the exporter's configuration, \
         and no series of instances.",
        &value_columns(),
    )
    // Every instance has a status of Patch, so this query has a row for every value.
    .query("", by_value(r#"compliance_type="Patch""#))
    .query("", in_status(r#"compliance_type="Patch""#, "NON_COMPLIANT"))
    .query("", in_status(r#"compliance_type="Association""#, "NON_COMPLIANT"))
    .query("", in_status(r#"compliance_type=~"Custom:.*""#, "NON_COMPLIANT"))
    .query("", in_status(r#"compliance_type="Patch""#, "UNREPORTED"))
    .unit("short")
    .sorted("Patch", true)
    .empty(NOT_CONFIGURED)
}

fn value_columns() -> Vec<Column> {
    vec![
        Column::new("tag_value", "Value"),
        Column::new("Value #A", "Managed").width(85),
        Column::new("Value #B", "Patch")
            .width(70)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #C", "Association")
            .width(100)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #D", "Custom")
            .width(80)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #E", "Never scanned")
            .width(125)
            .steps(looks::FEW_IS_GOOD),
    ]
}

fn shares() -> Panel {
    Panel::lines(
        "Compliant share by value of the chosen tag",
        "Share of compliant instances among those with a status, of the chosen compliance types together. Needs \
         tag_compliance in the exporter's configuration.",
    )
    .query("{{tag_value}}", queries::compliant_share_by_tag())
    .unit("percentunit")
    .decimals(1)
    .default("min", 0)
    .default("max", 1)
    .empty(NOT_CONFIGURED)
}

/// Instances of each value in a status, of the chosen types that match.
fn in_status(types: &str, status: &str) -> String {
    by_value(&format!(r#"{types}, status="{status}", {CHOSEN_TYPES}"#))
}

fn by_value(matchers: &str) -> String {
    queries::sum_by("tag_value", &queries::tagged_instances(matchers))
}
