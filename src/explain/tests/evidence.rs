//! Evidence as AWS gives it, in the words of AWS's own samples.

use crate::explain::{
    ApprovalRule, AssociationExecutionRow, AssociationHistory, AssociationStatusRow,
    BaselineSettings, CommandInvocationRow, CommandStepRow, Evidence, ExecutionTargetRow,
    InstancePatchRow, Read, ReadFailure, TargetName,
};
use crate::model::{
    FailureReason, InstanceRow, ItemCounts, ItemRow, Operation, PatchRow, PatchState, SummaryRow,
    Timestamp,
};

pub(super) const ID: &str = "i-0abcdef0123456789";
pub(super) const HYBRID_ID: &str = "mi-0abcdef0123456789";
pub(super) const BASELINE: &str = "pb-0123456789abcdef0";
pub(super) const COMMAND: &str = "7abb6378-a4a5-4f10-8312-0123456789ab";
pub(super) const ASSOCIATION: &str = "8dfe3659-4309-493a-8755-0123456789ab";
const EXECUTION: &str = "474925ef-1249-45a2-b93d-0123456789ab";
const RUN_COMMAND: &str = "0f1e2d3c-4b5a-4978-8695-0123456789ab";

/// 2026-11-25 12:00 UTC, the time of all explanations here.
pub(super) const NOW_SECONDS: i64 = 1_795_608_000;

pub(super) fn days_ago(days: i64) -> Option<Timestamp> {
    hours_ago(days * 24)
}

pub(super) fn hours_ago(hours: i64) -> Option<Timestamp> {
    Timestamp::from_millis((NOW_SECONDS - hours * 3600) * 1000)
}

/// A healthy instance with Amazon Linux, everything of which was read.
pub(super) fn healthy() -> Evidence {
    Evidence {
        target: TargetName {
            account_id: "111122223333".to_owned(),
            account_name: Some("production".to_owned()),
            region: "eu-west-1".to_owned(),
        },
        resource_id: ID.to_owned(),
        listing: Read::Done(Some(listing())),
        summaries: Read::Done(vec![
            summary("Patch", "COMPLIANT", 0),
            summary("Association", "COMPLIANT", 0),
        ]),
        items: Read::Done(Vec::new()),
        patch_state: Read::Done(Some(patch_state())),
        patches: Read::Done(Vec::new()),
        baseline: Read::Done(baseline()),
        assigned_baseline: Read::Done(BASELINE.to_owned()),
        associations: Read::Done(Vec::new()),
        ..Evidence::default()
    }
}

pub(super) fn listing() -> InstanceRow {
    InstanceRow {
        id: ID.to_owned(),
        computer_name: "web-1.example.internal".to_owned(),
        resource_type: "EC2Instance".to_owned(),
        platform_type: "Linux".to_owned(),
        platform_name: "Amazon Linux".to_owned(),
        platform_version: "2023".to_owned(),
        agent_version: "3.3.1345.0".to_owned(),
        ping_status: "Online".to_owned(),
        last_ping: hours_ago(0),
        ..InstanceRow::default()
    }
}

/// Makes a healthy instance one with Windows.
pub(super) fn on_windows(mut evidence: Evidence) -> Evidence {
    if let Read::Done(Some(row)) = &mut evidence.listing {
        "Windows".clone_into(&mut row.platform_type);
        "Microsoft Windows Server 2022 Datacenter".clone_into(&mut row.platform_name);
        "10.0.20348".clone_into(&mut row.platform_version);
    }
    evidence
}

/// Makes an instance a hybrid node.
pub(super) fn hybrid(mut evidence: Evidence) -> Evidence {
    HYBRID_ID.clone_into(&mut evidence.resource_id);
    if let Read::Done(Some(row)) = &mut evidence.listing {
        HYBRID_ID.clone_into(&mut row.id);
        "ManagedInstance".clone_into(&mut row.resource_type);
        "SSMServiceRole".clone_into(&mut row.iam_role);
    }
    evidence
}

