//! The SDK's output as rows of our own. Pure.
//!
//! Words are taken as they come, unknown ones too. The SDK writes an absent text as "" and an
//! absent time as 1970.

use std::collections::HashMap;

use aws_sdk_ssm::operation::describe_instance_information::DescribeInstanceInformationOutput;
use aws_sdk_ssm::operation::describe_instance_patch_states::DescribeInstancePatchStatesOutput;
use aws_sdk_ssm::operation::describe_patch_baselines::DescribePatchBaselinesOutput;
use aws_sdk_ssm::operation::list_associations::ListAssociationsOutput;
use aws_sdk_ssm::operation::list_compliance_items::ListComplianceItemsOutput;
use aws_sdk_ssm::operation::list_compliance_summaries::ListComplianceSummariesOutput;
use aws_sdk_ssm::operation::list_resource_compliance_summaries::ListResourceComplianceSummariesOutput;
use aws_sdk_ssm::types::{
    Association, ComplianceItem, ComplianceSummaryItem, CompliantSummary, InstanceInformation,
    InstancePatchState, NonCompliantSummary, PatchBaselineIdentity, ResourceComplianceSummaryItem,
    SeveritySummary,
};
use aws_smithy_types::DateTime;

use crate::collect::Page;
use crate::model::{
    AssociationRow, BaselineRow, InstanceRow, ItemCounts, ItemRow, PatchRow, Severity, SummaryRow,
    Timestamp, TotalsRow,
};

pub(super) fn instances(output: DescribeInstanceInformationOutput) -> Page<InstanceRow> {
    page(
        output.instance_information_list,
        output.next_token,
        instance,
    )
}

pub(super) fn summaries(output: ListResourceComplianceSummariesOutput) -> Page<SummaryRow> {
    page(
        output.resource_compliance_summary_items,
        output.next_token,
        summary,
    )
}

pub(super) fn totals(output: ListComplianceSummariesOutput) -> Page<TotalsRow> {
    page(output.compliance_summary_items, output.next_token, total)
}

pub(super) fn patch_states(output: DescribeInstancePatchStatesOutput) -> Page<PatchRow> {
    page(output.instance_patch_states, output.next_token, patch_state)
}

pub(super) fn baselines(output: DescribePatchBaselinesOutput) -> Page<BaselineRow> {
    page(output.baseline_identities, output.next_token, baseline)
}

pub(super) fn associations(output: ListAssociationsOutput) -> Page<AssociationRow> {
    page(output.associations, output.next_token, association)
}

pub(super) fn items(output: ListComplianceItemsOutput) -> Page<ItemRow> {
    page(output.compliance_items, output.next_token, item)
}

fn page<S, R>(listed: Option<Vec<S>>, next: Option<String>, row: fn(S) -> Option<R>) -> Page<R> {
    let sent = listed.as_ref().map_or(0, Vec::len);
    let rows: Option<Vec<R>> = listed.map(|listed| listed.into_iter().filter_map(row).collect());
    let skipped = sent - rows.as_ref().map_or(0, Vec::len);
    Page {
        rows,
        skipped,
        next: next.filter(|token| !token.is_empty()),
    }
}

fn instance(from: InstanceInformation) -> Option<InstanceRow> {
    let overview = from
        .association_overview
        .and_then(|all| all.instance_association_status_aggregated_count);
    Some(InstanceRow {
        id: given(from.instance_id)?,
        name: from.name.unwrap_or_default(),
        computer_name: from.computer_name.unwrap_or_default(),
        ip_address: from.ip_address.unwrap_or_default(),
        resource_type: word(from.resource_type.as_ref()),
        platform_type: word(from.platform_type.as_ref()),
        platform_name: from.platform_name.unwrap_or_default(),
        platform_version: from.platform_version.unwrap_or_default(),
        agent_version: from.agent_version.unwrap_or_default(),
        agent_latest: from.is_latest_version,
        ping_status: word(from.ping_status.as_ref()),
        last_ping: from.last_ping_date_time.and_then(time),
        association_status: from.association_status.unwrap_or_default(),
        association_counts: counts(overview),
        last_association_execution: from.last_association_execution_date.and_then(time),
        last_association_success: from
            .last_successful_association_execution_date
            .and_then(time),
    })
}

fn summary(from: ResourceComplianceSummaryItem) -> Option<SummaryRow> {
    let execution = from.execution_summary;
    Some(SummaryRow {
        resource_id: given(from.resource_id)?,
        compliance_type: given(from.compliance_type)?,
        status: word(from.status.as_ref()),
        execution_time: execution
            .as_ref()
            .and_then(|execution| time(execution.execution_time)),
        execution_id: execution
            .and_then(|execution| execution.execution_id)
            .unwrap_or_default(),
        compliant: from
            .compliant_summary
            .as_ref()
            .map(compliant)
            .unwrap_or_default(),
        noncompliant: from
            .non_compliant_summary
            .as_ref()
            .map(noncompliant)
            .unwrap_or_default(),
    })
}

