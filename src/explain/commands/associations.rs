//! Commands of State Manager.

use super::aws::{AwsCommand, Place};

/// Lists the latest executions of an association, on all its instances.
pub(in crate::explain) fn association_executions(place: Place<'_>, association_id: &str) -> String {
    AwsCommand::ssm("describe-association-executions", place.region)
        .option("association-id", association_id)
        .verbatim("max-results", "10")
        .flag("no-paginate")
        .query("AssociationExecutions[].[CreatedTime,Status,DetailedStatus,ExecutionId]")
        .line()
}

/// Shows the instance in one execution of an association.
pub(in crate::explain) fn association_targets(
    place: Place<'_>,
    association_id: &str,
    execution_id: &str,
) -> String {
    AwsCommand::ssm("describe-association-execution-targets", place.region)
        .option("association-id", association_id)
        .option("execution-id", execution_id)
        .value_filter("ResourceId", place.instance_id)
        .query(
            "AssociationExecutionTargets[].[Status,DetailedStatus,LastExecutionDate,\
             OutputSource.OutputSourceId]",
        )
        .line()
}

/// Runs an association now, on all its instances.
pub(in crate::explain) fn start_association(place: Place<'_>, association_id: &str) -> String {
    AwsCommand::ssm("start-associations-once", place.region)
        .option("association-ids", association_id)
        .line()
}

/// Shows how an association fares on the instance.
pub(in crate::explain) fn association_status(place: Place<'_>, association_id: &str) -> String {
    let id = association_id.replace(['\'', '\\', '`'], "");
    let query = format!(
        "InstanceAssociationStatusInfos[?AssociationId=='{id}'].\
         [Status,DetailedStatus,ExecutionDate,ErrorCode]"
    );
    AwsCommand::ssm("describe-instance-associations-status", place.region)
        .option("instance-id", place.instance_id)
        .query(&query)
        .line()
}
