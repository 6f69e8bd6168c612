//! Counting items by status and severity: how a summary follows from its items.

use super::rows::{CompliantSummary, NonCompliantSummary, SeveritySummary};

/// Status and severity of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ItemStatus {
    pub(super) status: &'static str,
    pub(super) severity: &'static str,
}

pub(super) const COMPLIANT: &str = "COMPLIANT";
pub(super) const NON_COMPLIANT: &str = "NON_COMPLIANT";
pub(super) const UNSPECIFIED: &str = "UNSPECIFIED";

impl ItemStatus {
    pub(super) const fn new(compliant: bool, severity: &'static str) -> Self {
        Self {
            status: if compliant { COMPLIANT } else { NON_COMPLIANT },
            severity,
        }
    }
}

/// Items, or resources, counted. Severities that the model does not know are counted as
/// unspecified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) compliant: CompliantSummary,
    pub(super) noncompliant: NonCompliantSummary,
    worst: &'static str,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            compliant: CompliantSummary::default(),
            noncompliant: NonCompliantSummary::default(),
            worst: UNSPECIFIED,
        }
    }
}

impl FromIterator<ItemStatus> for Tally {
    fn from_iter<T: IntoIterator<Item = ItemStatus>>(verdicts: T) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            tally.add(verdict.status, verdict.severity);
            if verdict.status == NON_COMPLIANT && rank(verdict.severity) > rank(tally.worst) {
                tally.worst = verdict.severity;
            }
        }
        tally
    }
}

impl Tally {
    /// Counts one; a status of neither kind (not applicable) counts nowhere.
    pub(super) fn add(&mut self, status: &str, severity: &str) {
        let counts = match status {
            COMPLIANT => {
                self.compliant.compliant_count += 1;
                &mut self.compliant.severity_summary
            }
            NON_COMPLIANT => {
                self.noncompliant.non_compliant_count += 1;
                &mut self.noncompliant.severity_summary
            }
            _ => return,
        };
        *bucket(counts, severity) += 1;
    }

    pub(super) fn status(&self) -> &'static str {
        if self.noncompliant.non_compliant_count > 0 {
            NON_COMPLIANT
        } else {
            COMPLIANT
        }
    }

    /// The worst severity among non-compliant items.
    pub(super) fn overall(&self) -> &'static str {
        self.worst
    }
}

fn bucket<'a>(counts: &'a mut SeveritySummary, severity: &str) -> &'a mut i32 {
    match severity {
        "CRITICAL" => &mut counts.critical_count,
        "HIGH" => &mut counts.high_count,
        "MEDIUM" => &mut counts.medium_count,
        "LOW" => &mut counts.low_count,
        "INFORMATIONAL" => &mut counts.informational_count,
        _ => &mut counts.unspecified_count,
    }
}

fn rank(severity: &str) -> u8 {
    match severity {
        "CRITICAL" => 6,
        "HIGH" => 5,
        "MEDIUM" => 4,
        "LOW" => 3,
        "INFORMATIONAL" => 2,
        UNSPECIFIED => 0,
        _ => 1,
    }
}
