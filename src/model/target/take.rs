//! Takes in what the collectors have read.

use std::sync::Arc;

use super::Target;
use crate::model::collected::Collected;
use crate::model::collector::Collector;
use crate::model::detail_read::Circumstances;
use crate::model::details::{Reading, RefreshStamp};
use crate::model::listing::Listing;
use crate::model::loss::{LossGuard, SuddenLoss, sudden_loss};
use crate::model::outcome::{Attempt, Outcome};
use crate::model::summary::Summary;
use crate::model::tags::InstanceTags;
use crate::model::time::Now;

impl Target {
    /// Judges a complete reading before it is taken in. Must be called once for each reading.
    ///
    /// # Errors
    ///
    /// Returns the loss if the reading lacks most of a fleet and no reading before it did. It must
    /// not be taken in then.
    pub fn judge(&mut self, data: &Collected) -> Result<(), SuddenLoss> {
        match data {
            Collected::Instances(rows) => self.reconciliation.judge_listings(&self.chunks, rows),
            Collected::Compliance(rows) => {
                let are_all_listed = !self.has(Collector::Instances);
                self.reconciliation
                    .judge_summaries(&self.chunks, rows, are_all_listed)
            }
            Collected::Tags(tags) => self.judge_tags(tags),
            _ => Ok(()),
        }
    }

    fn judge_tags(&mut self, read: &InstanceTags) -> Result<(), SuddenLoss> {
        // Nothing was known about other keys.
        if read.keys() != self.tags.keys() {
            self.tag_guard = LossGuard::default();
            return Ok(());
        }
        let known = self
            .chunks
            .instances()
            .filter(|instance| self.is_listed(instance) && self.tags.has_instance(&instance.id));
        let loss = sudden_loss(known, |instance| read.has_instance(&instance.id));
        self.tag_guard
            .judge(loss, || read.ids().map(Arc::clone).collect())
            .believed()
    }

    /// Takes in the outcome of a collector.
    pub fn apply(&mut self, outcome: Outcome, now: Now) {
        // This must be asked before the attempt is noted: after a success there always is data.
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
            // A clock that is set to a time before 2000 says nothing, so the last time stays.
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

    /// Says whether a collector has succeeded in this refresh.
    fn has_read(&self, collector: Collector) -> bool {
        self.collector(collector).confirmed_in == self.refresh
    }

    fn take(&mut self, data: Collected, circumstances: Circumstances) {
        match data {
            Collected::Instances(rows) => self.take_listings(rows),
            Collected::Compliance(rows) => self.take_summaries(rows),
            Collected::Details(read) => read.take_into(&mut self.chunks, circumstances),
            Collected::Totals(totals) => self.totals = totals,
            Collected::Baselines(baselines) => self.baselines = baselines,
            Collected::Associations(associations) => self.associations = associations,
            Collected::Tags(tags) => self.tags = Arc::new(tags),
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
}
