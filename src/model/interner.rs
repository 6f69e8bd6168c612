//! Stores once what the instances of one target have in common.

use super::intern::{InternPool, Symbol};
use super::listing::{SharedListing, StatusCounts};
use super::noncompliant_patch::NoncompliantPatch;
use super::patch_state::PatchOperation;
use super::summary::SummaryCounts;

/// The values that the instances of one target have in common, each stored once.
// Every target has an interner of its own. One for all targets would be a lock that all of their
// refreshes wait for, and most of what repeats does so within an account and region.
#[derive(Debug, Default)]
pub struct Interner {
    texts: InternPool<Box<str>>,
    pub(super) listings: InternPool<SharedListing>,
    pub(super) summaries: InternPool<SummaryCounts>,
    pub(super) operations: InternPool<PatchOperation>,
    pub(super) status_counts: InternPool<StatusCounts>,
    pub(super) patches: InternPool<NoncompliantPatch>,
}

// === impl Interner ===

impl Interner {
    /// Forgets the values that no instance uses any more.
    pub fn sweep(&self) {
        self.listings.sweep();
        self.summaries.sweep();
        self.operations.sweep();
        self.status_counts.sweep();
        self.patches.sweep();
        // The texts come last, because the other values hold some of them.
        self.texts.sweep();
    }

    /// Returns the one symbol for `text`.
    pub(super) fn symbol(&self, text: &str) -> Symbol {
        Symbol::new(self.texts.get(text.into()))
    }
}
