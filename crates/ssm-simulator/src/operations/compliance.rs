//! `ListResourceComplianceSummaries`, `ListComplianceSummaries`, `ListComplianceItems`.

use std::borrow::Cow;

use super::super::filters::{self, Filter};
use super::super::input;
use super::super::refusal::Refusal;
use super::super::rows::Item;
use super::super::simulated_target::{ListingSlot, SimulatedTarget};
use super::super::time;
use super::{Call, Listing, position};

const PLATFORM_TYPE: &str = "AWS:InstanceInformation.PlatformType";

pub(super) fn summaries(call: &Call<'_>) -> Result<Listing, Refusal> {
    let known = [
        "ComplianceType",
        "Status",
        "OverallSeverity",
        "InstanceId",
        "ExecutionType",
        PLATFORM_TYPE,
    ];
    let filters = filters::read(call.input, &known)?;
    let world = call.world;
    let keys = call
        .slots()
        .flat_map(|slot| (0..world.parts(slot)).map(move |part| (slot, part)));
    let rows = keys
        .filter(|(slot, part)| position(*slot, *part) >= call.from)
        .filter(|(slot, part)| {
            filters
                .iter()
                .all(|filter| keeps(world, filter, *slot, *part))
        })
        .filter_map(|(slot, part)| {
            Some((position(slot, part), Some(slot), world.summary(slot, part)?))
        });
    Listing::of(call, rows)
}

/// Whether a summary passes a filter. Type and status, which clients filter by, need no row.
fn keeps(world: &SimulatedTarget, filter: &Filter<'_>, slot: u32, part: u32) -> bool {
    let Some((name, status)) = world.summary_key(slot, part) else {
        return false;
    };
    match filter.key {
        "ComplianceType" => filter.accepts(name),
        "Status" => filter.accepts(status),
        PLATFORM_TYPE => filter.accepts(&platform_type(world, slot)),
        key => world.summary(slot, part).is_some_and(|row| match key {
            "OverallSeverity" => filter.accepts(&row.overall_severity),
            "InstanceId" => filter.accepts(&row.resource_id),
            _ => filter.accepts(
                row.execution_summary
                    .execution_type
                    .as_deref()
                    .unwrap_or_default(),
            ),
        }),
    }
}

fn platform_type(world: &SimulatedTarget, slot: u32) -> Cow<'static, str> {
    match world.slot(slot) {
        ListingSlot::Node(node) => Cow::Borrowed(node.platform().kind),
        ListingSlot::Pinned(resource) => {
            resource.instance.as_ref().map_or(Cow::Borrowed(""), |row| {
                Cow::Owned(row.platform_type.clone())
            })
        }
        ListingSlot::Gone => Cow::Borrowed(""),
    }
}

pub(super) fn totals(call: &Call<'_>) -> Result<Listing, Refusal> {
    let filters = filters::read(
        call.input,
        &["ComplianceType", "PatchGroup", "ExecutionId", PLATFORM_TYPE],
    )?;
    let world = call.world;
    let mut rows = if filters.iter().all(|filter| filter.key == "ComplianceType") {
        world.aggregates().totals.clone()
    } else {
        world.totals_of(|slot| filters.iter().all(|filter| counts(world, filter, slot)))
    };
    rows.retain(|row| {
        filters
            .iter()
            .filter(|filter| filter.key == "ComplianceType")
            .all(|filter| filter.accepts(&row.compliance_type))
    });
    Listing::of_slice(call, &rows, None)
}

/// Whether a resource is counted under a filter other than that of the type.
fn counts(world: &SimulatedTarget, filter: &Filter<'_>, slot: u32) -> bool {
    match filter.key {
        "ComplianceType" => true,
        PLATFORM_TYPE => filter.accepts(&platform_type(world, slot)),
        "PatchGroup" => world
            .patch_state(slot, false)
            .is_some_and(|row| filter.accepts(&row.patch_group)),
        _ => (0..world.parts(slot))
            .filter_map(|part| world.summary(slot, part))
            .any(|row| {
                row.execution_summary
                    .execution_id
                    .as_deref()
                    .is_some_and(|id| filter.accepts(id))
            }),
    }
}

pub(super) fn items(call: &Call<'_>) -> Result<Listing, Refusal> {
    let known = [
        "ComplianceType",
        "Id",
        "Status",
        "Severity",
        "DocumentName",
        "ExecutionTime",
    ];
    let filters = filters::read(call.input, &known)?;
    let ids = input::texts(call.input, "ResourceIds", 1, usize::MAX)?
        .ok_or_else(|| Refusal::missing("resourceIds"))?;
    let [id] = ids.as_slice() else {
        let message = "Only one resource id can be specified per call.";
        return Err(Refusal::common("ValidationException", message));
    };
    for kind in input::texts(call.input, "ResourceTypes", 1, usize::MAX)?.unwrap_or_default() {
        if kind != "ManagedInstance" {
            return Err(Refusal::bare("InvalidResourceType"));
        }
    }
    let slot = call
        .world
        .find(id)
        .filter(|slot| !matches!(call.world.slot(*slot), ListingSlot::Gone));
    let slot = slot.ok_or(Refusal::bare("InvalidResourceId"))?;
    let mut items = call.world.items(slot);
    items.retain(|item| filters.iter().all(|filter| keeps_item(filter, item)));
    Listing::of_slice(call, &items, Some(slot))
}

fn keeps_item(filter: &Filter<'_>, item: &Item) -> bool {
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
