//! What colours and texts mean, the same on every dashboard.

use serde_json::{Value, json};

/// Colours by value: each holds from its number on, the first from below.
pub type Steps = &'static [(f64, &'static str)];

/// Nothing is wrong with any value.
pub const NEUTRAL: Steps = &[(f64::NEG_INFINITY, "blue")];
/// Even one is an error.
pub const NONE_IS_GOOD: Steps = &[(f64::NEG_INFINITY, "green"), (1.0, "red")];
/// Even one deserves a look.
pub const FEW_IS_GOOD: Steps = &[(f64::NEG_INFINITY, "green"), (1.0, "orange")];
/// A share of 1 that should be whole: red below three quarters, where
/// `SsmComplianceFleetNoncompliant` fires.
pub const SHARE: Steps = &[
    (f64::NEG_INFINITY, "red"),
    (0.75, "orange"),
    (0.95, "green"),
];
/// Age in refresh periods: from two on `SsmComplianceDataStale` fires, from four on
/// `SsmComplianceTargetDown`.
pub const PERIODS: Steps = &[(f64::NEG_INFINITY, "green"), (2.0, "orange"), (4.0, "red")];
/// Age of a scan or of a success in seconds: a day is the usual schedule, a week is overdue.
pub const AGE: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (86_400.0, "orange"),
    (604_800.0, "red"),
];
/// Time that a finding may stand, in seconds: a day is an error that nobody has seen to, a week is
/// neglect.
pub const STANDING: Steps = &[
    (f64::NEG_INFINITY, "blue"),
    (86_400.0, "orange"),
    (604_800.0, "red"),
];
/// Age of the last ping in seconds: agents call every five minutes, AWS says `ConnectionLost` after
/// half an hour.
pub const PING: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (600.0, "orange"),
    (1_800.0, "red"),
];
/// Bytes of a page: vmagent drops pages over 16 MiB.
pub const PAGE: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (12_582_912.0, "orange"),
    (16_777_216.0, "red"),
];

const UNKNOWN: &str = "#8E8E8E";

/// Reasons for being non-compliant. A patch state has the colour of its reason.
pub const REASONS: &[(&str, &str)] = &[
    ("patches_missing", "orange"),
    ("patches_failed", "red"),
    ("reboot_pending", "blue"),
    ("patches_rejected", "purple"),
    ("security_updates_available", "yellow"),
    ("inventory_failed", "light-blue"),
    ("patch_association_noncompliant", "light-orange"),
    ("association_failed", "light-red"),
    ("custom_items", "light-purple"),
    ("unexplained", UNKNOWN),
];

/// States of patches.
pub const PATCH_STATES: &[(&str, &str)] = &[
    ("Missing", "orange"),
    ("Failed", "red"),
    ("InstalledPendingReboot", "blue"),
    ("InstalledRejected", "purple"),
    ("AvailableSecurityUpdate", "yellow"),
    ("Installed", "green"),
    ("InstalledOther", "light-green"),
    ("NotApplicable", UNKNOWN),
];

/// Severities of items.
pub const SEVERITIES: &[(&str, &str)] = &[
    ("CRITICAL", "dark-red"),
    ("HIGH", "red"),
    ("MEDIUM", "orange"),
    ("LOW", "yellow"),
    ("INFORMATIONAL", "blue"),
    ("UNSPECIFIED", UNKNOWN),
];

/// Statuses of associations.
pub const ASSOCIATION_STATUSES: &[(&str, &str)] = &[
    ("Success", "green"),
    ("Failed", "red"),
    ("TimedOut", "orange"),
    ("Pending", "blue"),
    ("Skipped", UNKNOWN),
];

/// Ages in classes, as the queries name them.
pub const AGES: &[(&str, &str)] = &[
    ("up to a day", "green"),
    ("1 to 7 days", "light-green"),
    ("7 to 30 days", "orange"),
    ("over 30 days", "red"),
    ("never", UNKNOWN),
];

