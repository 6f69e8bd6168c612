//! What a target's refreshes will cost, from a handful of calls.

use super::chains::{CountedTypes, summary_chains};
use super::pagination::{self, AbsentList, Listing};
use super::source::{MAX_PAGE_ROWS, Page, PageRequest, Source, SourceResult};
use crate::model::{AgeLimits, Collector, ComplianceType, Operation, Selection, TotalsRow};

/// The calls of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Each operation with its calls, in the order of collectors.
    pub calls: Vec<Calls>,
    /// How many managed instances are reckoned with.
    pub instances: usize,
    /// Whether that is their number. AWS has no count of them: beyond a page it is taken from the
    /// resources with compliance data, which include those that are stopped or terminated.
    pub is_counted: bool,
}

/// The calls of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Which operation it is.
    pub operation: Operation,
    /// How many calls a refresh makes that reads everything, as the first one does.
    pub full: usize,
    /// How many calls a refresh makes that reads what has changed, without the changes themselves.
    pub steady: usize,
}

/// Asks for AWS's own counts, the first page of instances, and the listings that are short.
///
/// # Errors
/// The first failure of a call.
pub async fn estimate<S: Source>(
    source: &S,
    selection: &Selection,
    age_limits: AgeLimits,
) -> SourceResult<Estimate> {
    source.begin().await?;
    let survey = Survey::of(source, selection).await?;
    let mut calls = Vec::new();
    for collector in selection.collectors() {
        let full = survey.calls(source, selection, collector).await?;
        let steady = survey.steady_calls(collector, full, age_limits);
        calls.push(Calls {
            operation: collector.operation(),
            full,
            steady,
        });
    }
    Ok(Estimate {
        calls,
        instances: survey.instances,
        is_counted: survey.is_counted,
    })
}

// === impl Estimate ===

impl Estimate {
    /// All calls of a refresh that reads everything.
    pub fn full(&self) -> usize {
        self.calls.iter().map(|calls| calls.full).sum()
    }

    /// All calls of a refresh in which nothing has changed.
    pub fn steady(&self) -> usize {
        self.calls.iter().map(|calls| calls.steady).sum()
    }
}

/// What a few calls tell about the size of a target.
struct Survey {
    totals: Vec<TotalsRow>,
    total_pages: usize,
    instances: usize,
    is_counted: bool,
}

// === impl Survey ===

impl Survey {
    async fn of<S: Source>(source: &S, selection: &Selection) -> SourceResult<Self> {
        let mut totals = Vec::new();
        let fetch = |page| async move { source.totals(&page).await };
        let operation = Operation::ListComplianceSummaries;
        let total_pages = count_pages(operation, fetch, |rows| totals.extend(rows)).await?;
        totals.retain(|row: &TotalsRow| selection.has_type(&row.compliance_type));
        let first = source.instances(&PageRequest::FIRST).await?;
        let rows = first.rows.ok_or_else(pagination::absent_list)?;
        let is_counted = first.next.is_none();
        let instances = if is_counted {
            rows.len()
        } else {
            // There is at least one more than a page of them.
            let most = CountedTypes::of(&totals).most_resources();
            most.max(MAX_PAGE_ROWS + 1)
        };
        Ok(Self {
            totals,
            total_pages,
            instances,
            is_counted,
        })
    }

    /// The calls of a collector in a refresh that reads everything.
    async fn calls<S: Source>(
        &self,
        source: &S,
        selection: &Selection,
        collector: Collector,
    ) -> SourceResult<usize> {
        let operation = collector.operation();
        let calls = match collector {
            Collector::Instances => pages_of(self.instances),
            Collector::ComplianceTotals => self.total_pages,
            Collector::Compliance => self.summary_pages(selection),
            Collector::Patches => self.instances.div_ceil(MAX_PAGE_ROWS),
            Collector::Items => self.noncompliant_for_association(),
            Collector::Baselines => {
                let fetch = |page| async move { source.baselines(&page).await };
                count_pages(operation, fetch, drop).await?
            }
            Collector::Associations => {
                let fetch = |page| async move { source.associations(&page).await };
                count_pages(operation, fetch, drop).await?
            }
        };
        Ok(calls)
    }

    /// The calls of a collector in a refresh in which nothing has changed, given those of one that
    /// reads everything. Listings are read whole each time; of the details, a share is read again.
    fn steady_calls(&self, collector: Collector, full: usize, age_limits: AgeLimits) -> usize {
        match collector {
            Collector::Patches => share_of(self.instances, age_limits).div_ceil(MAX_PAGE_ROWS),
            Collector::Items => share_of(full, age_limits),
            _ => full,
        }
    }

    fn summary_pages(&self, selection: &Selection) -> usize {
        let counted = CountedTypes::of(&self.totals);
        summary_chains(selection, Some(&counted))
            .iter()
            .map(|chain| pages_of(counted.resources_of(chain)))
            .sum()
    }

    fn noncompliant_for_association(&self) -> usize {
        let noncompliant = self
            .totals
            .iter()
            .find(|row| ComplianceType::Association == *row.compliance_type)
            .map_or(0, |row| row.noncompliant);
        usize::try_from(noncompliant)
            .unwrap_or(0)
            .min(self.instances)
    }
}

/// How many of so many details are read again in a refresh although nothing has changed.
fn share_of(details: usize, age_limits: AgeLimits) -> usize {
    let interval = age_limits.interval.as_millis();
    let full_every = age_limits.full_every.as_millis().max(1);
    let share = (details as u128 * interval).div_ceil(full_every);
    usize::try_from(share).unwrap_or(usize::MAX).min(details)
}

/// Even an empty listing takes a call.
fn pages_of(rows: usize) -> usize {
    rows.div_ceil(MAX_PAGE_ROWS).max(1)
}

/// Reads a listing to its end for the number of its pages.
async fn count_pages<T, F>(
    operation: Operation,
    fetch: impl Fn(PageRequest) -> F,
    mut take: impl FnMut(Vec<T>),
) -> SourceResult<usize>
where
    F: Future<Output = SourceResult<Page<T>>>,
{
    let listing = Listing {
        operation,
        absent_list: AbsentList::IsEmpty,
    };
    let mut pages = 0;
    pagination::read(listing, fetch, |rows| {
        pages += 1;
        take(rows);
    })
    .await?;
    Ok(pages)
}
