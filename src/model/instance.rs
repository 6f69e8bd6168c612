//! What is kept of one resource: its listing, its summaries, and the details that explain them.
//!
//! Small on purpose: fleets have a hundred thousand of these. What repeats over a fleet is shared,
//! what most instances lack is behind a pointer.

use std::cmp::Ordering;
use std::ops::Deref;
use std::sync::Arc;

use super::details::{DetailMark, Signature};
use super::rows::{InstanceRow, ItemCounts, ItemRow, PatchRow, PatchState, SummaryRow};
use super::text::{Count, InternPool, baseline_id, free_text, vocabulary};
use super::{Severity, Timestamp};

/// One resource that SSM knows: a managed instance, or one that only the compliance views still
/// list.
#[derive(Clone, Debug)]
pub struct Instance {
    /// `i-...` or `mi-...`; for compliance data put by hand, whatever it was put under.
    pub id: Arc<str>,
    /// As `DescribeInstanceInformation` lists it; `None` if it does not.
    pub listing: Option<Box<Listing>>,
    /// At most one per compliance type, in the order of types.
    pub summaries: Box<[Summary]>,
    /// Patch counts, as far as they were read.
    pub patches: Option<Box<PatchDetail>>,
    /// Non-compliant associations, as far as they were read.
    pub items: Option<Box<ItemDetail>>,
}

/// What `DescribeInstanceInformation` says of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// What instances have in common with many others.
    pub shared: Arc<SharedListing>,
    /// What instances have each for itself.
    texts: PackedNames,
    /// When the agent was last heard.
    pub last_ping: Option<Timestamp>,
    /// Associations by status.
    pub associations: Arc<StatusCounts>,
    /// When associations last ran.
    pub last_association_execution: Option<Timestamp>,
    /// When associations last ran well.
    pub last_association_success: Option<Timestamp>,
}

/// Name, computer name and address, one after the other: each by itself would take as much room
/// again.
#[derive(Clone, Debug, PartialEq)]
struct PackedNames {
    all: Box<str>,
    /// Where the name ends, and the computer name.
    ends: [u16; 2],
}

/// The part of a listing that repeats over a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SharedListing {
    /// `EC2Instance` or `ManagedInstance`.
    pub resource_type: Symbol,
    /// `Windows`, `Linux` or `MacOS`.
    pub platform_type: Symbol,
    /// For example `Amazon Linux`.
    pub platform_name: Symbol,
    /// For example `2023`.
    pub platform_version: Symbol,
    /// The SSM Agent's version.
    pub agent_version: Symbol,
    /// Whether that is the latest.
    pub agent_latest: Option<bool>,
    /// `Online`, `ConnectionLost` or `Inactive`.
    pub ping_status: Symbol,
    /// Whether AWS gives an association status at all: then a summary is due.
    pub has_associations: bool,
}

/// Counts by status, in the order of statuses, none of them 0.
pub type StatusCounts = Vec<(Symbol, u64)>;

/// A text that repeats over a fleet: equal ones of a target are one object. A thin pointer.
pub type Symbol = Arc<Box<str>>;

/// One resource's state for one compliance type. Reads like its [`SummaryCounts`].
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What resources have in common with many others.
    pub verdict: Arc<SummaryCounts>,
    /// `ExecutionSummary.ExecutionTime`.
    pub execution_time: Option<Timestamp>,
    /// Changes whenever the row does: when it was determined, by which execution, status or counts.
    pub signature: Signature,
    /// The number of the refresh that read it.
    pub read_in: u32,
    /// Complete reads since, in which it was missing.
    pub missed: u8,
}

/// The part of a summary that repeats over a fleet: machines of one image lack the same patches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryCounts {
    /// `Patch`, `Association` or `Custom:...`.
    pub compliance_type: Symbol,
    /// What AWS says.
    pub status: Status,
    /// Items by severity, compliant and not, in the order of [`Severity::ALL`].
    pub compliant: [u32; 6],
    /// The same, non-compliant.
    pub noncompliant: [u32; 6],
    /// `NonCompliantCount`.
    pub noncompliant_total: u32,
}

/// The status of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `COMPLIANT`
    Compliant,
    /// `NON_COMPLIANT`
    NonCompliant,
    /// A value that is neither; nothing is claimed.
    Other,
}

/// The outcome of asking for one instance's patch state.
#[derive(Clone, Debug)]
pub struct PatchDetail {
    /// How far it can be trusted.
    pub mark: DetailMark,
    /// `None`: AWS has none, the instance was never scanned.
    pub state: Option<PatchCounts>,
}

