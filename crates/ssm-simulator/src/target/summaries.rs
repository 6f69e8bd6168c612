//! Compliance summaries of one resource. A summary is addressed by its slot and its part, which is
//! the position among the summaries of the resource.

use std::borrow::Cow;

use super::listing_slot::ListingSlot;
use super::simulated_target::SimulatedTarget;
use crate::fleet::{
    ANTIVIRUS, BENCHMARK, COMPLIANT, Condition, NON_COMPLIANT, Node, NodeSnapshot, Tally,
};
use crate::rows::{ExecutionSummary, Summary};

/// A compliance type that nodes can report, in the order of listing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportedType {
    Association,
    Antivirus,
    Benchmark,
    Patch,
}

impl ReportedType {
    pub(super) const ALL: [Self; 4] = [
        Self::Association,
        Self::Antivirus,
        Self::Benchmark,
        Self::Patch,
    ];

    pub(super) fn is_reported_by(self, node: &Node) -> bool {
        match self {
            Self::Association => node.has_associations(),
            Self::Antivirus => node.has_antivirus(),
            Self::Benchmark => node.has_benchmark(),
            Self::Patch => node.has_patches(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Association => "Association",
            Self::Antivirus => ANTIVIRUS,
            Self::Benchmark => BENCHMARK,
            Self::Patch => "Patch",
        }
    }

    /// The status, which is the same as that of the tally of all items but costs nothing.
    fn status(self, node: &Node) -> &'static str {
        let is_noncompliant = match self {
            Self::Association => node.condition.affects_associations(),
            Self::Antivirus => node.condition.has(Condition::CUSTOM),
            Self::Benchmark => false,
            Self::Patch => node.condition.affects_patches(),
        };
        if is_noncompliant {
            NON_COMPLIANT
        } else {
            COMPLIANT
        }
    }

    fn tally(self, snapshot: NodeSnapshot<'_>) -> Tally {
        match self {
            Self::Association => snapshot.association_item_statuses().collect(),
            Self::Antivirus => std::iter::once(snapshot.antivirus_status()).collect(),
            Self::Benchmark => snapshot.benchmark_statuses().collect(),
            Self::Patch => snapshot.patch_item_statuses().collect(),
        }
    }

    fn execution(self, snapshot: NodeSnapshot<'_>) -> ExecutionSummary {
        match self {
            Self::Association => snapshot.association_execution(),
            Self::Antivirus | Self::Benchmark => snapshot.put_execution(),
            Self::Patch => snapshot.patch_execution(),
        }
    }
}

/// What a total counts of a summary.
pub(super) struct SummaryStatus<'a> {
    pub(super) compliance_type: &'a str,
    pub(super) status: &'a str,
    pub(super) overall_severity: &'a str,
}

impl SimulatedTarget {
    /// How many summaries a slot can have at most.
    pub(crate) fn part_count(&self, index: u32) -> u32 {
        match self.slot(index) {
            // Parts whose type the node does not report are skipped when the row is made. Counting
            // them here keeps the position of each type the same for every node.
            ListingSlot::Node(_) => 4,
            ListingSlot::Edited(resource) => u32::try_from(resource.summaries.len()).unwrap_or(0),
            ListingSlot::Removed => 0,
        }
    }

    /// The compliance type and the status of a summary. Most filters need no more, and making the
    /// whole row is expensive.
    pub(crate) fn summary_key(&self, index: u32, part: u32) -> Option<(&str, &str)> {
        match self.slot(index) {
            ListingSlot::Node(node) => {
                let slot = reported_type(node, part)?;
                Some((slot.name(), slot.status(node)))
            }
            ListingSlot::Edited(resource) => {
                let row = resource.summaries.get(part as usize)?;
                Some((&row.compliance_type, &row.status))
            }
            ListingSlot::Removed => None,
        }
    }

    pub(crate) fn summary(&self, index: u32, part: u32) -> Option<Cow<'_, Summary>> {
        match self.slot(index) {
            ListingSlot::Node(node) => {
                let slot = reported_type(node, part)?;
                Some(Cow::Owned(summary_row(slot, self.snapshot(node))))
            }
            ListingSlot::Edited(resource) => {
                resource.summaries.get(part as usize).map(Cow::Borrowed)
            }
            ListingSlot::Removed => None,
        }
    }

    /// What totals count of a summary, without the text of its row.
    pub(super) fn summary_status(&self, index: u32, part: u32) -> Option<SummaryStatus<'_>> {
        match self.slot(index) {
            ListingSlot::Node(node) => {
                let slot = reported_type(node, part)?;
                let tally = slot.tally(self.snapshot(node));
                Some(SummaryStatus {
                    compliance_type: slot.name(),
                    status: tally.status(),
                    overall_severity: tally.overall_severity(),
                })
            }
            ListingSlot::Edited(resource) => {
                let row = resource.summaries.get(part as usize)?;
                Some(SummaryStatus {
                    compliance_type: &row.compliance_type,
                    status: &row.status,
                    overall_severity: &row.overall_severity,
                })
            }
            ListingSlot::Removed => None,
        }
    }
}

/// The compliance type of a part, if the node reports it.
fn reported_type(node: &Node, part: u32) -> Option<ReportedType> {
    let slot = *ReportedType::ALL.get(part as usize)?;
    slot.is_reported_by(node).then_some(slot)
}

fn summary_row(reported: ReportedType, snapshot: NodeSnapshot<'_>) -> Summary {
    let tally = reported.tally(snapshot);
    Summary {
        compliance_type: reported.name().to_owned(),
        resource_type: "ManagedInstance".to_owned(),
        resource_id: snapshot.node.id(),
        status: tally.status().to_owned(),
        overall_severity: tally.overall_severity().to_owned(),
        execution_summary: reported.execution(snapshot),
        compliant_summary: tally.compliant,
        non_compliant_summary: tally.noncompliant,
    }
}