pub(super) fn summary(compliance_type: &str, status: &str, noncompliant: i64) -> SummaryRow {
    let is_patch = compliance_type == "Patch";
    let text = |text: &str| if is_patch { text } else { "" }.to_owned();
    SummaryRow {
        resource_id: ID.to_owned(),
        compliance_type: compliance_type.to_owned(),
        status: status.to_owned(),
        execution_time: hours_ago(8),
        execution_id: text(COMMAND),
        execution_type: text("Command"),
        noncompliant: ItemCounts {
            total: noncompliant,
            by_severity: [0, 0, 0, 0, 0, noncompliant],
        },
        ..SummaryRow::default()
    }
}

pub(super) fn patch_state() -> PatchRow {
    let mut row = PatchRow {
        id: ID.to_owned(),
        patch_group: "web".to_owned(),
        baseline_id: BASELINE.to_owned(),
        operation: "Scan".to_owned(),
        snapshot_id: "521c3536-930c-4aa9-950e-01234567abcd".to_owned(),
        operation_start: hours_ago(8),
        operation_end: hours_ago(8),
        ..PatchRow::default()
    };
    row.counts[PatchState::Installed as usize] = Some(123);
    row
}

pub(super) fn baseline() -> BaselineSettings {
    BaselineSettings {
        id: BASELINE.to_owned(),
        name: "web-servers".to_owned(),
        operating_system: "AMAZON_LINUX_2023".to_owned(),
        approval_rules: vec![ApprovalRule {
            filters: vec![
                ("PRODUCT".to_owned(), vec!["*".to_owned()]),
                ("CLASSIFICATION".to_owned(), vec!["Security".to_owned()]),
                (
                    "SEVERITY".to_owned(),
                    vec!["Critical".to_owned(), "Important".to_owned()],
                ),
            ],
            approve_after_days: Some(7),
            compliance_level: "CRITICAL".to_owned(),
            ..ApprovalRule::default()
        }],
        rejected_patches_action: "BLOCK".to_owned(),
        modified: days_ago(90),
        ..BaselineSettings::default()
    }
}

pub(super) fn patch(id: &str, title: &str, severity: &str, state: PatchState) -> InstancePatchRow {
    let number: u32 = id.bytes().map(u32::from).sum();
    let is_open = matches!(state, PatchState::Missing | PatchState::Failed);
    InstancePatchRow {
        id: id.to_owned(),
        title: title.to_owned(),
        classification: "Security".to_owned(),
        severity: severity.to_owned(),
        state: state.as_str().to_owned(),
        cve_ids: Vec::from_iter(is_open.then(|| format!("CVE-2026-2{number:04}"))),
        ..InstancePatchRow::default()
    }
}

/// Gives the instance patches in bad states, in every view.
pub(super) fn with_patches(mut evidence: Evidence, rows: Vec<InstancePatchRow>) -> Evidence {
    let items: Vec<ItemRow> = rows.iter().map(patch_item).collect();
    for row in &rows {
        let state = PatchState::ALL
            .iter()
            .position(|it| it.as_str() == row.state);
        count(&mut evidence, state.expect("a state of AWS"));
    }
    let noncompliant = i64::try_from(items.len()).expect("few");
    set_summary(
        &mut evidence,
        summary("Patch", "NON_COMPLIANT", noncompliant),
    );
    push_items(&mut evidence, items);
    evidence.patches = Read::Done(rows);
    evidence
}

fn count(evidence: &mut Evidence, state: usize) {
    if let Read::Done(Some(row)) = &mut evidence.patch_state {
        row.counts[state] = Some(row.counts[state].unwrap_or(0) + 1);
    }
}

fn patch_item(row: &InstancePatchRow) -> ItemRow {
    let mut item = item("Patch", &row.id, &row.title);
    for (key, value) in [
        ("PatchState", &row.state),
        ("Classification", &row.classification),
        ("PatchSeverity", &row.severity),
    ] {
        item.details.insert(key.to_owned(), value.clone());
    }
    let baseline = BASELINE.to_owned();
    item.details.insert("PatchBaselineId".to_owned(), baseline);
    item.execution_type = "Command".to_owned();
    item
}

