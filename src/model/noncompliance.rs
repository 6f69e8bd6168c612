//! Finds out why a resource is non-compliant.
//!
//! The reasons are those of AWS's troubleshooting article "Why does my instance appear as
//! non-compliant in the Systems Manager Compliance dashboard?" (AWS re:Post), as far as they can be
//! told from what was read.

use super::association::NoncompliantAssociation;
use super::compliance_type::ComplianceType;
use super::details::DetailMark;
use super::instance::Instance;
use super::patch_state::PatchCounts;
use super::rows::PatchState;
use super::summary::Summary;
use super::text::last_segment;

/// One reason for being non-compliant. The set is closed, because the reason is a label value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoncomplianceReason {
    /// Approved patches are not installed.
    PatchesMissing,
    /// Approved patches could not be installed.
    PatchesFailed,
    /// Patches were installed, but the instance has not been rebooted and scanned since.
    RebootPending,
    /// Patches are installed that have been rejected since.
    PatchesRejected,
    /// On Windows, security updates are available that are not approved, and the baseline counts
    /// them as non-compliant.
    SecurityUpdatesAvailable,
    /// An association that runs `AWS-GatherSoftwareInventory` did not succeed.
    InventoryFailed,
    /// An association that runs `AWS-RunPatchBaselineAssociation` found patches missing.
    // This document reports patches as items of type Association, not of type Patch. Without a
    // reason of its own it would look like an association that failed to run.
    PatchAssociationNoncompliant,
    /// An association that runs another document did not succeed.
    AssociationFailed,
    /// There are non-compliant items of a custom type. Only whoever writes them knows why.
    CustomItems,
    /// None of the other reasons holds, although the details were read.
    Unexplained,
}

/// The texts that describe a reason in the documentation and on pages.
struct Entry {
    reason: NoncomplianceReason,
    name: &'static str,
    holds_when: &'static str,
    remedy: &'static str,
}

/// The texts of every reason, in the order of declaration.
static REASONS: [Entry; NoncomplianceReason::ALL.len()] = [
    Entry {
        reason: NoncomplianceReason::PatchesMissing,
        name: "patches_missing",
        holds_when: "MissingCount is above 0",
        remedy: "run AWS-RunPatchBaseline with Install",
    },
    Entry {
        reason: NoncomplianceReason::PatchesFailed,
        name: "patches_failed",
        holds_when: "FailedCount is above 0",
        remedy: "read the agent's and the operation's logs on the instance",
    },
    Entry {
        reason: NoncomplianceReason::RebootPending,
        name: "reboot_pending",
        holds_when: "InstalledPendingRebootCount is above 0",
        remedy: "reboot, then scan",
    },
    Entry {
        reason: NoncomplianceReason::PatchesRejected,
        name: "patches_rejected",
        holds_when: "InstalledRejectedCount is above 0",
        remedy: "remove the rejected patches",
    },
    Entry {
        reason: NoncomplianceReason::SecurityUpdatesAvailable,
        name: "security_updates_available",
        holds_when: "AvailableSecurityUpdateCount is above 0 and the four counts above do \
              not make up the summary's",
        remedy: "approve the updates and install them",
    },
    Entry {
        reason: NoncomplianceReason::InventoryFailed,
        name: "inventory_failed",
        holds_when: "an association of AWS-GatherSoftwareInventory is non-compliant",
        remedy: "troubleshoot Inventory",
    },
    Entry {
        reason: NoncomplianceReason::PatchAssociationNoncompliant,
        name: "patch_association_noncompliant",
        holds_when: "an association of AWS-RunPatchBaselineAssociation is non-compliant: \
              it reports patches this way",
        remedy: "find the patches through the association",
    },
    Entry {
        reason: NoncomplianceReason::AssociationFailed,
        name: "association_failed",
        holds_when: "an association of any other document is non-compliant",
        remedy: "read the association's execution history",
    },
    Entry {
        reason: NoncomplianceReason::CustomItems,
        name: "custom_items",
        holds_when: "always",
        remedy: "ask whoever writes that type",
    },
    Entry {
        reason: NoncomplianceReason::Unexplained,
        name: "unexplained",
        holds_when: "none of the others does, although the details were read after the \
              summary",
        remedy: "look at the instance's compliance in the console",
    },
];

// The table is indexed by the enum's discriminant, so an entry in the wrong place must not compile.
const _: () = {
    let mut index = 0;
    while index < REASONS.len() {
        assert!(REASONS[index].reason as usize == index);
        index += 1;
    }
};

// === impl NoncomplianceReason ===

