//! One refresh of one target: all collectors as one pipeline.
//!
//! Listings are chains of pages, each page needing the one before; details are independent calls.
//! So all chains run side by side and details start while pages still come: patch states as soon as
//! fifty instances are listed, items as soon as an instance is both listed and known to be
//! non-compliant. No detail call names a resource that is not listed.

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{OptionFuture, join_all};
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::watch;
use tokio::time::Instant;

use super::counted_types::CountedTypes;
use super::details::{Details, ITEM_BATCH, PATCH_BATCH};
use super::pagination::{self, AbsentList, Listing};
use super::plan::Plan;
use super::progress::Progress;
use super::resources::Resources;
use super::source::{Operation, Page, PageRequest, Source, SourceError, SourceResult, TypeFilter};
use crate::model::{
    ASSOCIATION, Association, Attempt, Baseline, Collected, Collector, FailureReason, InstanceRow,
    Interner, Listings, NoncompliantAssociation, Now, Outcome, PATCH, PatchCounts, Summaries,
    Summary, SummaryRow, Target, Totals,
};

/// Reads a target once; `done` gets each collector's outcome as it ends, with the error for the
/// log.
///
/// Ends when every collector has ended, or when no call has finished for the source's patience:
/// then collectors that were complete keep what they read, and the others have failed with
/// [`FailureReason::Timeout`].
pub(super) async fn refresh<S: Source>(
    source: &S,
    plan: &Plan,
    target: &Mutex<Target>,
    progress: &Progress,
    now: Now,
    done: impl Fn(Outcome, Option<SourceError>) + Sync,
) {
    let (number, interner) = {
        let mut target = locked(target);
        (target.begin_refresh(now), target.interner())
    };
    let reading = Reading {
        source,
        plan,
        target,
        number,
        interner: &interner,
        start: Instant::now(),
        progress,
        patches: Details::default(),
        items: Details::default(),
        has_listed: watch::Sender::new(None),
        ended: Mutex::default(),
        done: &done,
    };
    tokio::select! {
        () = reading.everything() => {}
        () = reading.no_progress() => reading.give_up(),
    }
}

/// Fails every collector that the plan has, for want of credentials.
pub(super) fn fail_all(
    plan: &Plan,
    reason: FailureReason,
    took: Duration,
    mut done: impl FnMut(Outcome),
) {
    for collector in plan.collectors() {
        done(Outcome {
            collector,
            attempt: Attempt {
                result: Err(reason),
                skipped: 0,
                took,
            },
            data: None,
        });
    }
}

/// A refresh under way.
struct Reading<'a, S, D> {
    source: &'a S,
    plan: &'a Plan,
    target: &'a Mutex<Target>,
    number: u32,
    interner: &'a Interner,
    start: Instant,
    progress: &'a Progress,
    patches: Details<Option<PatchCounts>>,
    items: Details<Box<[NoncompliantAssociation]>>,
    /// Whether the instances could be listed; `None` before that is known.
    has_listed: watch::Sender<Option<bool>>,
    ended: Mutex<HashSet<Collector>>,
    done: &'a D,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl Reading ===

