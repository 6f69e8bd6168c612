//! Who determined a compliance status, and when: the `ExecutionSummary` of summaries and items.

use aws_sdk_ssm::types::ComplianceExecutionSummary;

use super::values::timestamp;
use crate::model::Timestamp;

/// An `ExecutionSummary`. Texts that AWS does not give are empty.
#[derive(Debug, Default)]
pub(super) struct Execution {
    pub(super) time: Option<Timestamp>,
    pub(super) id: String,
    pub(super) kind: String,
}

pub(super) fn execution(from: Option<ComplianceExecutionSummary>) -> Execution {
    let Some(from) = from else {
        return Execution::default();
    };
    Execution {
        // The SDK insists on a time here, so it fills in 1970 where AWS sent none.
        time: timestamp(from.execution_time),
        id: from.execution_id.unwrap_or_default(),
        kind: from.execution_type.unwrap_or_default(),
    }
}