pub(super) fn item(compliance_type: &str, id: &str, title: &str) -> ItemRow {
    ItemRow {
        compliance_type: compliance_type.to_owned(),
        id: id.to_owned(),
        title: title.to_owned(),
        severity: "UNSPECIFIED".to_owned(),
        status: "NON_COMPLIANT".to_owned(),
        execution_time: hours_ago(8),
        ..ItemRow::default()
    }
}

pub(super) fn push_items(evidence: &mut Evidence, rows: Vec<ItemRow>) {
    if let Read::Done(items) = &mut evidence.items {
        items.extend(rows);
    }
}

pub(super) fn set_summary(evidence: &mut Evidence, row: SummaryRow) {
    if let Read::Done(rows) = &mut evidence.summaries {
        rows.retain(|other| other.compliance_type != row.compliance_type);
        rows.push(row);
    }
}

/// Gives the instance an association that failed, with its history.
pub(super) fn with_association(mut evidence: Evidence, document: &str, name: &str) -> Evidence {
    let mut row = item("Association", ASSOCIATION, "");
    row.details
        .insert("DocumentName".to_owned(), document.to_owned());
    push_items(&mut evidence, vec![row]);
    set_summary(&mut evidence, summary("Association", "NON_COMPLIANT", 1));
    evidence.associations = Read::Done(vec![AssociationStatusRow {
        association_id: ASSOCIATION.to_owned(),
        association_name: name.to_owned(),
        document: document.to_owned(),
        status: "Failed".to_owned(),
        detailed_status: "Failed".to_owned(),
        error_code: "ExecutionError".to_owned(),
        execution_summary: "1 out of 1 plugin processed, 0 success, 1 failed, 0 timedout, 0 \
                            skipped."
            .to_owned(),
        executed: hours_ago(9),
        ..AssociationStatusRow::default()
    }]);
    evidence.histories = vec![history()];
    evidence
}

fn history() -> AssociationHistory {
    AssociationHistory {
        association_id: ASSOCIATION.to_owned(),
        executions: Read::Done(vec![
            execution(EXECUTION, "Failed", 9),
            execution("384925ef-1249-45a2-b93d-0123456789ab", "Failed", 33),
            execution("294925ef-1249-45a2-b93d-0123456789ab", "Success", 57),
        ]),
        run: Read::Done(Some(ExecutionTargetRow {
            execution_id: EXECUTION.to_owned(),
            status: "Failed".to_owned(),
            detailed_status: "Failed".to_owned(),
            executed: hours_ago(9),
            command_id: RUN_COMMAND.to_owned(),
        })),
        command: Read::Done(Some(command(
            RUN_COMMAND,
            "configurePackage",
            "Initiating package install\nfailed to install package: no space left on device\n",
        ))),
    }
}

fn execution(id: &str, status: &str, hours: i64) -> AssociationExecutionRow {
    AssociationExecutionRow {
        execution_id: id.to_owned(),
        status: status.to_owned(),
        detailed_status: status.to_owned(),
        created: hours_ago(hours),
    }
}

pub(super) fn command(id: &str, step: &str, output: &str) -> CommandInvocationRow {
    CommandInvocationRow {
        command_id: id.to_owned(),
        document: "AWS-RunPatchBaseline".to_owned(),
        status: "Failed".to_owned(),
        status_details: "Failed".to_owned(),
        requested: hours_ago(9),
        steps: vec![
            CommandStepRow {
                name: "precondition".to_owned(),
                status: "Success".to_owned(),
                exit_code: Some(0),
                output: String::new(),
            },
            CommandStepRow {
                name: step.to_owned(),
                status: "Failed".to_owned(),
                exit_code: Some(1),
                output: output.to_owned(),
            },
        ],
    }
}

pub(super) fn denied<T>(operation: Operation) -> Read<T> {
    Read::Failed(ReadFailure {
        operation,
        reason: FailureReason::AccessDenied,
        detail: format!(
            "AccessDeniedException: not authorized to perform: ssm:{}",
            operation.as_str()
        ),
    })
}
