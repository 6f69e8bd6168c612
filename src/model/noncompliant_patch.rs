//! The non-compliant patches that are kept for each instance, read by `ListComplianceItems`.

use std::sync::Arc;

use super::intern::Symbol;
use super::patch_severity::SeverityOrder;

/// The longest list of vulnerabilities that is shown of a patch, in bytes.
const MAX_SHOWN_CVE_BYTES: usize = 1024;

/// A patch that makes instances non-compliant.
// The instances of a fleet lack the same patches, so each patch is stored once, and an instance
// holds a pointer to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoncompliantPatch {
    /// The KB number, or the name of the package.
    pub id: Box<str>,
    /// The state, spelled as in [`PatchState::as_str`](super::PatchState::as_str) if it is one of
    /// those; empty if AWS does not say.
    pub state: Symbol,
    /// The classification, for example `SecurityUpdates`.
    pub classification: Symbol,
    /// The severity that the vendor gives the patch.
    pub severity: Symbol,
    /// The title; often empty.
    pub title: Box<str>,
    /// The vulnerabilities that the patch closes, separated by commas.
    pub(super) cve_list: Box<str>,
}

/// The non-compliant patches of one instance, the worst ones first.
pub type NoncompliantPatches = Box<[Arc<NoncompliantPatch>]>;

impl NoncompliantPatch {
    /// Returns the ids of all vulnerabilities that the patch closes, as the vendor lists them.
    pub fn cve_ids(&self) -> impl Iterator<Item = &str> {
        self.cve_list.split(',').filter(|id| !id.is_empty())
    }

    /// Returns those ids as one text, separated by commas: as many as fit into 1,024 bytes.
    // A cumulative update of Windows closes a hundred vulnerabilities and more, and the text is
    // sent to Prometheus once for each instance that lacks the patch.
    pub fn shown_cve_ids(&self) -> &str {
        if self.cve_list.len() <= MAX_SHOWN_CVE_BYTES {
            return &self.cve_list;
        }
        // A comma may stand right behind the last byte that fits.
        let end = self.cve_list.floor_char_boundary(MAX_SHOWN_CVE_BYTES + 1);
        let cut = self.cve_list[..end].rfind(',');
        &self.cve_list[..cut.unwrap_or(0)]
    }

    /// Returns the place of its severity in the order of severities.
    pub fn severity_order(&self) -> SeverityOrder<'_> {
        SeverityOrder::of(&self.severity)
    }

    /// Returns what the patches of an instance are sorted by, and by which they differ.
    // Two that differ in nothing that is shown would be one series twice.
    pub(super) fn order(&self) -> (SeverityOrder<'_>, [&str; 6]) {
        let texts = [
            &*self.id,
            &*self.state,
            &*self.classification,
            &*self.severity,
            &*self.title,
            self.shown_cve_ids(),
        ];
        (self.severity_order(), texts)
    }
}
