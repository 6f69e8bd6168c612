//! Which patches and vulnerabilities there are, and which instances lack a chosen one.

use super::series::noncompliant_since;
use crate::boards::instance_columns::instance_columns;
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

/// This dashboard with the choices and the time kept, and the patch of the cell chosen.
// Names of packages have characters such as `+`, which mean something else in a link.
const PATCH_URL: &str = "/d/ssm-compliance-patching?var-datasource=${datasource}&${job:queryparam}\
     &${account:queryparam}&${region:queryparam}&${platform:queryparam}\
     &var-patch=${__value.raw:percentencode}&${__url_time_range}";

/// What a patch of an instance is told by.
const PATCH_LABELS: &str = "account_id, region, instance_id, patch_id, patch_severity";

/// The matcher of the chosen patches.
const CHOSEN_PATCHES: &str = r#"patch_id=~"$patch""#;

pub(super) fn section() -> Section {
    Section::new("Single patches")
        .row(
            10,
            vec![(14, most_missing()), (7, cves()), (3, not_listed())],
        )
        .row(10, vec![(24, instances())])
}

fn most_missing() -> Panel {
    let columns = [
        Column::new("patch_id", "Patch").link("Which instances?", PATCH_URL),
        Column::new("patch_state", "State")
            .width(190)
            .mapped(looks::patch_states()),
        Column::new("patch_severity", "Severity")
            .width(110)
            .mapped(looks::patch_severities()),
        Column::new("classification", "Classification"),
        Column::new("Value #A", "Instances")
            .width(100)
            .unit("short"),
    ];
    Panel::table(
        "Most missing patches",
        "The 50 patches that make the most instances non-compliant, on all platforms. Empty unless exposition.max_patch_info_series is set.",
        &columns,
    )
    .query("", most(&patch_instances()))
    .sorted("Instances", true)
    .empty("none, or max_patch_info_series is not set")
}

fn patch_instances() -> String {
    let labels = "patch_id, patch_state, classification, patch_severity";
    let counts = queries::per_target("aws_ssm_noncompliant_patch_instances", labels, "");
    queries::sum_by(labels, &counts)
}

fn cves() -> Panel {
    let columns = [
        Column::new("cve_id", "CVE"),
        Column::new("Value #A", "Instances")
            .width(100)
            .unit("short"),
    ];
    let counts = queries::per_target("aws_ssm_noncompliant_cve_instances", "cve_id", "");
    Panel::table(
        "Most frequent CVEs",
        "The 50 vulnerabilities for which the most instances lack a patch, on all platforms. Empty unless exposition.max_patch_info_series is set.",
        &columns,
    )
    .query("", most(&queries::sum_by("cve_id", &counts)))
    .sorted("Instances", true)
    .empty("none, or max_patch_info_series is not set")
}

/// The 50 highest values: a table of all patches would be too much for the browser.
fn most(expr: &str) -> String {
    format!("topk(50, {expr})")
}

fn not_listed() -> Panel {
    let metric = "aws_ssm_noncompliant_patches_truncated";
    Panel::stat(
        "Not listed",
        "Patches of instances beyond exposition.max_patch_info_series, which are missing from the table below and from the alert SsmCompliancePatchOverdue. Empty unless it is set.",
    )
    .query("patches", queries::sum(&queries::per_target(metric, "", "")))
    .unit("short")
    .steps(looks::FEW_IS_GOOD)
    .empty("not set")
}

fn instances() -> Panel {
    let columns = instance_columns([
        Column::new("patch_id", "Patch"),
        Column::new("patch_state", "State")
            .width(190)
            .mapped(looks::patch_states()),
        Column::new("patch_severity", "Severity")
            .width(110)
            .mapped(looks::patch_severities()),
        Column::new("Value #A", "Non-compliant for")
            .width(150)
            .unit("s")
            .steps(looks::FINDING_AGE),
    ]);
    Panel::table(
        "Instances of the chosen patches",
        "Up to 500 instances that are non-compliant for a patch chosen at the top, the longest first. Non-compliant for: as recorded by the recording rule. Empty unless exposition.max_patch_info_series is set.",
        &columns,
    )
    .query("", queries::with_instance_names(&with_state(&longest())))
    .sorted("Non-compliant for", true)
    .empty("none, or max_patch_info_series is not set")
}

/// How long the chosen patches have made instances of the chosen platforms non-compliant, where
/// that is longest; 0 where no recording rule knows.
fn longest() -> String {
    let patches = chosen_patches("patch_id, patch_severity");
    let patches = queries::for_chosen_platforms(&patches);
    let known = queries::age(&noncompliant_since(CHOSEN_PATCHES));
    format!(
        "topk(500, (({known}) and on ({PATCH_LABELS}) ({patches})) or on ({PATCH_LABELS}) 0 * ({patches}))"
    )
}

/// Adds the state of the patch.
fn with_state(expr: &str) -> String {
    let states = chosen_patches("patch_id, patch_severity, patch_state");
    // The same patch may be there in two states, and a join takes one.
    let one = format!("topk by ({PATCH_LABELS}) (1, {states})");
    format!("({expr}) + on ({PATCH_LABELS}) group_left (patch_state) 0 * {one}")
}

fn chosen_patches(labels: &str) -> String {
    let metric = "aws_ssm_instance_noncompliant_patch_info";
    queries::per_instance(metric, labels, CHOSEN_PATCHES)
}
