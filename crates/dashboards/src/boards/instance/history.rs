//! Its items by severity, and since when each reason has held.

use super::series::reasons;
use crate::grafana::{Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Items and reasons").row(8, vec![(8, items()), (16, reasons_over_time())])
}

fn items() -> Panel {
    let items = queries::of_chosen_instance(
        "aws_ssm_instance_compliance_items",
        "compliance_type, compliance_severity",
        r#"status="NON_COMPLIANT""#,
    );
    Panel::bars(
        "Non-compliant items by severity",
        "Patches, associations and custom items. AWS's own patch baselines leave the severity UNSPECIFIED.",
    )
    .query("{{compliance_severity}}", format!("sum by (compliance_severity) ({items})"))
    .unit("short")
    .colours(looks::SEVERITIES)
    .empty("none")
}

fn reasons_over_time() -> Panel {
    Panel::timeline(
        "Reasons over time",
        "When each reason held. A bar ends when its cause was fixed.",
    )
    .query("{{compliance_type}}: {{reason}}", reasons())
    // A reason that does not hold has no series, so there is nothing to say for 0.
    .mapped(looks::mapping(&[("1", "holds", "red")]))
    .empty("nothing non-compliant in this time")
}