impl NoncomplianceReason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::PatchesMissing,
        Self::PatchesFailed,
        Self::RebootPending,
        Self::PatchesRejected,
        Self::SecurityUpdatesAvailable,
        Self::InventoryFailed,
        Self::PatchAssociationNoncompliant,
        Self::AssociationFailed,
        Self::CustomItems,
        Self::Unexplained,
    ];

    /// The reasons of type Patch. The first four correspond to the first four [`PatchState`]s.
    pub const PATCH: [Self; 6] = [
        Self::PatchesMissing,
        Self::PatchesFailed,
        Self::RebootPending,
        Self::PatchesRejected,
        Self::SecurityUpdatesAvailable,
        Self::Unexplained,
    ];

    /// The reasons of type Association.
    pub const ASSOCIATION: [Self; 4] = [
        Self::InventoryFailed,
        Self::PatchAssociationNoncompliant,
        Self::AssociationFailed,
        Self::Unexplained,
    ];

    /// Returns the reasons that a compliance type can have.
    pub fn of_type(compliance_type: &ComplianceType) -> &'static [Self] {
        match compliance_type {
            ComplianceType::Patch => &Self::PATCH,
            ComplianceType::Association => &Self::ASSOCIATION,
            ComplianceType::Other(_) if compliance_type.is_custom() => &[Self::CustomItems],
            // AWS must have added a type. Its details are not read, so nothing can explain it.
            ComplianceType::Other(_) => &[Self::Unexplained],
        }
    }

    /// Returns the value of the label `reason`.
    pub fn as_str(self) -> &'static str {
        self.entry().name
    }

    /// Says in a few words when the reason holds.
    pub fn holds_when(self) -> &'static str {
        self.entry().holds_when
    }

    /// Says in a few words what to do about it.
    pub fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    fn entry(self) -> &'static Entry {
        &REASONS[self as usize]
    }
}

// === what holds ===

/// Returns the reasons that hold for `summary` of `instance`, in the order in which the
/// documentation lists them. There are none unless the summary is non-compliant.
pub fn noncompliance_reasons(instance: &Instance, summary: &Summary) -> Vec<NoncomplianceReason> {
    if !summary.is_noncompliant() {
        return Vec::new();
    }
    match summary.compliance_type() {
        ComplianceType::Patch => patch_reasons(instance, summary),
        ComplianceType::Association => association_reasons(instance, summary),
        other @ ComplianceType::Other(_) => NoncomplianceReason::of_type(other).to_vec(),
    }
}

fn patch_reasons(instance: &Instance, summary: &Summary) -> Vec<NoncomplianceReason> {
    // Details that were not read yet are no evidence, so the summary is not unexplained either.
    let Some(detail) = &instance.patches else {
        return Vec::new();
    };
    let reasons = match &detail.content {
        Some(counts) => reasons_of_counts(counts, summary),
        None => Vec::new(),
    };
    or_unexplained(reasons, &detail.mark, summary)
}

fn reasons_of_counts(counts: &PatchCounts, summary: &Summary) -> Vec<NoncomplianceReason> {
    let noncompliant = &counts.counts[..PatchState::NONCOMPLIANT];
    let mut reasons: Vec<_> = noncompliant
        .iter()
        .zip(NoncomplianceReason::PATCH)
        .filter(|(count, _)| count.or_zero() > 0)
        .map(|(_, reason)| reason)
        .collect();
    if are_security_updates_counted(counts, summary) {
        reasons.push(NoncomplianceReason::SecurityUpdatesAvailable);
    }
    reasons
}

/// Says whether the baseline counts available security updates as non-compliant.
fn are_security_updates_counted(counts: &PatchCounts, summary: &Summary) -> bool {
    // A baseline decides this with `AvailableSecurityUpdatesComplianceStatus`, and no operation
    // tells what that was for an instance's last scan. If the updates were counted, the summary has
    // more non-compliant items than the four states together.
    let explained: u64 = counts.counts[..PatchState::NONCOMPLIANT]
        .iter()
        .map(|count| u64::from(count.or_zero()))
        .sum();
    let available = counts.of(PatchState::AvailableSecurityUpdate).or_zero();
    available > 0 && u64::from(summary.counts.noncompliant_total) > explained
}

fn association_reasons(instance: &Instance, summary: &Summary) -> Vec<NoncomplianceReason> {
    let Some(detail) = &instance.items else {
        return Vec::new();
    };
    let mut reasons: Vec<_> = detail.content.iter().map(association_reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    or_unexplained(reasons, &detail.mark, summary)
}

fn association_reason(association: &NoncompliantAssociation) -> NoncomplianceReason {
    match last_segment(&association.document) {
        "AWS-GatherSoftwareInventory" => NoncomplianceReason::InventoryFailed,
        "AWS-RunPatchBaselineAssociation" => NoncomplianceReason::PatchAssociationNoncompliant,
        _ => NoncomplianceReason::AssociationFailed,
    }
}

/// Adds [`NoncomplianceReason::Unexplained`] if there is no other reason.
fn or_unexplained(
    mut reasons: Vec<NoncomplianceReason>,
    mark: &DetailMark,
    summary: &Summary,
) -> Vec<NoncomplianceReason> {
    // Details that are older than the summary may just not have been read again yet.
    if reasons.is_empty() && mark.confirmed_in >= summary.read_in {
        reasons.push(NoncomplianceReason::Unexplained);
    }
    reasons
}
