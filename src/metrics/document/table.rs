//! Tables in Markdown.

use std::fmt;

/// A table with as many cells in each row as in its head.
#[derive(Debug)]
pub(super) struct Table {
    columns: usize,
    lines: Vec<String>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        let mut table = Self {
            columns: head.len(),
            lines: Vec::new(),
        };
        table.add(head);
        table.lines.push(format!("|{}", "---|".repeat(head.len())));
        table
    }

    pub(super) fn add(&mut self, cells: &[&str]) {
        debug_assert_eq!(cells.len(), self.columns, "{cells:?}");
        // A bare bar would start another cell, even within code (GitHub Flavored Markdown, "Tables").
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        self.lines.push(format!("| {} |", cells.join(" | ")));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
