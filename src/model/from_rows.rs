//! Turns the rows that AWS sends into the values that are kept: texts are made safe to be label
//! values, and what repeats over a fleet is stored once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::association::NoncompliantAssociation;
use super::compliance_type::ComplianceType;
use super::intern::Symbol;
use super::interner::Interner;
use super::listing::{Listing, PackedNames, SharedListing, StatusCounts};
use super::noncompliant_patch::{NoncompliantPatch, NoncompliantPatches};
use super::patch_state::{PatchCounts, PatchOperation};
use super::rows::{InstanceRow, ItemCounts, ItemRow, PatchRow, PatchState, Severity, SummaryRow};
use super::signature::Signature;
use super::status::Status;
use super::summary::{Summary, SummaryCounts};
use super::text::Count;
use super::text::{baseline_id, free_text, vocabulary};

// === impl Interner ===

impl Interner {
    fn word(&self, word: &str) -> Symbol {
        self.symbol(vocabulary(word))
    }

    fn free_text(&self, text: &str) -> Symbol {
        self.symbol(&free_text(text))
    }
}

// === impl ComplianceType ===

impl ComplianceType {
    pub(super) fn from_row(name: &str, interner: &Interner) -> Self {
        // These are AWS's own spellings. Any other, such as "patch", is a type that nobody knows.
        match vocabulary(name) {
            Self::PATCH => Self::Patch,
            Self::ASSOCIATION => Self::Association,
            other => Self::Other(interner.symbol(other)),
        }
    }
}

// === impl Listing ===

impl Listing {
    pub(super) fn from_row(row: &InstanceRow, interner: &Interner) -> Self {
        let associations = status_counts(&row.association_counts, interner);
        Self {
            shared: interner
                .listings
                .get(SharedListing::from_row(row, interner)),
            names: PackedNames::new(
                &free_text(&row.name),
                &free_text(&row.computer_name),
                &free_text(&row.ip_address),
            ),
            last_ping: row.last_ping,
            associations: interner.status_counts.get(associations),
            last_association_execution: row.last_association_execution,
            last_association_success: row.last_association_success,
        }
    }
}

impl SharedListing {
    fn from_row(row: &InstanceRow, interner: &Interner) -> Self {
        Self {
            resource_type: interner.word(&row.resource_type),
            platform_type: interner.word(&row.platform_type),
            platform_name: interner.free_text(&row.platform_name),
            platform_version: interner.free_text(&row.platform_version),
            agent_version: interner.free_text(&row.agent_version),
            agent_latest: row.agent_latest,
            ping_status: interner.word(&row.ping_status),
            // AWS leaves the status out for an instance that no association targets.
            has_associations: !row.association_status.is_empty(),
        }
    }
}

/// Turns statuses into label values. If two statuses become the same label value, their counts are
/// added up. Counts that are zero or negative are left out.
pub(super) fn status_counts(counts: &[(String, i64)], interner: &Interner) -> StatusCounts {
    let mut sums = BTreeMap::<&str, u64>::new();
    for (status, count) in counts {
        if let Ok(count @ 1..) = u64::try_from(*count) {
            *sums.entry(vocabulary(status)).or_default() += count;
        }
    }
    sums.into_iter()
        .map(|(status, sum)| (interner.symbol(status), sum))
        .collect()
}

// === impl Summary ===

impl Summary {
    pub(super) fn from_row(row: &SummaryRow, interner: &Interner, read_in: u32) -> Self {
        Self {
            counts: interner
                .summaries
                .get(SummaryCounts::from_row(row, interner)),
            execution_time: row.execution_time,
            signature: Signature::of(row),
            read_in,
            // The row is here, so its run of missed readings begins again.
            missed: 0,
        }
    }
}

impl SummaryCounts {
    fn from_row(row: &SummaryRow, interner: &Interner) -> Self {
        Self {
            compliance_type: ComplianceType::from_row(&row.compliance_type, interner),
            status: Status::parse(&row.status),
            compliant: by_severity(row.compliant),
            noncompliant: by_severity(row.noncompliant),
            // `SeveritySummary` is optional in AWS's model, so the total cannot be derived from it.
            noncompliant_total: at_least_zero(row.noncompliant.total),
        }
    }
}

fn by_severity(counts: ItemCounts) -> [u32; Severity::ALL.len()] {
    counts.by_severity.map(at_least_zero)
}

fn at_least_zero(count: i64) -> u32 {
    Count::new(Some(count)).or_zero()
}

// === impl PatchCounts ===

