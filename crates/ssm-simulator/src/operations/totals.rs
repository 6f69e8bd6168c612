//! `ListComplianceSummaries`.

use super::compliance_summaries::{PLATFORM_TYPE_KEY, platform_type};
use super::filters::{self, Filter};
use super::listing::{Listing, ListingRequest};
use crate::refusal::Refusal;
use crate::rows::{Summary, Total};
use crate::target::SimulatedTarget;

const TYPE_KEY: &str = "ComplianceType";
const FILTER_KEYS: [&str; 4] = [TYPE_KEY, "PatchGroup", "ExecutionId", PLATFORM_TYPE_KEY];

pub(super) fn totals(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let filters = filters::read(request.input, &FILTER_KEYS)?;
    let (type_filters, resource_filters): (Vec<Filter<'_>>, Vec<Filter<'_>>) = filters
        .into_iter()
        .partition(|filter| filter.key == TYPE_KEY);
    let mut rows = count(request.target, &resource_filters);
    // A filter by type hides totals, while all other filters change what they count.
    rows.retain(|row| {
        type_filters
            .iter()
            .all(|filter| filter.accepts(&row.compliance_type))
    });
    Listing::of_slice(request, &rows, None)
}

fn count(target: &SimulatedTarget, filters: &[Filter<'_>]) -> Vec<Total> {
    // Without a filter of resources the totals are at hand.
    if filters.is_empty() {
        return target.totals().to_vec();
    }
    target.totals_of(|slot| filters.iter().all(|filter| passes(target, filter, slot)))
}

/// Whether a resource passes a filter other than that of the compliance type.
fn passes(target: &SimulatedTarget, filter: &Filter<'_>, slot: u32) -> bool {
    match filter.key {
        PLATFORM_TYPE_KEY => filter.accepts(platform_type(target, slot)),
        "PatchGroup" => target
            .patch_state(slot, false)
            .is_some_and(|row| filter.accepts(&row.patch_group)),
        _ => (0..target.part_count(slot))
            .filter_map(|part| target.summary(slot, part))
            .any(|row| has_execution(&row, filter)),
    }
}

fn has_execution(row: &Summary, filter: &Filter<'_>) -> bool {
    match &row.execution_summary.execution_id {
        Some(id) => filter.accepts(id),
        None => false,
    }
}
