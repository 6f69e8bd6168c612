//! One instance for each branch: what the golden files show.

use super::evidence::{
    BASELINE, COMMAND, command, days_ago, denied, healthy, hours_ago, hybrid, item, on_windows,
    patch, push_items, set_summary, summary, with_association, with_patches,
};
use crate::explain::{AssociationStatusRow, Evidence, Read};
use crate::model::{Operation, PatchRow, PatchState};

/// A branch, named as its golden files, and an instance on which it holds.
pub(super) struct Branch {
    pub(super) name: &'static str,
    pub(super) evidence: fn() -> Evidence,
}

macro_rules! branches {
    ($($name:ident),* $(,)?) => {
        /// Every branch.
        pub(super) const BRANCHES: &[Branch] = &[
            $(Branch { name: stringify!($name), evidence: $name }),*
        ];
    };
}

branches![
    patches_missing,
    patches_missing_by_policy,
    patches_failed,
    patches_failed_on_windows,
    reboot_pending,
    reboot_pending_on_hybrid_windows,
    patches_rejected,
    patches_rejected_on_windows,
    security_updates_available,
    security_updates_of_aws_baseline,
    inventory_failed,
    patch_association_noncompliant,
    association_failed,
    custom_items,
    unexplained,
    unexplained_without_items,
    not_managed,
    not_managed_hybrid,
    terminated,
    agent_offline,
    never_scanned,
    scan_stale,
    not_scanned_since_install,
    baseline_changed,
    scanners_conflict,
    patch_policy,
    reported_by_association_only,
    unsupported_platform,
    several_at_once,
    access_denied,
    last_refresh,
    compliant,
];

fn state(evidence: &mut Evidence) -> &mut PatchRow {
    match &mut evidence.patch_state {
        Read::Done(Some(row)) => row,
        _ => panic!("no patch state"),
    }
}

fn missing() -> Vec<crate::explain::InstancePatchRow> {
    vec![
        patch(
            "kernel.x86_64",
            "kernel.x86_64:0:6.1.119-129.201",
            "Important",
            PatchState::Missing,
        ),
        patch(
            "openssl.x86_64",
            "openssl.x86_64:1:3.0.8-1.18",
            "Critical",
            PatchState::Missing,
        ),
        patch(
            "curl.x86_64",
            "curl.x86_64:0:8.5.0-1.22",
            "Important",
            PatchState::Missing,
        ),
    ]
}

fn patches_missing() -> Evidence {
    with_patches(healthy(), missing())
}

fn patches_missing_by_policy() -> Evidence {
    by_policy(patches_missing())
}

fn by_policy(mut evidence: Evidence) -> Evidence {
    state(&mut evidence).patch_group.clear();
    if let Read::Done(rows) = &mut evidence.summaries {
        "PatchPolicy".clone_into(&mut rows.last_mut().expect("a summary").execution_type);
    }
    evidence
}

fn patches_failed() -> Evidence {
    let row = patch(
        "kernel.x86_64",
        "kernel.x86_64:0:6.1.119-129.201",
        "Important",
        PatchState::Failed,
    );
    let mut evidence = with_patches(healthy(), vec![row]);
    state(&mut evidence).operation = "Install".to_owned();
    state(&mut evidence).reboot_option = "RebootIfNeeded".to_owned();
    evidence.patch_command = Read::Done(Some(command(
        COMMAND,
        "PatchLinux",
        "Running with product: AmazonLinux2023\nError: Transaction test error:\n  installing \
         package kernel-6.1.119-129.201.x86_64 needs 78MB more space on the /boot filesystem\n",
    )));
    evidence
}

fn patches_failed_on_windows() -> Evidence {
    let mut row = patch(
        "KB5030014",
        "2026-10 Cumulative Update (KB5030014)",
        "Critical",
        PatchState::Failed,
    );
    row.classification = "SecurityUpdates".to_owned();
    let mut evidence = on_windows(with_patches(healthy(), vec![row]));
    state(&mut evidence).operation = "Install".to_owned();
    evidence.patch_command = Read::Done(None);
    evidence
}

fn reboot_pending() -> Evidence {
    let row = patch(
        "kernel.x86_64",
        "kernel.x86_64:0:6.1.119-129.201",
        "Important",
        PatchState::InstalledPendingReboot,
    );
    let mut evidence = with_patches(healthy(), vec![row]);
    let state = state(&mut evidence);
    state.operation = "Install".to_owned();
    state.reboot_option = "NoReboot".to_owned();
    state.last_no_reboot_install = days_ago(3);
    evidence
}

