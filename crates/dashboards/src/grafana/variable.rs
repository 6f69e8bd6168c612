//! The choices at the top of a dashboard.

use serde_json::{Value, json};

use super::data_source;

/// A choice at the top of a dashboard, filled by a query.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    query: String,
    regex: &'static str,
    many: Option<&'static str>,
}

// === impl Variable ===

impl Variable {
    /// Any number of values; `all` is the regular expression that stands for all of them.
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
            query: query.into(),
            regex: "",
            many: Some(all),
        }
    }

    /// Exactly one value.
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
            query: query.into(),
            regex: "",
            many: None,
        }
    }

    /// Takes value and text apart with the named groups `value` and `text`.
    pub(crate) fn regex(mut self, regex: &'static str) -> Self {
        self.regex = regex;
        self
    }

    /// The choice of the data source; Grafana fills it.
    pub(super) fn data_source() -> Value {
        json!({
            "name": "datasource",
            "label": "Data source",
            "description": "The Prometheus, or what speaks its language, that scrapes the exporter.",
            "type": "datasource",
            "query": "prometheus",
            "regex": "",
            "refresh": 1,
            "hide": 0,
            "multi": false,
            "includeAll": false,
            "skipUrlSync": false,
            "options": [],
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let many = self.many.is_some();
        let mut json = json!({
            "name": self.name,
            "label": self.label,
            "description": self.description,
            "type": "query",
            "datasource": data_source(),
            "query": { "qryType": 5, "query": self.query, "refId": "PrometheusVariableQueryEditor-VariableQuery" },
            "regex": self.regex,
            "refresh": 2,
            "sort": 1,
            "hide": 0,
            "multi": many,
            "includeAll": many,
            "skipUrlSync": false,
            "options": [],
        });
        if let Some(all) = self.many {
            json["allValue"] = json!(all);
            json["current"] = json!({ "selected": true, "text": ["All"], "value": ["$__all"] });
        }
        json
    }
}
