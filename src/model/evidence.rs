//! What AWS has had before: against it an answer without a list is no empty list.

use std::collections::HashSet;
use std::sync::Arc;

use super::Collector;
use super::collected::{Collected, PartialRead};
use super::instance::DetailContent;
use super::summary::Summary;
use super::text::vocabulary;

/// What AWS has had at some time, though it may have been dropped since.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Whether each collector has brought anything.
    collectors: [bool; Collector::ALL.len()],
    /// The compliance types that resources had summaries of.
    compliance_types: HashSet<Box<str>>,
}

impl Evidence {
    /// Whether a collector has brought anything.
    pub(super) fn has_had(&self, collector: Collector) -> bool {
        self.collectors[collector as usize]
    }

    /// Whether a resource has had a summary of this type.
    pub(super) fn has_had_type(&self, compliance_type: &str) -> bool {
        self.compliance_types.contains(vocabulary(compliance_type))
    }

    /// Notes what a collector has brought.
    pub(super) fn note(&mut self, collector: Collector, data: &Collected) {
        let has_rows = match data {
            Collected::Instances(rows) => !rows.is_empty(),
            Collected::Compliance(rows) => {
                self.note_types(rows);
                !rows.is_empty()
            }
            Collected::Totals(rows) => !rows.is_empty(),
            Collected::Patches(read) => has_something(read),
            Collected::Baselines(rows) => !rows.is_empty(),
            Collected::Associations(rows) => !rows.is_empty(),
            Collected::Items(read) => has_something(read),
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

fn has_something<T: DetailContent>(read: &PartialRead<T>) -> bool {
    read.rows.iter().any(|(_, content)| content.is_something())
}
