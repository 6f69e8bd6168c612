//! What operators did on an instance itself, which AWS learns only from the next run.

use std::collections::BTreeSet;

/// What was done to one instance since AWS last looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Handwork {
    /// The cause of failures is mended: the next patch operation, run of an association or report
    /// of a tool succeeds.
    pub(crate) mended: bool,
    /// The instance has rebooted.
    pub(crate) rebooted: bool,
    /// The ids of patches that were removed.
    pub(crate) removed: BTreeSet<String>,
}

impl Handwork {
    /// Forgets what a patch operation has seen. Whatever is mended stays so.
    pub(crate) fn seen_by_patch_operation(&mut self) {
        self.rebooted = false;
        self.removed.clear();
    }
}
