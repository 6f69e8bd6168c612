//! The details that one refresh has read, and how they become part of the instances.
//!
//! This is the same for every kind of detail, so whoever adds a kind need not change it.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;

use super::chunks::Chunks;
use super::details::{Coverage, Detail, DetailMark, Reading};
use super::in_place::replace_in_place;
use super::instance::{DetailContent, Instance};

/// The details of those instances that were due.
#[derive(Debug)]
pub struct PartialRead<T> {
    /// What was read, in the order of ids.
    pub rows: Vec<(Arc<str>, T)>,
    /// The instances that could not be read. Every other instance was not due, because nothing
    /// about it has changed.
    pub unread: HashSet<Arc<str>>,
}

/// A reading of one kind of detail, whatever its content is.
pub trait DetailRead: Debug + Send {
    /// Says whether AWS had anything to report.
    fn has_something(&self) -> bool;

    /// Makes the details part of their instances.
    fn take_into(self: Box<Self>, chunks: &mut Chunks, circumstances: Circumstances);
}

/// The circumstances in which data was read, as far as its meaning depends on them.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    pub(super) reading: Reading,
    /// Whether details that were not read are known not to have changed.
    pub(super) confirms_unread: bool,
}

impl<T: DetailContent> DetailRead for PartialRead<T> {
    fn has_something(&self) -> bool {
        self.rows.iter().any(|(_, content)| content.is_something())
    }

    fn take_into(self: Box<Self>, chunks: &mut Chunks, circumstances: Circumstances) {
        let Self { rows, unread } = *self;
        chunks.merge(rows, |instance, content| {
            if let Some(content) = content {
                take_detail(instance, content, circumstances.reading);
            } else {
                let is_missed = unread.contains(&instance.id);
                keep_detail::<T>(instance, is_missed, circumstances);
            }
        });
    }
}

fn take_detail<T: DetailContent>(instance: &mut Instance, content: T, reading: Reading) {
    let kind = T::KIND;
    let summary = instance.summary(&kind.explains());
    // The listing is live: while it was read, the instance became compliant, and a later row said
    // so after an earlier one had made it due.
    if kind.coverage() == Coverage::OnlyNoncompliant
        && summary.is_some_and(|summary| !summary.is_noncompliant())
    {
        return;
    }
    let mark = DetailMark::read(reading, summary, content.dated(), instance.mark(kind));
    replace_in_place(T::place(instance), Some(Detail { mark, content }));
}

/// Keeps a detail that the refresh has not read anew.
fn keep_detail<T: DetailContent>(
    instance: &mut Instance,
    is_missed: bool,
    circumstances: Circumstances,
) {
    let Some(detail) = T::place(instance) else {
        return;
    };
    if is_missed {
        detail.mark.miss();
    } else if circumstances.confirms_unread {
        detail.mark.confirm(circumstances.reading.stamp);
    }
}
