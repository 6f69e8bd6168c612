//! The operations: one table, and what all list operations have in common (page sizes, tokens,
//! faults of rows).

mod associations;
mod baselines;
mod compliance;
mod executions;
mod instances;
mod page;
mod patches;

use super::input::Input;
use super::refusal::Refusal;
use super::simulated_target::SimulatedTarget;

pub(super) use page::{Quirks, answer};

/// One operation that answers with a list. Those of STS are apart, they speak another protocol.
pub(super) struct Operation {
    /// Namespace in `X-Amz-Target`.
    pub(super) namespace: &'static str,
    /// Name in the scope of the signature, and in IAM actions.
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    /// Member of the answer that holds the rows.
    list: &'static str,
    /// Members of the page size and of the token, which not all services call the same.
    size: &'static str,
    token: &'static str,
    /// Page size where the request has none, and the bounds of what it may ask for.
    default: usize,
    min: usize,
    max: usize,
    rows: fn(&Call<'_>) -> Result<Listing, Refusal>,
    /// How [`BadRow`](super::FaultKind::BadRow) spoils a row, so that a client that follows the
    /// model refuses it.
    spoil: Option<Spoil>,
}

/// A member that is taken away, or given a value that its type cannot hold.
#[derive(Clone, Copy)]
pub(super) enum Spoil {
    Remove(&'static str),
    /// The JSON pointer of a 32-bit number.
    Overflow(&'static str),
    /// The JSON pointer of a map of strings.
    NullIn(&'static str),
}

/// One request.
pub(super) struct Call<'a> {
    pub(super) world: &'a SimulatedTarget,
    pub(super) input: &'a Input,
    /// The position of the first row asked for.
    pub(super) from: u64,
    pub(super) size: usize,
    /// Patch states lag behind.
    pub(super) lag: bool,
    /// Only the positions of the rows matter, so that they need not be written.
    pub(super) bare: bool,
}

/// The rows of one page.
pub(super) struct Listing {
    pub(super) rows: Vec<Row>,
    /// The position of the row after them.
    pub(super) next: Option<u64>,
}

/// One row, as JSON.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) position: u64,
    /// The resource it is about, as a slot.
    pub(super) owner: Option<u32>,
    pub(super) json: Vec<u8>,
}

impl Listing {
    /// The first rows of those that `rows` yields as position, owner and row; one more is looked at
    /// to know whether the list goes on.
    pub(super) fn of<T: serde::Serialize>(
        call: &Call<'_>,
        rows: impl Iterator<Item = (u64, Option<u32>, T)>,
    ) -> Result<Self, Refusal> {
        let mut listing = Self {
            rows: Vec::new(),
            next: None,
        };
        for (position, owner, row) in rows {
            if listing.rows.len() == call.size {
                listing.next = Some(position);
                break;
            }
            let json = if call.bare {
                Vec::new()
            } else {
                serde_json::to_vec(&row).map_err(|_| Refusal::internal())?
            };
            listing.rows.push(Row {
                position,
                owner,
                json,
            });
        }
        Ok(listing)
    }

    /// Of a list at hand, by index.
    pub(super) fn of_slice<T: serde::Serialize>(
        call: &Call<'_>,
        rows: &[T],
        owner: Option<u32>,
    ) -> Result<Self, Refusal> {
        let from = usize::try_from(call.from).unwrap_or(usize::MAX);
        let rows = rows.iter().enumerate().skip(from);
        Self::of(call, rows.map(|(index, row)| (index as u64, owner, row)))
    }
}

impl Call<'_> {
    /// Slots from the one of the first row on.
    fn slots(&self) -> std::ops::Range<u32> {
        u32::try_from(self.from >> 16).unwrap_or(u32::MAX)..self.world.count()
    }

    /// The same for lists with one row per slot, where a position inside a slot is after its row.
    fn whole_slots(&self) -> std::ops::Range<u32> {
        let slots = self.slots();
        slots
            .start
            .saturating_add(u32::from(self.from & 0xffff > 0))..slots.end
    }
}

/// The position of a part of a slot.
fn position(slot: u32, part: u32) -> u64 {
    (u64::from(slot) << 16) | u64::from(part & 0xffff)
}

const fn ssm(
    name: &'static str,
    list: &'static str,
    (default, min, max): (usize, usize, usize),
    rows: fn(&Call<'_>) -> Result<Listing, Refusal>,
    spoil: Option<Spoil>,
) -> Operation {
    Operation {
        namespace: "AmazonSSM",
        service: "ssm",
        name,
        list,
        size: "MaxResults",
        token: "NextToken",
        default,
        min,
        max,
        rows,
        spoil,
    }
}

/// Every operation, with default, least and greatest page size. Bounds are those of the model; of
/// the defaults only that of `DescribeInstanceInformation` is documented.
const OPERATIONS: [Operation; 11] = [
    ssm(
        "DescribeInstanceInformation",
        "InstanceInformationList",
        (10, 5, 50),
        instances::information,
        Some(Spoil::Overflow(
            "/AssociationOverview/InstanceAssociationStatusAggregatedCount/Success",
        )),
    ),
    ssm(
        "ListComplianceSummaries",
        "ComplianceSummaryItems",
        (50, 1, 50),
        compliance::totals,
        None,
    ),
    ssm(
        "ListResourceComplianceSummaries",
        "ResourceComplianceSummaryItems",
        (50, 1, 50),
        compliance::summaries,
        Some(Spoil::Overflow("/CompliantSummary/CompliantCount")),
    ),
    ssm(
        "ListComplianceItems",
        "ComplianceItems",
        (50, 1, 50),
        compliance::items,
        Some(Spoil::NullIn("/Details")),
    ),
    ssm(
        "DescribeInstancePatchStates",
        "InstancePatchStates",
        (50, 10, 100),
        patches::states,
        Some(Spoil::Remove("Operation")),
    ),
    ssm(
        "DescribePatchBaselines",
        "BaselineIdentities",
        (50, 1, 100),
        baselines::identities,
        None,
    ),
    ssm(
        "ListAssociations",
        "Associations",
        (50, 1, 50),
        associations::list,
        None,
    ),
    ssm(
        "DescribeInstancePatches",
        "Patches",
        (50, 10, 100),
        patches::of_instance,
        Some(Spoil::Remove("State")),
    ),
    ssm(
        "DescribeInstanceAssociationsStatus",
        "InstanceAssociationStatusInfos",
        (50, 1, 50),
        associations::of_instance,
        None,
    ),
    ssm(
        "DescribeAssociationExecutions",
        "AssociationExecutions",
        (50, 1, 50),
        executions::list,
        None,
    ),
    ssm(
        "DescribeAssociationExecutionTargets",
        "AssociationExecutionTargets",
        (50, 1, 50),
        executions::targets,
        None,
    ),
];

/// The operation that `X-Amz-Target` names.
pub(super) fn find(target: &str) -> Option<&'static Operation> {
    let (namespace, name) = target.split_once('.')?;
    OPERATIONS
        .iter()
        .find(|operation| operation.namespace == namespace && operation.name == name)
}

/// Names of all operations, those of STS included.
pub(super) fn names() -> Vec<&'static str> {
    OPERATIONS
        .iter()
        .map(|operation| operation.name)
        .chain(super::sts::OPERATIONS)
        .collect()
}
