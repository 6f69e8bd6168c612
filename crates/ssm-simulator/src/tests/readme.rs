//! The tables of the README are those of the code.

use crate::FaultKind;
use crate::model::OPERATION_NAMES;
use crate::operations::{self, Operation};

const README: &str = include_str!("../../README.md");

/// The rows of the table with this head.
fn table(head: &str) -> Vec<&'static str> {
    README
        .lines()
        .skip_while(|line| *line != head)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect()
}

#[test]
fn every_fault_is_described_as_in_the_code() {
    let expected: Vec<String> = FaultKind::ALL
        .iter()
        .map(|kind| format!("| `{}` | {} |", kind.name(), kind.description()))
        .collect();
    assert_eq!(table("| Fault | What goes wrong |"), expected);
}

#[test]
fn every_operation_has_the_page_sizes_of_the_code() {
    let expected: Vec<String> = OPERATION_NAMES
        .iter()
        .filter_map(|name| operations::find(&format!("AmazonSSM.{name}")))
        .filter_map(|operation| match operation {
            Operation::List(list) => Some(&list.model),
            Operation::Read(_) | Operation::Change(_) => None,
        })
        .map(|list| {
            let sizes = list.page_sizes;
            format!(
                "| `{}` | {} to {} | {} |",
                list.name, sizes.min, sizes.max, sizes.default
            )
        })
        .collect();
    assert_eq!(table("| Operation | Rows per page | Default |"), expected);
}
