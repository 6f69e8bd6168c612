//! `DescribeInstancePatchStates`: what the last patch operation found on some instances.

use std::sync::Arc;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_instance_patch_states::{
    DescribeInstancePatchStatesError, DescribeInstancePatchStatesOutput,
};
use aws_sdk_ssm::types::InstancePatchState;

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, timestamp, word};
use crate::collect::{Page, PageRequest};
use crate::model::{Operation, PatchRow, PatchState};

/// Reads the patch states of the instances with these ids.
pub(in crate::aws) struct DescribeInstancePatchStates<'a> {
    pub(in crate::aws) ids: &'a [Arc<str>],
}

impl ListOperation for DescribeInstancePatchStates<'_> {
    const OPERATION: Operation = Operation::DescribeInstancePatchStates;
    type Output = DescribeInstancePatchStatesOutput;
    type Error = DescribeInstancePatchStatesError;
    type Row = PatchRow;

    fn id_count(&self) -> usize {
        self.ids.len()
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let ids = self.ids.iter().map(ToString::to_string).collect();
        let request = client
            .describe_instance_patch_states()
            .set_instance_ids(Some(ids))
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<PatchRow> {
        page_of(output.instance_patch_states, output.next_token, patch_state)
    }
}

fn patch_state(from: InstancePatchState) -> Option<PatchRow> {
    // Before the rest, which is moved out of the SDK's row.
    let counts = PatchState::ALL.map(|state| count_of(state, &from).map(i64::from));
    Some(PatchRow {
        // AWS requires an id, so that the SDK makes an empty one of none.
        id: non_empty(Some(from.instance_id))?,
        patch_group: from.patch_group,
        baseline_id: from.baseline_id,
        operation: from.operation.as_str().to_owned(),
        reboot_option: word(from.reboot_option.as_ref()),
        snapshot_id: from.snapshot_id.unwrap_or_default(),
        install_override_list: from.install_override_list.unwrap_or_default(),
        operation_start: timestamp(from.operation_start_time),
        operation_end: timestamp(from.operation_end_time),
        last_no_reboot_install: from
            .last_no_reboot_install_operation_time
            .and_then(timestamp),
        counts,
        critical_noncompliant: from.critical_non_compliant_count.map(i64::from),
        security_noncompliant: from.security_non_compliant_count.map(i64::from),
        other_noncompliant: from.other_non_compliant_count.map(i64::from),
    })
}

/// The patches in a state; `None` where the operation did not count them.
const fn count_of(state: PatchState, from: &InstancePatchState) -> Option<i32> {
    // The counts that are always there default to zero in AWS's model.
    match state {
        PatchState::Missing => Some(from.missing_count),
        PatchState::Failed => Some(from.failed_count),
        PatchState::InstalledPendingReboot => from.installed_pending_reboot_count,
        PatchState::InstalledRejected => from.installed_rejected_count,
        PatchState::Installed => Some(from.installed_count),
        PatchState::InstalledOther => Some(from.installed_other_count),
        PatchState::NotApplicable => Some(from.not_applicable_count),
        PatchState::AvailableSecurityUpdate => from.available_security_update_count,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::types::PatchOperationType;
    use aws_smithy_types::DateTime;

    use super::*;

    #[test]
    fn patch_counts_stand_in_the_order_of_the_states() {
        let from = InstancePatchState::builder()
            .instance_id("i-1")
            .patch_group("")
            .baseline_id("pb-0123456789abcdef0")
            .operation_start_time(DateTime::from_secs(0))
            .operation_end_time(DateTime::from_secs(1_620_064_869))
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
        let count = |state| {
            let index = PatchState::ALL.iter().position(|each| *each == state);
            index.and_then(|index| row.counts[index])
        };
        assert_eq!(count(PatchState::Missing), Some(1));
        assert_eq!(count(PatchState::Failed), Some(2));
        assert_eq!(count(PatchState::InstalledPendingReboot), Some(3));
        assert_eq!(count(PatchState::InstalledRejected), Some(4));
        assert_eq!(count(PatchState::Installed), Some(5));
        assert_eq!(count(PatchState::InstalledOther), Some(6));
        assert_eq!(count(PatchState::NotApplicable), Some(7));
        assert_eq!(count(PatchState::AvailableSecurityUpdate), None);
        assert_eq!(
            (row.operation.as_str(), row.critical_noncompliant),
            ("Audit", None)
        );
    }
}
