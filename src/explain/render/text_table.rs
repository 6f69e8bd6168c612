//! Rows of evidence for a terminal.

use textwrap::core::display_width;

use super::wrap::wrapped;
use crate::explain::words;

/// How many rows are shown of one table.
const MAX_SHOWN_ROWS: usize = 20;

/// Writes a table: padded columns where they fit, and one wrapped paragraph a row where not.
pub(super) fn table(
    columns: &[&str],
    rows: &[Vec<String>],
    indent: &str,
    width: usize,
) -> Vec<String> {
    let shown = rows.iter().take(MAX_SHOWN_ROWS);
    let cells: Vec<Vec<String>> = shown.map(|row| visible(row)).collect();
    let mut lines = match padded(columns, &cells, indent) {
        lines if lines.iter().all(|line| display_width(line) <= width) => lines,
        _ => paragraphs(columns, &cells, indent, width),
    };
    if rows.len() > MAX_SHOWN_ROWS {
        let rest = rows.len() - MAX_SHOWN_ROWS;
        lines.extend(wrapped(
            &format!("and {rest} more (--output json has all)"),
            indent,
            width,
        ));
    }
    lines
}

fn visible(row: &[String]) -> Vec<String> {
    row.iter().map(|cell| words::line(cell)).collect()
}

fn padded(columns: &[&str], rows: &[Vec<String>], indent: &str) -> Vec<String> {
    let used = used_columns(columns, rows);
    let head: Vec<&str> = used.iter().map(|index| columns[*index]).collect();
    let mut lines: Vec<Vec<&str>> = vec![head];
    for row in rows {
        lines.push(used.iter().map(|index| cell(row, *index)).collect());
    }
    let widths = widths(&lines);
    lines
        .iter()
        .map(|cells| padded_line(cells, &widths, indent))
        .collect()
}

/// The columns in which any row has something.
fn used_columns(columns: &[&str], rows: &[Vec<String>]) -> Vec<usize> {
    let is_used = |index: &usize| rows.iter().any(|row| !cell(row, *index).is_empty());
    (0..columns.len()).filter(is_used).collect()
}

fn cell(row: &[String], index: usize) -> &str {
    row.get(index).map_or("", String::as_str)
}

fn widths(lines: &[Vec<&str>]) -> Vec<usize> {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|cells| cells.get(column));
        cells.map(|cell| display_width(cell)).max().unwrap_or(0)
    };
    (0..columns).map(width).collect()
}

fn padded_line(cells: &[&str], widths: &[usize], indent: &str) -> String {
    let mut line = indent.to_owned();
    for (cell, width) in cells.iter().zip(widths) {
        let padding = " ".repeat(width.saturating_sub(display_width(cell)) + 2);
        line.push_str(cell);
        line.push_str(&padding);
    }
    line.trim_end().to_owned()
}

fn paragraphs(columns: &[&str], rows: &[Vec<String>], indent: &str, width: usize) -> Vec<String> {
    rows.iter()
        .flat_map(|row| wrapped(&paragraph(columns, row), indent, width))
        .collect()
}

/// One row as words: its first cell, then each other with the name of its column.
fn paragraph(columns: &[&str], row: &[String]) -> String {
    let named = columns.iter().zip(row).skip(1);
    let named = named.filter(|(_, cell)| !cell.is_empty());
    let named: Vec<String> = named
        .map(|(column, cell)| format!("{column} {cell}"))
        .collect();
    let first = row.first().map_or("", String::as_str);
    if named.is_empty() {
        return first.to_owned();
    }
    format!("{first}: {}", named.join(", "))
}
