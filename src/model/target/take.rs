//! Taking in what collectors have read.

use std::sync::Arc;

use super::Target;
use crate::model::collected::{Collected, PartialRead};
use crate::model::details::{Coverage, Detail, DetailMark, Reading, RefreshStamp};
use crate::model::instance::{DetailContent, Instance};
use crate::model::listing::Listing;
use crate::model::loss::SuddenLoss;
use crate::model::outcome::{Attempt, Outcome};
use crate::model::reconciliation::put;
use crate::model::summary::Summary;
use crate::model::{Collector, Now};

/// What an outcome means for the data that it brings.
#[derive(Clone, Copy)]
struct Circumstances {
    reading: Reading,
    /// Whether what was not read is still what it was.
    confirms_unread: bool,
}

impl Target {
    /// Judges a complete reading before it is taken in; to be called once for each.
    ///
    /// # Errors
    /// If it lost most of a fleet at once and no reading before it said so. Then it must not be
    /// taken in.
    pub fn judge(&mut self, data: &Collected) -> Result<(), SuddenLoss> {
        match data {
            Collected::Instances(rows) => self.reconciliation.judge_listings(&self.chunks, rows),
            Collected::Compliance(rows) => {
                let are_all_listed = !self.has(Collector::Instances);
                self.reconciliation
                    .judge_summaries(&self.chunks, rows, are_all_listed)
            }
            _ => Ok(()),
        }
    }

    /// Takes in what a collector ended with.
    pub fn apply(&mut self, outcome: Outcome, now: Now) {
        let is_first = !self.has(outcome.collector);
        self.note_attempt(outcome.collector, outcome.attempt, now);
        if let Some(data) = outcome.data {
            self.evidence.note(outcome.collector, &data);
            let has_succeeded = outcome.attempt.result.is_ok();
            let circumstances = self.circumstances(has_succeeded, is_first, now);
            self.take(data, circumstances);
        }
        self.interner.sweep();
    }

    fn note_attempt(&mut self, collector: Collector, attempt: Attempt, now: Now) {
        let refresh = self.refresh;
        let state = &mut self.collectors[collector as usize];
        state.attempt = Some(attempt);
        if attempt.result.is_ok() {
            state.confirmed = Some(now.since_start);
            state.confirmed_in = refresh;
            state.success_took = attempt.took;
            state.last_success = now.wall.or(state.last_success);
        }
    }

    fn circumstances(&self, has_succeeded: bool, is_first: bool, now: Now) -> Circumstances {
        let stamp = RefreshStamp {
            refresh: self.refresh,
            at: u32::try_from(now.since_start.as_secs()).unwrap_or(u32::MAX),
        };
        let is_summarised = self.has_read(Collector::Compliance);
        Circumstances {
            reading: Reading {
                stamp,
                is_first,
                is_summarised,
            },
            confirms_unread: has_succeeded && is_summarised,
        }
    }

    /// Whether a collector has succeeded in this refresh.
    fn has_read(&self, collector: Collector) -> bool {
        self.collector(collector).confirmed_in == self.refresh
    }

    fn take(&mut self, data: Collected, circumstances: Circumstances) {
        match data {
            Collected::Instances(rows) => self.take_listings(rows),
            Collected::Compliance(rows) => self.take_summaries(rows),
            Collected::Patches(read) => self.take_details(read, circumstances),
            Collected::Items(read) => self.take_details(read, circumstances),
            Collected::Totals(totals) => self.totals = totals,
            Collected::Baselines(baselines) => self.baselines = baselines,
            Collected::Associations(associations) => self.associations = associations,
        }
    }

    fn take_listings(&mut self, rows: Vec<(Arc<str>, Listing)>) {
        let are_compared = self.has_read(Collector::Compliance) || !self.has(Collector::Compliance);
        self.reconciliation
            .take_listings(&mut self.chunks, rows, are_compared);
    }

    fn take_summaries(&mut self, rows: Vec<(Arc<str>, Summary)>) {
        let are_all_listed = !self.has(Collector::Instances);
        let are_compared = self.has_read(Collector::Instances);
        self.reconciliation
            .take_summaries(&mut self.chunks, rows, are_all_listed, are_compared);
    }

    fn take_details<T: DetailContent>(
        &mut self,
        read: PartialRead<T>,
        circumstances: Circumstances,
    ) {
        let PartialRead { rows, unread } = read;
        self.chunks.merge(rows, |instance, content| match content {
            Some(content) => take_detail(instance, content, circumstances.reading),
            None => {
                let is_missed = unread.contains(&instance.id);
                keep_detail::<T>(instance, is_missed, circumstances);
            }
        });
    }
}

fn take_detail<T: DetailContent>(instance: &mut Instance, content: T, reading: Reading) {
    let kind = T::KIND;
    let summary = instance.summary(&kind.explains());
    // The instance has become compliant since the row that made it worth asking.
    if kind.coverage() == Coverage::OnlyNoncompliant
        && summary.is_some_and(|summary| !summary.is_noncompliant())
    {
        return;
    }
    let mark = DetailMark::read(reading, summary, content.dated(), instance.mark(kind));
    put(T::place(instance), Some(Detail { mark, content }));
}

/// Keeps a detail of which the refresh brought nothing new.
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
