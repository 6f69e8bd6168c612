//! A panel: its kind, its queries, and how their values look.

use serde_json::{Value, json};

use super::data_source::chosen_data_source;
use super::query::{Query, Sampling};
use crate::looks::{self, Steps};

/// Points over time of a [coarse](Panel::coarse) panel.
const MAX_COARSE_POINTS: u32 = 100;

/// A panel. One of the [kinds](super::panel_kinds) makes it with the usual looks of that kind; the
/// methods here say what differs.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub(super) kind: &'static str,
    title: &'static str,
    description: &'static str,
    queries: Vec<Query>,
    /// What holds for every field that no override names.
    pub(super) defaults: Value,
    pub(super) overrides: Vec<Value>,
    pub(super) options: Value,
    pub(super) transformations: Vec<Value>,
    max_data_points: Option<u32>,
}

// === impl Panel ===

impl Panel {
    /// A panel of Grafana's kind of this name, without any options.
    pub(super) fn new(kind: &'static str, title: &'static str, description: &'static str) -> Self {
        Self {
            kind,
            title,
            description,
            queries: Vec::new(),
            defaults: json!({
                "color": { "mode": "thresholds" },
                "thresholds": looks::thresholds(looks::NEUTRAL),
                "mappings": [],
            }),
            overrides: Vec::new(),
            options: json!({}),
            transformations: Vec::new(),
            max_data_points: None,
        }
    }

    /// Adds a query.
    pub(crate) fn query(mut self, legend: &'static str, expr: impl Into<String>) -> Self {
        self.queries.push(Query::new(legend, expr));
        self
    }

    /// Adds queries.
    pub(crate) fn queries(mut self, queries: impl IntoIterator<Item = Query>) -> Self {
        self.queries.extend(queries);
        self
    }

    pub(crate) fn unit(self, unit: &str) -> Self {
        self.default("unit", unit)
    }

    /// Rounds the values to this many decimals.
    pub(crate) fn decimals(self, decimals: u32) -> Self {
        self.default("decimals", decimals)
    }

    /// Colours values by the steps.
    pub(crate) fn steps(self, steps: Steps) -> Self {
        self.default("thresholds", looks::thresholds(steps))
    }

    /// Sets the text that stands there when nothing is wrong, or when nothing is known.
    pub(crate) fn empty(self, text: &str) -> Self {
        self.default("noValue", text)
    }

    /// Replaces values by texts with a colour.
    pub(crate) fn mapped(self, mappings: Value) -> Self {
        self.default("mappings", mappings)
    }

    /// Sets any default of the fields.
    pub(crate) fn default(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.defaults[name] = value.into();
        self
    }

    /// Sets any option of the panel's kind.
    pub(crate) fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options[name] = value.into();
        self
    }

    /// Gives each named series the colour that its name has on every dashboard.
    pub(crate) fn colours(mut self, names: &[(&'static str, &'static str)]) -> Self {
        for (name, colour) in names {
            self.overrides.push(fixed_colour(name, colour));
        }
        self
    }

    /// Draws the steps as lines behind the data.
    pub(crate) fn limit(mut self, steps: Steps) -> Self {
        self.defaults["custom"]["thresholdsStyle"]["mode"] = json!("dashed");
        self.steps(steps)
    }

    /// Asks for fewer points over time. For queries that touch every instance at every step:
    /// Prometheus gives up above `query.max-samples`, which is 50 million by default.
    pub(crate) fn coarse(mut self) -> Self {
        self.max_data_points = Some(MAX_COARSE_POINTS);
        self
    }

    /// Moves the legend below the lines, with names only: beside them it would leave no room.
    pub(super) fn narrow(mut self) -> Self {
        if self.kind == "timeseries" {
            self.options["legend"] = json!({
                "showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": [],
            });
        }
        self
    }

    /// Puts the rows of a table into the order of a column.
    pub(crate) fn sorted(self, title: &str, descending: bool) -> Self {
        let order = json!([{ "displayName": title, "desc": descending }]);
        self.option("sortBy", order)
    }

    fn sampling(&self) -> Sampling {
        match self.kind {
            "table" => Sampling::LastAsTable,
            "stat" | "bargauge" => Sampling::Last,
            _ => Sampling::Range,
        }
    }

    fn targets(&self) -> Vec<Value> {
        let sampling = self.sampling();
        // Columns find their values by these letters, as in `Value #A`.
        let lettered = self.queries.iter().zip('A'..='Z');
        lettered
            .map(|(query, letter)| query.to_json(letter, sampling))
            .collect()
    }

    pub(super) fn to_json(&self, id: usize, grid: &Value) -> Value {
        let mut json = json!({
            "id": id,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": chosen_data_source(),
            "gridPos": grid,
            "targets": self.targets(),
            "fieldConfig": { "defaults": self.defaults, "overrides": self.overrides },
            "options": self.options,
            "transformations": self.transformations,
        });
        if let Some(points) = self.max_data_points {
            json["maxDataPoints"] = json!(points);
        }
        json
    }
}

fn fixed_colour(name: &str, colour: &str) -> Value {
    let value = json!({ "mode": "fixed", "fixedColor": colour });
    json!({
        "matcher": { "id": "byName", "options": name },
        "properties": [{ "id": "color", "value": value }],
    })
}