impl<S: Source, D: Fn(Outcome, Option<SourceError>) + Sync> Reading<'_, S, D> {
    async fn everything(&self) {
        let (patches, patches_due) = unbounded_channel();
        let (items, items_due) = unbounded_channel();
        let tick = || self.answered();
        let listings = async {
            // Dropped, and its senders with it, at the end of both: then no more details come due.
            let resources = Mutex::new(Resources::new(patches, items));
            let (listing, summaries) =
                tokio::join!(self.instances(&resources), self.compliance(&resources));
            match &summaries {
                Ok(()) => locked(&resources).summaries_complete(&locked(self.target)),
                Err(_) => locked(&resources).summaries_incomplete(),
            }
            self.note_unknown(listing.err(), summaries.err());
            let (patches, items) = locked(&resources).unchanged();
            self.patches.unchanged(patches);
            self.items.unchanged(items);
        };
        let read_patches = async {
            if self.plan.reads(Collector::Patches) {
                let absent_list = self.absent_list(Collector::Patches);
                let batch = |ids| {
                    self.patches
                        .read_batch(self.source, ids, self.interner, absent_list, &tick)
                };
                self.patches.run(patches_due, PATCH_BATCH, batch).await;
                self.patches_ended(false);
            }
        };
        let read_items = async {
            if self.plan.reads(Collector::Items) {
                let absent_list = self.absent_list(Collector::Items);
                let one = |ids| {
                    self.items
                        .read_one(self.source, ids, self.interner, absent_list, &tick)
                };
                self.items.run(items_due, ITEM_BATCH, one).await;
                self.items_ended(false);
            }
        };
        tokio::join!(
            listings,
            read_patches,
            read_items,
            self.baselines(),
            self.associations()
        );
    }

    /// Details have failed with the listings that name their instances, unless older ones stand in
    /// for those.
    fn note_unknown(&self, listing: Option<SourceError>, summaries: Option<SourceError>) {
        let target = locked(self.target);
        let Some(summaries) = summaries.filter(|_| !target.has(Collector::Compliance)) else {
            return;
        };
        self.items.owes_unknown(summaries);
        if let Some(listing) = listing.filter(|_| !target.has(Collector::Instances)) {
            self.patches.owes_unknown(listing);
        }
    }

    async fn instances(&self, resources: &Mutex<Resources>) -> SourceResult<()> {
        let mut listings = Listings::with_capacity(locked(self.target).instances().count());
        let take = |rows: Vec<InstanceRow>| {
            let (mut resources, target) = (locked(resources), locked(self.target));
            for row in &rows {
                let id = resources.intern(&row.id, &target);
                listings.add(Arc::clone(&id), row, self.interner);
                resources.listed(&id, &target);
            }
        };
        let fetch = |page: PageRequest| async move { self.source.instances(&page).await };
        // Of this operation it is known that AWS writes an empty list where there are no instances.
        let listing = Listing {
            operation: Operation::DescribeInstanceInformation,
            absent_list: AbsentList::IsFailure,
        };
        let read = self.chain(listing, fetch, take).await;
        self.has_listed.send_replace(Some(read.is_ok()));
        let result = self.listing_ended(Collector::Instances, read, || listings.finish());
        if result.is_err() {
            self.fall_back_on_known_listing(resources);
        }
        result
    }

    /// Details go on for the instances of the last good listing; without one, for every resource
    /// there is.
    fn fall_back_on_known_listing(&self, resources: &Mutex<Resources>) {
        let (mut resources, target) = (locked(resources), locked(self.target));
        resources.all_listed = !target.has(Collector::Instances);
        let known = target
            .instances()
            .filter(|instance| instance.listing.is_some())
            .map(|instance| Arc::clone(&instance.id));
        let listed = if resources.all_listed {
            resources.ids()
        } else {
            known.collect()
        };
        for id in &listed {
            resources.listed(id, &target);
        }
    }

    async fn compliance(&self, resources: &Mutex<Resources>) -> SourceResult<()> {
        // Which other types there are is needed first, if any are wanted.
        let (types, totals) = if self.plan.other_types {
            (self.totals().await, None)
        } else {
            (Some(CountedTypes::default()), Some(self.totals()))
        };
        let known = locked(self.target)
            .instances()
            .map(|instance| instance.summaries.len())
            .sum();
        let summaries = Mutex::new(Summaries::with_capacity(known));
        let chains = self
            .chains(types.as_ref())
            .into_iter()
            .map(|(types, absent)| self.summaries(types, absent, &summaries, resources));
        let (read, _) = tokio::join!(join_all(chains), OptionFuture::from(totals));
        let read: SourceResult<usize> = read.into_iter().sum();
        let summaries = summaries
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let result = self.listing_ended(Collector::Compliance, read, || summaries.finish());
        if result.is_err() {
            self.fall_back_on_known_summaries(resources);
        }
        result
    }

    /// The chains to read: the longest two apart, the others together; one of all where the types
    /// are not known.
    ///
    /// With each what it means if AWS sends no list: not that there is nothing, where something was
    /// known, or where AWS's own counts say that there is.
    fn chains(&self, counted: Option<&CountedTypes>) -> Vec<(TypeFilter, AbsentList)> {
        let target = locked(self.target);
        let Some(counted) = counted else {
            return vec![(
                TypeFilter::All,
                AbsentList::when(target.has_ever_had(Collector::Compliance)),
            )];
        };
        let long = [PATCH, ASSOCIATION]
            .into_iter()
            .filter(|name| (self.plan.wants)(name));
        let long = long.map(|name| vec![name.to_owned()]);
        let named = long.chain(
            counted
                .others
                .chunks(TypeFilter::MOST)
                .map(<[String]>::to_vec),
        );
        let chain = |names: Vec<String>| {
            let is_counted = names
                .iter()
                .any(|name| counted.with_resources.contains(name));
            let absent_list = AbsentList::when(is_counted || target.has_ever_had_summaries(&names));
            (TypeFilter::Named(names), absent_list)
        };
        named.map(chain).collect()
    }

    async fn summaries(
        &self,
        types: TypeFilter,
        absent_list: AbsentList,
        summaries: &Mutex<Summaries>,
        resources: &Mutex<Resources>,
    ) -> SourceResult<usize> {
        let types = &types;
        let take = |rows: Vec<SummaryRow>| {
            let (mut resources, target, mut summaries) =
                (locked(resources), locked(self.target), locked(summaries));
            for row in rows
                .iter()
                .filter(|row| (self.plan.wants)(&row.compliance_type))
            {
                let id = resources.intern(&row.resource_id, &target);
                resources.summarised(&id, row, &target);
                summaries.add(id, row, self.interner, self.number);
            }
        };
        let fetch = |page: PageRequest| async move { self.source.summaries(types, &page).await };
        let listing = Listing {
            operation: Operation::ListResourceComplianceSummaries,
            absent_list,
        };
        self.chain(listing, fetch, take).await
    }

    /// Items go on for the instances that were non-compliant when the summaries were last read
    /// whole, and patch states, while there is no listing, for all that had a summary then.
    fn fall_back_on_known_summaries(&self, resources: &Mutex<Resources>) {
        let (mut resources, target) = (locked(resources), locked(self.target));
        for instance in target
            .instances()
            .filter(|instance| !instance.summaries.is_empty())
        {
            let noncompliant = instance
                .summary(ASSOCIATION)
                .is_some_and(Summary::is_noncompliant);
            resources.summarised_as_known(&instance.id, noncompliant, &target);
        }
    }

    /// AWS's own counts; answers the types that they name, if they could be read.
    async fn totals(&self) -> Option<CountedTypes> {
        let mut rows = Vec::new();
        let fetch = |page: PageRequest| async move { self.source.totals(&page).await };
        let absent_list = self.absent_list(Collector::ComplianceTotals);
        let listing = Listing {
            operation: Operation::ListComplianceSummaries,
            absent_list,
        };
        let read = self.chain(listing, fetch, |page| rows.extend(page)).await;
        rows.retain(|row| (self.plan.wants)(&row.compliance_type));
        let counted = read.is_ok().then(|| CountedTypes::of(&rows));
        let data = || Collected::Totals(Totals::from_rows(&rows));
        let _ = self.listing_ended(Collector::ComplianceTotals, read, data);
        counted
    }

    async fn baselines(&self) {
        if self.plan.reads(Collector::Baselines) {
            let mut rows = Vec::new();
            let fetch = |page: PageRequest| async move { self.source.baselines(&page).await };
            let absent_list = self.absent_list(Collector::Baselines);
            let listing = Listing {
                operation: Operation::DescribePatchBaselines,
                absent_list,
            };
            let read = self.chain(listing, fetch, |page| rows.extend(page)).await;
            let data = || Collected::Baselines(Baseline::from_rows(&rows));
            let _ = self.listing_ended(Collector::Baselines, read, data);
        }
    }

    async fn associations(&self) {
        if self.plan.reads(Collector::Associations) {
            let mut rows = Vec::new();
            let fetch = |page: PageRequest| async move { self.source.associations(&page).await };
            let absent_list = self.absent_list(Collector::Associations);
            let listing = Listing {
                operation: Operation::ListAssociations,
                absent_list,
            };
            let read = self.chain(listing, fetch, |page| rows.extend(page)).await;
            let data = || Collected::Associations(Association::from_rows(&rows, self.interner));
            let _ = self.listing_ended(Collector::Associations, read, data);
        }
    }

    /// What an answer without a list means for a collector: that there is nothing, only where there
    /// never was anything.
    fn absent_list(&self, collector: Collector) -> AbsentList {
        AbsentList::when(locked(self.target).has_ever_had(collector))
    }

    async fn chain<T, F>(
        &self,
        listing: Listing,
        fetch: impl Fn(PageRequest) -> F,
        take: impl FnMut(Vec<T>),
    ) -> SourceResult<usize>
    where
        F: Future<Output = SourceResult<Page<T>>>,
    {
        let fetch = |request| {
            let page = fetch(request);
            async move {
                let page = page.await;
                self.answered();
                page
            }
        };
        let complete = pagination::read(listing, fetch, take).await?;
        // Where nothing has a list, no list means anything.
        if complete.is_assumed_empty && !self.has_listed().await {
            return Err(pagination::absent_list());
        }
        Ok(complete.skipped)
    }

    /// Whether this refresh has got a list of instances, once that is known.
    async fn has_listed(&self) -> bool {
        let mut listed = self.has_listed.subscribe();
        listed
            .wait_for(Option::is_some)
            .await
            .is_ok_and(|listed| *listed == Some(true))
    }

    /// Ends a collector that reads a listing. What it read is not believed if it lost most of the
    /// fleet at once.
    fn listing_ended(
        &self,
        collector: Collector,
        read: SourceResult<usize>,
        data: impl FnOnce() -> Collected,
    ) -> SourceResult<()> {
        let took = self.start.elapsed();
        let believed = read.and_then(|skipped| {
            let data = data();
            locked(self.target)
                .judge(&data)
                .map_err(SourceError::sudden_loss)?;
            Ok((skipped, data))
        });
        match believed {
            Ok((skipped, data)) => {
                let attempt = Attempt {
                    result: Ok(()),
                    skipped: skipped as u64,
                    took,
                };
                self.end(
                    Outcome {
                        collector,
                        attempt,
                        data: Some(data),
                    },
                    None,
                );
                Ok(())
            }
            Err(error) => {
                self.listing_failed(collector, error.clone());
                Err(error)
            }
        }
    }

    fn listing_failed(&self, collector: Collector, error: SourceError) {
        let attempt = Attempt {
            result: Err(error.reason),
            skipped: 0,
            took: self.start.elapsed(),
        };
        self.end(
            Outcome {
                collector,
                attempt,
                data: None,
            },
            Some(error),
        );
    }

    fn patches_ended(&self, given_up: bool) {
        let (attempt, rows, error) = self.patches.finish(given_up);
        self.end(
            Outcome {
                collector: Collector::Patches,
                attempt,
                data: Some(Collected::Patches(rows)),
            },
            error,
        );
    }

    fn items_ended(&self, given_up: bool) {
        let (attempt, rows, error) = self.items.finish(given_up);
        self.end(
            Outcome {
                collector: Collector::Items,
                attempt,
                data: Some(Collected::Items(rows)),
            },
            error,
        );
    }

    fn end(&self, outcome: Outcome, error: Option<SourceError>) {
        locked(&self.ended).insert(outcome.collector);
        (self.done)(outcome, error);
    }

    fn answered(&self) {
        self.progress.note();
    }

    /// Ends when no call has finished for as long as the source's patience.
    async fn no_progress(&self) {
        loop {
            let give_up = self.progress.last() + self.source.patience();
            if give_up <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(give_up).await;
        }
    }

    fn give_up(&self) {
        let unfinished: Vec<_> = self
            .plan
            .collectors()
            .filter(|c| !locked(&self.ended).contains(c))
            .collect();
        for collector in unfinished {
            match collector {
                Collector::Patches => self.patches_ended(true),
                Collector::Items => self.items_ended(true),
                _ => self.listing_failed(collector, SourceError::stuck()),
            }
        }
    }
}
