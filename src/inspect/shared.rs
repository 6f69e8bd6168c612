//! What many instances of a target have in common.

use std::collections::HashMap;
use std::sync::Arc;

use super::once::ReadOnce;
use crate::explain::{AssociationExecutionRow, BaselineSettings, ExecutionTargetRow, Read};

/// The instances that failed in an execution, by their ids.
pub(super) type FailedTargets = Read<Arc<HashMap<String, ExecutionTargetRow>>>;

/// What was read once for all instances.
#[derive(Default)]
pub(super) struct Shared {
    /// Baselines by id.
    pub(super) baselines: ReadOnce<String, Read<BaselineSettings>>,
    /// The baselines that apply now, by patch group, which may be empty, and operating system.
    pub(super) assigned_baselines: ReadOnce<(String, String), Read<String>>,
    /// The executions of an association.
    pub(super) executions: ReadOnce<String, Read<Vec<AssociationExecutionRow>>>,
    /// The instances with a bad status, by association, execution and that status.
    pub(super) failed_targets: ReadOnce<(String, String, &'static str), FailedTargets>,
    /// The role of the default host management configuration.
    pub(super) host_management: ReadOnce<(), Read<String>>,
}
