//! What AWS's own counts say of compliance types.

use std::collections::{BTreeSet, HashSet};

use crate::model::{ASSOCIATION, PATCH, TotalsRow};

/// The compliance types that AWS counts resources of.
#[derive(Debug, Default)]
pub(super) struct CountedTypes {
    /// Those beside Patch and Association, in order.
    pub(super) others: Vec<String>,
    /// Those of which there is at least one resource.
    pub(super) with_resources: HashSet<String>,
}

impl CountedTypes {
    pub(super) fn of(rows: &[TotalsRow]) -> Self {
        let has_resources = |row: &&TotalsRow| row.compliant > 0 || row.noncompliant > 0;
        let names: BTreeSet<&String> = rows.iter().map(|row| &row.compliance_type).collect();
        let others = names
            .into_iter()
            .filter(|name| *name != PATCH && *name != ASSOCIATION);
        Self {
            others: others.cloned().collect(),
            with_resources: rows
                .iter()
                .filter(has_resources)
                .map(|row| row.compliance_type.clone())
                .collect(),
        }
    }
}