fn reboot_pending_on_hybrid_windows() -> Evidence {
    let row = patch(
        "KB5030014",
        "2026-10 Cumulative Update (KB5030014)",
        "Critical",
        PatchState::InstalledPendingReboot,
    );
    let mut evidence = hybrid(on_windows(with_patches(healthy(), vec![row])));
    state(&mut evidence).last_no_reboot_install = days_ago(3);
    evidence
}

fn rejecting(mut evidence: Evidence, names: &[&str]) -> Evidence {
    if let Read::Done(baseline) = &mut evidence.baseline {
        baseline.rejected_patches = names.iter().copied().map(str::to_owned).collect();
    }
    evidence
}

fn patches_rejected() -> Evidence {
    let rows = vec![patch(
        "telnet.x86_64",
        "telnet.x86_64:1:0.17-83",
        "Low",
        PatchState::InstalledRejected,
    )];
    let mut evidence = rejecting(with_patches(healthy(), rows), &["telnet*"]);
    evidence.associations = Read::Done(vec![AssociationStatusRow {
        association_id: super::evidence::ASSOCIATION.to_owned(),
        document: "AWS-RunPatchBaseline".to_owned(),
        status: "Success".to_owned(),
        ..AssociationStatusRow::default()
    }]);
    evidence
}

fn patches_rejected_on_windows() -> Evidence {
    let rows = vec![
        patch(
            "KB5030007",
            "2026-09 Update (KB5030007)",
            "Low",
            PatchState::InstalledRejected,
        ),
        patch(
            "KB5030014",
            "2026-10 Update (KB5030014)",
            "Low",
            PatchState::InstalledRejected,
        ),
    ];
    on_windows(rejecting(
        with_patches(healthy(), rows),
        &["KB5030007", "KB5030014"],
    ))
}

fn security_updates_available() -> Evidence {
    let rows = vec![
        patch(
            "KB5030700",
            "2026-11 Security Update (KB5030700)",
            "Critical",
            PatchState::AvailableSecurityUpdate,
        ),
        patch(
            "KB5030707",
            "2026-11 Security Update (KB5030707)",
            "Important",
            PatchState::AvailableSecurityUpdate,
        ),
    ];
    let mut evidence = on_windows(with_patches(healthy(), rows));
    if let Read::Done(baseline) = &mut evidence.baseline {
        baseline.available_security_updates = "NON_COMPLIANT".to_owned();
        baseline.approved_patches = vec!["KB5029999".to_owned()];
    }
    evidence
}

fn security_updates_of_aws_baseline() -> Evidence {
    let mut evidence = security_updates_available();
    let arn = format!("arn:aws:ssm:eu-west-1:075727635805:patchbaseline/{BASELINE}");
    state(&mut evidence).baseline_id = arn;
    evidence
}

fn inventory_failed() -> Evidence {
    with_association(
        healthy(),
        "AWS-GatherSoftwareInventory",
        "Inventory-Association",
    )
}

fn patch_association_noncompliant() -> Evidence {
    with_association(
        healthy(),
        "AWS-RunPatchBaselineAssociation",
        "AWS-QuickSetup-PatchScan",
    )
}

fn association_failed() -> Evidence {
    let document = "arn:aws:ssm:eu-west-1:999988887777:document/Hardening";
    with_association(healthy(), document, "hardening")
}

fn custom_items() -> Evidence {
    let mut evidence = healthy();
    let mut row = item(
        "Custom:Antivirus",
        "signatures",
        "Signatures are 9 days old",
    );
    row.severity = "HIGH".to_owned();
    row.details.insert("Engine".to_owned(), "1.2.3".to_owned());
    push_items(&mut evidence, vec![row]);
    set_summary(
        &mut evidence,
        summary("Custom:Antivirus", "NON_COMPLIANT", 1),
    );
    evidence
}

fn unexplained() -> Evidence {
    let mut evidence = healthy();
    push_items(
        &mut evidence,
        vec![item("Patch", "manual-review", "Reviewed by hand")],
    );
    set_summary(&mut evidence, summary("Patch", "NON_COMPLIANT", 1));
    evidence
}

fn unexplained_without_items() -> Evidence {
    let mut evidence = healthy();
    set_summary(&mut evidence, summary("Association", "NON_COMPLIANT", 2));
    evidence
}

fn unlisted(mut evidence: Evidence) -> Evidence {
    evidence.listing = Read::Done(None);
    evidence
}

