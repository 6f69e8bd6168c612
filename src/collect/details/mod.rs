//! Reads details: many independent calls, some of which may fail without affecting the others.

mod calls;
mod items;
mod patch_items;
mod patch_states;
mod reading;
mod waiting;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc::UnboundedReceiver;

pub(super) use calls::DetailCalls;
use reading::{DetailReader, DetailReading};

use super::source::{Source, SourceError};
use crate::model::{
    DetailKind, NoncompliantAssociation, NoncompliantPatches, Outcome, PatchCounts,
};

/// All the details that one refresh reads, in the order of [`DetailKind::ALL`].
pub(super) struct Details<S>([Box<dyn DetailProgress<S>>; DetailKind::COUNT]);

/// The reading of one kind of detail, whatever its content is.
pub(super) trait DetailProgress<S>: Send + Sync {
    /// Reads the instances that come due, batch by batch, until no more come.
    fn run<'a>(
        &'a self,
        due: UnboundedReceiver<Arc<str>>,
        calls: &'a DetailCalls<'a, S>,
    ) -> BoxFuture<'a, ()>;

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

impl<S: Source> Default for Details<S> {
    fn default() -> Self {
        Self([
            reading::<S, Option<PatchCounts>>(),
            reading::<S, Box<[NoncompliantAssociation]>>(),
            reading::<S, NoncompliantPatches>(),
        ])
    }
}

fn reading<S: Source, T: DetailReader>() -> Box<dyn DetailProgress<S>> {
    Box::new(DetailReading::<T>::default())
}

impl<S> Details<S> {
    /// Returns the reading of one kind.
    pub(super) fn of(&self, kind: DetailKind) -> &dyn DetailProgress<S> {
        &*self.0[kind as usize]
    }
}
