//! Estimates from a handful of calls what the refreshes of a target will cost.

use super::chains::{CountedTypes, summary_chains};
use super::pagination::{self, AbsentList, Listing};
use super::source::{MAX_PAGE_ROWS, Page, PageRequest, Source, SourceResult};
use crate::model::{
    AgeLimits, AssociationRow, BaselineRow, Collector, ComplianceType, Operation, Selection,
    TotalsRow,
};

/// The calls of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The calls of each operation, in the order of collectors.
    pub calls: Vec<Calls>,
    /// The number of managed instances that the estimate is based on.
    pub instances: usize,
    /// Whether that number was counted rather than estimated.
    pub is_counted: bool,
}

/// The calls of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// The operation that is called.
    pub operation: Operation,
    /// The number of calls in a refresh that reads everything, as the first one does.
    pub full: usize,
    /// The number of calls in a refresh in which nothing has changed.
    pub steady: usize,
}

/// Asks for AWS's own counts, for the first page of instances and for the short listings, and
/// estimates from them how many calls a refresh makes.
///
/// # Errors
///
/// Returns the first failure of a call.
pub async fn estimate<S: Source>(
    source: &S,
    selection: &Selection,
    age_limits: AgeLimits,
) -> SourceResult<Estimate> {
    source.begin().await?;
    let survey = Survey::of(source, selection).await?;
    let mut calls = Vec::new();
    for collector in selection.collectors() {
        add(&mut calls, survey.calls(collector, age_limits).await?);
    }
    Ok(Estimate {
        calls,
        instances: survey.size.instances,
        is_counted: survey.size.is_counted,
    })
}

/// Adds the calls of a collector to those of the collectors before it.
fn add(calls: &mut Vec<Calls>, more: Calls) {
    // Items of type Association and of type Patch come from one operation.
    let same = calls
        .iter_mut()
        .find(|calls| calls.operation == more.operation);
    match same {
        Some(calls) => {
            calls.full += more.full;
            calls.steady += more.steady;
        }
        None => calls.push(more),
    }
}

// === impl Estimate ===

impl Estimate {
    /// Returns the calls of the operations that share a ceiling with `operation`.
    pub fn under_ceiling_of(&self, operation: Operation) -> Self {
        let shares =
            |calls: &&Calls| calls.operation.has_own_ceiling() == operation.has_own_ceiling();
        Self {
            calls: self.calls.iter().filter(shares).copied().collect(),
            ..*self
        }
    }

    /// Returns the number of all calls of a refresh that reads everything.
    pub fn full(&self) -> usize {
        self.calls.iter().map(|calls| calls.full).sum()
    }

    /// Returns the number of all calls of a refresh in which nothing has changed.
    pub fn steady(&self) -> usize {
        self.calls.iter().map(|calls| calls.steady).sum()
    }
}

/// What a few calls reveal about a target.
struct Survey<'a, S> {
    source: &'a S,
    selection: &'a Selection,
    totals: Totals,
    size: FleetSize,
}

/// AWS's own counts of the selected types.
struct Totals {
    rows: Vec<TotalsRow>,
    /// The number of pages that they came on.
    pages: usize,
}

/// The number of managed instances of a target.
struct FleetSize {
    instances: usize,
    is_counted: bool,
}

// === impl Survey ===

impl<'a, S: Source> Survey<'a, S> {
    async fn of(source: &'a S, selection: &'a Selection) -> SourceResult<Self> {
        let totals = Totals::read(source, selection).await?;
        let size = FleetSize::read(source, &totals).await?;
        Ok(Self {
            source,
            selection,
            totals,
            size,
        })
    }

    async fn calls(&self, collector: Collector, age_limits: AgeLimits) -> SourceResult<Calls> {
        let full = self.full_calls(collector).await?;
        Ok(Calls {
            operation: collector.operation(),
            full,
            steady: self.steady_calls(collector, full, age_limits),
        })
    }

    /// Returns the calls of a collector in a refresh that reads everything.
    async fn full_calls(&self, collector: Collector) -> SourceResult<usize> {
        let calls = match collector {
            Collector::Instances => pages_of(self.size.instances),
            Collector::ComplianceTotals => self.totals.pages,
            Collector::Compliance => self.summary_pages(),
            Collector::Patches => self.size.instances.div_ceil(MAX_PAGE_ROWS),
            Collector::Items => self.noncompliant_for(&ComplianceType::Association),
            Collector::PatchDetails => self.noncompliant_for(&ComplianceType::Patch),
            Collector::Baselines => self.baseline_pages().await?,
            Collector::Associations => self.association_pages().await?,
            Collector::Tags => self.tag_pages().await?,
        };
        Ok(calls)
    }

