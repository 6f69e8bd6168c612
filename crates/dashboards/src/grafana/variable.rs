//! The choices at the top of a dashboard.

use serde_json::{Value, json};

use super::data_source::chosen_data_source;

/// A choice at the top of a dashboard.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    content: Content,
}

/// What a choice is made from.
#[derive(Clone, Debug)]
enum Content {
    /// The values that a query finds.
    Query {
        query: String,
        regex: &'static str,
        /// The regular expression that stands for all values, where any number may be chosen.
        all: Option<&'static str>,
    },
    /// Any text, at first this one.
    Text(&'static str),
}

// === impl Variable ===

impl Variable {
    /// A choice of any number of values. `all` is the regular expression that stands for all of
    /// them.
    pub(crate) fn many(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        all: &'static str,
        query: impl Into<String>,
    ) -> Self {
        Self {
            name,
            label,
            description,
            content: Content::Query {
                query: query.into(),
                regex: "",
                all: Some(all),
            },
        }
    }

    /// A choice of exactly one value.
    pub(crate) fn one(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        query: impl Into<String>,
    ) -> Self {
        Self {
            name,
            label,
            description,
            content: Content::Query {
                query: query.into(),
                regex: "",
                all: None,
            },
        }
    }

    /// A text that the reader may change.
    pub(crate) fn text(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        text: &'static str,
    ) -> Self {
        Self {
            name,
            label,
            description,
            content: Content::Text(text),
        }
    }

    /// Takes the value and the text of each choice apart, with the named groups `value` and `text`.
    pub(crate) fn regex(mut self, pattern: &'static str) -> Self {
        if let Content::Query { regex, .. } = &mut self.content {
            *regex = pattern;
        }
        self
    }

    /// The choice of the data source; Grafana fills it.
    pub(super) fn data_source() -> Value {
        json!({
            "name": "datasource",
            "label": "Data source",
            "description": "The Prometheus, or compatible server, that scrapes the exporter.",
            "type": "datasource",
            "query": "prometheus",
            "regex": "",
            // Asked when the dashboard is loaded.
            "refresh": 1,
            "hide": 0,
            "multi": false,
            "includeAll": false,
            "skipUrlSync": false,
            "options": [],
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let mut json = match &self.content {
            Content::Query { query, regex, all } => query_to_json(query, regex, *all),
            Content::Text(text) => text_to_json(text),
        };
        json["name"] = json!(self.name);
        json["label"] = json!(self.label);
        json["description"] = json!(self.description);
        json["hide"] = json!(0);
        json["skipUrlSync"] = json!(false);
        json
    }
}

fn query_to_json(query: &str, regex: &str, all: Option<&str>) -> Value {
    let is_multiple = all.is_some();
    let mut json = json!({
        "type": "query",
        "datasource": chosen_data_source(),
        "query": {
            // Grafana's own number for a query as it is written.
            "qryType": 5,
            "query": query,
            "refId": "PrometheusVariableQueryEditor-VariableQuery",
        },
        "regex": regex,
        // Asked again when the time range changes: another range may have other values.
        "refresh": 2,
        // In alphabetical order.
        "sort": 1,
        "multi": is_multiple,
        "includeAll": is_multiple,
        "options": [],
    });
    if let Some(all) = all {
        json["allValue"] = json!(all);
        json["current"] = json!({ "selected": true, "text": ["All"], "value": ["$__all"] });
    }
    json
}

fn text_to_json(text: &str) -> Value {
    let chosen = json!({ "selected": true, "text": text, "value": text });
    json!({ "type": "textbox", "query": text, "current": chosen, "options": [chosen] })
}
