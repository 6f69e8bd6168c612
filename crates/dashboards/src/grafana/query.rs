//! One query of a panel.

use serde_json::{Value, json};

use super::data_source::chosen_data_source;

/// An expression in `PromQL`, and what its series are called.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    expr: String,
    legend: &'static str,
}

/// Which points a query asks for, and in which shape it wants them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sampling {
    /// The last value of each series.
    Last,
    /// The last value of each series, as rows of a table.
    LastAsTable,
    /// The values over the time that the dashboard shows.
    Range,
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

    /// The query under the letter that columns and transformations know it by.
    pub(super) fn to_json(&self, letter: char, sampling: Sampling) -> Value {
        json!({
            "refId": letter.to_string(),
            "datasource": chosen_data_source(),
            "editorMode": "code",
            "expr": self.expr,
            "legendFormat": self.legend,
            "format": sampling.format(),
            "instant": sampling != Sampling::Range,
            "range": sampling == Sampling::Range,
        })
    }
}

// === impl Sampling ===

impl Sampling {
    fn format(self) -> &'static str {
        match self {
            Self::LastAsTable => "table",
            Self::Last | Self::Range => "time_series",
        }
    }
}
