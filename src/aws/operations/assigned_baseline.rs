//! `GetPatchBaselineForPatchGroup` and `GetDefaultPatchBaseline`: the baseline that applies now.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_default_patch_baseline::{
    GetDefaultPatchBaselineError, GetDefaultPatchBaselineOutput,
};
use aws_sdk_ssm::operation::get_patch_baseline_for_patch_group::{
    GetPatchBaselineForPatchGroupError, GetPatchBaselineForPatchGroupOutput,
};
use aws_sdk_ssm::types::OperatingSystem;

use super::ssm_operation::{PendingAnswer, SsmOperation};
use super::values::non_empty;
use crate::model::Operation;

/// Reads the id of the baseline of a patch group.
pub(in crate::aws) struct GetPatchBaselineForPatchGroup<'a> {
    pub(in crate::aws) patch_group: &'a str,
    pub(in crate::aws) operating_system: &'a str,
}

impl SsmOperation for GetPatchBaselineForPatchGroup<'_> {
    const OPERATION: Operation = Operation::GetPatchBaselineForPatchGroup;
    type Output = GetPatchBaselineForPatchGroupOutput;
    type Error = GetPatchBaselineForPatchGroupError;
    type Answer = String;

    fn id_count(&self) -> usize {
        1
    }

    fn send(&self, client: &Client) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .get_patch_baseline_for_patch_group()
            .patch_group(self.patch_group)
            .operating_system(OperatingSystem::from(self.operating_system));
        Box::pin(request.send())
    }

    fn answer(output: Self::Output) -> Option<String> {
        non_empty(output.baseline_id)
    }
}

/// Reads the id of the baseline of instances that are in no patch group.
pub(in crate::aws) struct GetDefaultPatchBaseline<'a> {
    pub(in crate::aws) operating_system: &'a str,
}

impl SsmOperation for GetDefaultPatchBaseline<'_> {
    const OPERATION: Operation = Operation::GetDefaultPatchBaseline;
    type Output = GetDefaultPatchBaselineOutput;
    type Error = GetDefaultPatchBaselineError;
    type Answer = String;

    fn id_count(&self) -> usize {
        0
    }

    fn send(&self, client: &Client) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .get_default_patch_baseline()
            .operating_system(OperatingSystem::from(self.operating_system));
        Box::pin(request.send())
    }

    fn answer(output: Self::Output) -> Option<String> {
        non_empty(output.baseline_id)
    }
}
