//! The last operation installed patches, and no scan has run since.

use super::patch_facts::with_operation;
use super::steps::{scan, verified_patches};
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding};

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    // Where something is non-compliant, its own remedy ends with a scan or an installation.
    if !case.was_install() || case.is_noncompliant(PATCH) || case.is_unlisted() {
        return Vec::new();
    }
    let (effect, sentence) = if is_report_older(case) {
        (
            Effect::Doubtful,
            "patches were installed after the report that AWS shows, and no scan has run since",
        )
    } else {
        (
            Effect::Informative,
            "the last operation was an Install, which reports what failed but not what is missing",
        )
    };
    let finding = Finding::new(Cause::NotScannedSinceInstall, effect, PATCH, sentence);
    let end = case.patch_state().and_then(|row| row.operation_end);
    let finding = with_operation(finding, case)
        .since(end, "the last installation")
        .step(scan(case, "Scan it."));
    vec![verified_patches(finding, case)]
}

/// How much later than the report an installation must have ended, in milliseconds.
// The report of an installation is taken in a little after its end or before it.
const MAX_REPORT_DELAY_MILLIS: u64 = 5 * 60 * 1000;

fn is_report_older(case: Case<'_>) -> bool {
    let end = case.patch_state().and_then(|row| row.operation_end);
    let report = case.summary(PATCH).and_then(|row| row.execution_time);
    match (end, report) {
        (Some(end), Some(report)) => {
            end.millis() > report.millis().saturating_add(MAX_REPORT_DELAY_MILLIS)
        }
        _ => false,
    }
}
