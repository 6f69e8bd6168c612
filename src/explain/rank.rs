//! How bad the state of an instance is, so that lists show the worst first.

use super::case::Case;
use super::verdict::Verdict;
use crate::model::Severity;

/// How bad the state of an instance is. The greater, the worse.
///
/// The first of these that differs between two instances decides:
///
/// 1. the verdict: non-compliant, then unknown, then compliant;
/// 2. how many non-compliant patches are critical (`CriticalNonCompliantCount`);
/// 3. how many are security updates (`SecurityNonCompliantCount`);
/// 4. how many non-compliant items of all types have the severity `CRITICAL`, then `HIGH`;
/// 5. how many non-compliant items there are at all.
// The counts of the patch state come first, because AWS's own baselines leave the severity of all
// items UNSPECIFIED.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    verdict: u8,
    critical_patches: u64,
    security_patches: u64,
    critical_items: u64,
    high_items: u64,
    items: u64,
}

// === impl Rank ===

impl Rank {
    pub(super) fn of(case: Case<'_>, verdict: Verdict) -> Self {
        let state = case.patch_state();
        let count = |count: Option<Option<i64>>| known(count.flatten().unwrap_or(0));
        Self {
            verdict: verdict_rank(verdict),
            critical_patches: count(state.map(|row| row.critical_noncompliant)),
            security_patches: count(state.map(|row| row.security_noncompliant)),
            critical_items: items(case, Severity::Critical),
            high_items: items(case, Severity::High),
            items: case
                .summaries()
                .iter()
                .map(|row| known(row.noncompliant.total))
                .sum(),
        }
    }
}

fn verdict_rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Compliant => 0,
        Verdict::Unknown => 1,
        Verdict::NonCompliant => 2,
    }
}

fn items(case: Case<'_>, severity: Severity) -> u64 {
    let summaries = case.summaries().iter();
    summaries
        .map(|row| known(row.noncompliant.by_severity[severity as usize]))
        .sum()
}

/// A negative count is one that AWS does not know.
fn known(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
