//! Why a resource is non-compliant: the causes of AWS's troubleshooting article, told from what was
//! read.
//!
//! The article is "Why does my instance appear as non-compliant in the Systems Manager Compliance
//! dashboard?" (re:Post).

use super::instance::{Instance, NoncompliantAssociation, Status, Summary};
use super::rows::PatchState;
use super::text::document_name;

/// The compliance type of Patch Manager.
pub const PATCH: &str = "Patch";
/// The compliance type of State Manager.
pub const ASSOCIATION: &str = "Association";

/// One cause of non-compliance. A closed set: it is a label value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoncomplianceReason {
    /// Approved patches are not installed.
    PatchesMissing,
    /// Approved patches could not be installed.
    PatchesFailed,
    /// Patches are installed, and the instance was not rebooted and scanned since.
    RebootPending,
    /// Patches are installed that are rejected now.
    PatchesRejected,
    /// Windows: security updates are available, and the baseline counts them though they are not
    /// approved.
    SecurityUpdatesAvailable,
    /// `AWS-GatherSoftwareInventory` did not succeed.
    InventoryFailed,
    /// `AWS-RunPatchBaselineAssociation` found patches missing; it reports them this way.
    PatchAssociationNoncompliant,
    /// Another document's association did not succeed.
    AssociationFailed,
    /// Items of a custom type; who writes them knows why.
    CustomItems,
    /// None of the others, although the details were read.
    Unexplained,
}

impl NoncomplianceReason {
    /// The causes of type Patch.
    pub const PATCH: [Self; 6] = [
        Self::PatchesMissing,
        Self::PatchesFailed,
        Self::RebootPending,
        Self::PatchesRejected,
        Self::SecurityUpdatesAvailable,
        Self::Unexplained,
    ];

    /// The causes of type Association.
    pub const ASSOCIATION: [Self; 4] = [
        Self::InventoryFailed,
        Self::PatchAssociationNoncompliant,
        Self::AssociationFailed,
        Self::Unexplained,
    ];

    /// The value of the label `reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PatchesMissing => "patches_missing",
            Self::PatchesFailed => "patches_failed",
            Self::RebootPending => "reboot_pending",
            Self::PatchesRejected => "patches_rejected",
            Self::SecurityUpdatesAvailable => "security_updates_available",
            Self::InventoryFailed => "inventory_failed",
            Self::PatchAssociationNoncompliant => "patch_association_noncompliant",
            Self::AssociationFailed => "association_failed",
            Self::CustomItems => "custom_items",
            Self::Unexplained => "unexplained",
        }
    }
}

/// The causes that hold for `summary` of `instance`, in the order of the contract; none unless it
/// is non-compliant.
pub fn noncompliance_reasons(instance: &Instance, summary: &Summary) -> Vec<NoncomplianceReason> {
    if summary.status != Status::NonCompliant {
        return Vec::new();
    }
    match &**summary.compliance_type {
        PATCH => patch_causes(instance, summary),
        ASSOCIATION => association_causes(instance, summary),
        custom if custom.starts_with("Custom:") => vec![NoncomplianceReason::CustomItems],
        // A type that AWS has added: no view of its details is read, so nothing explains it.
        _ => vec![NoncomplianceReason::Unexplained],
    }
}

fn patch_causes(instance: &Instance, summary: &Summary) -> Vec<NoncomplianceReason> {
    let Some(detail) = &instance.patches else {
        return Vec::new();
    };
    let mut noncompliance_reasons = Vec::new();
    if let Some(state) = &detail.state {
        let noncompliant = state.by_state().take(PatchState::NONCOMPLIANT);
        noncompliance_reasons.extend(
            noncompliant
                .zip(NoncomplianceReason::PATCH)
                .filter(|((_, count), _)| count.or_zero() > 0)
                .map(|(_, cause)| cause),
        );
        let explained: u64 = state.counts[..PatchState::NONCOMPLIANT]
            .iter()
            .map(|count| u64::from(count.or_zero()))
            .sum();
        let available = state.counts[PatchState::AvailableSecurityUpdate as usize].or_zero();
        if available > 0 && u64::from(summary.noncompliant_total) > explained {
            noncompliance_reasons.push(NoncomplianceReason::SecurityUpdatesAvailable);
        }
    }
    or_unexplained(noncompliance_reasons, detail.mark.confirmed_in, summary)
}

fn association_causes(instance: &Instance, summary: &Summary) -> Vec<NoncomplianceReason> {
    let Some(detail) = &instance.items else {
        return Vec::new();
    };
    let mut noncompliance_reasons: Vec<_> =
        detail.associations.iter().map(association_cause).collect();
    noncompliance_reasons.sort_unstable();
    noncompliance_reasons.dedup();
    or_unexplained(noncompliance_reasons, detail.mark.confirmed_in, summary)
}

fn association_cause(association: &NoncompliantAssociation) -> NoncomplianceReason {
    match document_name(&association.document) {
        "AWS-GatherSoftwareInventory" => NoncomplianceReason::InventoryFailed,
        "AWS-RunPatchBaselineAssociation" => NoncomplianceReason::PatchAssociationNoncompliant,
        _ => NoncomplianceReason::AssociationFailed,
    }
}

/// A summary that its details do not explain says so, unless the details are older than it is.
fn or_unexplained(
    mut noncompliance_reasons: Vec<NoncomplianceReason>,
    detail_confirmed_in: u32,
    summary: &Summary,
) -> Vec<NoncomplianceReason> {
    if noncompliance_reasons.is_empty() && detail_confirmed_in >= summary.read_in {
        noncompliance_reasons.push(NoncomplianceReason::Unexplained);
    }
    noncompliance_reasons
}

impl Summary {
    /// Whether AWS says `NON_COMPLIANT`.
    pub fn is_noncompliant(&self) -> bool {
        self.status == Status::NonCompliant
    }
}

impl Instance {
    /// The summary for a compliance type.
    pub fn summary(&self, compliance_type: &str) -> Option<&Summary> {
        self.summaries
            .iter()
            .find(|summary| &**summary.compliance_type == compliance_type)
    }
}
