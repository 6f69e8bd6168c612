//! Counts items by status and severity, as a summary follows from its items.

use crate::rows::{CompliantSummary, NonCompliantSummary, SeveritySummary};

pub(crate) const COMPLIANT: &str = "COMPLIANT";
pub(crate) const NON_COMPLIANT: &str = "NON_COMPLIANT";
pub(crate) const UNSPECIFIED: &str = "UNSPECIFIED";

/// The status and the severity of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemStatus {
    pub(crate) status: &'static str,
    pub(crate) severity: &'static str,
}

impl ItemStatus {
    pub(crate) const fn compliant(severity: &'static str) -> Self {
        Self {
            status: COMPLIANT,
            severity,
        }
    }

    pub(crate) const fn noncompliant(severity: &'static str) -> Self {
        Self {
            status: NON_COMPLIANT,
            severity,
        }
    }

    pub(crate) fn is_noncompliant(self) -> bool {
        self.status == NON_COMPLIANT
    }
}

/// Items or resources, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) compliant: CompliantSummary,
    pub(crate) noncompliant: NonCompliantSummary,
    worst_severity: &'static str,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            compliant: CompliantSummary::default(),
            noncompliant: NonCompliantSummary::default(),
            worst_severity: UNSPECIFIED,
        }
    }
}

impl FromIterator<ItemStatus> for Tally {
    fn from_iter<T: IntoIterator<Item = ItemStatus>>(items: T) -> Self {
        let mut tally = Self::default();
        for item in items {
            tally.add(item.status, item.severity);
            // Compliant items do not count towards the overall severity, however severe they would
            // be.
            if item.is_noncompliant() && rank(item.severity) > rank(tally.worst_severity) {
                tally.worst_severity = item.severity;
            }
        }
        tally
    }
}

impl Tally {
    /// Counts one item or resource. AWS counts what is neither compliant nor non-compliant (such
    /// as a patch that is not applicable) nowhere.
    pub(crate) fn add(&mut self, status: &str, severity: &str) {
        match status {
            COMPLIANT => {
                self.compliant.compliant_count += 1;
                add_severity(&mut self.compliant.severity_summary, severity);
            }
            NON_COMPLIANT => {
                self.noncompliant.non_compliant_count += 1;
                add_severity(&mut self.noncompliant.severity_summary, severity);
            }
            _ => {}
        }
    }

    /// The worst severity among the non-compliant of rows, each with its status and severity.
    pub(crate) fn worst_severity_of<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> &'a str {
        rows.filter(|(status, _)| *status == NON_COMPLIANT)
            .map(|(_, severity)| severity)
            .filter(|severity| rank(severity) > 0)
            .max_by_key(|severity| rank(severity))
            .unwrap_or(UNSPECIFIED)
    }

    pub(crate) fn status(&self) -> &'static str {
        if self.noncompliant.non_compliant_count > 0 {
            NON_COMPLIANT
        } else {
            COMPLIANT
        }
    }

    /// The worst severity among the non-compliant items.
    pub(crate) fn overall_severity(&self) -> &'static str {
        self.worst_severity
    }
}

/// Counts a severity. One that the service model does not know counts as unspecified.
fn add_severity(counts: &mut SeveritySummary, severity: &str) {
    let count = match severity {
        "CRITICAL" => &mut counts.critical_count,
        "HIGH" => &mut counts.high_count,
        "MEDIUM" => &mut counts.medium_count,
        "LOW" => &mut counts.low_count,
        "INFORMATIONAL" => &mut counts.informational_count,
        _ => &mut counts.unspecified_count,
    };
    *count += 1;
}

fn rank(severity: &str) -> u8 {
    match severity {
        "CRITICAL" => 6,
        "HIGH" => 5,
        "MEDIUM" => 4,
        "LOW" => 3,
        "INFORMATIONAL" => 2,
        UNSPECIFIED => 0,
        // An unknown severity is worse than none, but not worse than any that is known.
        _ => 1,
    }
}
