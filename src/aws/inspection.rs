//! [`InspectionSource`] of one target: the calls that only explain.

use std::sync::Arc;

use super::operations::{
    DescribeAssociationExecutionTargets, DescribeAssociationExecutions,
    DescribeInstanceAssociationsStatus, DescribeInstanceInformationOf, DescribeInstancePatches,
    GetDefaultPatchBaseline, GetPatchBaseline, GetPatchBaselineForPatchGroup, GetServiceSetting,
    ListCommandInvocations, ListResourceComplianceSummaries, SummariesOf,
};
use super::source::SsmSource;
use crate::collect::{Page, PageRequest, SourceResult, TypeFilter};
use crate::explain::{
    AssociationExecutionRow, AssociationStatusRow, BaselineSettings, CommandInvocationRow,
    ExecutionTargetRow, InstancePatchRow,
};
use crate::inspect::{ExecutionOf, InspectionSource, OnInstance, TargetsOf};
use crate::model::{InstanceRow, PatchState, SummaryRow};

impl InspectionSource for SsmSource {
    async fn instance(&self, id: &str, page: &PageRequest) -> SourceResult<Page<InstanceRow>> {
        self.read(DescribeInstanceInformationOf { id }, page).await
    }

    async fn summaries_of(
        &self,
        ids: &[Arc<str>],
        page: &PageRequest,
    ) -> SourceResult<Page<SummaryRow>> {
        let (types, of) = (&TypeFilter::All, SummariesOf::Resources(ids));
        self.read(ListResourceComplianceSummaries { types, of }, page)
            .await
    }

    async fn noncompliant_summaries(
        &self,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> SourceResult<Page<SummaryRow>> {
        let of = SummariesOf::Noncompliant;
        self.read(ListResourceComplianceSummaries { types, of }, page)
            .await
    }

    async fn patches(
        &self,
        id: &str,
        states: &[PatchState],
        page: &PageRequest,
    ) -> SourceResult<Page<InstancePatchRow>> {
        self.read(DescribeInstancePatches { id, states }, page)
            .await
    }

    async fn association_statuses(
        &self,
        id: &str,
        page: &PageRequest,
    ) -> SourceResult<Page<AssociationStatusRow>> {
        self.read(DescribeInstanceAssociationsStatus { id }, page)
            .await
    }

    async fn association_executions(
        &self,
        association_id: &str,
        page: &PageRequest,
    ) -> SourceResult<Page<AssociationExecutionRow>> {
        self.read(DescribeAssociationExecutions { association_id }, page)
            .await
    }

    async fn execution_targets(
        &self,
        execution: ExecutionOf<'_>,
        targets: TargetsOf<'_>,
        page: &PageRequest,
    ) -> SourceResult<Page<OnInstance<ExecutionTargetRow>>> {
        let listing = DescribeAssociationExecutionTargets { execution, targets };
        self.read(listing, page).await
    }

    async fn command_invocations(
        &self,
        command_id: &str,
        instance_id: &str,
        page: &PageRequest,
    ) -> SourceResult<Page<CommandInvocationRow>> {
        let listing = ListCommandInvocations {
            command_id,
            instance_id,
        };
        self.read(listing, page).await
    }

    async fn baseline(&self, id: &str) -> SourceResult<BaselineSettings> {
        self.get(GetPatchBaseline { id }).await
    }

    async fn baseline_of_group(
        &self,
        patch_group: &str,
        operating_system: &str,
    ) -> SourceResult<String> {
        let operation = GetPatchBaselineForPatchGroup {
            patch_group,
            operating_system,
        };
        self.get(operation).await
    }

    async fn default_baseline(&self, operating_system: &str) -> SourceResult<String> {
        self.get(GetDefaultPatchBaseline { operating_system }).await
    }

    async fn service_setting(&self, id: &str) -> SourceResult<String> {
        self.get(GetServiceSetting { id }).await
    }
}
