//! How many instances fail, and why.

use serde_json::json;

use super::series::failed_associations;
use crate::grafana::{Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("")
        .row(
            4,
            vec![
                (6, compliant()),
                (12, reasons()),
                (3, unreported()),
                (3, count()),
            ],
        )
        .row(8, vec![(8, documents()), (16, reasons_over_time())])
}

fn compliant() -> Panel {
    let compliant = in_status("COMPLIANT");
    let with_status = in_status("COMPLIANT|NON_COMPLIANT");
    Panel::stat("Compliant", "Share of instances that are compliant with their associations, among those with a status. Red below 75 %, green from 95 %.")
        .query("compliant", format!("{compliant} / ({with_status} > 0)"))
        .unit("percentunit")
        .decimals(1)
        .steps(looks::COMPLIANT_SHARE)
        .empty("no data")
}

/// Instances whose status of associations matches the regular expression.
fn in_status(status: &str) -> String {
    let matchers = format!(r#"compliance_type="Association", status=~"{status}""#);
    queries::sum(&queries::compliance_instances(&matchers))
}

fn by_reason() -> String {
    queries::by_reason(r#"compliance_type="Association""#)
}

fn reasons() -> Panel {
    Panel::stat(
        "Non-compliant instances by reason",
        "inventory_failed: AWS-GatherSoftwareInventory. patch_association_noncompliant: AWS-RunPatchBaselineAssociation found patches missing. association_failed: any other document.",
    )
    .query("{{reason}}", by_reason())
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

fn unreported() -> Panel {
    let matchers = r#"compliance_type="Association", status="UNREPORTED""#;
    let unreported = queries::sum(&queries::compliance_instances(matchers));
    Panel::stat(
        "Unreported",
        "Instances with associations of which AWS has no compliance summary.",
    )
    .query("instances", unreported)
    .unit("short")
    .steps(looks::FEW_IS_GOOD)
    .empty("no data")
}

fn count() -> Panel {
    let associations = queries::per_target("aws_ssm_association_info", "association_id", "");
    Panel::stat(
        "How many associations",
        "Associations in the chosen accounts and regions.",
    )
    .query("associations", format!("count({associations})"))
    .unit("short")
    .empty("none")
}

fn documents() -> Panel {
    Panel::bars(
        "Non-compliant instances by document",
        "Instances with a non-compliant association, by the document it runs.",
    )
    .query("{{document_name}}", failed_by_document())
    .unit("short")
    .default("color", json!({ "mode": "fixed", "fixedColor": "red" }))
    .empty("no association is non-compliant")
}

fn failed_by_document() -> String {
    let failed = failed_associations("document_name");
    // Shared documents go by their ARN, of which the last part is the name.
    let named =
        format!(r#"label_replace({failed}, "document_name", "$1", "document_name", ".*/(.+)")"#);
    // Bars come in the order of the answer.
    format!("sort_desc(count by (document_name) ({named}))")
}

fn reasons_over_time() -> Panel {
    Panel::lines(
        "Non-compliant instances by reason over time",
        "An instance with several reasons counts once for each.",
    )
    .query("{{reason}}", by_reason())
    .unit("short")
    .colours(looks::REASONS)
    .empty("no data")
}
