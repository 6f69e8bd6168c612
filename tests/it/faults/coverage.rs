//! That no kind of fault is forgotten.

use std::collections::BTreeSet;

use ssm_simulator::FaultKind;

use crate::support::rust_sources;

/// The kinds that a source names. A name may begin like that of another kind, so it is read whole.
fn named_kinds(source: &str) -> impl Iterator<Item = &str> {
    source.split("FaultKind::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric());
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn every_kind_of_fault_is_met_by_the_exporter_in_some_test() {
    let sources = rust_sources("tests/it");
    let named: BTreeSet<&str> = sources
        .values()
        .flat_map(|text| named_kinds(text))
        .collect();
    let forgotten: Vec<&str> = FaultKind::ALL
        .iter()
        .filter(|kind| !named.contains(format!("{kind:?}").as_str()))
        .map(|kind| kind.name())
        .collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}
