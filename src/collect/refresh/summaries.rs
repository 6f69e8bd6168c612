//! The compliance summaries of a refresh, and AWS's own counts of them.

use std::sync::Mutex;

use futures_util::future::join_all;

use super::RefreshRun;
use crate::collect::chains::{CountedTypes, summary_chains};
use crate::collect::pagination::{AbsentList, Listing};
use crate::collect::resources::Resources;
use crate::collect::source::{Source, SourceError, SourceResult, TypeFilter};
use crate::locks::{locked, unlocked};
use crate::model::{
    Collected, Collector, Instance, Operation, Outcome, Summaries, SummaryRow, Totals,
};

impl<S: Source, D: Fn(Outcome, Option<SourceError>) + Sync> RefreshRun<'_, S, D> {
    /// Reads AWS's own counts and the summaries of all resources.
    pub(super) async fn read_compliance(&self, resources: &Mutex<Resources>) -> SourceResult<()> {
        if self.context.selection.has_other_types() {
            // Only the counts tell which other types there are.
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

    /// Reads AWS's own counts. Answers the types that they name, if they could be read.
    async fn read_totals(&self) -> Option<CountedTypes> {
        let mut rows = Vec::new();
        let fetch = |page| async move { self.context.source.totals(&page).await };
        let listing = self.listing(Collector::ComplianceTotals);
        let read = self
            .read_chain(listing, fetch, |page| rows.extend(page))
            .await;
        rows.retain(|row| self.context.selection.has_type(&row.compliance_type));
        let counted = read.is_ok().then(|| CountedTypes::of(&rows));
        let data = || Collected::Totals(Totals::from_rows(&rows));
        // The error was logged; without the counts the summaries are read in one chain.
        let _ = self.end_listing(Collector::ComplianceTotals, read, data);
        counted
    }

    /// Reads the summaries, chain by chain, side by side.
    async fn read_summaries(
        &self,
        counted: Option<&CountedTypes>,
        resources: &Mutex<Resources>,
    ) -> SourceResult<()> {
        let known = self.count_known_summaries();
        let summaries = Mutex::new(Summaries::with_capacity(known));
        let chains = summary_chains(self.context.selection, counted)
            .into_iter()
            .map(|chain| self.read_summary_chain(chain, counted, &summaries, resources));
        let read: SourceResult<usize> = join_all(chains).await.into_iter().sum();
        let summaries = unlocked(summaries);
        let result = self.end_listing(Collector::Compliance, read, || summaries.finish());
        if result.is_err() {
            self.fall_back_on_known_summaries(resources);
        }
        result
    }

    fn count_known_summaries(&self) -> usize {
        let count = |instance: &Instance| instance.summaries.len();
        locked(self.context.target).instances().map(count).sum()
    }

    async fn read_summary_chain(
        &self,
        chain: TypeFilter,
        counted: Option<&CountedTypes>,
        summaries: &Mutex<Summaries>,
        resources: &Mutex<Resources>,
    ) -> SourceResult<usize> {
        let listing = Listing {
            operation: Operation::ListResourceComplianceSummaries,
            absent_list: self.absent_summaries(&chain, counted),
        };
        let chain = &chain;
        let fetch = |page| async move { self.context.source.summaries(chain, &page).await };
        self.read_chain(listing, fetch, |rows| {
            self.take_summaries(&rows, summaries, resources);
        })
        .await
    }

    /// What an answer without a list means for a chain: not that there is nothing, where something
    /// was known before, or where AWS's own counts say that there is.
    fn absent_summaries(&self, chain: &TypeFilter, counted: Option<&CountedTypes>) -> AbsentList {
        let target = locked(self.context.target);
        let was_known = match chain {
            TypeFilter::All => target.has_ever_had(Collector::Compliance),
            TypeFilter::Named(names) => target.has_ever_had_summaries(names),
        };
        let is_counted = counted.is_some_and(|counted| counted.resources_of(chain) > 0);
        AbsentList::when(was_known || is_counted)
    }

    fn take_summaries(
        &self,
        rows: &[SummaryRow],
        summaries: &Mutex<Summaries>,
        resources: &Mutex<Resources>,
    ) {
        let mut resources = locked(resources);
        let target = locked(self.context.target);
        let mut summaries = locked(summaries);
        for row in rows {
            if self.context.selection.has_type(&row.compliance_type) {
                let id = resources.intern(&row.resource_id, &target);
                resources.summarised(&id, row, &target);
                summaries.add(id, row, &self.interner, self.number);
            }
        }
    }

    /// Items go on for the instances that were non-compliant when the summaries were last complete.
    /// While there is no listing, patch states do for all that had a summary then.
    fn fall_back_on_known_summaries(&self, resources: &Mutex<Resources>) {
        let mut resources = locked(resources);
        let target = locked(self.context.target);
        for instance in target.instances() {
            if !instance.summaries.is_empty() {
                resources.summarised_as_known(instance, &target);
            }
        }
    }
}
