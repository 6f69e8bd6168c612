//! Judges what can be said of an instance as a whole.

use super::case::Case;
use super::cause::Cause;
use super::findings::{MAX_KEPT_DAYS, scan_age_days, unscanned};
use super::verdict::Verdict;

/// Judges an instance. The table of the folder's documentation says how.
pub(super) fn verdict(case: Case<'_>) -> Verdict {
    if !case.noncompliant_types().is_empty() {
        return Verdict::NonCompliant;
    }
    if is_all_read(case) && is_all_compliant(case) && is_credible(case) {
        Verdict::Compliant
    } else {
        Verdict::Unknown
    }
}

/// Whether all was read that could say otherwise.
fn is_all_read(case: Case<'_>) -> bool {
    let evidence = case.evidence;
    let failures = [
        evidence.items.failure(),
        evidence.patch_state.failure(),
        evidence.associations.failure(),
    ];
    let is_read = evidence.listing.done().is_some() && evidence.summaries.done().is_some();
    is_read && failures.iter().all(Option::is_none)
}

fn is_all_compliant(case: Case<'_>) -> bool {
    let summaries = case.summaries();
    !summaries.is_empty() && summaries.iter().all(|row| row.status == "COMPLIANT")
}

/// Whether the good news are about the instance as it is.
fn is_credible(case: Case<'_>) -> bool {
    let is_kept = scan_age_days(case).is_none_or(|days| days <= MAX_KEPT_DAYS);
    let is_scanned = unscanned(case) != Some(Cause::NeverScanned);
    !case.is_unlisted() && is_kept && is_scanned
}
