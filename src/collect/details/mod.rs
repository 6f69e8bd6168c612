//! Reads details: many independent calls, some of which may fail without affecting the others.

mod calls;
mod items;
mod patch_states;
mod reading;
mod waiting;

pub(super) use calls::DetailCalls;
pub(super) use reading::{DetailReader, DetailReading};

use super::source::SourceError;
use crate::model::{DetailKind, NoncompliantAssociation, Outcome, PatchCounts};

/// All the details that one refresh reads.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) patch_states: DetailReading<Option<PatchCounts>>,
    pub(super) association_items: DetailReading<Box<[NoncompliantAssociation]>>,
}

/// The reading of one kind of detail, whatever its content is.
pub(super) trait DetailProgress {
    /// Notes how many instances need not be read, because what is known of them still holds.
    fn note_unchanged(&self, instances: usize);

    /// Notes that nobody knows which instances are due, because the view that names them could not
    /// be read. Whatever is read then cannot be a success.
    fn owe_unknown(&self, error: SourceError);

    /// Returns the outcome, and the first error that came up.
    fn finish(&self, ending: Ending) -> (Outcome, Option<SourceError>);
}

/// How the reading of details ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Every instance that was due has been asked about.
    Complete,
    /// The refresh was given up.
    GivenUp,
}

impl Details {
    /// Returns the reading of one kind.
    pub(super) fn of(&self, kind: DetailKind) -> &dyn DetailProgress {
        match kind {
            DetailKind::PatchStates => &self.patch_states,
            DetailKind::AssociationItems => &self.association_items,
        }
    }
}