/// Thresholds as Grafana writes them.
pub fn thresholds(steps: Steps) -> Value {
    let step = |(from, colour): &(f64, &str)| json!({ "value": from.is_finite().then_some(*from), "color": colour });
    json!({ "mode": "absolute", "steps": steps.iter().map(step).collect::<Vec<_>>() })
}

/// Texts, with colours, for values.
pub fn mapping(texts: &[(&str, &str, &str)]) -> Value {
    let entry = |(index, (value, text, colour)): (usize, &(&str, &str, &str))| {
        (
            (*value).to_owned(),
            json!({ "text": text, "color": colour, "index": index }),
        )
    };
    let options: serde_json::Map<_, _> = texts.iter().enumerate().map(entry).collect();
    json!([{ "type": "value", "options": options }])
}

/// Says that a label is empty, rather than showing nothing.
pub fn unnamed() -> Value {
    json!([{ "type": "special", "options": { "match": "empty", "result": { "text": "(none)", "color": UNKNOWN, "index": 0 } } }])
}

/// Compliance of an instance; -1 stands for a type without a summary.
pub fn compliance() -> Value {
    mapping(&[
        ("1", "COMPLIANT", "green"),
        ("0", "NON_COMPLIANT", "red"),
        ("-1", "UNREPORTED", UNKNOWN),
    ])
}

/// A target, collector or exporter that works or does not.
pub fn works() -> Value {
    mapping(&[("1", "up", "green"), ("0", "DOWN", "red")])
}

/// The runbook of each reason: the name of its alert.
pub const RUNBOOKS: &[(&str, &str, &str)] = &[
    (
        "patches_missing",
        "SsmCompliancePatchesMissing",
        "Run AWS-RunPatchBaseline with Install",
    ),
    (
        "patches_failed",
        "SsmCompliancePatchesFailed",
        "Read the logs of the agent and of the patch operation",
    ),
    (
        "reboot_pending",
        "SsmComplianceRebootPending",
        "Reboot the instance, then scan",
    ),
    (
        "patches_rejected",
        "SsmCompliancePatchesRejected",
        "Remove the rejected patches",
    ),
    (
        "security_updates_available",
        "SsmComplianceSecurityUpdatesAvailable",
        "Approve the updates, then install",
    ),
    (
        "inventory_failed",
        "SsmComplianceInventoryFailed",
        "Troubleshoot Inventory",
    ),
    (
        "patch_association_noncompliant",
        "SsmCompliancePatchAssociationNoncompliant",
        "Find the patches through the association",
    ),
    (
        "association_failed",
        "SsmComplianceAssociationFailed",
        "Read the association's execution history",
    ),
    (
        "custom_items",
        "SsmComplianceCustomItems",
        "Ask whoever writes this compliance type",
    ),
    (
        "unexplained",
        "SsmComplianceUnexplained",
        "Read the compliance items in the console",
    ),
];

/// The first address of every runbook.
pub const RUNBOOK_URL: &str =
    "https://github.com/ssm-compliance-exporter/ssm-compliance-exporter/blob/main/docs/runbooks/";

/// Reasons as the names of their runbooks.
pub fn runbooks() -> Value {
    let texts: Vec<_> = RUNBOOKS
        .iter()
        .map(|(reason, runbook, _)| (*reason, *runbook, "blue"))
        .collect();
    mapping(&texts)
}

/// Reasons as what to do about them.
pub fn advice() -> Value {
    let texts: Vec<_> = RUNBOOKS
        .iter()
        .map(|(reason, _, advice)| (*reason, *advice, "text"))
        .collect();
    mapping(&texts)
}

/// Reasons in their colours.
pub fn reasons() -> Value {
    let texts: Vec<_> = REASONS
        .iter()
        .map(|(reason, colour)| (*reason, *reason, *colour))
        .collect();
    mapping(&texts)
}
