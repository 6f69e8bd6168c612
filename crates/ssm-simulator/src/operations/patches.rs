//! `DescribeInstancePatchStates`, `DescribeInstancePatches`.

use super::super::input::{self, Input};
use super::super::refusal::Refusal;
use super::super::rows::Patch;
use super::{Call, Listing};

/// Ids that are unknown, or were never scanned, are left out without a word.
pub(super) fn states(call: &Call<'_>) -> Result<Listing, Refusal> {
    let ids = input::texts(call.input, "InstanceIds", 0, 50)?
        .ok_or_else(|| Refusal::missing("instanceIds"))?;
    input::check_instance_ids("InstanceIds", &ids)?;
    let from = usize::try_from(call.from).unwrap_or(usize::MAX);
    let rows = ids.iter().enumerate().skip(from).filter_map(|(index, id)| {
        let slot = call.world.find(id)?;
        Some((
            index as u64,
            Some(slot),
            call.world.patch_state(slot, call.lag)?,
        ))
    });
    Listing::of(call, rows)
}

pub(super) fn of_instance(call: &Call<'_>) -> Result<Listing, Refusal> {
    let slot = listed(call)?;
    let filters = filters(call.input)?;
    let mut patches = call.world.patches(slot, call.lag);
    patches.retain(|patch| {
        filters
            .iter()
            .all(|(key, values)| values.contains(&member(patch, key)))
    });
    Listing::of_slice(call, &patches, Some(slot))
}

/// The slot of the instance asked for.
pub(super) fn listed(call: &Call<'_>) -> Result<u32, Refusal> {
    let id = input::instance_id(call.input)?;
    call.world
        .find(id)
        .filter(|slot| call.world.is_listed(*slot))
        .ok_or_else(|| {
            let message = format!(
                "Instance {id} is not in a valid state for account {}.",
                call.world.names.account
            );
            Refusal::modelled("InvalidInstanceId", message)
        })
}

fn filters(input: &Input) -> Result<Vec<(&str, Vec<&str>)>, Refusal> {
    let filters = input::objects(input, "Filters")?.unwrap_or_default();
    if filters.len() > 5 {
        return Err(Refusal::constraint(
            "filters",
            "filters",
            "Member must have length less than or equal to 5",
        ));
    }
    filters.into_iter().map(one).collect()
}

fn one(filter: &Input) -> Result<(&str, Vec<&str>), Refusal> {
    let key = input::text(filter, "Key")?.unwrap_or_default();
    if !["Classification", "KBId", "Severity", "State"].contains(&key) {
        return Err(Refusal::modelled(
            "InvalidFilter",
            format!("The filter key {key} is not valid."),
        ));
    }
    Ok((
        key,
        input::texts(filter, "Values", 0, usize::MAX)?.unwrap_or_default(),
    ))
}

fn member<'a>(patch: &'a Patch, key: &str) -> &'a str {
    match key {
        "Classification" => &patch.classification,
        "KBId" => &patch.kb_id,
        "Severity" => &patch.severity,
        _ => &patch.state,
    }
}
