//! One instance: why it appears as non-compliant, and what to do about it.

use super::{platform, targets};
use crate::grafana::{Column, Dashboard, Panel, Section, Variable};
use crate::looks;
use crate::queries as q;

/// Patch states that ask for something to be done.
const WANTING: &str = r#"patch_state=~"Missing|Failed|InstalledPendingReboot|InstalledRejected|AvailableSecurityUpdate""#;

pub(super) fn board() -> Dashboard {
    let mut variables = targets();
    variables.push(platform());
    variables.push(Variable::one(
        "instance_id",
        "Instance id",
        "The managed instance, i-... or mi-....",
        r#"label_values(aws_ssm_instance_info{job=~"$job", account_id=~"$account", region=~"$region", platform_type=~"$platform"}, instance_id)"#,
    ));
    Dashboard {
        uid: "ssm-compliance-instance",
        title: "SSM Compliance / Instance",
        description: "Why does my instance appear as non-compliant, and what do I do about it?",
        back: "7d",
        variables,
        sections: vec![answer(), patching(), associations(), history()],
    }
}

fn answer() -> Section {
    Section::new("")
        .row(
            4,
            vec![
                (10, status()),
                (3, online()),
                (3, ping()),
                (3, agent()),
                (5, pending()),
            ],
        )
        .row(8, vec![(15, reasons()), (6, patches()), (3, installed())])
        .row(5, vec![(24, timeline())])
        .row(3, vec![(24, identity())])
}

fn patching() -> Section {
    Section::new("Patch Manager")
        .row(
            4,
            vec![(5, last_operation()), (5, no_reboot()), (14, operation())],
        )
        .row(7, vec![(6, determined()), (18, patches_over_time())])
}

fn associations() -> Section {
    Section::new("State Manager").row(7, vec![(12, failed()), (5, statuses()), (7, runs())])
}

fn history() -> Section {
    Section::new("Items and reasons").row(8, vec![(8, items()), (16, reasons_over_time())])
}

/// 1 compliant, 0 non-compliant, -1 unreported.
fn compliance() -> String {
    let status = q::chosen("aws_ssm_instance_compliant", "compliance_type", "");
    let unreported = q::chosen("aws_ssm_instance_unreported", "compliance_type", "");
    format!("{status} or -1 * {unreported}")
}

fn status() -> Panel {
    Panel::stat(
        "Compliance by type",
        "The instance's status in each compliance type that AWS has a summary of. UNREPORTED: AWS has none, so nothing is known.",
    )
    .query("{{compliance_type}}", compliance())
    .mapped(looks::compliance())
    .empty("no status")
}

fn online() -> Panel {
    Panel::stat("Agent", "Whether the SSM Agent answers: PingStatus is Online. One that does not reports nothing new.")
        .query("online", format!("max({})", q::chosen("aws_ssm_instance_online", "", "")))
        .mapped(looks::mapping(&[("1", "Online", "green"), ("0", "NOT ONLINE", "red")]))
        .empty("not listed")
}

fn ping() -> Panel {
    let ping = q::chosen("aws_ssm_instance_last_ping_timestamp_seconds", "", "");
    Panel::stat(
        "Last ping",
        "How long ago the agent was heard; it calls every five minutes.",
    )
    .query("ago", q::since(&ping))
    .unit("s")
    .steps(looks::PING)
    .empty("never")
}

fn agent() -> Panel {
    Panel::stat(
        "Agent version",
        "Whether the SSM Agent is of the latest version.",
    )
    .query("latest", q::chosen("aws_ssm_instance_agent_latest", "", ""))
    .mapped(looks::mapping(&[
        ("1", "latest", "green"),
        ("0", "outdated", "orange"),
    ]))
    .empty("not said")
}

