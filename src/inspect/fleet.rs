//! Reads what explains every non-compliant instance of a target.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::calls::known;
use super::inspector::{Breadth, Inspector};
use super::listing::resources_of;
use super::purpose;
use super::readers::{queue, read_each};
use super::sighting::{Sighting, newest_of_each_type};
use super::source::InspectionSource;
use crate::collect::{MAX_PAGE_ROWS, SourceResult, TypeFilter};
use crate::explain::{Evidence, Read};
use crate::model::{InstanceRow, PatchRow, SummaryRow};

/// The non-compliant resources of a target, which are still to be explained.
pub struct FleetInspection<S> {
    inspector: Arc<Inspector<S>>,
    ids: Vec<String>,
}

/// What calls about many instances have told of one.
#[derive(Clone, Debug, Default)]
struct FirstReads {
    summaries: Read<Vec<SummaryRow>>,
    patch_state: Read<Option<PatchRow>>,
}

/// An instance to inspect.
type Subject = (InstanceRow, FirstReads);

impl<S: InspectionSource> Inspector<S> {
    /// Lists the resources that are non-compliant for any type, a page for each 50 summaries that say
    /// so.
    ///
    /// # Errors
    /// If they cannot be read to their end, so that instances would be missing.
    pub async fn noncompliant(mut self) -> SourceResult<FleetInspection<S>> {
        let summaries = self.noncompliant_summaries(&TypeFilter::All).await?;
        self.breadth = Breadth::Fleet;
        Ok(FleetInspection {
            inspector: Arc::new(self),
            ids: resources_of(summaries),
        })
    }

    pub(super) async fn noncompliant_summaries(
        &self,
        types: &TypeFilter,
    ) -> SourceResult<Vec<SummaryRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.noncompliant_summaries(types, &page).await;
        self.calls.rows(purpose::ALL_SUMMARIES, fetch).await
    }

    /// Reads the summaries and the patch states of these instances, many with each call.
    async fn first_reads(&self, ids: &[String]) -> HashMap<String, FirstReads> {
        let ids: Vec<Arc<str>> = ids.iter().map(|id| id.as_str().into()).collect();
        let (summaries, mut states) =
            tokio::join!(self.all_summaries(&ids), self.all_patch_states(&ids));
        let reads = summaries.into_iter().map(|(id, summaries)| {
            let patch_state = states.remove(&id).unwrap_or_default();
            let reads = FirstReads {
                summaries,
                patch_state,
            };
            (id, reads)
        });
        reads.collect()
    }

    async fn all_summaries(&self, ids: &[Arc<str>]) -> Vec<(String, Read<Vec<SummaryRow>>)> {
        let batches = ids.chunks(TypeFilter::MAX_NAMES);
        let batches = batches.map(|ids| self.summary_batch(ids));
        join_all(batches).await.concat()
    }

    async fn summary_batch(&self, ids: &[Arc<str>]) -> Vec<(String, Read<Vec<SummaryRow>>)> {
        let Ok(rows) = self.summaries_of(ids).await else {
            // One bad row fails a whole batch, but not those of the others.
            return join_all(ids.iter().map(|id| self.summaries_alone(id))).await;
        };
        let mut by_resource: HashMap<String, Vec<SummaryRow>> = HashMap::new();
        for row in rows {
            by_resource
                .entry(row.resource_id.clone())
                .or_default()
                .push(row);
        }
        let of_each = ids.iter().map(|id| {
            let rows = by_resource.remove(&**id).unwrap_or_default();
            (id.to_string(), Read::Done(newest_of_each_type(rows)))
        });
        of_each.collect()
    }

    async fn summaries_alone(&self, id: &str) -> (String, Read<Vec<SummaryRow>>) {
        let answer = self.summaries(id).await;
        (id.to_owned(), known(purpose::SUMMARIES.operation, answer))
    }

    async fn all_patch_states(&self, ids: &[Arc<str>]) -> HashMap<String, Read<Option<PatchRow>>> {
        let batches = ids
            .chunks(MAX_PAGE_ROWS)
            .map(|ids| self.patch_state_batch(ids));
        join_all(batches).await.into_iter().flatten().collect()
    }

    async fn patch_state_batch(&self, ids: &[Arc<str>]) -> Vec<(String, Read<Option<PatchRow>>)> {
        // One bad row fails a whole batch. Its instances are then read one by one, as they come.
        let Ok(rows) = self.patch_states(ids).await else {
            return Vec::new();
        };
        let rows = rows.into_iter().map(|row| (row.id.clone(), row));
        let mut rows: HashMap<String, PatchRow> = rows.collect();
        let states = ids
            .iter()
            .map(|id| (id.to_string(), Read::Done(rows.remove(&**id))));
        states.collect()
    }

    async fn inspect_listed(&self, (listing, first): Subject) -> Evidence {
        let sighting = Sighting {
            id: listing.id.clone(),
            listing: Read::Done(Some(listing)),
            summaries: first.summaries,
        };
        self.inspect_with(sighting, first.patch_state).await
    }
}

impl<S: InspectionSource> FleetInspection<S> {
    /// The number of resources that are non-compliant. Some of them may not be listed any more.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// Reads what explains each of them that is listed, and sends it as it comes. Takes a page for
    /// each 50 managed instances beside what each instance takes.
    ///
    /// # Errors
    /// If the listing cannot be read to its end, so that instances are missing.
    pub async fn inspect_each(self, found: mpsc::Sender<Evidence>) -> SourceResult<()> {
        let Self { inspector, ids } = self;
        let (listed, listings) = mpsc::unbounded_channel();
        let (ready, subjects) = queue();
        let read = {
            let inspector = Arc::clone(&inspector);
            move |subject: Subject| {
                let inspector = Arc::clone(&inspector);
                async move { inspector.inspect_listed(subject).await }
            }
        };
        let preparing = async {
            let first_reads = inspector.first_reads(&ids).await;
            prepare(listings, first_reads, ready).await;
        };
        let wanted = ids.iter().cloned().collect();
        let (answer, (), ()) = tokio::join!(
            inspector.list_among(wanted, listed),
            preparing,
            read_each(subjects, found, read),
        );
        answer
    }
}

/// Sends each listed instance to be read.
async fn prepare(
    mut listings: mpsc::UnboundedReceiver<InstanceRow>,
    mut first_reads: HashMap<String, FirstReads>,
    ready: mpsc::Sender<Subject>,
) {
    while let Some(listing) = listings.recv().await {
        let first = first_reads.remove(&listing.id).unwrap_or_default();
        // It may have become compliant since the first call, or nobody reads any more.
        if is_compliant(&first) {
            continue;
        }
        if ready.send((listing, first)).await.is_err() {
            break;
        }
    }
}

fn is_compliant(reads: &FirstReads) -> bool {
    let summaries = reads.summaries.done();
    summaries.is_some_and(|rows| !rows.iter().any(SummaryRow::is_noncompliant))
}
