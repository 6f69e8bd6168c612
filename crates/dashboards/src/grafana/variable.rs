//! The choices at the top of a dashboard.

use serde_json::{Value, json};

use super::data_source::chosen_data_source;

/// A choice at the top of a dashboard, filled by a query.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    query: String,
    regex: &'static str,
    /// The regular expression that stands for all values, where any number may be chosen.
    all: Option<&'static str>,
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
            query: query.into(),
            regex: "",
            all: Some(all),
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
            query: query.into(),
            regex: "",
            all: None,
        }
    }

    /// Takes the value and the text of each choice apart, with the named groups `value` and `text`.
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
            // Asked when the dashboard is loaded.
            "refresh": 1,
            "hide": 0,
            "multi": false,
            "includeAll": false,
            "skipUrlSync": false,
            "options": [],
        })
    }

    fn query_to_json(&self) -> Value {
        json!({
            // Grafana's own number for a query as it is written.
            "qryType": 5,
            "query": self.query,
            "refId": "PrometheusVariableQueryEditor-VariableQuery",
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let is_multiple = self.all.is_some();
        let mut json = json!({
            "name": self.name,
            "label": self.label,
            "description": self.description,
            "type": "query",
            "datasource": chosen_data_source(),
            "query": self.query_to_json(),
            "regex": self.regex,
            // Asked again when the time range changes: another range may have other values.
            "refresh": 2,
            // In alphabetical order.
            "sort": 1,
            "hide": 0,
            "multi": is_multiple,
            "includeAll": is_multiple,
            "skipUrlSync": false,
            "options": [],
        });
        if let Some(all) = self.all {
            json["allValue"] = json!(all);
            json["current"] = json!({ "selected": true, "text": ["All"], "value": ["$__all"] });
        }
        json
    }
}
