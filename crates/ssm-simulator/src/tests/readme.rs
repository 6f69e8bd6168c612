//! The tables of the README are those of the code.

use crate::FaultKind;
use crate::model::{self, ListOperation, OPERATION_NAMES};
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
        .map(page_sizes_row)
        .collect();
    assert_eq!(table("| Operation | Rows per page | Default |"), expected);
}

#[test]
fn every_list_of_another_service_has_the_page_sizes_of_the_code() {
    let expected = [
        &model::LIST_ROOTS,
        &model::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
        &model::LIST_ACCOUNTS,
        &model::LIST_ACCOUNTS_FOR_PARENT,
        &model::LIST_REGIONS,
        &model::GET_RESOURCES,
    ]
    .map(page_sizes_row);
    let head = "| Operation of another service | Rows per page | Default |";
    assert_eq!(table(head), expected);
}

fn page_sizes_row(list: &ListOperation) -> String {
    let sizes = list.page_sizes;
    format!(
        "| `{}` | {} to {} | {} |",
        list.name, sizes.min, sizes.max, sizes.default
    )
}

/// The operations in the first column of a table.
fn first_column(head: &str) -> Vec<&'static str> {
    let rows = table(head).into_iter();
    rows.filter_map(|row| row.split('`').nth(1)).collect()
}

#[test]
fn every_operation_that_reads_or_changes_one_thing_is_described() {
    let (mut read, mut changed) = (Vec::new(), Vec::new());
    for name in OPERATION_NAMES {
        match operations::find(&format!("AmazonSSM.{name}")) {
            Some(Operation::Read(_)) => read.push(name),
            Some(Operation::Change(_)) => changed.push(name),
            _ => {}
        }
    }
    assert_eq!(first_column("| Operation | What it answers |"), read);
    assert_eq!(first_column("| Operation | What it changes |"), changed);
}
