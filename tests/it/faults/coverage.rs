//! That no kind of fault is forgotten.

use std::fs;
use std::path::{Path, PathBuf};

use ssm_simulator::FaultKind;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn every_kind_of_fault_is_met_by_the_exporter_in_some_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let tests: String = sources(&folder)
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let forgotten: Vec<&str> = FaultKind::ALL
        .iter()
        .filter(|kind| !tests.contains(&format!("FaultKind::{kind:?}")))
        .map(|kind| kind.name())
        .collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}
