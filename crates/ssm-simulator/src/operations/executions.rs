//! `DescribeAssociationExecutions` and `DescribeAssociationExecutionTargets`.

use serde_json::{Value, json};

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest, UnwrittenRow};
use crate::refusal::Refusal;
use crate::rows::{Association, InstanceAssociation};
use crate::target::{AssociationExecution, SimulatedTarget};

pub(super) fn executions(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let association = requested_association(request)?;
    // Filters of executions are checked but keep all rows, of which there are three at most.
    check_filters(request.input, &["ExecutionId", "Status", "CreatedTime"])?;
    let rows: Vec<Value> = request
        .target
        .executions(&association)
        .iter()
        .map(|execution| execution_row(execution, &association))
        .collect();
    Listing::of_slice(request, &rows, None)
}

pub(super) fn execution_targets(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let association = requested_association(request)?;
    let execution_id = input::uuid(request.input, "ExecutionId")?;
    check_filters(request.input, &["Status", "ResourceId", "ResourceType"])?;
    let execution = find_execution(request, &association, execution_id)?;
    let target = request.target;
    let rows = slots(request)
        .into_iter()
        .filter(|slot| target.is_listed(*slot))
        .filter_map(|slot| {
            let statuses = target.instance_associations(slot);
            let status = statuses
                .iter()
                .find(|row| row.association_id == association.association_id)?;
            let row = target_row(&execution, status)?;
            passes(&row, request.input).then(|| UnwrittenRow::of_slot(slot, 0, row))
        });
    Listing::of(request, rows)
}

/// The slots that may have a row. A filter by resource saves a look at all others.
fn slots(request: &ListingRequest<'_>) -> Vec<u32> {
    let slots = request.whole_slots();
    let filters = request.input.get("Filters").and_then(Value::as_array);
    let resource = filters
        .into_iter()
        .flatten()
        .find(|filter| filter["Key"] == "ResourceId")
        .and_then(|filter| filter["Value"].as_str());
    match resource {
        Some(id) => request
            .target
            .find(id)
            .filter(|slot| slots.contains(slot))
            .into_iter()
            .collect(),
        None => slots.collect(),
    }
}

fn requested_association(request: &ListingRequest<'_>) -> Result<Association, Refusal> {
    let id = input::uuid(request.input, "AssociationId")?;
    find_association(request.target, id)
}

pub(super) fn find_association(target: &SimulatedTarget, id: &str) -> Result<Association, Refusal> {
    target
        .associations()
        .iter()
        .find(|row| row.association_id == id)
        .cloned()
        .ok_or_else(|| {
            Refusal::modelled("AssociationDoesNotExist", "The association does not exist.")
        })
}

fn find_execution(
    request: &ListingRequest<'_>,
    association: &Association,
    id: &str,
) -> Result<AssociationExecution, Refusal> {
    request
        .target
        .executions(association)
        .into_iter()
        .find(|execution| execution.id == id)
        .ok_or_else(|| {
            Refusal::modelled(
                "AssociationExecutionDoesNotExist",
                "The association execution does not exist.",
            )
        })
}

fn check_filters(input: &Input, known_keys: &[&str]) -> Result<(), Refusal> {
    for filter in input::objects(input, "Filters")?.unwrap_or_default() {
        let key = input::required_text(filter, "Key")?;
        input::check_enum("filters.1.member.key", key, known_keys)?;
    }
    Ok(())
}

/// Whether a row passes filters that were checked before. AWS names them like members of the row.
fn passes(row: &Value, input: &Input) -> bool {
    let Some(filters) = input.get("Filters").and_then(Value::as_array) else {
        return true;
    };
    filters.iter().all(|filter| {
        let key = filter["Key"].as_str().unwrap_or_default();
        row.get(key) == filter.get("Value")
    })
}

fn execution_row(execution: &AssociationExecution, association: &Association) -> Value {
    let status = execution.overall_status(&association.overview.status);
    json!({
        "AssociationId": association.association_id,
        "AssociationVersion": association.association_version,
        "ExecutionId": execution.id,
        "Status": status,
        "DetailedStatus": status,
        "CreatedTime": execution.time,
        "LastExecutionDate": execution.time,
        "ResourceCountByStatus": resource_counts(execution, association),
    })
}

/// AWS writes these counts in a notation of its own, and not in JSON.
fn resource_counts(execution: &AssociationExecution, association: &Association) -> String {
    let counts = execution.counts(&association.overview.association_status_aggregated_count);
    let counts: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{status}={count}"))
        .collect();
    format!("{{{}}}", counts.join(", "))
}

/// The row of an instance, if the execution covered it.
fn target_row(execution: &AssociationExecution, row: &InstanceAssociation) -> Option<Value> {
    let status = execution.status(&row.instance_id, &row.status)?;
    let mut target = json!({
        "AssociationId": row.association_id,
        "AssociationVersion": row.association_version,
        "ExecutionId": execution.id,
        "ResourceId": row.instance_id,
        "ResourceType": "ManagedInstance",
        "Status": status,
        "DetailedStatus": status,
    });
    // What is pending has not run yet, and so has no output.
    if let Some(time) = execution.time_on(row) {
        target["LastExecutionDate"] = time.into();
        target["OutputSource"] = json!({
            "OutputSourceId": execution.command_id(&row.instance_id),
            "OutputSourceType": "RunCommand",
        });
    }
    Some(target)
}