impl PatchCounts {
    /// Turns a row into the counts that are kept of it.
    pub fn from_row(row: &PatchRow, interner: &Interner) -> Self {
        Self {
            operation: interner
                .operations
                .get(PatchOperation::from_row(row, interner)),
            counts: row.counts.map(Count::new),
            critical_noncompliant: Count::new(row.critical_noncompliant),
            security_noncompliant: Count::new(row.security_noncompliant),
            other_noncompliant: Count::new(row.other_noncompliant),
            operation_end: row.operation_end,
            last_no_reboot_install: row.last_no_reboot_install,
        }
    }
}

impl PatchOperation {
    fn from_row(row: &PatchRow, interner: &Interner) -> Self {
        Self {
            operation: interner.word(&row.operation),
            baseline_id: interner.symbol(&baseline_id(&row.baseline_id)),
            // Unlike the other three, the name of a patch group is up to the user and may contain
            // spaces, so it is free text.
            patch_group: interner.free_text(&row.patch_group),
            reboot_option: interner.word(&row.reboot_option),
        }
    }
}

// === impl NoncompliantAssociation ===

impl NoncompliantAssociation {
    /// Turns the items of one instance into the associations that are non-compliant, each of them
    /// once.
    pub fn from_rows(rows: &[ItemRow], interner: &Interner) -> Box<[Self]> {
        // The call asks for non-compliant items only, and nothing relies on it: a status may be
        // empty or new, and then nothing is claimed about the item.
        let mut associations: Vec<Self> = rows
            .iter()
            .filter(|row| row.is_noncompliant())
            .map(|row| Self::from_row(row, interner))
            .collect();
        associations.sort();
        associations.dedup();
        associations.into_boxed_slice()
    }

    fn from_row(row: &ItemRow, interner: &Interner) -> Self {
        Self {
            association_id: free_text(&row.id).into(),
            document: interner.free_text(row.document()),
            severity: interner.word(&row.severity),
        }
    }
}

// === impl NoncompliantPatch ===

/// The longest list of vulnerabilities that is kept of a patch, in bytes.
// AWS's model allows a value of an item's details as many characters.
const MAX_CVE_LIST_BYTES: usize = 4096;

impl NoncompliantPatch {
    /// Turns the items of one instance into the patches that are non-compliant, each of them once
    /// and the worst ones first.
    pub fn from_rows(rows: &[ItemRow], interner: &Interner) -> NoncompliantPatches {
        let mut patches: Vec<Arc<Self>> = rows
            .iter()
            .filter(|row| is_noncompliant_patch(row))
            .map(|row| interner.patches.get(Self::from_row(row, interner)))
            .collect();
        patches.sort_by(|a, b| a.order().cmp(&b.order()));
        patches.dedup_by(|a, b| a.order() == b.order());
        patches.into_boxed_slice()
    }

    fn from_row(row: &ItemRow, interner: &Interner) -> Self {
        Self {
            id: free_text(&row.id).into(),
            state: interner.symbol(patch_state(row.detail("PatchState"))),
            classification: interner.free_text(row.detail("Classification")),
            severity: interner.word(row.detail("PatchSeverity")),
            title: free_text(&row.title).into(),
            cve_list: cve_list(row.detail("CVEIds")).into(),
        }
    }
}

fn is_noncompliant_patch(row: &ItemRow) -> bool {
    row.compliance_type == ComplianceType::PATCH && row.is_noncompliant()
}

fn patch_state(name: &str) -> &str {
    match PatchState::parse(name) {
        Some(state) => state.as_str(),
        None => vocabulary(name),
    }
}

/// Cleans a list of vulnerabilities, and leaves out the end of one that is too long.
fn cve_list(value: &str) -> String {
    let mut list = String::new();
    for id in value.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        let id = free_text(id);
        if list.len() + id.len() >= MAX_CVE_LIST_BYTES {
            break;
        }
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(&id);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> ComplianceType {
        ComplianceType::from_row(name, &Interner::default())
    }

    #[test]
    fn the_two_types_that_are_explained_are_known_by_name_and_case_counts() {
        assert_eq!(named("Patch"), ComplianceType::Patch);
        assert_eq!(named("Association"), ComplianceType::Association);
        assert_ne!(named("patch"), ComplianceType::Patch);
    }

    #[test]
    fn types_are_in_the_order_of_their_names() {
        let mut types = ["Patch", "Custom:A", "Association", "Zeta"].map(named);
        types.sort();
        let names: Vec<&str> = types.iter().map(ComplianceType::as_str).collect();
        assert_eq!(names, ["Association", "Custom:A", "Patch", "Zeta"]);
    }

    #[test]
    fn a_name_that_cannot_be_a_label_value_is_unknown() {
        assert_eq!(named("two words").as_str(), "Unknown");
    }
}
