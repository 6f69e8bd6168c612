//! The table of instances as plain text, for terminals and scripts that have no use for HTML.
//!
//! It has all instances that the query selects, because nobody turns pages in a terminal.

use super::candidates::Candidate;
use super::census::{Census, views};
use super::data_notes::{data_ages, data_notes};
use super::query::InstanceQuery;
use super::status::{ShownStatus, statuses};
use crate::explain::visible_line;
use crate::http::exporter_state::FleetSnapshot;
use crate::model::NoncomplianceReason;

const HEADINGS: [&str; 6] = ["INSTANCE", "NAME", "ACCOUNT", "REGION", "STATUS", "REASONS"];

/// What stands between two columns: two spaces, because names may have one.
const GAP: &str = "  ";

/// What stands in an empty cell, so that a row has as many words as the headings.
const NOTHING: &str = "-";

type Cells = [String; HEADINGS.len()];

/// The instances that the query selects, below a line on how old the data is.
pub(super) fn text(fleet: &FleetSnapshot, query: &InstanceQuery) -> String {
    let views = views(fleet);
    let mut census = Census::of(&views, query);
    census
        .candidates
        .sort_unstable_by(|a, b| query.order.compare(a, b));
    let mut text = introduction(fleet, query, &census);
    if !census.candidates.is_empty() {
        let candidates = census.candidates.iter();
        let rows: Vec<Cells> = candidates.map(|row| cells(row, query)).collect();
        text.push('\n');
        push_table(&mut text, &rows);
    }
    text
}

fn introduction(fleet: &FleetSnapshot, query: &InstanceQuery, census: &Census<'_>) -> String {
    let (selected, all) = (census.candidates.len(), census.all);
    let ages = data_ages(fleet, query);
    let mut text = format!("{selected} of {all} instances. {ages}\n");
    for note in data_notes(fleet, query) {
        text.push_str(&visible_line(&note));
        text.push('\n');
    }
    text
}

fn cells(candidate: &Candidate<'_>, query: &InstanceQuery) -> Cells {
    let (account_name, _) = candidate.account();
    [
        cell(&candidate.instance.id),
        cell(candidate.name()),
        cell(account_name),
        cell(candidate.region()),
        cell(worst_status(candidate, query)),
        cell(&reasons(candidate, query)),
    ]
}

fn cell(text: &str) -> String {
    match visible_line(text) {
        empty if empty.is_empty() => NOTHING.to_owned(),
        text => text,
    }
}

/// The worst status for the types that the query asks for.
fn worst_status(candidate: &Candidate<'_>, query: &InstanceQuery) -> &'static str {
    let statuses = statuses(candidate.view, candidate.instance)
        .filter(|it| query.has_type(it.compliance_type.as_str()))
        .map(|it| it.status);
    statuses.min().map_or("", ShownStatus::as_str)
}

fn reasons(candidate: &Candidate<'_>, query: &InstanceQuery) -> String {
    let reasons = candidate.reasons(query).into_iter();
    let words: Vec<&str> = reasons.map(NoncomplianceReason::as_str).collect();
    words.join(",")
}

fn push_table(text: &mut String, rows: &[Cells]) {
    let widths = widths(rows);
    push_row(text, &HEADINGS.map(str::to_owned), widths);
    for row in rows {
        push_row(text, row, widths);
    }
}

/// How many characters the longest cell of each column has.
fn widths(rows: &[Cells]) -> [usize; HEADINGS.len()] {
    let mut widths = HEADINGS.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

fn push_row(text: &mut String, row: &Cells, widths: [usize; HEADINGS.len()]) {
    let padded = row.iter().zip(widths);
    let padded: Vec<String> = padded
        .map(|(cell, width)| format!("{cell:<width$}"))
        .collect();
    text.push_str(padded.join(GAP).trim_end());
    text.push('\n');
}
