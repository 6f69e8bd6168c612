//! The columns of a table, and how the answers of its queries become rows.

use serde_json::{Map, Value, json};

use crate::looks::{self, Steps};

/// A column of a table: what the query calls it, what the reader sees, and how its cells look.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    field: &'static str,
    title: &'static str,
    properties: Vec<Value>,
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

    /// Sets any property of the field's configuration, replacing an earlier value.
    pub(crate) fn with(mut self, id: &str, value: impl Into<Value>) -> Self {
        let property = json!({ "id": id, "value": value.into() });
        self.properties.retain(|set| set["id"] != id);
        self.properties.push(property);
        self
    }

    pub(crate) fn unit(self, unit: &str) -> Self {
        self.with("unit", unit)
    }

    /// Rounds the cells to this many decimals.
    pub(crate) fn decimals(self, decimals: u32) -> Self {
        self.with("decimals", decimals)
    }

    pub(crate) fn width(self, pixels: u32) -> Self {
        self.with("custom.width", pixels)
    }

    /// Colours the cell by the steps.
    pub(crate) fn steps(self, steps: Steps) -> Self {
        self.with("thresholds", looks::thresholds(steps))
            .with("color", json!({ "mode": "thresholds" }))
            .coloured_text()
    }

    /// Replaces values by texts with a colour.
    pub(crate) fn mapped(self, mappings: Value) -> Self {
        self.with("mappings", mappings).coloured_text()
    }

    fn coloured_text(self) -> Self {
        self.with("custom.cellOptions", json!({ "type": "color-text" }))
    }

    /// Wraps texts that are wider than the column instead of cutting them off.
    pub(crate) fn wrapped(self) -> Self {
        let cells = json!({ "type": "color-text", "wrapText": true });
        self.with("custom.cellOptions", cells)
    }

    /// Makes each cell a link.
    pub(crate) fn link(self, title: &str, url: impl Into<String>) -> Self {
        self.links(&[(title, &url.into())])
    }

    /// Makes each cell lead to several places, of which the reader chooses one.
    pub(crate) fn links(self, links: &[(&str, &str)]) -> Self {
        let links = links
            .iter()
            .map(|(title, url)| json!({ "title": title, "url": url, "targetBlank": false }));
        self.with("links", links.collect::<Vec<_>>())
    }

    /// How the cells of this column differ from the rest of the table, if they do.
    pub(super) fn field_override(&self) -> Option<Value> {
        if self.properties.is_empty() {
            return None;
        }
        let matcher = json!({ "id": "byName", "options": self.title });
        Some(json!({ "matcher": matcher, "properties": self.properties }))
    }

    /// Every name under which Grafana may hand over the field.
    fn field_names(&self) -> Vec<&'static str> {
        // Grafana calls the value plainly `Value` when no other query of the panel has an answer.
        if self.field == "Value #A" {
            vec![self.field, "Value"]
        } else {
            vec![self.field]
        }
    }

    /// Makes one row of what all queries say of the same labels. Only these columns are left, in
    /// their order and under their titles.
    pub(super) fn transformations(columns: &[Self]) -> Vec<Value> {
        let mut fields = Vec::new();
        let mut positions = Map::new();
        let mut titles = Map::new();
        for column in columns {
            for field in column.field_names() {
                positions.insert(field.to_owned(), json!(fields.len()));
                titles.insert(field.to_owned(), json!(column.title));
                fields.push(field);
            }
        }
        let filter = json!({ "include": { "names": fields } });
        let organize =
            json!({ "excludeByName": {}, "indexByName": positions, "renameByName": titles });
        vec![
            // Each query is a table of its own at first; this joins rows with the same labels.
            json!({ "id": "merge", "options": {} }),
            json!({ "id": "filterFieldsByName", "options": filter }),
            json!({ "id": "organize", "options": organize }),
        ]
    }
}
