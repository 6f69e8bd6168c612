//! A panel: its kind, its queries and how their values look.

use serde_json::{Map, Value, json};

use super::data_source;
use crate::looks::{self, Steps};

/// One query of a panel.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    expr: String,
    legend: &'static str,
}

/// A column of a table: what the query calls it, and what the reader sees.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    field: &'static str,
    title: &'static str,
    properties: Vec<Value>,
}

/// A panel. Made for a kind, then told what differs from the kind's usual looks.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    kind: &'static str,
    title: &'static str,
    description: &'static str,
    queries: Vec<Query>,
    defaults: Value,
    overrides: Vec<Value>,
    options: Value,
    transformations: Vec<Value>,
    points: Option<u32>,
}

// === impl Query ===

impl Query {
    /// `legend` is Grafana's legend format, `{{label}}` for a label.
    pub(crate) fn new(legend: &'static str, expr: impl Into<String>) -> Self {
        Self {
            expr: expr.into(),
            legend,
        }
    }
}

// === impl Column ===

impl Column {
    /// Shows the field under a title. The value of query A is `Value #A`.
    pub(crate) fn new(field: &'static str, title: &'static str) -> Self {
        Self {
            field,
            title,
            properties: Vec::new(),
        }
    }

    /// Sets any property of the field's configuration.
    pub(crate) fn with(mut self, id: &str, value: impl Into<Value>) -> Self {
        self.properties
            .push(json!({ "id": id, "value": value.into() }));
        self
    }

    pub(crate) fn unit(self, unit: &str) -> Self {
        self.with("unit", unit)
    }

    pub(crate) fn width(self, pixels: u32) -> Self {
        self.with("custom.width", pixels)
    }

    /// Colours the cell by the steps.
    pub(crate) fn steps(self, steps: Steps) -> Self {
        self.with("thresholds", looks::thresholds(steps))
            .with("color", json!({ "mode": "thresholds" }))
            .with("custom.cellOptions", json!({ "type": "color-text" }))
    }

    /// Replaces values by texts with a colour.
    pub(crate) fn mapped(self, mappings: Value) -> Self {
        self.with("mappings", mappings)
            .with("custom.cellOptions", json!({ "type": "color-text" }))
    }

    pub(crate) fn link(self, title: &str, url: impl Into<String>) -> Self {
        let link = json!({ "title": title, "url": url.into(), "targetBlank": false });
        self.with("links", json!([link]))
    }

    /// Grafana calls the value plainly `Value` when no other query of the panel has answered.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.field]
            .into_iter()
            .chain((self.field == "Value #A").then_some("Value"))
    }

    /// One row from all queries, then these columns only, in their order, under their titles.
    fn transformations(columns: &[Self]) -> Vec<Value> {
        let named = || {
            columns
                .iter()
                .flat_map(|column| column.names().map(move |name| (name, column)))
        };
        let fields: Vec<_> = named().map(|(name, _)| name).collect();
        let order: Map<_, _> = named()
            .zip(0..)
            .map(|((name, _), index)| (name.to_owned(), json!(index)))
            .collect();
        let titles: Map<_, _> = named()
            .map(|(name, column)| (name.to_owned(), json!(column.title)))
            .collect();
        let organize = json!({ "excludeByName": {}, "indexByName": order, "renameByName": titles });
        vec![
            json!({ "id": "merge", "options": {} }),
            json!({ "id": "filterFieldsByName", "options": { "include": { "names": fields } } }),
            json!({ "id": "organize", "options": organize }),
        ]
    }
}

// === impl Panel ===

