//! The chains of summaries that a refresh reads. Whoever wants to know what a refresh costs asks
//! here, too.

use std::collections::{BTreeSet, HashMap};

use super::source::TypeFilter;
use crate::model::{ComplianceType, Selection, TotalsRow};

/// How many resources AWS counts of each compliance type.
#[derive(Debug, Default)]
pub(super) struct CountedTypes(HashMap<String, usize>);

/// The chains of `ListResourceComplianceSummaries` to read.
///
/// A chain is serial, because each page needs the token of the page before. So Patch and
/// Association, of which every instance may have a row, have a chain each, and the other types
/// share as few as a filter allows. Without AWS's counts the names of the other types are not
/// known, and one chain reads everything.
pub(super) fn summary_chains(
    selection: &Selection,
    counted: Option<&CountedTypes>,
) -> Vec<TypeFilter> {
    let Some(counted) = counted else {
        return vec![TypeFilter::All];
    };
    let of_every_instance = selection
        .types_of_every_instance()
        .map(|compliance_type| vec![compliance_type.to_string()]);
    let others = counted.others();
    let together = others.chunks(TypeFilter::MAX_NAMES).map(<[String]>::to_vec);
    of_every_instance
        .chain(together)
        .map(TypeFilter::Named)
        .collect()
}

// === impl CountedTypes ===

impl CountedTypes {
    /// What these rows of `ListComplianceSummaries` count. Of two rows for one type the later one
    /// counts.
    pub(super) fn of(rows: &[TotalsRow]) -> Self {
        let counts = rows
            .iter()
            .map(|row| (row.compliance_type.clone(), resources(row)));
        Self(counts.collect())
    }

    /// How many resources the chain will name.
    pub(super) fn resources_of(&self, chain: &TypeFilter) -> usize {
        match chain {
            TypeFilter::All => self.0.values().sum(),
            TypeFilter::Named(names) => names.iter().map(|name| self.resources(name)).sum(),
        }
    }

    /// How many resources of a type there are.
    fn resources(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// How many resources there are of the type that has the most.
    pub(super) fn most_resources(&self) -> usize {
        self.0.values().copied().max().unwrap_or_default()
    }

    /// The types that not every instance has, in the order of their names.
    fn others(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().collect();
        names
            .into_iter()
            .filter(|name| {
                ComplianceType::OF_EVERY_INSTANCE
                    .iter()
                    .all(|known| *known != *name.as_str())
            })
            .cloned()
            .collect()
    }
}

fn resources(row: &TotalsRow) -> usize {
    let resources = row.compliant.max(0).saturating_add(row.noncompliant.max(0));
    usize::try_from(resources).unwrap_or(usize::MAX)
}