fn pending() -> Panel {
    let rule = "instance:aws_ssm_reboot_pending_since:timestamp_seconds";
    let since = q::recorded(rule, "", r#"instance_id="$instance_id""#);
    Panel::stat(
        "Reboot owed for",
        "How long patches have been waiting for a reboot, as the recording rule has seen it.",
    )
    .query("since", q::since(&since))
    .unit("s")
    .steps(looks::STANDING)
    .empty("no reboot owed")
}

fn reasons() -> Panel {
    let reasons = q::chosen(
        "aws_ssm_instance_noncompliance_reason",
        "compliance_type, reason",
        "",
    );
    let copied = ["advice", "runbook"]
        .iter()
        .fold(reasons.clone(), |expr, label| {
            format!(r#"label_replace({expr}, "{label}", "$1", "reason", "(.*)")"#)
        });
    let rule = "instance:aws_ssm_noncompliant_since:timestamp_seconds";
    let since = q::recorded(rule, "compliance_type", r#"instance_id="$instance_id""#);
    let standing = format!("time() - max by (compliance_type) ({since})");
    let columns = vec![
        Column::new("compliance_type", "Type").width(130),
        Column::new("reason", "Reason")
            .width(215)
            .mapped(looks::reasons()),
        Column::new("advice", "What to do").mapped(looks::advice()),
        Column::new("runbook", "Runbook")
            .width(290)
            .mapped(looks::runbooks())
            .link(
                "Open the runbook",
                format!("{}${{__value.text}}.md", looks::RUNBOOK_URL),
            ),
        Column::new("Value #B", "Non-compliant for")
            .width(150)
            .unit("s")
            .steps(looks::STANDING),
    ];
    Panel::table(
        "Why it is non-compliant, and what to do",
        "Every reason that holds now, after AWS's troubleshooting article, with the runbook for it. Empty: the instance is compliant in all types.",
        columns,
    )
    .query("", copied)
    .query("", format!("{reasons} * on (compliance_type) group_left () ({standing})"))
    .empty("nothing non-compliant")
}

fn patches() -> Panel {
    Panel::bars(
        "Patches by state",
        "Missing, Failed, InstalledPendingReboot and InstalledRejected make the instance non-compliant; AvailableSecurityUpdate does where the baseline says so.",
    )
    .query("{{patch_state}}", q::chosen("aws_ssm_instance_patches", "patch_state", WANTING))
    .unit("short")
    .colours(looks::PATCH_STATES)
    .empty("never scanned")
}

fn installed() -> Panel {
    let installed = q::chosen(
        "aws_ssm_instance_patches",
        "patch_state",
        r#"patch_state=~"Installed|InstalledOther""#,
    );
    Panel::stat(
        "Installed patches",
        "Patches that are installed: Installed as the baseline wants, InstalledOther besides it.",
    )
    .query("{{patch_state}}", installed)
    .unit("short")
    .option("orientation", "horizontal")
    .option("textMode", "value_and_name")
    .empty("never scanned")
}

fn timeline() -> Panel {
    Panel::timeline(
        "Compliance over time",
        "The status of each compliance type at each time.",
    )
    .query("{{compliance_type}}", compliance())
    .mapped(looks::compliance())
    .empty("no status")
}

fn identity() -> Panel {
    let labels = "name, computer_name, ip_address, resource_type, platform_type, platform_name, platform_version, agent_version";
    let columns = vec![
        Column::new("account_name", "Account name"),
        Column::new("account_id", "Account"),
        Column::new("region", "Region"),
        Column::new("name", "Name"),
        Column::new("computer_name", "Computer name"),
        Column::new("ip_address", "IP address"),
        Column::new("resource_type", "Kind"),
        Column::new("platform_name", "Platform"),
        Column::new("platform_version", "Version"),
        Column::new("agent_version", "Agent"),
    ];
    let info = q::instance(
        "aws_ssm_instance_info",
        labels,
        r#"instance_id="$instance_id""#,
    );
    Panel::table(
        "Which instance this is",
        "What Systems Manager lists about the instance.",
        columns,
    )
    .query("", q::with_account(&info))
    .empty("–")
}

fn last_operation() -> Panel {
    let labels = r#"instance_id="$instance_id""#;
    let ended = q::instance(
        "aws_ssm_instance_patch_operation_end_timestamp_seconds",
        "",
        labels,
    );
    let operation = q::with_labels(
        &q::since(&ended),
        "aws_ssm_instance_patch_operation_info",
        "operation",
        labels,
    );
    Panel::stat(
        "Last patch operation",
        "How long ago the last Scan or Install ended. The patch states are as of then.",
    )
    .query("{{operation}}", operation)
    .option("textMode", "value_and_name")
    .unit("s")
    .steps(looks::AGE)
    .empty("never")
}

fn no_reboot() -> Panel {
    let time = q::chosen(
        "aws_ssm_instance_patch_no_reboot_install_timestamp_seconds",
        "",
        "",
    );
    Panel::stat(
        "Last install without reboot",
        "How long ago patches were installed with RebootOption NoReboot. Without a reboot since, they are InstalledPendingReboot.",
    )
    .query("ago", q::since(&time))
    .unit("s")
    .empty("never")
}

fn operation() -> Panel {
    let labels = "operation, baseline_id, patch_group, reboot_option";
    let info = q::instance(
        "aws_ssm_instance_patch_operation_info",
        labels,
        r#"instance_id="$instance_id""#,
    );
    let named = q::looked_up(
        &info,
        "baseline_id",
        "aws_ssm_patch_baseline_info",
        "baseline_name",
    );
    let columns = vec![
        Column::new("operation", "Operation"),
        Column::new("baseline_name", "Baseline"),
        Column::new("baseline_id", "Baseline id"),
        Column::new("patch_group", "Patch group").mapped(looks::unnamed()),
        Column::new("reboot_option", "Reboot option"),
    ];
    Panel::table(
        "Baseline and patch group",
        "What the last patch operation used.",
        columns,
    )
    .query("", named)
    .empty("–")
}

fn determined() -> Panel {
    let time = q::chosen(
        "aws_ssm_instance_compliance_execution_timestamp_seconds",
        "compliance_type",
        "",
    );
    Panel::stat(
        "Status determined",
        "How long ago AWS was last told the instance's compliance, by type. Not for Association, where AWS gives the time of upload.",
    )
    .query("{{compliance_type}}", q::since(&time))
    .unit("s")
    .steps(looks::AGE)
    .empty("never")
}

fn patches_over_time() -> Panel {
    Panel::lines(
        "Patches that make it non-compliant",
        "Patches of the instance by state over time.",
    )
    .query(
        "{{patch_state}}",
        q::chosen("aws_ssm_instance_patches", "patch_state", WANTING),
    )
    .unit("short")
    .colours(looks::PATCH_STATES)
    .empty("never scanned")
}

fn failed() -> Panel {
    let labels = "association_id, document_name, compliance_severity";
    let failed = q::instance(
        "aws_ssm_instance_noncompliant_association_info",
        labels,
        r#"instance_id="$instance_id""#,
    );
    let named = q::looked_up(
        &failed,
        "association_id",
        "aws_ssm_association_info",
        "association_name",
    );
    let columns = vec![
        Column::new("document_name", "Document"),
        Column::new("association_name", "Association"),
        Column::new("compliance_severity", "Severity").width(130),
        Column::new("association_id", "Association id").width(310),
    ];
    Panel::table(
        "Non-compliant associations",
        "Associations that the instance is non-compliant for, with the document each runs. Empty: none.",
        columns,
    )
    .query("", named)
    .empty("none")
}

fn statuses() -> Panel {
    Panel::bars(
        "Associations by status",
        "Associations of the instance by their last status.",
    )
    .query(
        "{{status}}",
        q::chosen("aws_ssm_instance_associations", "status", ""),
    )
    .unit("short")
    .colours(looks::ASSOCIATION_STATUSES)
    .empty("no association")
}

fn runs() -> Panel {
    let ago = |event: &str| {
        let metric = format!("aws_ssm_instance_last_association_{event}_timestamp_seconds");
        q::since(&q::chosen(&metric, "", ""))
    };
    Panel::stat(
        "Associations last",
        "How long ago associations last ran on the instance, and last succeeded.",
    )
    .query("ran", ago("execution"))
    .query("succeeded", ago("success"))
    .unit("s")
    .steps(looks::AGE)
    .empty("never")
}

fn items() -> Panel {
    let items = q::chosen(
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
    let reasons = q::chosen(
        "aws_ssm_instance_noncompliance_reason",
        "compliance_type, reason",
        "",
    );
    Panel::timeline(
        "Reasons over time",
        "When each reason held. A lane ends where its cause was dealt with.",
    )
    .query("{{compliance_type}}: {{reason}}", reasons)
    .mapped(looks::mapping(&[("1", "holds", "red")]))
    .empty("nothing non-compliant in this time")
}
