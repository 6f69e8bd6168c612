//! The kinds of panels that these dashboards use, each with its usual looks.

use serde_json::{Value, json};

use super::column::Column;
use super::panel::Panel;

// === impl Panel ===

impl Panel {
    /// A number, or a few with their names.
    pub(crate) fn stat(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("stat", title, description);
        panel.options = json!({
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "textMode": "auto",
            "wideLayout": true,
            "showPercentChange": false,
            "reduceOptions": last_value(),
        });
        panel
    }

    /// A number for each name, as bars one below the other.
    pub(crate) fn bars(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("bargauge", title, description);
        // Without it bars would begin at the smallest value, which would look like nothing.
        panel.defaults["min"] = json!(0);
        panel.options = json!({
            "displayMode": "basic",
            "orientation": "horizontal",
            "valueMode": "color",
            "showUnfilled": true,
            "namePlacement": "left",
            "sizing": "auto",
            "minVizWidth": 8,
            "minVizHeight": 12,
            "maxVizHeight": 40,
            "legend": { "showLegend": false, "displayMode": "list", "placement": "bottom", "calcs": [] },
            "reduceOptions": last_value(),
        });
        panel
    }

    /// Lines over time.
    pub(crate) fn lines(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("timeseries", title, description);
        panel.defaults["color"] = json!({ "mode": "palette-classic" });
        panel.defaults["min"] = json!(0);
        panel.defaults["custom"] = line_style();
        panel.options = json!({
            "legend": {
                "showLegend": true,
                "displayMode": "table",
                "placement": "right",
                // How it is now, and how it was at its worst.
                "calcs": ["lastNotNull", "max"],
                "sortBy": "Last *",
                "sortDesc": true,
            },
            "tooltip": { "mode": "multi", "sort": "desc" },
        });
        panel
    }

    /// Areas over time, one on the other: for counts whose sum means something.
    pub(crate) fn areas(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::lines(title, description);
        let style = &mut panel.defaults["custom"];
        style["fillOpacity"] = json!(60);
        style["lineWidth"] = json!(1);
        style["stacking"]["mode"] = json!("normal");
        panel
    }

    /// States over time, a lane for each name.
    pub(crate) fn timeline(title: &'static str, description: &'static str) -> Self {
        let mut panel = Self::new("state-timeline", title, description);
        panel.defaults["custom"] = json!({ "fillOpacity": 80, "lineWidth": 0, "spanNulls": false });
        panel.options = json!({
            // Equal neighbours are one bar: what matters is when a state changed.
            "mergeValues": true,
            "showValue": "never",
            "alignValue": "left",
            "rowHeight": 0.8,
            "legend": { "showLegend": true, "displayMode": "list", "placement": "bottom" },
            "tooltip": { "mode": "single", "sort": "none" },
        });
        panel
    }

    /// Rows of labels and values. Columns come in the given order; what no column names is hidden.
    pub(crate) fn table(
        title: &'static str,
        description: &'static str,
        columns: &[Column],
    ) -> Self {
        let mut panel = Self::new("table", title, description);
        panel.defaults["custom"] =
            json!({ "align": "auto", "cellOptions": { "type": "auto" }, "filterable": true });
        panel.options = table_options();
        panel.transformations = Column::transformations(columns);
        panel.overrides.push(dash_in_empty_cells());
        panel
            .overrides
            .extend(columns.iter().filter_map(Column::field_override));
        panel
    }
}

/// Reduces the answer of a query to its last value.
fn last_value() -> Value {
    json!({ "calcs": ["lastNotNull"], "fields": "", "values": false })
}

fn line_style() -> Value {
    json!({
        "drawStyle": "line",
        // Values hold from one refresh to the next; a slope would invent what lies between.
        "lineInterpolation": "stepAfter",
        "lineWidth": 2,
        "fillOpacity": 0,
        "showPoints": "never",
        // A gap is a time without data, and must be seen as one.
        "spanNulls": false,
        "axisPlacement": "auto",
        "axisSoftMin": 0,
        "stacking": { "mode": "none", "group": "A" },
        "thresholdsStyle": { "mode": "off" },
    })
}

fn table_options() -> Value {
    json!({
        "showHeader": true,
        "cellHeight": "sm",
        "footer": { "show": false, "reducer": ["sum"], "countRows": false, "fields": "" },
    })
}

/// What [`Panel::empty`] says is for the whole table and would otherwise stand in each empty cell.
fn dash_in_empty_cells() -> Value {
    json!({
        "matcher": { "id": "byRegexp", "options": ".*" },
        "properties": [{ "id": "noValue", "value": "–" }],
    })
}
