//! The chains of summaries that a refresh reads. The estimate of its cost uses the same list.

use std::collections::{BTreeSet, HashMap};

use super::source::TypeFilter;
use crate::model::{ComplianceType, Selection, TotalsRow};

/// The number of resources that AWS counts for each compliance type.
#[derive(Debug, Default)]
pub(super) struct CountedTypes(HashMap<String, usize>);

/// Returns the chains of `ListResourceComplianceSummaries` to read. `counted` is `None` if AWS's
/// own counts could not be read.
pub(super) fn summary_chains(
    selection: &Selection,
    counted: Option<&CountedTypes>,
) -> Vec<TypeFilter> {
    // Without the counts the names of custom types are not known, and only a chain without a filter
    // finds them.
    let Some(counted) = counted else {
        return vec![TypeFilter::All];
    };
    // A chain cannot be read faster than page by page, so the two types that every instance may
    // have a row for get a chain each. One chain for both would take twice as long. The other types
    // have few rows as a rule, and share as few chains as the filter allows.
    let mut chains = chains_of_every_instance(selection);
    chains.extend(counted.chains_of_others());
    chains
}

fn chains_of_every_instance(selection: &Selection) -> Vec<TypeFilter> {
    selection
        .types_of_every_instance()
        .map(|compliance_type| TypeFilter::Named(vec![compliance_type.to_string()]))
        .collect()
}

// === impl CountedTypes ===

impl CountedTypes {
    /// Takes the counts from rows of `ListComplianceSummaries`. Of two rows for one type the later
    /// one counts.
    pub(super) fn of(rows: &[TotalsRow]) -> Self {
        let counts = rows
            .iter()
            .map(|row| (row.compliance_type.clone(), resources(row)));
        Self(counts.collect())
    }

    /// Returns the number of resources that a chain will name.
    pub(super) fn resources_of(&self, chain: &TypeFilter) -> usize {
        match chain {
            TypeFilter::All => self.0.values().sum(),
            TypeFilter::Named(names) => names.iter().map(|name| self.resources(name)).sum(),
        }
    }

    /// Returns the number of resources of one type.
    fn resources(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Returns the number of resources of the type that has the most.
    pub(super) fn most_resources(&self) -> usize {
        self.0.values().copied().max().unwrap_or_default()
    }

    fn chains_of_others(&self) -> Vec<TypeFilter> {
        self.others()
            .chunks(TypeFilter::MAX_NAMES)
            .map(|names| TypeFilter::Named(names.to_vec()))
            .collect()
    }

    /// Returns the names of the types that not every instance has, in order.
    fn others(&self) -> Vec<String> {
        // A hash map has a new order at each start, and the same types should make the same calls.
        let names: BTreeSet<&String> = self.0.keys().collect();
        names
            .into_iter()
            .filter(|name| !is_of_every_instance(name))
            .cloned()
            .collect()
    }
}

fn is_of_every_instance(name: &str) -> bool {
    ComplianceType::OF_EVERY_INSTANCE
        .iter()
        .any(|known| *known == *name)
}

fn resources(row: &TotalsRow) -> usize {
    let resources = row.compliant.max(0).saturating_add(row.noncompliant.max(0));
    usize::try_from(resources).unwrap_or(usize::MAX)
}
