//! The listings of a refresh, except for the summaries.

use std::sync::{Arc, Mutex};

use super::RefreshRun;
use crate::collect::pagination::{self, AbsentList, Listing};
use crate::collect::resources::Resources;
use crate::collect::source::{Page, PageRequest, Source, SourceResult};
use crate::locks::locked;
use crate::model::{
    Association, AssociationRow, Baseline, BaselineRow, Collected, Collector, InstanceRow,
    InstanceTags, Listings, Operation, TagRow, Target,
};

const INSTANCES: Listing = Listing {
    operation: Operation::DescribeInstanceInformation,
    // It is known that AWS sends an empty list here if there are no instances. Whether the other
    // operations do so as well, or leave an empty list out, is documented nowhere.
    absent_list: AbsentList::IsFailure,
};

// Each of these functions fetches one page of a listing. The request is passed by value, because
// the future that a closure returns cannot borrow the closure's argument.
impl<S: Source> RefreshRun<'_, S> {
    async fn instances_page(&self, page: PageRequest) -> SourceResult<Page<InstanceRow>> {
        self.context.source.instances(&page).await
    }

    async fn baselines_page(&self, page: PageRequest) -> SourceResult<Page<BaselineRow>> {
        self.context.source.baselines(&page).await
    }

    async fn tags_page(&self, page: PageRequest) -> SourceResult<Page<TagRow>> {
        let keys = self.context.selection.tag_keys();
        self.context.source.tags(keys, &page).await
    }

    async fn associations_page(&self, page: PageRequest) -> SourceResult<Page<AssociationRow>> {
        self.context.source.associations(&page).await
    }
}

impl<S: Source> RefreshRun<'_, S> {
    /// Reads the managed instances.
    pub(super) async fn read_instances(&self, resources: &Mutex<Resources>) -> SourceResult<()> {
        let mut listings = self.room_for_instances();
        let read = self
            .read_chain(
                INSTANCES,
                |page| self.instances_page(page),
                |rows| self.take_instances(&rows, &mut listings, resources),
            )
            .await;
        self.has_listed.send_replace(Some(read.is_ok()));
        let result = self.end_listing(Collector::Instances, read, || listings.finish());
        if result.is_err() {
            self.fall_back_on_known_listing(resources);
        }
        result
    }

    fn room_for_instances(&self) -> Listings {
        Listings::with_capacity(self.target().instances().count())
    }

    fn take_instances(
        &self,
        rows: &[InstanceRow],
        listings: &mut Listings,
        resources: &Mutex<Resources>,
    ) {
        // Both locks are always taken in this order. Otherwise two chains could block each other.
        let mut resources = locked(resources);
        let target = self.target();
        for row in rows {
            let id = resources.intern(&row.id, &target);
            listings.add(Arc::clone(&id), row, &self.interner);
            resources.listed(&id, &target);
        }
    }

    /// Lets details go on for the instances of the last good listing or, if there is none, for
    /// every resource.
    fn fall_back_on_known_listing(&self, resources: &Mutex<Resources>) {
        let mut resources = locked(resources);
        let target = self.target();
        if target.has(Collector::Instances) {
            list_as_known(&mut resources, &target);
        } else {
            resources.count_all_as_listed(&target);
        }
    }

    /// Reads the patch baselines.
    pub(super) async fn read_baselines(&self) {
        self.read_setting(
            Collector::Baselines,
            |page| self.baselines_page(page),
            |rows| Collected::Baselines(Baseline::from_rows(rows)),
        )
        .await;
    }

    /// Reads the State Manager associations.
    pub(super) async fn read_associations(&self) {
        self.read_setting(
            Collector::Associations,
            |page| self.associations_page(page),
            |rows| Collected::Associations(Association::from_rows(rows, &self.interner)),
        )
        .await;
    }

    /// Reads the tags of the instances.
    // Every refresh reads all of them, so that an instance that autoscaling has just started belongs
    // to its team at once. The calls take nothing from the ceiling of SSM.
    pub(super) async fn read_tags(&self) {
        let collector = Collector::Tags;
        if !self.context.selection.has(collector) {
            return;
        }
        let mut tags = InstanceTags::new(self.context.selection.tag_keys().clone());
        let listing = Listing {
            operation: collector.operation(),
            absent_list: self.absent_list(collector),
        };
        let read = self
            .read_chain(
                listing,
                |page| self.tags_page(page),
                |rows| self.take_tags(&rows, &mut tags),
            )
            .await;
        // Nothing else depends on this listing, and the error has been logged.
        let _ = self.end_listing(collector, read, || Collected::Tags(tags));
    }

    fn take_tags(&self, rows: &[TagRow], tags: &mut InstanceTags) {
        let target = self.target();
        for row in rows {
            tags.add(target.resource_id(&row.resource_id), row, &self.interner);
        }
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
        if self.context.selection.has(collector) {
            let mut rows = Vec::new();
            let read = self.read_rows(collector, fetch, &mut rows).await;
            // Nothing else depends on this listing, and the error has been logged.
            let _ = self.end_listing(collector, read, || data(&rows));
        }
    }

    /// Reads all rows of a collector's listing. Returns how many rows could not be read.
    pub(super) async fn read_rows<T, F>(
        &self,
        collector: Collector,
        fetch: impl Fn(PageRequest) -> F,
        rows: &mut Vec<T>,
    ) -> SourceResult<usize>
    where
        F: Future<Output = SourceResult<Page<T>>>,
    {
        let listing = Listing {
            operation: collector.operation(),
            absent_list: self.absent_list(collector),
        };
        self.read_chain(listing, fetch, |page| rows.extend(page))
            .await
    }

    /// Decides what an answer without a list means for a collector: that there is nothing, but only
    /// if there never was anything.
    pub(super) fn absent_list(&self, collector: Collector) -> AbsentList {
        AbsentList::when(self.target().has_ever_had(collector))
    }

    /// Reads a listing to its end. Returns how many rows could not be read.
    pub(super) async fn read_chain<T, F>(
        &self,
        listing: Listing,
        fetch: impl Fn(PageRequest) -> F,
        take: impl FnMut(Vec<T>),
    ) -> SourceResult<usize>
    where
        F: Future<Output = SourceResult<Page<T>>>,
    {
        let progress = self.context.progress;
        let complete = pagination::read(listing, |page| progress.noting(fetch(page)), take).await?;
        // AWS always sends the list of instances. If even that is absent, something between AWS and
        // here removes lists, and then no absent list means that there is nothing.
        if complete.is_assumed_empty && !self.has_listed().await {
            return Err(pagination::absent_list());
        }
        Ok(complete.skipped)
    }

    /// Waits until it is known whether this refresh has received a list of instances.
    async fn has_listed(&self) -> bool {
        let mut has_listed = self.has_listed.subscribe();
        let known = has_listed.wait_for(Option::is_some).await;
        known.is_ok_and(|has_listed| *has_listed == Some(true))
    }
}

fn list_as_known(resources: &mut Resources, target: &Target) {
    for instance in target.instances() {
        if instance.listing.is_some() {
            resources.listed(&instance.id, target);
        }
    }
}
