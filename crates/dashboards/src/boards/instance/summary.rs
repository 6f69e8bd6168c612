//! Why the instance is non-compliant, and what to do about it.

use super::series::{compliance, patches_to_mend, reasons};
use crate::boards::instance_columns::{CHOSEN_PAGE_URL, PAGE_TITLE};
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_INSTANCE};

pub(super) fn section() -> Section {
    Section::new("")
        .row(4, first_row())
        .row(
            8,
            vec![(15, reasons_now()), (6, patches()), (3, installed())],
        )
        .row(5, vec![(24, timeline())])
        .row(3, vec![(24, identity())])
}

fn first_row() -> Vec<(u32, Panel)> {
    vec![
        (10, status()),
        (3, online()),
        (3, ping()),
        (3, agent()),
        (5, pending()),
    ]
}

fn status() -> Panel {
    Panel::stat(
        "Compliance by type",
        "The instance's status for each compliance type of which AWS has a summary. UNREPORTED: AWS has none, so nothing is known.",
    )
    .query("{{compliance_type}}", compliance())
    .mapped(looks::compliance())
    .empty("no status")
}

fn online() -> Panel {
    Panel::stat("Agent", "Whether the SSM Agent answers: PingStatus is Online. An agent that does not answer reports nothing new.")
        .query("online", format!("max({})", queries::of_chosen_instance("aws_ssm_instance_online", "", "")))
        .mapped(looks::mapping(&[("1", "Online", "green"), ("0", "NOT ONLINE", "red")]))
        .empty("not listed")
}

fn ping() -> Panel {
    let ping = queries::of_chosen_instance("aws_ssm_instance_last_ping_timestamp_seconds", "", "");
    Panel::stat(
        "Last ping",
        "How long ago the agent was last heard from; it pings every five minutes.",
    )
    .query("ago", queries::age(&ping))
    .unit("s")
    .steps(looks::PING_AGE)
    .empty("never")
}

fn agent() -> Panel {
    Panel::stat(
        "Agent version",
        "Whether the SSM Agent is the latest version.",
    )
    .query(
        "latest",
        queries::of_chosen_instance("aws_ssm_instance_agent_latest", "", ""),
    )
    .mapped(looks::mapping(&[
        ("1", "latest", "green"),
        ("0", "outdated", "orange"),
    ]))
    .empty("not said")
}

fn pending() -> Panel {
    let rule = "instance:aws_ssm_reboot_pending_since:timestamp_seconds";
    let since = queries::recorded(rule, "", CHOSEN_INSTANCE);
    Panel::stat(
        "Reboot pending for",
        "How long patches have been waiting for a reboot, as recorded by the recording rule.",
    )
    .query("since", queries::age(&since))
    .unit("s")
    .steps(looks::FINDING_AGE)
    .empty("no reboot pending")
}

fn reasons_now() -> Panel {
    let reasons = reasons();
    let rule = "instance:aws_ssm_noncompliant_since:timestamp_seconds";
    let since = queries::recorded(rule, "compliance_type", CHOSEN_INSTANCE);
    // Joining by type works only if each type has one time, whatever other labels there are.
    let standing = format!("time() - max by (compliance_type) ({since})");
    Panel::table(
        "Why it is non-compliant, and what to do",
        "Every reason that holds now, classified as in AWS's troubleshooting article, with its runbook. Empty: the instance is compliant for all types.",
        &reason_columns(),
    )
    // The two labels exist only here; see `reason_columns`.
    .query("", reason_copied_to(&reason_copied_to(&reasons, "advice"), "runbook"))
    .query("", format!("{reasons} * on (compliance_type) group_left () ({standing})"))
    .empty("nothing non-compliant")
}

fn reason_columns() -> Vec<Column> {
    let runbook_url = format!("{}${{__value.text}}.md", looks::RUNBOOK_URL);
    vec![
        Column::new("compliance_type", "Type").width(130),
        Column::new("reason", "Reason")
            .width(215)
            .mapped(looks::reasons()),
        Column::new("advice", "What to do")
            .mapped(looks::advice())
            .wrapped(),
        Column::new("runbook", "Runbook")
            .width(290)
            .mapped(looks::runbooks())
            .link("Open the runbook", runbook_url),
        Column::new("Value #B", "Non-compliant for")
            .width(150)
            .unit("s")
            .steps(looks::FINDING_AGE),
    ]
}

/// Repeats the reason as another label. Grafana maps the values of a column to texts, so each
/// column of texts needs a label of its own.
fn reason_copied_to(expr: &str, label: &str) -> String {
    format!(r#"label_replace({expr}, "{label}", "$1", "reason", "(.*)")"#)
}

fn patches() -> Panel {
    Panel::bars(
        "Patches by state",
        "Missing, Failed, InstalledPendingReboot and InstalledRejected make the instance non-compliant; AvailableSecurityUpdate does so if the baseline says so.",
    )
    .query("{{patch_state}}", patches_to_mend())
    .unit("short")
    .colours(looks::PATCH_STATES)
    .empty("never scanned")
}

fn installed() -> Panel {
    let installed = queries::of_chosen_instance(
        "aws_ssm_instance_patches",
        "patch_state",
        r#"patch_state=~"Installed|InstalledOther""#,
    );
    Panel::stat(
        "Installed patches",
        "Patches that are installed: Installed if the baseline approves them, InstalledOther otherwise.",
    )
    .query("{{patch_state}}", installed)
    .unit("short")
    // The panel is narrow, and has room for two numbers only one above the other.
    .option("orientation", "horizontal")
    .option("textMode", "value_and_name")
    .empty("never scanned")
}

fn timeline() -> Panel {
    Panel::timeline(
        "Compliance over time",
        "The status of each compliance type over time.",
    )
    .query("{{compliance_type}}", compliance())
    .mapped(looks::compliance())
    .empty("no status")
}

fn identity() -> Panel {
    let labels = "name, computer_name, ip_address, resource_type, platform_type, platform_name, platform_version, agent_version";
    let info = queries::per_instance("aws_ssm_instance_info", labels, CHOSEN_INSTANCE);
    Panel::table(
        "Which instance this is",
        "What Systems Manager lists about the instance.",
        &identity_columns(),
    )
    .query("", queries::with_account_name(&info))
    .empty("–")
}

fn identity_columns() -> Vec<Column> {
    vec![
        Column::new("account_name", "Account name"),
        Column::new("account_id", "Account"),
        Column::new("region", "Region"),
        Column::new("name", "Name"),
        Column::new("computer_name", "Computer name").link(PAGE_TITLE, CHOSEN_PAGE_URL),
        Column::new("ip_address", "IP address"),
        Column::new("resource_type", "Kind"),
        Column::new("platform_name", "Platform"),
        Column::new("platform_version", "Version"),
        Column::new("agent_version", "Agent"),
    ]
}