/// The outcome of asking for one instance's non-compliant associations.
#[derive(Clone, Debug)]
pub struct ItemDetail {
    /// How far they can be trusted.
    pub mark: DetailMark,
    /// In the order of association ids.
    pub associations: Box<[NoncompliantAssociation]>,
}

/// What `DescribeInstancePatchStates` says of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchCounts {
    /// What instances have in common with many others.
    pub operation: Arc<PatchOperation>,
    /// Patches by state, in the order of [`PatchState::ALL`].
    pub counts: [Count; 8],
    /// Overlapping counts: by the patches' class.
    pub critical_noncompliant: Count,
    /// Overlapping counts: by the patches' class.
    pub security_noncompliant: Count,
    /// Overlapping counts: by the patches' class.
    pub other_noncompliant: Count,
    /// When the operation ended.
    pub operation_end: Option<Timestamp>,
    /// The last installation with `NoReboot`.
    pub last_no_reboot_install: Option<Timestamp>,
}

/// The part of a patch state that repeats over a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatchOperation {
    /// `Scan` or `Install`.
    pub operation: Symbol,
    /// The `pb-...` part.
    pub baseline_id: Symbol,
    /// Empty for none.
    pub patch_group: Symbol,
    /// `RebootIfNeeded` or `NoReboot`.
    pub reboot_option: Symbol,
}

/// An association that did not bring an instance to its desired state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoncompliantAssociation {
    /// The association's id.
    pub association_id: Box<str>,
    /// The document: a name or an ARN.
    pub document: Symbol,
    /// The severity the association was given.
    pub severity: Symbol,
}

/// What instances of one target share.
#[derive(Debug, Default)]
pub struct Interner {
    single: InternPool<Box<str>>,
    shared: InternPool<SharedListing>,
    verdicts: InternPool<SummaryCounts>,
    operations: InternPool<PatchOperation>,
    counts: InternPool<StatusCounts>,
}

// === impl Words ===

impl Interner {
    /// Forgets what no instance needs any more.
    pub fn sweep(&self) {
        self.shared.sweep();
        self.verdicts.sweep();
        self.operations.sweep();
        self.counts.sweep();
        // Last: the others hold some of them.
        self.single.sweep();
    }

    pub(super) fn word(&self, word: &str) -> Symbol {
        self.single.get(word.into())
    }
}

// === impl Listing ===

impl Listing {
    pub(super) fn new(row: &InstanceRow, interner: &Interner) -> Self {
        let shared = SharedListing {
            resource_type: interner.word(vocabulary(&row.resource_type)),
            platform_type: interner.word(vocabulary(&row.platform_type)),
            platform_name: interner.word(&free_text(&row.platform_name)),
            platform_version: interner.word(&free_text(&row.platform_version)),
            agent_version: interner.word(&free_text(&row.agent_version)),
            agent_latest: row.agent_latest,
            ping_status: interner.word(vocabulary(&row.ping_status)),
            has_associations: !row.association_status.is_empty(),
        };
        Self {
            shared: interner.shared.get(shared),
            texts: PackedNames::new(
                &free_text(&row.name),
                &free_text(&row.computer_name),
                &free_text(&row.ip_address),
            ),
            last_ping: row.last_ping,
            associations: interner
                .counts
                .get(status_counts(&row.association_counts, interner)),
            last_association_execution: row.last_association_execution,
            last_association_success: row.last_association_success,
        }
    }

    /// The hybrid activation's name.
    pub fn name(&self) -> &str {
        self.texts.between(0, self.texts.ends[0])
    }

    /// The host name.
    pub fn computer_name(&self) -> &str {
        self.texts.between(self.texts.ends[0], self.texts.ends[1])
    }

    /// The address.
    pub fn ip_address(&self) -> &str {
        self.texts.between(self.texts.ends[1], u16::MAX)
    }

    /// Whether the agent answers.
    pub fn online(&self) -> bool {
        **self.shared.ping_status == *"Online"
    }
}

impl PackedNames {
    fn new(name: &str, computer_name: &str, ip_address: &str) -> Self {
        // Free text is short.
        let end = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
        let ends = [end(name.len()), end(name.len() + computer_name.len())];
        Self {
            all: [name, computer_name, ip_address].concat().into(),
            ends,
        }
    }

