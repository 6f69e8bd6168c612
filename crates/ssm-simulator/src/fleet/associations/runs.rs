//! When associations were started out of turn.

use crate::fleet::catalogue::DOCUMENTS;

/// The last start of each association by `StartAssociationsOnce`, in seconds since 1970, and 0
/// where there was none. All nodes of a target share it, so that it costs a node nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssociationRuns([f64; DOCUMENTS.len()]);

impl AssociationRuns {
    /// The last start of the association with this index in [`DOCUMENTS`].
    pub(crate) fn started_at(&self, index: usize) -> f64 {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// The last start of any association.
    pub(crate) fn latest(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    pub(crate) fn start(&mut self, index: usize, time: f64) {
        if let Some(start) = self.0.get_mut(index) {
            *start = time;
        }
    }
}