impl Panel {
    fn new(kind: &'static str, title: &'static str, description: &'static str) -> Self {
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
            points: None,
        }
    }

    /// A number, or a few with their names.
    pub(crate) fn stat(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("stat", title, description);
        panel.options = json!({
            "colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto", "textMode": "auto",
            "wideLayout": true, "showPercentChange": false,
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
        });
        panel
    }

    /// A number for each name, as bars one below the other.
    pub(crate) fn bars(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("bargauge", title, description);
        panel.defaults["min"] = json!(0);
        panel.options = json!({
            "displayMode": "basic", "orientation": "horizontal", "valueMode": "color", "showUnfilled": true,
            "namePlacement": "left", "sizing": "auto", "minVizWidth": 8, "minVizHeight": 12, "maxVizHeight": 40,
            "legend": { "showLegend": false, "displayMode": "list", "placement": "bottom", "calcs": [] },
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
        });
        panel
    }

    /// Lines over time.
    pub(crate) fn lines(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("timeseries", title, description);
        panel.defaults["color"] = json!({ "mode": "palette-classic" });
        panel.defaults["min"] = json!(0);
        panel.defaults["custom"] = json!({
            "drawStyle": "line", "lineInterpolation": "stepAfter", "lineWidth": 2, "fillOpacity": 0,
            "showPoints": "never", "spanNulls": false, "axisPlacement": "auto", "axisSoftMin": 0,
            "stacking": { "mode": "none", "group": "A" }, "thresholdsStyle": { "mode": "off" },
        });
        panel.options = json!({
            "legend": { "showLegend": true, "displayMode": "table", "placement": "right", "calcs": ["lastNotNull", "max"],
                "sortBy": "Last *", "sortDesc": true },
            "tooltip": { "mode": "multi", "sort": "desc" },
        });
        panel
    }

    /// Areas over time, one on the other: for counts whose sum means something.
    pub(crate) fn areas(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::lines(title, description);
        panel.defaults["custom"]["fillOpacity"] = json!(60);
        panel.defaults["custom"]["lineWidth"] = json!(1);
        panel.defaults["custom"]["stacking"]["mode"] = json!("normal");
        panel
    }

    /// States over time, a lane for each name.
    pub(crate) fn timeline(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("state-timeline", title, description);
        panel.defaults["custom"] = json!({ "fillOpacity": 80, "lineWidth": 0, "spanNulls": false });
        panel.options = json!({
            "mergeValues": true, "showValue": "never", "alignValue": "left", "rowHeight": 0.8,
            "legend": { "showLegend": true, "displayMode": "list", "placement": "bottom" },
            "tooltip": { "mode": "single", "sort": "none" },
        });
        panel
    }

    /// Rows of labels and values. Columns come in the given order; what no column names is hidden.
    pub(crate) fn table(
        title: &'static str,
        description: &'static str,
        columns: Vec<Column>,
    ) -> Self {
        let mut panel = Self::new("table", title, description);
        panel.defaults["custom"] =
            json!({ "align": "auto", "cellOptions": { "type": "auto" }, "filterable": true });
        panel.options = json!({ "showHeader": true, "cellHeight": "sm", "footer": { "show": false, "reducer": ["sum"],
            "countRows": false, "fields": "" } });
        panel.transformations = Column::transformations(&columns);
        // What stands for the whole panel without data must not stand in each empty cell.
        let cells = json!([{ "id": "noValue", "value": "–" }]);
        panel
            .overrides
            .push(json!({ "matcher": { "id": "byRegexp", "options": ".*" }, "properties": cells }));
        for column in columns
            .into_iter()
            .filter(|column| !column.properties.is_empty())
        {
            panel = panel.over(column.title, &column.properties);
        }
        panel
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

    pub(crate) fn steps(self, steps: Steps) -> Self {
        self.default("thresholds", looks::thresholds(steps))
    }

    /// What stands there when nothing is wrong, or when nothing is known.
    pub(crate) fn empty(self, text: &str) -> Self {
        self.default("noValue", text)
    }

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

    /// The colour that a name has everywhere.
    pub(crate) fn colours(mut self, names: &[(&'static str, &'static str)]) -> Self {
        for (name, colour) in names {
            self = self.over(
                name,
                &[json!({ "id": "color", "value": { "mode": "fixed", "fixedColor": colour } })],
            );
        }
        self
    }

    /// Draws the steps as lines behind the data.
    pub(crate) fn limit(mut self, steps: Steps) -> Self {
        self.defaults["custom"]["thresholdsStyle"]["mode"] = json!("dashed");
        self.steps(steps)
    }

    /// Fewer points over time: for queries that touch every instance at every step (Prometheus
    /// gives up above `query.max-samples`, 50 million by default).
    pub(crate) fn coarse(mut self) -> Self {
        self.points = Some(100);
        self
    }

    /// A legend beside the lines would leave no room for them: below, names only.
    pub(super) fn narrow(mut self) -> Self {
        if self.kind == "timeseries" {
            let legend = json!({ "showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": [] });
            self.options["legend"] = legend;
        }
        self
    }

    /// Rows in the order of a column.
    pub(crate) fn sorted(self, title: &str, descending: bool) -> Self {
        self.option(
            "sortBy",
            json!([{ "displayName": title, "desc": descending }]),
        )
    }

    fn over(mut self, name: &str, properties: &[Value]) -> Self {
        self.overrides.push(
            json!({ "matcher": { "id": "byName", "options": name }, "properties": properties }),
        );
        self
    }

    fn is_instant(&self) -> bool {
        matches!(self.kind, "stat" | "bargauge" | "table")
    }

    fn targets(&self) -> Vec<Value> {
        let instant = self.is_instant();
        let format = if self.kind == "table" {
            "table"
        } else {
            "time_series"
        };
        let target = |(query, id): (&Query, char)| {
            json!({
                "refId": id.to_string(), "datasource": data_source(), "editorMode": "code", "expr": query.expr,
                "legendFormat": query.legend, "format": format, "instant": instant, "range": !instant,
            })
        };
        self.queries.iter().zip('A'..='Z').map(target).collect()
    }

    pub(super) fn to_json(&self, id: usize, grid: &Value) -> Value {
        let mut json = json!({
            "id": id,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": data_source(),
            "gridPos": grid,
            "targets": self.targets(),
            "fieldConfig": { "defaults": self.defaults, "overrides": self.overrides },
            "options": self.options,
            "transformations": self.transformations,
        });
        if let Some(points) = self.points {
            json["maxDataPoints"] = json!(points);
        }
        json
    }
}
