//! Reading details: many independent calls, of which some may fail without costing the others.

mod calls;
mod items;
mod patch_states;
mod reading;

pub(super) use calls::DetailCalls;
pub(super) use reading::{DetailReader, DetailReading};

use super::source::SourceError;
use crate::model::{DetailKind, NoncompliantAssociation, Outcome, PatchCounts};

/// Everything that one refresh reads in details.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) patch_states: DetailReading<Option<PatchCounts>>,
    pub(super) association_items: DetailReading<Box<[NoncompliantAssociation]>>,
}

/// The reading of one kind of detail, whatever that consists of.
pub(super) trait DetailProgress {
    /// Notes how many instances need not be read, because what is known of them holds.
    fn note_unchanged(&self, instances: usize);

    /// Notes that the listing that names the instances could not be read, now or ever: whatever is
    /// read is not enough.
    fn owe_unknown(&self, error: SourceError);

    /// How it went, what was read, and the first error.
    fn finish(&self, ending: Ending) -> (Outcome, Option<SourceError>);
}

/// How the reading of details ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All that was due has been asked for.
    Complete,
    /// The refresh was given up.
    GivenUp,
}

impl Details {
    /// The reading of one kind.
    pub(super) fn of(&self, kind: DetailKind) -> &dyn DetailProgress {
        match kind {
            DetailKind::PatchStates => &self.patch_states,
            DetailKind::AssociationItems => &self.association_items,
        }
    }
}
