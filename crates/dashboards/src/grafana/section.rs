//! Panels under a heading, laid out on Grafana's grid.

use serde_json::{Value, json};

use super::panel::Panel;

/// Columns of Grafana's grid.
const GRID_COLUMNS: u32 = 24;

/// Panels under one heading; the first section of a dashboard has none.
#[derive(Debug)]
pub(crate) struct Section {
    title: &'static str,
    rows: Vec<Row>,
}

/// Panels side by side.
#[derive(Debug)]
struct Row {
    /// In units of the grid, each of which is 38 pixels.
    height: u32,
    /// The panels from left to right, each with its width in columns of the grid.
    panels: Vec<(u32, Panel)>,
}

/// The panels that are laid out so far.
#[derive(Debug, Default)]
pub(super) struct Layout {
    panels: Vec<Value>,
    /// Where the next row begins, in units of the grid.
    y: u32,
}

// === impl Section ===

impl Section {
    /// An empty section.
    pub(crate) fn new(title: &'static str) -> Self {
        Self {
            title,
            rows: Vec::new(),
        }
    }

    /// Adds panels side by side: all of one height in units of 38 pixels, each with its width in
    /// columns of the grid, of which there are 24.
    pub(crate) fn row(mut self, height: u32, panels: Vec<(u32, Panel)>) -> Self {
        self.rows.push(Row { height, panels });
        self
    }
}

// === impl Layout ===

impl Layout {
    /// Adds the section below what is there.
    pub(super) fn add_section(&mut self, section: &Section) {
        if !section.title.is_empty() {
            self.add_heading(section.title);
        }
        for row in &section.rows {
            self.add_row(row);
        }
    }

    pub(super) fn into_panels(self) -> Vec<Value> {
        self.panels
    }

    fn add_heading(&mut self, title: &str) {
        let grid = json!({ "x": 0, "y": self.y, "w": GRID_COLUMNS, "h": 1 });
        self.panels.push(json!({
            "id": self.next_id(),
            "type": "row",
            "title": title,
            "collapsed": false,
            "gridPos": grid,
            "panels": [],
        }));
        self.y += 1;
    }

    fn add_row(&mut self, row: &Row) {
        let mut x = 0;
        for (width, panel) in &row.panels {
            let grid = json!({ "x": x, "y": self.y, "w": width, "h": row.height });
            let panel = fitted(panel, *width).to_json(self.next_id(), &grid);
            self.panels.push(panel);
            x += width;
        }
        self.y += row.height;
    }

    fn next_id(&self) -> usize {
        self.panels.len() + 1
    }
}

/// The panel as it looks best at this width.
fn fitted(panel: &Panel, width: u32) -> Panel {
    let panel = panel.clone();
    // Below half of the width a legend beside the lines takes most of the panel.
    if width < GRID_COLUMNS / 2 {
        panel.narrow()
    } else {
        panel
    }
}
