//! Which instances must be rebooted.

use super::series::reboot_pending_since;
use crate::boards::instance_columns::instance_columns;
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Reboots").row(9, vec![(24, pending_reboots())])
}

fn pending_reboots() -> Panel {
    let pending = pending_patches();
    let pending_for = queries::age(&reboot_pending_since());
    Panel::table(
        "Pending reboots",
        "Instances with patches that are InstalledPendingReboot. Reboot, then scan: the state stays until the next scan. Pending for: as recorded by the recording rule.",
        &pending_columns(),
    )
    .query("", queries::with_instance_names(&pending))
    .query("", queries::for_instances_of(&pending_for, &pending))
    .query("", queries::for_instances_of(&no_reboot_install_age(), &pending))
    .sorted("Pending for", true)
    .empty("no reboot pending")
}

fn pending_columns() -> Vec<Column> {
    instance_columns([
        Column::new("Value #A", "Patches waiting")
            .width(140)
            .unit("short"),
        Column::new("Value #B", "Pending for")
            .width(140)
            .unit("s")
            .steps(looks::FINDING_AGE),
        Column::new("Value #C", "Last NoReboot install ago")
            .width(200)
            .unit("s"),
    ])
}

/// How many patches of each instance wait for a reboot, where any do.
fn pending_patches() -> String {
    let matchers = r#"patch_state="InstalledPendingReboot""#;
    let pending = queries::per_instance("aws_ssm_instance_patches", "", matchers);
    queries::for_chosen_platforms(&format!("{pending} > 0"))
}

/// How long ago patches were last installed on each instance without a reboot.
fn no_reboot_install_age() -> String {
    let metric = "aws_ssm_instance_patch_no_reboot_install_timestamp_seconds";
    queries::age(&queries::per_instance(metric, "", ""))
}
