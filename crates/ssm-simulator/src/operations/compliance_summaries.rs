//! `ListResourceComplianceSummaries`.

use super::filters::{self, Filter};
use super::listing::{Listing, ListingRequest, UnwrittenRow, position};
use crate::refusal::Refusal;
use crate::rows::Summary;
use crate::target::{ListingSlot, SimulatedTarget};

pub(super) const PLATFORM_TYPE_KEY: &str = "AWS:InstanceInformation.PlatformType";

const FILTER_KEYS: [&str; 6] = [
    "ComplianceType",
    "Status",
    "OverallSeverity",
    "InstanceId",
    "ExecutionType",
    PLATFORM_TYPE_KEY,
];

pub(super) fn summaries(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let filters = filters::read(request.input, &FILTER_KEYS)?;
    let target = request.target;
    let ids = filters
        .iter()
        .filter(|filter| filter.key == "InstanceId")
        .find_map(Filter::exact_values);
    let rows = request
        .slots_of(ids)
        .flat_map(|slot| (0..target.part_count(slot)).map(move |part| (slot, part)))
        // The first slot may have parts that the page before has shown already.
        .filter(|(slot, part)| position(*slot, *part) >= request.from)
        .filter(|(slot, part)| {
            filters
                .iter()
                .all(|filter| passes(target, filter, *slot, *part))
        })
        .filter_map(|(slot, part)| {
            let summary = target.summary(slot, part)?;
            Some(UnwrittenRow::of_slot(slot, part, summary))
        });
    Listing::of(request, rows)
}

/// Whether a summary passes a filter. Clients mostly filter by type and status, for which no row
/// has to be made.
fn passes(target: &SimulatedTarget, filter: &Filter<'_>, slot: u32, part: u32) -> bool {
    let Some((compliance_type, status)) = target.summary_key(slot, part) else {
        return false;
    };
    match filter.key {
        "ComplianceType" => filter.accepts(compliance_type),
        "Status" => filter.accepts(status),
        PLATFORM_TYPE_KEY => filter.accepts(platform_type(target, slot)),
        _ => target
            .summary(slot, part)
            .is_some_and(|row| row_passes(&row, filter)),
    }
}

fn row_passes(row: &Summary, filter: &Filter<'_>) -> bool {
    match filter.key {
        "OverallSeverity" => filter.accepts(&row.overall_severity),
        "InstanceId" => filter.accepts(&row.resource_id),
        _ => {
            let execution_type = row.execution_summary.execution_type.as_deref();
            filter.accepts(execution_type.unwrap_or_default())
        }
    }
}

/// The platform type of a resource, or an empty text if AWS does not know it.
pub(super) fn platform_type(target: &SimulatedTarget, slot: u32) -> &str {
    match target.slot(slot) {
        ListingSlot::Node(node) => node.platform().kind,
        ListingSlot::Edited(resource) => match &resource.instance {
            Some(row) => &row.platform_type,
            None => "",
        },
        ListingSlot::Removed => "",
    }
}
