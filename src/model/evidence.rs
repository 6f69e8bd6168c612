//! Remembers what AWS has ever reported, as evidence against answers that lack their list.
//!
//! An answer may come without its list, because a proxy or AWS itself has failed in an odd way. If
//! nothing was ever there, it may be taken for an empty list. If something was, it may not.

use std::collections::HashSet;
use std::sync::Arc;

use super::collected::Collected;
use super::collector::Collector;
use super::summary::Summary;
use super::text::vocabulary;

/// What AWS has reported at some time.
// It outlives the data: a target that was unreadable for hours has dropped everything, and that is
// the very moment at which a wrong empty list would be believed.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Whether each collector has ever read anything.
    collectors: [bool; Collector::ALL.len()],
    /// The compliance types that any resource ever had a summary for.
    compliance_types: HashSet<Box<str>>,
}

impl Evidence {
    /// Says whether a collector has ever read anything.
    pub(super) fn has_had(&self, collector: Collector) -> bool {
        self.collectors[collector as usize]
    }

    /// Says whether any resource ever had a summary of this type.
    pub(super) fn has_had_type(&self, compliance_type: &str) -> bool {
        self.compliance_types.contains(vocabulary(compliance_type))
    }

    /// Notes what a collector has read.
    pub(super) fn note(&mut self, collector: Collector, data: &Collected) {
        let has_rows = match data {
            Collected::Instances(rows) => !rows.is_empty(),
            Collected::Compliance(rows) => {
                self.note_types(rows);
                !rows.is_empty()
            }
            Collected::Totals(rows) => !rows.is_empty(),
            Collected::Baselines(rows) => !rows.is_empty(),
            Collected::Associations(rows) => !rows.is_empty(),
            Collected::Tags(tags) => !tags.is_empty(),
            Collected::Details(read) => read.has_something(),
        };
        self.collectors[collector as usize] |= has_rows;
    }

    fn note_types(&mut self, rows: &[(Arc<str>, Summary)]) {
        for (_, summary) in rows {
            let name = summary.compliance_type().as_str();
            if !self.compliance_types.contains(name) {
                self.compliance_types.insert(name.into());
            }
        }
    }
}
