//! How each association gets on.

use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Health of associations")
        .row(10, vec![(24, health())])
        .row(8, vec![(12, statuses()), (12, inventory())])
}

fn health() -> Panel {
    Panel::table(
        "Instances of each association by status",
        "Instances of each association by the status of its last run, as AWS counts them. Share of success: among runs that have ended.",
        &health_columns(),
    )
    .query("", associations())
    .query("", in_status(r#"status="Success""#))
    .query("", in_status(r#"status="Failed""#))
    .query("", in_status(r#"status="TimedOut""#))
    .query("", in_status(r#"status="Pending""#))
    // AWS may add statuses; those without a column of their own are counted together.
    .query("", in_status(r#"status!~"Success|Failed|TimedOut|Pending""#))
    .query("", success_share())
    .unit("short")
    .sorted("Failed", true)
    .empty("–")
}

fn health_columns() -> Vec<Column> {
    vec![
        Column::new("association_name", "Association"),
        Column::new("document_name", "Document"),
        Column::new("account_name", "Account").width(120),
        Column::new("region", "Region").width(110),
        Column::new("Value #G", "Share of success")
            .width(140)
            .unit("percentunit")
            .decimals(1)
            .steps(looks::COMPLIANT_SHARE),
        Column::new("Value #B", "Success").width(90),
        Column::new("Value #C", "Failed")
            .width(80)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #D", "TimedOut")
            .width(90)
            .steps(looks::FEW_IS_GOOD),
        Column::new("Value #E", "Pending").width(90),
        Column::new("Value #F", "Others").width(80),
        Column::new("association_id", "Association id").width(310),
    ]
}

/// Every association, with its name, its document and its account.
fn associations() -> String {
    let labels = "association_id, association_name, document_name";
    let info = queries::per_target("aws_ssm_association_info", labels, "");
    queries::with_account_name(&info)
}

/// How many instances of each association match.
fn in_status(matchers: &str) -> String {
    queries::sum_by(
        "account_id, region, association_id",
        &association_instances(matchers),
    )
}

/// The share of success among the instances whose run has ended.
fn success_share() -> String {
    let succeeded = in_status(r#"status="Success""#);
    let finished = in_status(r#"status!="Pending""#);
    // An association that has never succeeded has no series of successes: its share is 0.
    format!("({succeeded} or 0 * {finished}) / {finished}")
}

fn association_instances(matchers: &str) -> String {
    queries::per_target(
        "aws_ssm_association_instances",
        "association_id, status",
        matchers,
    )
}

fn statuses() -> Panel {
    Panel::areas(
        "Instances by association status",
        "Over all associations; an instance counts once for each of its associations.",
    )
    .query(
        "{{status}}",
        queries::sum_by("status", &association_instances("")),
    )
    .unit("short")
    .colours(looks::ASSOCIATION_STATUSES)
    .empty("no association")
}

fn inventory() -> Panel {
    Panel::areas(
        "Collection of inventory",
        "Instances by the last status of AWS-GatherSoftwareInventory: without inventory the console does not show their applications and files.",
    )
    .query("{{status}}", queries::sum_by("status", &inventory_instances()))
    .unit("short")
    .colours(looks::ASSOCIATION_STATUSES)
    .empty("no inventory association")
}

/// Instances of the associations that collect inventory.
fn inventory_instances() -> String {
    let matchers = r#"document_name=~"(.*/)?AWS-GatherSoftwareInventory""#;
    let info = queries::per_target("aws_ssm_association_info", "association_id", matchers);
    let instances = association_instances("");
    format!("{instances} and on (account_id, region, association_id) {info}")
}
