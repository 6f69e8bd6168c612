//! `ListComplianceItems`.

use super::filters::{self, Filter};
use super::input;
use super::listing::{Listing, ListingRequest};
use crate::refusal::Refusal;
use crate::rows::Item;
use crate::target::ListingSlot;
use crate::time;

const FILTER_KEYS: [&str; 6] = [
    "ComplianceType",
    "Id",
    "Status",
    "Severity",
    "DocumentName",
    "ExecutionTime",
];

pub(super) fn items(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let filters = filters::read(request.input, &FILTER_KEYS)?;
    let id = resource_id(request)?;
    check_resource_types(request)?;
    let slot = find_resource(request, id)?;
    let mut items = request.target.items(slot);
    items.retain(|item| filters.iter().all(|filter| passes(item, filter)));
    Listing::of_slice(request, &items, Some(slot))
}

/// The model declares a list of ids, but the service takes only one per call.
fn resource_id<'a>(request: &ListingRequest<'a>) -> Result<&'a str, Refusal> {
    let ids = input::texts(request.input, "ResourceIds", 1..=usize::MAX)?
        .ok_or_else(|| Refusal::missing("resourceIds"))?;
    match ids[..] {
        [id] => Ok(id),
        _ => Err(Refusal::common(
            "ValidationException",
            "Only one resource id can be specified per call.",
        )),
    }
}

fn check_resource_types(request: &ListingRequest<'_>) -> Result<(), Refusal> {
    let types = input::texts(request.input, "ResourceTypes", 1..=usize::MAX)?.unwrap_or_default();
    if types.iter().all(|name| *name == "ManagedInstance") {
        Ok(())
    } else {
        Err(Refusal::bare("InvalidResourceType"))
    }
}

fn find_resource(request: &ListingRequest<'_>, id: &str) -> Result<u32, Refusal> {
    match request.target.find(id) {
        // Removed resources stay in the index, because an id must keep its place.
        Some(slot) if !matches!(request.target.slot(slot), ListingSlot::Removed) => Ok(slot),
        _ => Err(Refusal::bare("InvalidResourceId")),
    }
}

fn passes(item: &Item, filter: &Filter<'_>) -> bool {
    match filter.key {
        "ComplianceType" => filter.accepts(&item.compliance_type),
        "Id" => filter.accepts(&item.id),
        "Status" => filter.accepts(&item.status),
        "Severity" => filter.accepts(&item.severity),
        "DocumentName" => item
            .details
            .get("DocumentName")
            .is_some_and(|name| filter.accepts(name)),
        _ => filter.accepts(&time::iso(item.execution_summary.execution_time)),
    }
}
