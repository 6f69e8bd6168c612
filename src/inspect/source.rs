//! The calls that only explain, as an extension of [`Source`].

use std::sync::Arc;

use crate::collect::{Page, PageRequest, Source, SourceResult, TypeFilter};
use crate::explain::{
    AssociationExecutionRow, AssociationStatusRow, BaselineSettings, CommandInvocationRow,
    ExecutionTargetRow, InstancePatchRow,
};
use crate::model::{InstanceRow, PatchState, SummaryRow};

/// One execution of an association.
#[derive(Clone, Copy, Debug)]
pub struct ExecutionOf<'a> {
    /// The association's id.
    pub association_id: &'a str,
    /// The execution's id.
    pub execution_id: &'a str,
}

/// Which instances of an execution are asked for.
#[derive(Clone, Copy, Debug)]
pub enum TargetsOf<'a> {
    /// The one with this id.
    Resource(&'a str),
    /// Those with this status, for example `Failed`.
    Status(&'a str),
}

/// A row with the instance that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnInstance<T> {
    /// The instance's id.
    pub instance_id: String,
    /// The row.
    pub row: T,
}

/// AWS Systems Manager of one target, as an explanation sees it.
pub trait InspectionSource: Source {
    /// Calls `DescribeInstanceInformation` for one instance. It fails with
    /// [`FailureScope::Gone`](crate::collect::FailureScope::Gone) if AWS does not list it.
    fn instance(
        &self,
        id: &str,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<InstanceRow>>> + Send;

    /// Calls `ListResourceComplianceSummaries` for at most
    /// [`TypeFilter::MAX_NAMES`](crate::collect::TypeFilter::MAX_NAMES) resources.
    fn summaries_of(
        &self,
        ids: &[Arc<str>],
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<SummaryRow>>> + Send;

    /// Calls `ListResourceComplianceSummaries` for the resources that are non-compliant for some
    /// compliance types.
    fn noncompliant_summaries(
        &self,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<SummaryRow>>> + Send;

    /// Calls `DescribeInstancePatches` for the patches of an instance in some states.
    fn patches(
        &self,
        id: &str,
        states: &[PatchState],
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<InstancePatchRow>>> + Send;

    /// Calls `DescribeInstanceAssociationsStatus`.
    fn association_statuses(
        &self,
        id: &str,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<AssociationStatusRow>>> + Send;

    /// Calls `DescribeAssociationExecutions`.
    fn association_executions(
        &self,
        association_id: &str,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<AssociationExecutionRow>>> + Send;

    /// Calls `DescribeAssociationExecutionTargets`.
    fn execution_targets(
        &self,
        execution: ExecutionOf<'_>,
        targets: TargetsOf<'_>,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<OnInstance<ExecutionTargetRow>>>> + Send;

    /// Calls `ListCommandInvocations` for a command on one instance, with its steps.
    fn command_invocations(
        &self,
        command_id: &str,
        instance_id: &str,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<CommandInvocationRow>>> + Send;

    /// Calls `GetPatchBaseline`.
    fn baseline(&self, id: &str) -> impl Future<Output = SourceResult<BaselineSettings>> + Send;

    /// Calls `GetPatchBaselineForPatchGroup`, which answers with a baseline's id.
    fn baseline_of_group(
        &self,
        patch_group: &str,
        operating_system: &str,
    ) -> impl Future<Output = SourceResult<String>> + Send;

    /// Calls `GetDefaultPatchBaseline`, which answers with a baseline's id.
    fn default_baseline(
        &self,
        operating_system: &str,
    ) -> impl Future<Output = SourceResult<String>> + Send;

    /// Calls `GetServiceSetting`, which answers with the setting's value.
    fn service_setting(&self, id: &str) -> impl Future<Output = SourceResult<String>> + Send;
}
