//! `ListAssociations`, `DescribeInstanceAssociationsStatus`.

use super::super::input::{self, Input};
use super::super::refusal::Refusal;
use super::super::rows::Association;
use super::{Call, Listing, patches};

const KEYS: [&str; 9] = [
    "InstanceId",
    "Name",
    "AssociationId",
    "AssociationStatusName",
    "LastExecutedBefore",
    "LastExecutedAfter",
    "AssociationName",
    "ResourceGroupName",
    "CloudConnectorId",
];

pub(super) fn list(call: &Call<'_>) -> Result<Listing, Refusal> {
    let filters = input::objects(call.input, "AssociationFilterList")?.unwrap_or_default();
    let filters: Vec<(&str, &str)> = filters.into_iter().map(one).collect::<Result<_, _>>()?;
    let mut rows = call.world.aggregates().associations.clone();
    rows.retain(|row| filters.iter().all(|(key, value)| accepts(row, key, value)));
    Listing::of_slice(call, &rows, None)
}

fn one(filter: &Input) -> Result<(&str, &str), Refusal> {
    let (key, value) = (
        input::required_text(filter, "key")?,
        input::required_text(filter, "value")?,
    );
    if KEYS.contains(&key) {
        return Ok((key, value));
    }
    let constraint = format!("Member must satisfy enum value set: [{}]", KEYS.join(", "));
    Err(Refusal::constraint(
        format!("'{key}'"),
        "associationFilterList.1.member.key",
        constraint,
    ))
}

fn accepts(row: &Association, key: &str, value: &str) -> bool {
    match key {
        "Name" => row.name == value,
        "AssociationId" => row.association_id == value,
        "AssociationName" => row.association_name.as_deref() == Some(value),
        "AssociationStatusName" => row.overview.status == value,
        // An instance id finds only associations of the legacy kind, of which there are none here.
        _ => false,
    }
}

pub(super) fn of_instance(call: &Call<'_>) -> Result<Listing, Refusal> {
    let slot = patches::listed(call)?;
    Listing::of_slice(call, &call.world.instance_associations(slot), Some(slot))
}
