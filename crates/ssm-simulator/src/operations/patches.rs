//! `DescribeInstancePatchStates` and `DescribeInstancePatches`.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest, UnwrittenRow};
use crate::refusal::Refusal;
use crate::rows::Patch;

const MAX_INSTANCE_IDS: usize = 50;
const MAX_FILTERS: usize = 5;
const FILTER_KEYS: [&str; 4] = ["Classification", "KBId", "Severity", "State"];

/// A filter. A row passes with any of the values.
struct PatchFilter<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

/// The service says nothing about ids that are unknown or belong to instances without a scan.
pub(super) fn patch_states(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let ids = input::texts(request.input, "InstanceIds", 0..=MAX_INSTANCE_IDS)?
        .ok_or_else(|| Refusal::missing("instanceIds"))?;
    input::check_instance_ids("InstanceIds", &ids)?;
    let target = request.target;
    let rows = ids
        .iter()
        .enumerate()
        .skip(request.first_index())
        .filter_map(|(index, id)| {
            let slot = target.find(id)?;
            Some(UnwrittenRow {
                position: index as u64,
                owner: Some(slot),
                content: target.patch_state(slot, request.lag)?,
            })
        });
    Listing::of(request, rows)
}

pub(super) fn patches_of_instance(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let slot = managed_instance(request)?;
    // An unknown instance is refused before a wrong filter.
    let filters = read_filters(request.input)?;
    let mut patches = request.target.patches(slot, request.lag);
    patches.retain(|patch| filters.iter().all(|filter| filter.accepts(patch)));
    Listing::of_slice(request, &patches, Some(slot))
}

/// The slot of the managed instance that the request is about.
pub(super) fn managed_instance(request: &ListingRequest<'_>) -> Result<u32, Refusal> {
    let id = input::instance_id(request.input)?;
    if let Some(slot) = request.target.find(id)
        && request.target.is_listed(slot)
    {
        return Ok(slot);
    }
    let account = &request.target.names.account;
    let message = format!("Instance {id} is not in a valid state for account {account}.");
    Err(Refusal::modelled("InvalidInstanceId", message))
}

fn read_filters(input: &Input) -> Result<Vec<PatchFilter<'_>>, Refusal> {
    let filters = input::objects(input, "Filters")?.unwrap_or_default();
    if filters.len() > MAX_FILTERS {
        let constraint = format!("Member must have length less than or equal to {MAX_FILTERS}");
        return Err(Refusal::constraint("filters", "filters", constraint));
    }
    filters.into_iter().map(PatchFilter::read).collect()
}

impl<'a> PatchFilter<'a> {
    fn read(filter: &'a Input) -> Result<Self, Refusal> {
        let key = input::text(filter, "Key")?.unwrap_or_default();
        // The service model has no enum of these keys, so a wrong one is an error of the service.
        if !FILTER_KEYS.contains(&key) {
            let message = format!("The filter key {key} is not valid.");
            return Err(Refusal::modelled("InvalidFilter", message));
        }
        let values = input::texts(filter, "Values", 0..=usize::MAX)?.unwrap_or_default();
        Ok(Self { key, values })
    }

    fn accepts(&self, patch: &Patch) -> bool {
        let value = match self.key {
            "Classification" => &patch.classification,
            "KBId" => &patch.kb_id,
            "Severity" => &patch.severity,
            _ => &patch.state,
        };
        self.values.contains(&value.as_str())
    }
}
