//! `DescribeInstanceInformation`.

use super::super::input::{self, Input};
use super::super::refusal::Refusal;
use super::super::rows::Instance;
use super::super::simulated_target::SimulatedTarget;
use super::{Call, Listing, position};

/// Keys of both filter lists, and the values that the service checks.
const KEYS: [(&str, &[&str]); 8] = [
    ("InstanceIds", &[]),
    ("AgentVersion", &[]),
    ("PingStatus", &["Online", "ConnectionLost", "Inactive"]),
    ("PlatformTypes", &["Windows", "Linux", "MacOS"]),
    ("ActivationIds", &[]),
    ("IamRole", &[]),
    ("ResourceType", &["EC2Instance", "ManagedInstance"]),
    ("AssociationStatus", &[]),
];

/// A filter: any of the values.
struct Filter<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

pub(super) fn information(call: &Call<'_>) -> Result<Listing, Refusal> {
    let filters = filters(call.input)?;
    check_ids(call.world, &filters)?;
    let world = call.world;
    let rows = call
        .whole_slots()
        .filter(|slot| world.is_listed(*slot))
        .filter_map(|slot| {
            let row = world.instance(slot)?;
            let kept = filters.iter().all(|filter| accepts(filter, &row));
            kept.then(|| (position(slot, 0), Some(slot), row))
        });
    Listing::of(call, rows)
}

fn filters(input: &Input) -> Result<Vec<Filter<'_>>, Refusal> {
    let (new, old) = (
        input::objects(input, "Filters")?,
        input::objects(input, "InstanceInformationFilterList")?,
    );
    if new.as_ref().is_some_and(|list| !list.is_empty())
        && old.as_ref().is_some_and(|list| !list.is_empty())
    {
        return Err(Refusal::common(
            "ValidationException",
            "Filters and InstanceInformationFilterList cannot be used together.",
        ));
    }
    let new = new
        .unwrap_or_default()
        .into_iter()
        .map(|filter| one(filter, "Key", "Values"));
    let old = old
        .unwrap_or_default()
        .into_iter()
        .map(|filter| one(filter, "key", "valueSet"));
    new.chain(old).collect()
}

fn one<'a>(filter: &'a Input, key: &str, values: &str) -> Result<Filter<'a>, Refusal> {
    let key = input::required_text(filter, key)?;
    let values = input::texts(filter, values, 1, 100)?
        .ok_or_else(|| Refusal::missing("filters.1.member.values"))?;
    if key.starts_with("tag:") || key == "tag-key" {
        return Ok(Filter { key, values });
    }
    let (_, allowed) = KEYS
        .iter()
        .find(|(known, _)| *known == key)
        .ok_or(Refusal::bare("InvalidFilterKey"))?;
    if allowed.is_empty() || values.iter().all(|value| allowed.contains(value)) {
        return Ok(Filter { key, values });
    }
    let mut refusal = Refusal::modelled(
        "InvalidInstanceInformationFilterValue",
        format!("Invalid value for {key}."),
    );
    refusal.member = "message";
    Err(refusal)
}

/// One id that is not managed spoils the whole call.
fn check_ids(world: &SimulatedTarget, filters: &[Filter<'_>]) -> Result<(), Refusal> {
    for filter in filters.iter().filter(|filter| filter.key == "InstanceIds") {
        input::check_instance_ids("InstanceIds", &filter.values)?;
        let unknown = filter
            .values
            .iter()
            .any(|id| !world.find(id).is_some_and(|slot| world.is_listed(slot)));
        if unknown {
            let message = format!(
                "[{}] not in a valid state for account {}",
                filter.values.join(", "),
                world.names.account
            );
            return Err(Refusal::modelled("InvalidInstanceId", message));
        }
    }
    Ok(())
}

fn accepts(filter: &Filter<'_>, row: &Instance) -> bool {
    let value = match filter.key {
        "InstanceIds" => row.instance_id.as_str(),
        "AgentVersion" => row.agent_version.as_str(),
        "PingStatus" => row.ping_status.as_str(),
        "PlatformTypes" => row.platform_type.as_str(),
        "ActivationIds" => row.activation_id.as_deref().unwrap_or_default(),
        "IamRole" => row.iam_role.as_deref().unwrap_or_default(),
        "ResourceType" => row.resource_type.as_str(),
        "AssociationStatus" => row.association_status.as_deref().unwrap_or_default(),
        // Instances of this fleet have no tags that these filters could find.
        _ => return false,
    };
    filter.values.contains(&value)
}
