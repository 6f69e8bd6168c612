//! The last scan is so old that what it found need not be true any more.

use super::patch_facts::with_operation;
use super::steps::{scan, verified_patches};
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::moment::days_between;

/// The age of a scan from which it is doubtful, in days.
// AWS's own set-up scans daily, and the alert on old scans has the same threshold.
const MAX_SCAN_AGE_DAYS: u64 = 7;

/// The age of a scan from which it says nothing, in days: AWS deletes compliance data then.
pub(in crate::explain) const MAX_KEPT_DAYS: u64 = 30;

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let age = scan_age_days(case);
    age.filter(|days| *days > MAX_SCAN_AGE_DAYS)
        .map(|days| finding(case, days))
        .into_iter()
        .collect()
}

/// The age of the last scan. `None` without a scan, without knowing what time it is, and for an
/// instance that cannot be scanned.
pub(in crate::explain) fn scan_age_days(case: Case<'_>) -> Option<u64> {
    if case.is_unlisted() {
        return None;
    }
    case.summary(PATCH)?;
    Some(days_between(case.last_scan()?, case.now?))
}

fn finding(case: Case<'_>, days: u64) -> Finding {
    let sentence = format!(
        "the last scan is {days} days old: patches that were approved since are in no number"
    );
    let finding = Finding::new(Cause::ScanStale, Effect::Doubtful, PATCH, sentence);
    let finding = with_operation(finding, case)
        .since(case.last_scan(), "the last scan")
        .step(scan(case, "Scan it."))
        .step(Step::new(
            "Find out why no schedule scans it any more: a changed tag, a disabled maintenance \
             window, a removed patch policy, or commands that fail (list-command-invocations).",
        ));
    verified_patches(finding, case)
}
