//! What a target's refreshes will cost, from a handful of calls.

use super::pagination::{self, AbsentList, Listing};
use super::plan::Plan;
use super::source::{MAX_PAGE_ROWS, Operation, PageRequest, Source, SourceResult};
use crate::model::{ASSOCIATION, AgeLimits, Collector, PATCH, TotalsRow};

/// The calls of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Each operation with its calls.
    pub calls: Vec<Calls>,
    /// How many managed instances are reckoned with.
    pub instances: usize,
    /// Whether that is their number. AWS has no count of them: beyond a page it is taken from the
    /// resources with compliance data, which include those that are stopped or terminated.
    pub counted: bool,
}

/// The calls of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Which one.
    pub operation: Operation,
    /// In a refresh that reads everything: the first.
    pub full: usize,
    /// In one that reads what has changed, without the changes themselves.
    pub steady: usize,
}

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

/// Asks for AWS's own counts, the first page of instances, and the listings that are short.
pub(super) async fn estimate<S: Source>(
    source: &S,
    plan: &Plan,
    ages: AgeLimits,
) -> SourceResult<Estimate> {
    source.begin().await?;
    let mut totals = Vec::new();
    let total_pages = pages(
        Operation::ListComplianceSummaries,
        |page| async move { source.totals(&page).await },
        |rows| totals.extend(rows),
    )
    .await?;
    totals.retain(|row| (plan.wants)(&row.compliance_type));
    let first = source.instances(&PageRequest::FIRST).await?;
    let first_rows = first.rows.ok_or_else(pagination::absent_list)?;
    let counted = first.next.is_none();
    let instances = if counted {
        first_rows.len()
    } else {
        totals
            .iter()
            .map(resources)
            .max()
            .unwrap_or(0)
            .max(MAX_PAGE_ROWS + 1)
    };
    let mut calls = vec![
        always(Operation::DescribeInstanceInformation, pages_of(instances)),
        always(Operation::ListComplianceSummaries, total_pages),
        always(
            Operation::ListResourceComplianceSummaries,
            summary_pages(plan, &totals),
        ),
    ];
    let share = Share { ages };
    if plan.reads(Collector::Patches) {
        let baselines = pages(
            Operation::DescribePatchBaselines,
            |page| async move { source.baselines(&page).await },
            drop,
        )
        .await?;
        calls.push(always(Operation::DescribePatchBaselines, baselines));
        let (full, steady) = (
            instances.div_ceil(MAX_PAGE_ROWS),
            share.of(instances).div_ceil(MAX_PAGE_ROWS),
        );
        calls.push(Calls {
            operation: Operation::DescribeInstancePatchStates,
            full,
            steady,
        });
    }
    if plan.reads(Collector::Items) {
        let associations = pages(
            Operation::ListAssociations,
            |page| async move { source.associations(&page).await },
            drop,
        )
        .await?;
        calls.push(always(Operation::ListAssociations, associations));
        let noncompliant = totals
            .iter()
            .find(|row| row.compliance_type == ASSOCIATION)
            .map_or(0, |row| row.noncompliant);
        let full = usize::try_from(noncompliant).unwrap_or(0).min(instances);
        calls.push(Calls {
            operation: Operation::ListComplianceItems,
            full,
            steady: share.of(full),
        });
    }
    Ok(Estimate {
        calls,
        instances,
        counted,
    })
}

/// The details that are read again though nothing has changed.
struct Share {
    ages: AgeLimits,
}

impl Share {
    fn of(&self, details: usize) -> usize {
        let (interval, full_every) = (
            self.ages.interval.as_millis(),
            self.ages.full_every.as_millis().max(1),
        );
        usize::try_from((details as u128 * interval).div_ceil(full_every))
            .unwrap_or(usize::MAX)
            .min(details)
    }
}

/// Reads a listing to its end for the number of its pages.
async fn pages<T, F>(
    operation: Operation,
    fetch: impl Fn(PageRequest) -> F,
    take: impl FnMut(Vec<T>),
) -> SourceResult<usize>
where
    F: Future<Output = SourceResult<super::source::Page<T>>>,
{
    let mut take = take;
    let mut pages = 0;
    pagination::read(
        Listing {
            operation,
            absent_list: AbsentList::IsEmpty,
        },
        fetch,
        |rows| {
            pages += 1;
            take(rows);
        },
    )
    .await?;
    Ok(pages)
}

fn always(operation: Operation, calls: usize) -> Calls {
    Calls {
        operation,
        full: calls,
        steady: calls,
    }
}

fn resources(row: &TotalsRow) -> usize {
    usize::try_from(row.compliant.saturating_add(row.noncompliant)).unwrap_or(0)
}

/// Even an empty listing takes a call.
fn pages_of(rows: usize) -> usize {
    rows.div_ceil(MAX_PAGE_ROWS).max(1)
}

/// A chain each for Patch and Association, one for the other types together.
fn summary_pages(plan: &Plan, totals: &[TotalsRow]) -> usize {
    let of_type = |kind: &str| {
        totals
            .iter()
            .filter(|row| row.compliance_type == kind)
            .map(resources)
            .sum::<usize>()
    };
    let long = [PATCH, ASSOCIATION]
        .into_iter()
        .filter(|kind| (plan.wants)(kind))
        .map(|kind| pages_of(of_type(kind)))
        .sum::<usize>();
    let others: usize = totals
        .iter()
        .filter(|row| ![PATCH, ASSOCIATION].contains(&row.compliance_type.as_str()))
        .map(resources)
        .sum();
    long + others.div_ceil(MAX_PAGE_ROWS)
}
