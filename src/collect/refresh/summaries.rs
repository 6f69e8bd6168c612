//! The compliance summaries of a refresh, and AWS's own counts of them.

use std::sync::Mutex;

use futures_util::future::join_all;

use super::RefreshRun;
use crate::collect::chains::{CountedTypes, summary_chains};
use crate::collect::pagination::{AbsentList, Listing};
use crate::collect::resources::Resources;
use crate::collect::source::{Page, PageRequest, Source, SourceResult, TypeFilter};
use crate::locks::{locked, unlocked};
use crate::model::{Collected, Collector, Operation, Summaries, SummaryRow, Totals, TotalsRow};

/// The reading of the summaries, which several chains have in common.
struct SummaryReading<'a> {
    /// The types that AWS counts, if AWS's counts could be read.
    counted: Option<&'a CountedTypes>,
    summaries: Mutex<Summaries>,
    resources: &'a Mutex<Resources>,
}

impl<S: Source> RefreshRun<'_, S> {
    async fn totals_page(&self, page: PageRequest) -> SourceResult<Page<TotalsRow>> {
        self.context.source.totals(&page).await
    }

    async fn summaries_page(
        &self,
        chain: &TypeFilter,
        page: PageRequest,
    ) -> SourceResult<Page<SummaryRow>> {
        self.context.source.summaries(chain, &page).await
    }
}

impl<S: Source> RefreshRun<'_, S> {
    /// Reads AWS's own counts and the summaries of all resources.
    pub(super) async fn read_compliance(&self, resources: &Mutex<Resources>) -> SourceResult<()> {
        if self.context.selection.has_other_types() {
            // Only the counts say which other types there are, so the summaries have to wait.
            let counted = self.read_totals().await;
            self.read_summaries(counted.as_ref(), resources).await
        } else {
            let counted = CountedTypes::default();
            let (_, result) = tokio::join!(
                self.read_totals(),
                self.read_summaries(Some(&counted), resources)
            );
            result
        }
    }

    /// Reads AWS's own counts. Returns the types that they name, if they could be read.
    async fn read_totals(&self) -> Option<CountedTypes> {
        let collector = Collector::ComplianceTotals;
        let mut rows = Vec::new();
        let read = self
            .read_rows(collector, |page| self.totals_page(page), &mut rows)
            .await;
        rows.retain(|row| self.context.selection.has_type(&row.compliance_type));
        let counted = read.is_ok().then(|| CountedTypes::of(&rows));
        // The error has been logged. Without the counts the summaries are read in one chain.
        let _ = self.end_listing(collector, read, || {
            Collected::Totals(Totals::from_rows(&rows))
        });
        counted
    }

    async fn read_summaries(
        &self,
        counted: Option<&CountedTypes>,
        resources: &Mutex<Resources>,
    ) -> SourceResult<()> {
        let reading = SummaryReading {
            counted,
            summaries: Mutex::new(self.room_for_summaries()),
            resources,
        };
        let read = self.read_summary_chains(&reading).await;
        let summaries = unlocked(reading.summaries);
        let result = self.end_listing(Collector::Compliance, read, || summaries.finish());
        if result.is_err() {
            self.fall_back_on_known_summaries(resources);
        }
        result
    }

    fn room_for_summaries(&self) -> Summaries {
        let target = self.target();
        let known = target.instances().map(|instance| instance.summaries.len());
        Summaries::with_capacity(known.sum())
    }

    /// Reads all chains side by side. Returns how many rows could not be read.
    async fn read_summary_chains(&self, reading: &SummaryReading<'_>) -> SourceResult<usize> {
        let chains = summary_chains(self.context.selection, reading.counted)
            .into_iter()
            .map(|chain| self.read_summary_chain(chain, reading));
        // Every chain is read to its end even if another one has failed: what it shows makes
        // details due. The first error in the order of chains counts, whichever failed first.
        join_all(chains).await.into_iter().sum()
    }

    async fn read_summary_chain(
        &self,
        chain: TypeFilter,
        reading: &SummaryReading<'_>,
    ) -> SourceResult<usize> {
        let listing = Listing {
            operation: Operation::ListResourceComplianceSummaries,
            absent_list: self.absent_summaries(&chain, reading.counted),
        };
        self.read_chain(
            listing,
            |page| self.summaries_page(&chain, page),
            |rows| self.take_summaries(&rows, reading),
        )
        .await
    }

    /// Decides what an answer without a list means for a chain. It is a failure if there were
    /// summaries before, or if AWS's own counts say that there are some.
    fn absent_summaries(&self, chain: &TypeFilter, counted: Option<&CountedTypes>) -> AbsentList {
        let is_counted = counted.is_some_and(|counted| counted.resources_of(chain) > 0);
        AbsentList::when(is_counted || self.has_ever_had(chain))
    }

    fn has_ever_had(&self, chain: &TypeFilter) -> bool {
        match chain {
            TypeFilter::All => self.target().has_ever_had(Collector::Compliance),
            TypeFilter::Named(names) => self.target().has_ever_had_summaries(names),
        }
    }

    fn take_summaries(&self, rows: &[SummaryRow], reading: &SummaryReading<'_>) {
        let wanted = rows
            .iter()
            .filter(|row| self.context.selection.has_type(&row.compliance_type));
        let mut resources = locked(reading.resources);
        let target = self.target();
        let mut summaries = locked(&reading.summaries);
        for row in wanted {
            let id = resources.intern(&row.resource_id, &target);
            resources.summarised(&id, row, &target);
            summaries.add(id, row, &self.interner, self.number);
        }
    }

    /// Lets items go on for the instances that were non-compliant when the summaries were last
    /// complete. As long as there is no listing either, patch states go on for every resource that
    /// had a summary then.
    fn fall_back_on_known_summaries(&self, resources: &Mutex<Resources>) {
        let mut resources = locked(resources);
        let target = self.target();
        for instance in target.instances() {
            if !instance.summaries.is_empty() {
                resources.summarised_as_known(instance, &target);
            }
        }
    }
}