fn compliant(from: &CompliantSummary) -> ItemCounts {
    item_counts(from.compliant_count, from.severity_summary.as_ref())
}

fn noncompliant(from: &NonCompliantSummary) -> ItemCounts {
    item_counts(from.non_compliant_count, from.severity_summary.as_ref())
}

/// Without a breakdown all items count as of unspecified severity, which is what AWS's own
/// baselines give them.
fn item_counts(total: i32, by_severity: Option<&SeveritySummary>) -> ItemCounts {
    let count = |severity| match (by_severity, severity) {
        (None, Severity::Unspecified) => total,
        (None, _) => 0,
        (Some(counts), Severity::Critical) => counts.critical_count,
        (Some(counts), Severity::High) => counts.high_count,
        (Some(counts), Severity::Medium) => counts.medium_count,
        (Some(counts), Severity::Low) => counts.low_count,
        (Some(counts), Severity::Informational) => counts.informational_count,
        (Some(counts), Severity::Unspecified) => counts.unspecified_count,
    };
    ItemCounts {
        total: i64::from(total),
        by_severity: Severity::ALL.map(|severity| i64::from(count(severity))),
    }
}

fn total(from: ComplianceSummaryItem) -> Option<TotalsRow> {
    Some(TotalsRow {
        compliance_type: given(from.compliance_type)?,
        compliant: from
            .compliant_summary
            .map_or(0, |all| i64::from(all.compliant_count)),
        noncompliant: from
            .non_compliant_summary
            .map_or(0, |all| i64::from(all.non_compliant_count)),
    })
}

fn patch_state(from: InstancePatchState) -> Option<PatchRow> {
    Some(PatchRow {
        id: given(Some(from.instance_id))?,
        patch_group: from.patch_group,
        baseline_id: from.baseline_id,
        operation: from.operation.as_str().to_owned(),
        reboot_option: word(from.reboot_option.as_ref()),
        operation_end: time(from.operation_end_time),
        last_no_reboot_install: from.last_no_reboot_install_operation_time.and_then(time),
        // In the order of `PatchState::ALL`.
        counts: [
            Some(from.missing_count),
            Some(from.failed_count),
            from.installed_pending_reboot_count,
            from.installed_rejected_count,
            Some(from.installed_count),
            Some(from.installed_other_count),
            Some(from.not_applicable_count),
            from.available_security_update_count,
        ]
        .map(|count| count.map(i64::from)),
        critical_noncompliant: from.critical_non_compliant_count.map(i64::from),
        security_noncompliant: from.security_non_compliant_count.map(i64::from),
        other_noncompliant: from.other_non_compliant_count.map(i64::from),
    })
}

fn baseline(from: PatchBaselineIdentity) -> Option<BaselineRow> {
    Some(BaselineRow {
        id: given(from.baseline_id)?,
        name: from.baseline_name.unwrap_or_default(),
        operating_system: word(from.operating_system.as_ref()),
    })
}

fn association(from: Association) -> Option<AssociationRow> {
    Some(AssociationRow {
        id: given(from.association_id)?,
        name: from.association_name.unwrap_or_default(),
        document: from.name.unwrap_or_default(),
        counts: counts(
            from.overview
                .and_then(|overview| overview.association_status_aggregated_count),
        ),
    })
}

