//! Whether the accounts and regions that the exporter is to discover can be listed.

use super::series::{CHOSEN_EXPORTERS, per_exporter};
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Discovery").row(8, vec![(12, accounts()), (12, exporters())])
}

fn accounts() -> Panel {
    Panel::lines(
        "Accounts of the organization",
        "Number of active accounts that are known and not excluded. Empty if the configuration has no organization.",
    )
    .query(
        "{{instance}}",
        per_exporter("aws_ssm_exporter_discovery_accounts", "instance"),
    )
    .unit("short")
    .empty("no organization")
}

fn exporters() -> Panel {
    let listed = per_exporter(
        "aws_ssm_exporter_discovery_last_success_timestamp_seconds",
        "instance",
    );
    Panel::table(
        "Discovery of accounts and regions",
        "Whether the last discovery could list everything, and how long ago one last could. While it fails, known accounts and regions are still read; the alert SsmComplianceDiscoveryFailing and the landing page say what cannot be listed and why.",
        &columns(),
    )
    .query(
        "",
        per_exporter("aws_ssm_exporter_discovery_success", "instance"),
    )
    .query("", queries::age(&listed))
    .query("", calls())
    .empty("nothing to discover")
}

/// The calls of the last hour.
fn calls() -> String {
    format!(
        "sum by (instance) (increase(aws_ssm_exporter_discovery_requests_total{{{CHOSEN_EXPORTERS}}}[1h]))"
    )
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("instance", "Instance"),
        Column::new("Value #A", "State")
            .width(75)
            .mapped(looks::works()),
        Column::new("Value #B", "Last listed").width(115).unit("s"),
        Column::new("Value #C", "Calls in 1 h")
            .width(115)
            .unit("none"),
    ]
}
