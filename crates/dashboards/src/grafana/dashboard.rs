//! A dashboard and the grid it lays its panels out on.

use serde_json::{Value, json};

use super::panel::Panel;
use super::variable::Variable;

/// Columns of Grafana's grid.
const COLUMNS: u32 = 24;

/// The tag that links the dashboards to each other.
const TAG: &str = "ssm-compliance";

/// A whole dashboard.
#[derive(Debug)]
pub struct Dashboard {
    /// The fixed uid; also the name of the file.
    pub(crate) uid: &'static str,
    /// What Grafana lists it as.
    pub(crate) title: &'static str,
    /// Which question it answers.
    pub(crate) description: &'static str,
    /// How far back it shows at first, like `24h`.
    pub(crate) back: &'static str,
    /// The choices at its top, beside the data source.
    pub(crate) variables: Vec<Variable>,
    /// What it shows, from the answer at the top down to the details.
    pub(crate) sections: Vec<Section>,
}

/// Panels under one heading; the first section of a dashboard has none.
#[derive(Debug)]
pub(crate) struct Section {
    title: &'static str,
    rows: Vec<(u32, Vec<(u32, Panel)>)>,
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

    /// Panels side by side: each with its width in columns, all of one height (a unit is 38
    /// pixels).
    pub(crate) fn row(mut self, height: u32, panels: Vec<(u32, Panel)>) -> Self {
        self.rows.push((height, panels));
        self
    }

    fn to_json(&self, y: &mut u32, panels: &mut Vec<Value>) {
        if !self.title.is_empty() {
            let grid = json!({ "x": 0, "y": *y, "w": COLUMNS, "h": 1 });
            let id = panels.len() + 1;
            panels.push(json!({
                "id": id, "type": "row", "title": self.title, "collapsed": false, "gridPos": grid, "panels": [],
            }));
            *y += 1;
        }
        for (height, row) in &self.rows {
            let mut x = 0;
            for (width, panel) in row {
                let grid = json!({ "x": x, "y": *y, "w": width, "h": height });
                let panel = if *width < COLUMNS / 2 {
                    panel.clone().narrow()
                } else {
                    panel.clone()
                };
                panels.push(panel.to_json(panels.len() + 1, &grid));
                x += width;
            }
            *y += height;
        }
    }
}

// === impl Dashboard ===

impl Dashboard {
    /// The fixed uid, which is also the name of its file.
    pub fn uid(&self) -> &'static str {
        self.uid
    }

    /// The title that Grafana lists it under.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The whole file.
    pub fn to_json(&self) -> Value {
        let mut variables = vec![Variable::data_source()];
        variables.extend(self.variables.iter().map(Variable::to_json));
        let mut panels = Vec::new();
        let mut y = 0;
        for section in &self.sections {
            section.to_json(&mut y, &mut panels);
        }
        json!({
            "id": null,
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": [TAG],
            "schemaVersion": 39,
            "version": 1,
            "editable": false,
            "graphTooltip": 1,
            "fiscalYearStartMonth": 0,
            "liveNow": false,
            "timezone": "browser",
            "weekStart": "",
            "refresh": "1m",
            "time": { "from": format!("now-{}", self.back), "to": "now" },
            "timepicker": {},
            "annotations": { "list": [] },
            "links": [Self::siblings()],
            "templating": { "list": variables },
            "panels": panels,
        })
    }

    /// The other dashboards, with the choices and the time kept.
    fn siblings() -> Value {
        json!({
            "type": "dashboards", "title": "SSM Compliance", "tags": [TAG], "asDropdown": false, "icon": "external link",
            "includeVars": true, "keepTime": true, "targetBlank": false, "tooltip": "", "url": "",
        })
    }
}