    fn between(&self, start: u16, end: u16) -> &str {
        let text = self.all.get(start.into()..self.all.len().min(end.into()));
        // The empty one is the same object for all instances.
        text.filter(|text| !text.is_empty()).unwrap_or_default()
    }
}

/// Statuses made label values; counts of those that become equal are added, zero and negative ones
/// left out.
pub(super) fn status_counts(counts: &[(String, i64)], interner: &Interner) -> StatusCounts {
    let mut sums = std::collections::BTreeMap::<&str, u64>::new();
    for (status, count) in counts {
        if let Ok(count @ 1..) = u64::try_from(*count) {
            *sums.entry(vocabulary(status)).or_default() += count;
        }
    }
    sums.into_iter()
        .map(|(status, sum)| (interner.word(status), sum))
        .collect()
}

// === impl Summary ===

impl Summary {
    pub(super) fn new(row: &SummaryRow, interner: &Interner, read_in: u32) -> Self {
        let verdict = SummaryCounts {
            compliance_type: interner.word(vocabulary(&row.compliance_type)),
            status: Status::of(&row.status),
            compliant: severities(row.compliant),
            noncompliant: severities(row.noncompliant),
            noncompliant_total: at_least_zero(row.noncompliant.total),
        };
        Self {
            verdict: interner.verdicts.get(verdict),
            execution_time: row.execution_time,
            signature: Signature::of(row),
            read_in,
            missed: 0,
        }
    }
}

impl Summary {
    /// Orders two rows for the same resource and type, the one to keep first. Rows come in whatever
    /// order pages and chains bring them, so nothing here depends on it; where nothing tells which
    /// is newer, bad news is kept.
    pub(super) fn preference(&self, other: &Self) -> Ordering {
        let newest_first = other.execution_time.cmp(&self.execution_time);
        let bad_news = |summary: &Self| {
            (
                summary.status != Status::Compliant,
                summary.noncompliant_total,
            )
        };
        newest_first
            .then_with(|| bad_news(other).cmp(&bad_news(self)))
            .then_with(|| self.signature.cmp(&other.signature))
    }
}

impl Deref for Summary {
    type Target = SummaryCounts;

    fn deref(&self) -> &SummaryCounts {
        &self.verdict
    }
}

impl Status {
    fn of(value: &str) -> Self {
        match value {
            "COMPLIANT" => Self::Compliant,
            "NON_COMPLIANT" => Self::NonCompliant,
            _ => Self::Other,
        }
    }
}

fn severities(counts: ItemCounts) -> [u32; Severity::ALL.len()] {
    counts.by_severity.map(at_least_zero)
}

fn at_least_zero(count: i64) -> u32 {
    Count::new(Some(count)).or_zero()
}

// === impl PatchCounts ===

impl PatchCounts {
    pub(super) fn new(row: &PatchRow, interner: &Interner) -> Self {
        let operation = PatchOperation {
            operation: interner.word(vocabulary(&row.operation)),
            baseline_id: interner.word(&baseline_id(&row.baseline_id)),
            patch_group: interner.word(&free_text(&row.patch_group)),
            reboot_option: interner.word(vocabulary(&row.reboot_option)),
        };
        Self {
            operation: interner.operations.get(operation),
            counts: row.counts.map(Count::new),
            critical_noncompliant: Count::new(row.critical_noncompliant),
            security_noncompliant: Count::new(row.security_noncompliant),
            other_noncompliant: Count::new(row.other_noncompliant),
            operation_end: row.operation_end,
            last_no_reboot_install: row.last_no_reboot_install,
        }
    }

    /// Each state with its count, in the order of [`PatchState::ALL`].
    pub fn by_state(&self) -> impl Iterator<Item = (PatchState, Count)> {
        PatchState::ALL.into_iter().zip(self.counts)
    }
}

// === impl ItemDetail ===

/// The non-compliant associations among `rows`; each once.
pub(super) fn noncompliant_associations(
    rows: &[ItemRow],
    interner: &Interner,
) -> Box<[NoncompliantAssociation]> {
    let mut kept: Vec<_> = rows
        .iter()
        .filter(|row| Status::of(&row.status) == Status::NonCompliant)
        .map(|row| NoncompliantAssociation {
            association_id: free_text(&row.id).into(),
            document: interner.word(&free_text(&row.document)),
            severity: interner.word(vocabulary(&row.severity)),
        })
        .collect();
    kept.sort();
    kept.dedup();
    kept.into_boxed_slice()
}