fn not_managed() -> Evidence {
    let mut evidence = unlisted(healthy());
    evidence.summaries = Read::Done(Vec::new());
    evidence.patch_state = Read::Done(None);
    evidence.default_host_management = Read::Done("$None".to_owned());
    evidence
}

fn not_managed_hybrid() -> Evidence {
    hybrid(not_managed())
}

fn terminated() -> Evidence {
    unlisted(patches_missing())
}

fn agent_offline() -> Evidence {
    let mut evidence = patches_missing();
    if let Read::Done(Some(row)) = &mut evidence.listing {
        "ConnectionLost".clone_into(&mut row.ping_status);
        row.last_ping = days_ago(2);
    }
    evidence
}

fn never_scanned() -> Evidence {
    let mut evidence = healthy();
    evidence.summaries = Read::Done(vec![summary("Association", "COMPLIANT", 0)]);
    evidence.patch_state = Read::Done(None);
    evidence.baseline = Read::Unasked;
    evidence
}

fn scan_stale() -> Evidence {
    let mut evidence = healthy();
    state(&mut evidence).operation_end = days_ago(12);
    if let Read::Done(rows) = &mut evidence.summaries {
        for row in rows.iter_mut() {
            row.execution_time = days_ago(12);
        }
    }
    evidence
}

fn not_scanned_since_install() -> Evidence {
    let mut evidence = healthy();
    state(&mut evidence).operation = "Install".to_owned();
    state(&mut evidence).operation_end = hours_ago(2);
    evidence
}

fn baseline_changed() -> Evidence {
    let mut evidence = healthy();
    evidence.assigned_baseline = Read::Done("pb-0fedcba9876543210".to_owned());
    evidence
}

fn scanners_conflict() -> Evidence {
    let mut evidence = patches_missing();
    if let Read::Done(items) = &mut evidence.items {
        let details = &mut items[0].details;
        details.insert(
            "PatchBaselineId".to_owned(),
            "pb-0fedcba9876543210".to_owned(),
        );
    }
    evidence
}

fn patch_policy() -> Evidence {
    let mut evidence = by_policy(patches_missing());
    set_summary(&mut evidence, summary("Patch", "COMPLIANT", 0));
    evidence.items = Read::Done(Vec::new());
    evidence.patches = Read::Done(Vec::new());
    by_policy(evidence)
}

fn reported_by_association_only() -> Evidence {
    let mut evidence = never_scanned();
    evidence.associations = Read::Done(vec![AssociationStatusRow {
        association_id: super::evidence::ASSOCIATION.to_owned(),
        document: "AWS-RunPatchBaselineAssociation".to_owned(),
        status: "Success".to_owned(),
        ..AssociationStatusRow::default()
    }]);
    evidence
}

fn unsupported_platform() -> Evidence {
    let mut evidence = never_scanned();
    if let Read::Done(Some(row)) = &mut evidence.listing {
        "Bottlerocket".clone_into(&mut row.platform_name);
        "1.26.0".clone_into(&mut row.platform_version);
    }
    evidence
}

fn several_at_once() -> Evidence {
    let mut rows = missing();
    rows.push(patch(
        "glibc.x86_64",
        "glibc.x86_64:0:2.34-52",
        "Important",
        PatchState::Failed,
    ));
    rows.push(patch(
        "systemd.x86_64",
        "systemd.x86_64:0:252.23-2",
        "Medium",
        PatchState::InstalledPendingReboot,
    ));
    let evidence = with_patches(healthy(), rows);
    let mut evidence = with_association(
        evidence,
        "AWS-GatherSoftwareInventory",
        "Inventory-Association",
    );
    push_items(
        &mut evidence,
        vec![item(
            "Custom:Antivirus",
            "signatures",
            "Signatures are 9 days old",
        )],
    );
    set_summary(
        &mut evidence,
        summary("Custom:Antivirus", "NON_COMPLIANT", 1),
    );
    evidence
}

fn access_denied() -> Evidence {
    let mut evidence = patches_missing();
    evidence.patches = denied(Operation::DescribeInstancePatches);
    evidence.items = denied(Operation::ListComplianceItems);
    evidence.baseline = denied(Operation::GetPatchBaseline);
    evidence
}

/// What the exporter's own refresh knows: counts, but neither patches nor the baseline's rules.
fn last_refresh() -> Evidence {
    let mut evidence = patches_missing();
    evidence.patches = Read::Unasked;
    evidence.items = Read::Unasked;
    evidence.baseline = Read::Unasked;
    evidence.assigned_baseline = Read::Unasked;
    evidence.associations = Read::Unasked;
    evidence
}

fn compliant() -> Evidence {
    healthy()
}