fn item(from: ComplianceItem) -> Option<ItemRow> {
    let document = from
        .details
        .and_then(|mut details| details.remove("DocumentName"));
    Some(ItemRow {
        id: given(from.id)?,
        document: document.unwrap_or_default(),
        severity: word(from.severity.as_ref()),
        status: word(from.status.as_ref()),
    })
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn word(word: Option<&impl AsRef<str>>) -> String {
    word.map(|word| word.as_ref().to_owned())
        .unwrap_or_default()
}

/// Sorted, because a map's order is none.
fn counts(map: Option<HashMap<String, i32>>) -> Vec<(String, i64)> {
    let mut counts: Vec<_> = map
        .unwrap_or_default()
        .into_iter()
        .map(|(status, count)| (status, i64::from(count)))
        .collect();
    counts.sort_unstable();
    counts
}

/// Rounded: the SDK reads `.123` as 122,999,906 nanoseconds.
fn time(from: DateTime) -> Option<Timestamp> {
    let millis = (from.as_nanos() + 500_000).div_euclid(1_000_000);
    i64::try_from(millis).ok().and_then(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::types::{
        ComplianceExecutionSummary, ComplianceStatus, PatchOperationType, PingStatus,
    };

    use super::*;
    use crate::model::PatchState;

    fn unix(seconds: f64) -> DateTime {
        DateTime::from_secs_f64(seconds)
    }

    #[test]
    fn times_are_rounded_to_milliseconds_and_unknown_ones_dropped() {
        assert_eq!(
            time(unix(1_550_501_835.178)).map(Timestamp::millis),
            Some(1_550_501_835_178)
        );
        assert_eq!(
            time(DateTime::from_secs_and_nanos(1_550_501_835, 122_999_906)).map(Timestamp::millis),
            { Some(1_550_501_835_123) }
        );
        for unknown in [0.0, -62_135_596_800.0] {
            assert_eq!(time(unix(unknown)), None);
        }
        assert_eq!(time(DateTime::from_secs(i64::MAX)), None);
        assert_eq!(time(DateTime::from_secs(i64::MIN)), None);
    }

    #[test]
    fn a_row_without_its_id_is_counted_and_an_empty_token_is_the_end() {
        let row = |id: &str| InstanceInformation::builder().instance_id(id).build();
        let output = DescribeInstanceInformationOutput::builder()
            .instance_information_list(row("i-1"))
            .instance_information_list(row(""))
            .instance_information_list(InstanceInformation::builder().build())
            .next_token("")
            .build();
        let page = instances(output);
        assert_eq!(
            (page.rows.map(|rows| rows.len()), page.skipped, page.next),
            (Some(1), 2, None)
        );
    }

    #[test]
    fn an_absent_list_is_not_an_empty_one() {
        let page = items(
            ListComplianceItemsOutput::builder()
                .next_token("more")
                .build(),
        );
        assert_eq!(
            (page.rows, page.skipped, page.next.as_deref()),
            (None, 0, Some("more"))
        );
        let page = items(
            ListComplianceItemsOutput::builder()
                .set_compliance_items(Some(Vec::new()))
                .build(),
        );
        assert_eq!(page.rows, Some(Vec::new()));
    }

    #[test]
    fn unknown_words_are_kept_as_they_come() {
        let from = InstanceInformation::builder()
            .instance_id("i-1")
            .ping_status(PingStatus::from("Asleep"))
            .build();
        let row = instance(from).expect("it has an id");
        assert_eq!(
            (
                row.ping_status.as_str(),
                row.platform_type.as_str(),
                row.last_ping
            ),
            ("Asleep", "", None)
        );
    }

    #[test]
    fn a_summary_without_breakdown_counts_as_unspecified() {
        let broken_down = SeveritySummary::builder()
            .critical_count(2)
            .unspecified_count(1)
            .build();
        let from = ResourceComplianceSummaryItem::builder()
            .resource_id("i-1")
            .compliance_type("Patch")
            .status(ComplianceStatus::NonCompliant)
            .execution_summary(
                ComplianceExecutionSummary::builder()
                    .execution_time(unix(0.0))
                    .build()
                    .expect("time"),
            )
            .compliant_summary(CompliantSummary::builder().compliant_count(7).build())
            .non_compliant_summary(
                NonCompliantSummary::builder()
                    .non_compliant_count(3)
                    .severity_summary(broken_down)
                    .build(),
            )
            .build();
        let row = summary(from).expect("it has its ids");
        assert_eq!(
            row.compliant,
            ItemCounts {
                total: 7,
                by_severity: [0, 0, 0, 0, 0, 7]
            }
        );
        assert_eq!(
            row.noncompliant,
            ItemCounts {
                total: 3,
                by_severity: [2, 0, 0, 0, 0, 1]
            }
        );
        assert_eq!(
            (row.status.as_str(), row.execution_time),
            ("NON_COMPLIANT", None)
        );
    }

    #[test]
    fn patch_counts_stand_in_the_order_of_the_states() {
        let from = InstancePatchState::builder()
            .instance_id("i-1")
            .patch_group("")
            .baseline_id("pb-0123456789abcdef0")
            .operation_start_time(unix(0.0))
            .operation_end_time(unix(1_620_064_869.0))
            .operation(PatchOperationType::from("Audit"))
            .missing_count(1)
            .failed_count(2)
            .installed_pending_reboot_count(3)
            .installed_rejected_count(4)
            .installed_count(5)
            .installed_other_count(6)
            .not_applicable_count(7)
            .unreported_not_applicable_count(-1)
            .build()
            .expect("all that is required");
        let row = patch_state(from).expect("it has an id");
        let of = |state| {
            PatchState::ALL
                .iter()
                .position(|each| *each == state)
                .and_then(|at| row.counts[at])
        };
        assert_eq!(of(PatchState::Missing), Some(1));
        assert_eq!(of(PatchState::Failed), Some(2));
        assert_eq!(of(PatchState::InstalledPendingReboot), Some(3));
        assert_eq!(of(PatchState::InstalledRejected), Some(4));
        assert_eq!(of(PatchState::Installed), Some(5));
        assert_eq!(of(PatchState::InstalledOther), Some(6));
        assert_eq!(of(PatchState::NotApplicable), Some(7));
        assert_eq!(of(PatchState::AvailableSecurityUpdate), None);
        assert_eq!(
            (row.operation.as_str(), row.critical_noncompliant),
            ("Audit", None)
        );
    }

    #[test]
    fn status_counts_are_sorted() {
        let map = HashMap::from([("Success".to_owned(), 2), ("Failed".to_owned(), 1)]);
        assert_eq!(
            counts(Some(map)),
            [("Failed".to_owned(), 1), ("Success".to_owned(), 2)]
        );
        assert_eq!(counts(None), []);
    }
}
