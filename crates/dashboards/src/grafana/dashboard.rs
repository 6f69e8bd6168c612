//! A whole dashboard.

use serde_json::{Value, json};

use super::section::{Layout, Section};
use super::variable::Variable;

/// The tag that links the dashboards to each other.
const TAG: &str = "ssm-compliance";

/// A dashboard: what it is called, what can be chosen, and what it shows.
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
        json!({
            // A number that only a database of Grafana knows; on import it gives a new one.
            "id": null,
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            // The links between the dashboards find them by this tag.
            "tags": [TAG],
            // What Grafana 11.0 writes; later versions convert it as they load the file.
            "schemaVersion": 39,
            "version": 1,
            // A change made in Grafana would be lost when the file is provisioned again.
            "editable": false,
            // The crosshair stands at the same time in all panels.
            "graphTooltip": 1,
            "fiscalYearStartMonth": 0,
            "liveNow": false,
            "timezone": "browser",
            "weekStart": "",
            "refresh": "1m",
            "time": { "from": format!("now-{}", self.back), "to": "now" },
            "timepicker": {},
            "annotations": { "list": [] },
            "links": [siblings()],
            "templating": { "list": self.variables_to_json() },
            "panels": self.panels_to_json(),
        })
    }

    fn variables_to_json(&self) -> Vec<Value> {
        let mut variables = vec![Variable::data_source()];
        variables.extend(self.variables.iter().map(Variable::to_json));
        variables
    }

    fn panels_to_json(&self) -> Vec<Value> {
        let mut layout = Layout::default();
        for section in &self.sections {
            layout.add_section(section);
        }
        layout.into_panels()
    }
}

/// Links to the other dashboards, which keep the choices and the time.
fn siblings() -> Value {
    json!({
        "type": "dashboards",
        "title": "SSM Compliance",
        "tags": [TAG],
        "asDropdown": false,
        "icon": "external link",
        "includeVars": true,
        "keepTime": true,
        "targetBlank": false,
        "tooltip": "",
        "url": "",
    })
}
