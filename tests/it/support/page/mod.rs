//! A strict reader of both exposition formats. It is written after their specifications and nothing
//! else: "Exposition formats" of the Prometheus documentation (text 0.0.4) and OpenMetrics 1.0.

mod reader;
mod syntax;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

/// An exposition format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus text 0.0.4.
    Text,
    /// OpenMetrics 1.0 text.
    OpenMetrics,
}

/// The name and the labels of a sample.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
}

/// What the page says of a family beside its samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: String,
    pub(crate) help: String,
}

/// A page that obeys its format.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Families by the names of their samples: with `_info` and `_total` in both formats.
    pub(crate) families: BTreeMap<String, Family>,
    pub(crate) samples: BTreeMap<Series, f64>,
}

impl Format {
    /// The `Accept` header with which Prometheus asks for this format.
    pub(crate) fn accept(self) -> &'static str {
        match self {
            Self::Text => "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            Self::OpenMetrics => {
                "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
            }
        }
    }

    /// How the `Content-Type` of an answer in this format begins.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<String> = self
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value:?}"))
            .collect();
        write!(f, "{}{{{}}}", self.name, labels.join(","))
    }
}

impl Series {
    pub(crate) fn new<'a>(
        name: &str,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let labels = labels
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Self {
            name: name.to_owned(),
            labels,
        }
    }

    pub(crate) fn label(&self, key: &str) -> &str {
        self.labels.get(key).map(String::as_str).unwrap_or_default()
    }
}

impl Page {
    /// Reads a page. An error names the line and the rule that it breaks.
    pub(crate) fn read(text: &str, format: Format) -> Result<Self, String> {
        reader::read(text, format)
    }

    /// The value of the only series with this name and, among others, these labels.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let found: Vec<f64> = self
            .matching(name, labels)
            .map(|(_, value)| value)
            .collect();
        assert!(
            found.len() < 2,
            "{name} {labels:?} means {} series",
            found.len()
        );
        found.first().copied()
    }

    pub(crate) fn count(&self, name: &str, labels: &[(&str, &str)]) -> usize {
        self.matching(name, labels).count()
    }

    pub(crate) fn matching(
        &self,
        name: &str,
        labels: &[(&str, &str)],
    ) -> impl Iterator<Item = (&Series, f64)> {
        let fits = move |series: &Series| {
            series.name == name
                && labels
                    .iter()
                    .all(|(key, value)| series.label(key) == *value)
        };
        self.samples
            .iter()
            .filter(move |(series, _)| fits(series))
            .map(|(series, value)| (series, *value))
    }

    /// The series whose names begin like this, for messages.
    pub(crate) fn about(&self, prefix: &str) -> impl Iterator<Item = String> {
        let series = self
            .samples
            .iter()
            .filter(move |(series, _)| series.name.starts_with(prefix));
        series.map(|(series, value)| format!("{series:?} {value}"))
    }

    /// The series of the fleet: all but those of the exporter itself.
    pub(crate) fn fleet(&self) -> impl Iterator<Item = (&Series, f64)> {
        let own =
            |name: &str| name.starts_with("aws_ssm_exporter_") || name.starts_with("process_");
        self.samples
            .iter()
            .filter(move |(series, _)| !own(&series.name))
            .map(|(series, value)| (series, *value))
    }
}
