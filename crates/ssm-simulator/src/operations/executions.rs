//! `DescribeAssociationExecutions`, `DescribeAssociationExecutionTargets`: three executions per
//! association; the newest one is as the statuses are now, in the older ones everything went well.

use serde_json::{Value, json};

use super::super::input::{self, Input};
use super::super::random;
use super::super::refusal::Refusal;
use super::super::rows::{Association, InstanceAssociation};
use super::{Call, Listing, position};

const EXECUTIONS: u32 = 3;

pub(super) fn list(call: &Call<'_>) -> Result<Listing, Refusal> {
    let association = association(call)?;
    check_filters(call.input, &["ExecutionId", "Status", "CreatedTime"])?;
    let count = if association.last_execution_date.is_some() {
        EXECUTIONS
    } else {
        0
    };
    let rows: Vec<Value> = (0..count).map(|age| execution(&association, age)).collect();
    Listing::of_slice(call, &rows, None)
}

fn association(call: &Call<'_>) -> Result<Association, Refusal> {
    let id = input::uuid(call.input, "AssociationId")?;
    let aggregates = call.world.aggregates();
    let found = aggregates
        .associations
        .iter()
        .find(|row| row.association_id == id);
    found.cloned().ok_or_else(|| {
        Refusal::modelled("AssociationDoesNotExist", "The association does not exist.")
    })
}

fn check_filters(input: &Input, known: &[&str]) -> Result<(), Refusal> {
    for filter in input::objects(input, "Filters")?.unwrap_or_default() {
        let key = input::required_text(filter, "Key")?;
        if !known.contains(&key) {
            let constraint = format!("Member must satisfy enum value set: [{}]", known.join(", "));
            return Err(Refusal::constraint(
                format!("'{key}'"),
                "filters.1.member.key",
                constraint,
            ));
        }
    }
    Ok(())
}

fn execution_id(association: &str, age: u32) -> String {
    random::uuid(random::join(random::text(association), u64::from(age)))
}

/// The counts are a text of AWS's own making, not JSON.
fn execution(association: &Association, age: u32) -> Value {
    let counts = &association.overview.association_status_aggregated_count;
    let counts = if age == 0 {
        counts
            .iter()
            .map(|(status, count)| format!("{status}={count}"))
            .collect::<Vec<_>>()
            .join(", ")
    } else {
        format!("Success={}", counts.values().sum::<i32>())
    };
    let time = association.last_execution_date.unwrap_or_default() - f64::from(age) * 86_400.0;
    let status = if age == 0 {
        association.overview.status.as_str()
    } else {
        "Success"
    };
    json!({
        "AssociationId": association.association_id,
        "AssociationVersion": association.association_version,
        "ExecutionId": execution_id(&association.association_id, age),
        "Status": status,
        "DetailedStatus": status,
        "CreatedTime": time,
        "LastExecutionDate": time,
        "ResourceCountByStatus": format!("{{{counts}}}"),
    })
}

pub(super) fn targets(call: &Call<'_>) -> Result<Listing, Refusal> {
    let association = association(call)?;
    let execution = input::uuid(call.input, "ExecutionId")?;
    check_filters(call.input, &["Status", "ResourceId", "ResourceType"])?;
    let age =
        (0..EXECUTIONS).find(|age| execution_id(&association.association_id, *age) == execution);
    let age = age.ok_or_else(|| {
        Refusal::modelled(
            "AssociationExecutionDoesNotExist",
            "The association execution does not exist.",
        )
    })?;
    let world = call.world;
    let rows = call
        .whole_slots()
        .filter(|slot| world.is_listed(*slot))
        .filter_map(|slot| {
            let statuses = world.instance_associations(slot);
            let row = statuses
                .into_iter()
                .find(|row| row.association_id == association.association_id)?;
            let row = target(&row, execution, age);
            wanted(call.input, &row).then(|| (position(slot, 0), Some(slot), row))
        });
    Listing::of(call, rows)
}

fn target(row: &InstanceAssociation, execution: &str, age: u32) -> Value {
    let status = if age == 0 {
        row.status.as_str()
    } else {
        "Success"
    };
    json!({
        "AssociationId": row.association_id,
        "AssociationVersion": row.association_version,
        "ExecutionId": execution,
        "ResourceId": row.instance_id,
        "ResourceType": "ManagedInstance",
        "Status": status,
        "DetailedStatus": status,
        "LastExecutionDate": row.execution_date.unwrap_or_default() - f64::from(age) * 86_400.0,
        "OutputSource": {
            "OutputSourceId": random::uuid(random::text(&format!("{execution}{}", row.instance_id))),
            "OutputSourceType": "RunCommand",
        },
    })
}

/// Filters were checked; here they only compare.
fn wanted(input: &Input, row: &Value) -> bool {
    let filters = input
        .get("Filters")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    filters.iter().all(|filter| {
        let key = filter
            .get("Key")
            .and_then(Value::as_str)
            .unwrap_or_default();
        row.get(key) == filter.get("Value")
    })
}
