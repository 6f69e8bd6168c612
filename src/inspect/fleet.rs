//! Reads what explains every non-compliant instance of a target.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::{join_all, try_join_all};
use tokio::sync::mpsc;

use super::inspector::{Breadth, Inspector};
use super::readers::read_each;
use super::sighting::{Sighting, newest_of_each_type};
use super::source::InspectionSource;
use super::{calls, purpose};
use crate::collect::{MAX_PAGE_ROWS, SourceResult, TypeFilter};
use crate::explain::{Evidence, Read};
use crate::model::{ComplianceType, InstanceRow, PatchRow, SummaryRow, TotalsRow};

/// The non-compliant instances of a target, which are still to be explained.
pub struct FleetInspection<S> {
    inspector: Arc<Inspector<S>>,
    sightings: Vec<Sighting>,
}

impl<S: InspectionSource> Inspector<S> {
    /// Lists the instances that are non-compliant for any type. Takes a page for each 50 instances
    /// and for each 50 summaries.
    ///
    /// # Errors
    /// If a listing cannot be read to its end, so that instances may be missing.
    pub async fn noncompliant(mut self) -> SourceResult<FleetInspection<S>> {
        let (listings, summaries) = tokio::try_join!(self.listings(), self.all_summaries())?;
        self.breadth = Breadth::Fleet;
        Ok(FleetInspection {
            sightings: noncompliant_of(listings, summaries),
            inspector: Arc::new(self),
        })
    }

    /// Lists all managed instances, a page for each 50.
    ///
    /// # Errors
    /// If the listing cannot be read to its end.
    pub async fn listings(&self) -> SourceResult<Vec<InstanceRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.instances(&page).await;
        self.calls.rows(purpose::ALL_LISTINGS, fetch).await
    }

    async fn all_summaries(&self) -> SourceResult<Vec<SummaryRow>> {
        let chains = chains(&self.types().await);
        let chains = chains.iter().map(|types| self.summary_chain(types));
        Ok(try_join_all(chains).await?.concat())
    }

    async fn types(&self) -> SourceResult<Vec<TotalsRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.totals(&page).await;
        self.calls.rows(purpose::TYPES, fetch).await
    }

    async fn summary_chain(&self, types: &TypeFilter) -> SourceResult<Vec<SummaryRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.summaries(types, &page).await;
        self.calls.rows(purpose::ALL_SUMMARIES, fetch).await
    }

    /// The patch states of these instances, a call for each 50.
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
        let mut rows: HashMap<String, PatchRow> =
            rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        let states = ids
            .iter()
            .map(|id| (id.to_string(), Read::Done(rows.remove(&**id))));
        states.collect()
    }
}

impl<S: InspectionSource> FleetInspection<S> {
    /// The number of instances that are non-compliant.
    pub fn count(&self) -> usize {
        self.sightings.len()
    }

    /// Reads what explains each of them, and sends it as it comes.
    pub async fn inspect_each(self, found: mpsc::Sender<Evidence>) {
        let Self {
            inspector,
            sightings,
        } = self;
        let ids: Vec<Arc<str>> = sightings
            .iter()
            .map(|sighting| sighting.id.as_str().into())
            .collect();
        let states = Arc::new(inspector.all_patch_states(&ids).await);
        let read = move |sighting: Sighting| {
            let (inspector, states) = (Arc::clone(&inspector), Arc::clone(&states));
            async move {
                let state = states.get(&sighting.id).cloned().unwrap_or_default();
                inspector.inspect_with(sighting, state).await
            }
        };
        read_each(sightings, found, read).await;
    }
}

/// The chains in which the summaries are read: those of the types that every instance may have take
/// longest, so each has its own.
fn chains(types: &SourceResult<Vec<TotalsRow>>) -> Vec<TypeFilter> {
    let Ok(rows) = types else {
        return vec![TypeFilter::All];
    };
    let common = ComplianceType::OF_EVERY_INSTANCE.map(|name| name.to_string());
    let mut others: Vec<String> = rows.iter().map(|row| row.compliance_type.clone()).collect();
    others.retain(|name| !common.contains(name));
    others.sort_unstable();
    others.dedup();
    let common = common.into_iter().map(|name| TypeFilter::Named(vec![name]));
    let others = others.chunks(TypeFilter::MAX_NAMES);
    common
        .chain(others.map(|names| TypeFilter::Named(names.to_vec())))
        .collect()
}

fn noncompliant_of(listings: Vec<InstanceRow>, summaries: Vec<SummaryRow>) -> Vec<Sighting> {
    let mut by_resource: HashMap<String, Vec<SummaryRow>> = HashMap::new();
    for summary in summaries {
        by_resource
            .entry(summary.resource_id.clone())
            .or_default()
            .push(summary);
    }
    let mut sightings = Vec::new();
    for listing in listings {
        // A listing that was begun again has some instances twice. The second has no summaries left.
        let summaries = by_resource.remove(&listing.id).unwrap_or_default();
        if summaries
            .iter()
            .any(|summary| summary.status == "NON_COMPLIANT")
        {
            sightings.push(sighting(listing, summaries));
        }
    }
    sightings
}

fn sighting(listing: InstanceRow, summaries: Vec<SummaryRow>) -> Sighting {
    let summaries = newest_of_each_type(Ok(summaries));
    Sighting {
        id: listing.id.clone(),
        listing: Read::Done(Some(listing)),
        summaries: calls::known(purpose::ALL_SUMMARIES.operation, summaries),
    }
}
