//! What State Manager says of the instance.

use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_INSTANCE};

pub(super) fn section() -> Section {
    Section::new("State Manager").row(7, vec![(12, failed()), (5, statuses()), (7, runs())])
}

fn failed() -> Panel {
    let columns = [
        Column::new("document_name", "Document"),
        Column::new("association_name", "Association"),
        Column::new("compliance_severity", "Severity").width(130),
        Column::new("association_id", "Association id").width(310),
    ];
    Panel::table(
        "Non-compliant associations",
        "Associations for which the instance is non-compliant, with the document that each runs. Empty: none.",
        &columns,
    )
    .query("", failed_associations())
    .empty("none")
}

/// The non-compliant associations of the instance, with their names.
fn failed_associations() -> String {
    let labels = "association_id, document_name, compliance_severity";
    let metric = "aws_ssm_instance_noncompliant_association_info";
    let failed = queries::per_instance(metric, labels, CHOSEN_INSTANCE);
    queries::looked_up(
        &failed,
        "association_id",
        "aws_ssm_association_info",
        "association_name",
    )
}

fn statuses() -> Panel {
    Panel::bars(
        "Associations by status",
        "Associations of the instance by their last status.",
    )
    .query(
        "{{status}}",
        queries::of_chosen_instance("aws_ssm_instance_associations", "status", ""),
    )
    .unit("short")
    .colours(looks::ASSOCIATION_STATUSES)
    .empty("no association")
}

fn runs() -> Panel {
    Panel::stat(
        "Associations last",
        "How long ago associations last ran on the instance, and last succeeded.",
    )
    .query("ran", association_age("execution"))
    .query("succeeded", association_age("success"))
    .unit("s")
    .steps(looks::LAST_RUN_AGE)
    .empty("never")
}

/// How long ago any association had this event on the instance.
fn association_age(event: &str) -> String {
    let metric = format!("aws_ssm_instance_last_association_{event}_timestamp_seconds");
    queries::age(&queries::of_chosen_instance(&metric, "", ""))
}
