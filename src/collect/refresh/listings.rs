//! The listings of a refresh, but for the summaries.

use std::sync::{Arc, Mutex};

use super::RefreshRun;
use crate::collect::pagination::{self, AbsentList, Listing};
use crate::collect::resources::Resources;
use crate::collect::source::{Page, PageRequest, Source, SourceError, SourceResult};
use crate::locks::locked;
use crate::model::{
    Association, Baseline, Collected, Collector, InstanceRow, Listings, Operation, Outcome,
};

impl<S: Source, D: Fn(Outcome, Option<SourceError>) + Sync> RefreshRun<'_, S, D> {
    /// Reads the managed instances.
    pub(super) async fn read_instances(&self, resources: &Mutex<Resources>) -> SourceResult<()> {
        let known = locked(self.context.target).instances().count();
        let mut listings = Listings::with_capacity(known);
        let listing = Listing {
            operation: Operation::DescribeInstanceInformation,
            // Of this operation it is known that AWS writes an empty list where there are no
            // instances.
            absent_list: AbsentList::IsFailure,
        };
        let fetch = |page| async move { self.context.source.instances(&page).await };
        let read = self
            .read_chain(listing, fetch, |rows| {
                self.take_instances(&rows, &mut listings, resources);
            })
            .await;
        self.has_listed.send_replace(Some(read.is_ok()));
        let result = self.end_listing(Collector::Instances, read, || listings.finish());
        if result.is_err() {
            self.fall_back_on_known_listing(resources);
        }
        result
    }

    fn take_instances(
        &self,
        rows: &[InstanceRow],
        listings: &mut Listings,
        resources: &Mutex<Resources>,
    ) {
        let mut resources = locked(resources);
        let target = locked(self.context.target);
        for row in rows {
            let id = resources.intern(&row.id, &target);
            listings.add(Arc::clone(&id), row, &self.interner);
            resources.listed(&id, &target);
        }
    }

    /// Details go on for the instances of the last good listing. Without one, they do for every
    /// resource that there is.
    fn fall_back_on_known_listing(&self, resources: &Mutex<Resources>) {
        let mut resources = locked(resources);
        let target = locked(self.context.target);
        if !target.has(Collector::Instances) {
            resources.count_all_as_listed(&target);
            return;
        }
        for instance in target.instances() {
            if instance.listing.is_some() {
                resources.listed(&instance.id, &target);
            }
        }
    }

    /// Reads the patch baselines.
    pub(super) async fn read_baselines(&self) {
        let fetch = |page| async move { self.context.source.baselines(&page).await };
        self.read_setting(Collector::Baselines, fetch, |rows| {
            Collected::Baselines(Baseline::from_rows(rows))
        })
        .await;
    }

    /// Reads the State Manager associations.
    pub(super) async fn read_associations(&self) {
        let fetch = |page| async move { self.context.source.associations(&page).await };
        self.read_setting(Collector::Associations, fetch, |rows| {
            Collected::Associations(Association::from_rows(rows, &self.interner))
        })
        .await;
    }

    /// Reads a listing that does not grow with the fleet.
    async fn read_setting<T, F>(
        &self,
        collector: Collector,
        fetch: impl Fn(PageRequest) -> F,
        data: impl FnOnce(&[T]) -> Collected,
    ) where
        F: Future<Output = SourceResult<Page<T>>>,
    {
        if !self.context.selection.has(collector) {
            return;
        }
        let mut rows = Vec::new();
        let listing = self.listing(collector);
        let read = self
            .read_chain(listing, fetch, |page| rows.extend(page))
            .await;
        // Whoever asks for nothing more has no use for the error, which was logged.
        let _ = self.end_listing(collector, read, || data(&rows));
    }

    /// What a collector lists.
    pub(super) fn listing(&self, collector: Collector) -> Listing {
        Listing {
            operation: collector.operation(),
            absent_list: self.absent_list(collector),
        }
    }

    /// What an answer without a list means for a collector: that there is nothing, but only where
    /// there never was anything.
    pub(super) fn absent_list(&self, collector: Collector) -> AbsentList {
        AbsentList::when(locked(self.context.target).has_ever_had(collector))
    }

    /// Reads a listing to its end. Answers how many rows could not be read.
    pub(super) async fn read_chain<T, F>(
        &self,
        listing: Listing,
        fetch: impl Fn(PageRequest) -> F,
        take: impl FnMut(Vec<T>),
    ) -> SourceResult<usize>
    where
        F: Future<Output = SourceResult<Page<T>>>,
    {
        let fetch = |request| self.context.progress.noting(fetch(request));
        let complete = pagination::read(listing, fetch, take).await?;
        // If even the instances come without a list, no absent list means anything.
        if complete.is_assumed_empty && !self.has_listed().await {
            return Err(pagination::absent_list());
        }
        Ok(complete.skipped)
    }

    /// Whether this refresh has got a list of instances, once that is known.
    async fn has_listed(&self) -> bool {
        let mut has_listed = self.has_listed.subscribe();
        let known = has_listed.wait_for(Option::is_some).await;
        known.is_ok_and(|has_listed| *has_listed == Some(true))
    }
}
