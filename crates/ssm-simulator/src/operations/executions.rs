//! `DescribeAssociationExecutions` and `DescribeAssociationExecutionTargets`.
//!
//! Each association that has run has three executions. The newest one shows the statuses of now,
//! and in the older ones every instance succeeded.

use serde_json::{Value, json};

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest, UnwrittenRow};
use crate::random;
use crate::refusal::Refusal;
use crate::rows::{Association, InstanceAssociation};

const EXECUTION_COUNT: u32 = 3;
const SECONDS_BETWEEN_EXECUTIONS: f64 = 86_400.0;

/// One execution of an association.
struct Execution<'a> {
    association_id: &'a str,
    /// How many executions there were after this one.
    age: u32,
}

pub(super) fn executions(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let association = find_association(request)?;
    // Filters of executions are checked but keep all rows, of which there are three at most.
    check_filters(request.input, &["ExecutionId", "Status", "CreatedTime"])?;
    let rows: Vec<Value> = match association.last_execution_date {
        Some(newest) => Execution::all(&association.association_id)
            .map(|execution| execution.row(&association, newest))
            .collect(),
        None => Vec::new(),
    };
    Listing::of_slice(request, &rows, None)
}

pub(super) fn execution_targets(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let association = find_association(request)?;
    let execution_id = input::uuid(request.input, "ExecutionId")?;
    check_filters(request.input, &["Status", "ResourceId", "ResourceType"])?;
    let execution = find_execution(&association.association_id, execution_id)?;
    let target = request.target;
    let rows = request
        .whole_slots()
        .filter(|slot| target.is_listed(*slot))
        .filter_map(|slot| {
            let statuses = target.instance_associations(slot);
            let status = statuses
                .iter()
                .find(|row| row.association_id == association.association_id)?;
            let row = execution.target_row(status);
            passes(&row, request.input).then(|| UnwrittenRow::of_slot(slot, 0, row))
        });
    Listing::of(request, rows)
}

fn find_association(request: &ListingRequest<'_>) -> Result<Association, Refusal> {
    let id = input::uuid(request.input, "AssociationId")?;
    let aggregates = request.target.aggregates();
    let found = aggregates
        .associations
        .iter()
        .find(|row| row.association_id == id);
    match found {
        Some(row) => Ok(row.clone()),
        None => Err(Refusal::modelled(
            "AssociationDoesNotExist",
            "The association does not exist.",
        )),
    }
}

fn find_execution<'a>(association_id: &'a str, id: &str) -> Result<Execution<'a>, Refusal> {
    Execution::all(association_id)
        .find(|execution| execution.id() == id)
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

impl<'a> Execution<'a> {
    /// All executions of an association, the newest one first.
    fn all(association_id: &'a str) -> impl Iterator<Item = Self> {
        (0..EXECUTION_COUNT).map(move |age| Self {
            association_id,
            age,
        })
    }

    fn id(&self) -> String {
        let association = random::text(self.association_id);
        random::uuid(random::join(association, u64::from(self.age)))
    }

    /// The status in this execution of what has the status `now` in the newest one.
    fn status<'s>(&self, now: &'s str) -> &'s str {
        if self.age == 0 { now } else { "Success" }
    }

    /// When this execution was, given when the newest one was.
    fn time(&self, newest: f64) -> f64 {
        newest - f64::from(self.age) * SECONDS_BETWEEN_EXECUTIONS
    }

    fn row(&self, association: &Association, newest: f64) -> Value {
        let status = self.status(&association.overview.status);
        let time = self.time(newest);
        json!({
            "AssociationId": association.association_id,
            "AssociationVersion": association.association_version,
            "ExecutionId": self.id(),
            "Status": status,
            "DetailedStatus": status,
            "CreatedTime": time,
            "LastExecutionDate": time,
            "ResourceCountByStatus": self.resource_counts(association),
        })
    }

    /// AWS writes these counts in a notation of its own, and not in JSON.
    fn resource_counts(&self, association: &Association) -> String {
        let counts = &association.overview.association_status_aggregated_count;
        if self.age > 0 {
            return format!("{{Success={}}}", counts.values().sum::<i32>());
        }
        let counts: Vec<String> = counts
            .iter()
            .map(|(status, count)| format!("{status}={count}"))
            .collect();
        format!("{{{}}}", counts.join(", "))
    }

    fn target_row(&self, row: &InstanceAssociation) -> Value {
        let id = self.id();
        // The fleet keeps no history, so older executions have the instances of today.
        let status = self.status(&row.status);
        let output_id = random::uuid(random::text(&format!("{id}{}", row.instance_id)));
        json!({
            "AssociationId": row.association_id,
            "AssociationVersion": row.association_version,
            "ExecutionId": id,
            "ResourceId": row.instance_id,
            "ResourceType": "ManagedInstance",
            "Status": status,
            "DetailedStatus": status,
            "LastExecutionDate": self.time(row.execution_date.unwrap_or_default()),
            "OutputSource": {
                "OutputSourceId": output_id,
                "OutputSourceType": "RunCommand",
            },
        })
    }
}