    /// Returns the calls of a collector in a refresh in which nothing has changed, given those of a
    /// refresh that reads everything.
    fn steady_calls(&self, collector: Collector, full: usize, age_limits: AgeLimits) -> usize {
        // A listing is read as a whole each time. Of the details, only a share is read again.
        match collector {
            Collector::Patches => share_of(self.size.instances, age_limits).div_ceil(MAX_PAGE_ROWS),
            Collector::Items | Collector::PatchDetails => share_of(full, age_limits),
            _ => full,
        }
    }

    fn summary_pages(&self) -> usize {
        let counted = self.totals.counted();
        summary_chains(self.selection, Some(&counted))
            .iter()
            .map(|chain| pages_of(counted.resources_of(chain)))
            .sum()
    }

    /// Returns the number of instances whose items of this type are read, one call for each.
    fn noncompliant_for(&self, compliance_type: &ComplianceType) -> usize {
        let noncompliant = self.totals.noncompliant(compliance_type);
        // AWS also counts terminated resources, and those cost no calls.
        noncompliant.min(self.size.instances)
    }

    async fn baseline_pages(&self) -> SourceResult<usize> {
        let operation = Operation::DescribePatchBaselines;
        count_pages(operation, |page| self.baselines_page(page), drop).await
    }

    async fn baselines_page(&self, page: PageRequest) -> SourceResult<Page<BaselineRow>> {
        self.source.baselines(&page).await
    }

    /// Asks for the first page of tags. If there are more, their number is estimated.
    async fn tag_pages(&self) -> SourceResult<usize> {
        let operation = Operation::GetResources;
        let keys = self.selection.tag_keys();
        let first = PageRequest::first_of(operation);
        if self.source.tags(keys, &first).await?.next.is_none() {
            return Ok(1);
        }
        // AWS does not count tagged machines either. Machines that SSM does not manage are among
        // them, so there may be more than this.
        let pages = self.size.instances.div_ceil(operation.max_page_rows());
        Ok(pages.max(2))
    }

    async fn association_pages(&self) -> SourceResult<usize> {
        let operation = Operation::ListAssociations;
        count_pages(operation, |page| self.associations_page(page), drop).await
    }

    async fn associations_page(&self, page: PageRequest) -> SourceResult<Page<AssociationRow>> {
        self.source.associations(&page).await
    }
}

// === impl Totals ===

impl Totals {
    async fn read<S: Source>(source: &S, selection: &Selection) -> SourceResult<Self> {
        let operation = Operation::ListComplianceSummaries;
        let mut rows = Vec::new();
        let pages = count_pages(
            operation,
            |page| totals_page(source, page),
            |page| rows.extend(page),
        )
        .await?;
        rows.retain(|row| selection.has_type(&row.compliance_type));
        Ok(Self { rows, pages })
    }

    fn counted(&self) -> CountedTypes {
        CountedTypes::of(&self.rows)
    }

    fn noncompliant(&self, compliance_type: &ComplianceType) -> usize {
        let row = self
            .rows
            .iter()
            .find(|row| *compliance_type == *row.compliance_type);
        row.map_or(0, |row| usize::try_from(row.noncompliant).unwrap_or(0))
    }
}

async fn totals_page<S: Source>(source: &S, page: PageRequest) -> SourceResult<Page<TotalsRow>> {
    source.totals(&page).await
}

// === impl FleetSize ===

impl FleetSize {
    /// Reads one page of instances. If there are more, their number is estimated.
    async fn read<S: Source>(source: &S, totals: &Totals) -> SourceResult<Self> {
        let first = source.instances(&PageRequest::FIRST).await?;
        let rows = first.rows.ok_or_else(pagination::absent_list)?;
        if first.next.is_none() {
            return Ok(Self {
                instances: rows.len(),
                is_counted: true,
            });
        }
        Ok(Self::estimated(totals))
    }

    /// Estimates the number of instances when there is more than one page of them.
    fn estimated(totals: &Totals) -> Self {
        // AWS has no operation that counts instances. The resources with compliance data are the
        // best that there is: they include stopped and terminated ones, so the estimate errs on the
        // side of more calls.
        let most = totals.counted().most_resources();
        Self {
            instances: most.max(MAX_PAGE_ROWS + 1),
            is_counted: false,
        }
    }
}

/// Returns how many of so many details a refresh reads again although nothing has changed.
fn share_of(details: usize, age_limits: AgeLimits) -> usize {
    let interval = age_limits.interval.as_millis();
    let full_every = age_limits.full_every.as_millis().max(1);
    let share = (details as u128 * interval).div_ceil(full_every);
    usize::try_from(share).unwrap_or(usize::MAX).min(details)
}

/// Returns the number of pages that so many rows take.
fn pages_of(rows: usize) -> usize {
    // It takes a call to find out that a listing is empty.
    rows.div_ceil(MAX_PAGE_ROWS).max(1)
}

/// Reads a listing to its end. Returns the number of its pages.
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
        // An absent list does no harm here: the estimate is off, but no data is lost.
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
