//! Whether numbers are shown as a reader would write them: with a unit, and without digits that mean
//! nothing.

use promql_parser::parser::Expr;
use promql_parser::parser::token::{T_DIV, T_SUB};
use serde_json::Value;

use super::promql::{self, metric};
use super::{dashboards, list, panels, text};

/// What the number that an expression computes means.
#[derive(Debug, PartialEq)]
enum Meaning {
    /// A quotient, which may have any number of digits.
    Ratio,
    Seconds,
    Other,
}

// === impl Meaning ===

impl Meaning {
    fn of(expr: &Expr) -> Self {
        match expr {
            Expr::Paren(paren) => Self::of(&paren.expr),
            Expr::Aggregate(aggregate) => {
                Self::of_aggregate(&aggregate.op.to_string(), &aggregate.expr)
            }
            Expr::Binary(binary) if binary.op.id() == T_DIV => Self::Ratio,
            Expr::Binary(binary) if binary.op.id() == T_SUB && is_now(&binary.lhs) => Self::Seconds,
            // Whether something holds, as 0 or 1.
            Expr::Binary(binary) if binary.return_bool() => Self::Other,
            // Joins and choices keep what stands on the left.
            Expr::Binary(binary) => Self::of(&binary.lhs),
            Expr::Call(call) => Self::of_call(call.func.name, &promql::children(expr)),
            Expr::VectorSelector(selector) if is_duration(metric(selector)) => Self::Seconds,
            _ => Self::Other,
        }
    }

    fn of_aggregate(operator: &str, inner: &Expr) -> Self {
        if operator == "count" {
            Self::Other
        } else {
            Self::of(inner)
        }
    }

    fn of_call(function: &str, arguments: &[&Expr]) -> Self {
        match (function, arguments) {
            ("label_replace" | "sort" | "sort_desc", [inner, ..]) => Self::of(inner),
            ("histogram_quantile", _) => Self::Seconds,
            // Events each second, which are seldom whole.
            ("rate", _) => Self::Ratio,
            _ => Self::Other,
        }
    }
}

fn is_now(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if call.func.name == "time")
}

fn is_duration(metric: &str) -> bool {
    metric.ends_with("_seconds") && !metric.ends_with("_timestamp_seconds")
}

/// How the values of a query are shown: what the panel says, unless the column says otherwise.
struct Format<'a> {
    panel: &'a Value,
    column: Option<&'a Value>,
}

// === impl Format ===

impl<'a> Format<'a> {
    /// None where a table does not show the values of the query.
    fn of(panel: &'a Value, target: &Value) -> Option<Self> {
        if text(panel, "type") != "table" {
            return Some(Self {
                panel,
                column: None,
            });
        }
        let organized = list(panel, "transformations").find(|change| change["id"] == "organize")?;
        let field = format!("Value #{}", text(target, "refId"));
        let title = organized["options"]["renameByName"].get(field)?;
        let column = list(&panel["fieldConfig"], "overrides")
            .find(|column| column["matcher"]["options"] == *title);
        Some(Self { panel, column })
    }

    fn property(&self, id: &str) -> &'a Value {
        self.column
            .and_then(|column| list(column, "properties").find(|property| property["id"] == id))
            .map_or(&self.panel["fieldConfig"]["defaults"][id], |property| {
                &property["value"]
            })
    }

    fn unit(&self) -> &'a str {
        self.property("unit").as_str().unwrap_or_default()
    }

    fn replaces_numbers(&self) -> bool {
        self.property("mappings")
            .as_array()
            .is_some_and(|mappings| !mappings.is_empty())
    }

    /// What is wrong about showing such values in this way.
    fn fault(&self, meaning: &Meaning) -> Option<&'static str> {
        let rounded = self.property("decimals").is_u64() || self.unit() == "reqps";
        match meaning {
            _ if self.replaces_numbers() => None,
            _ if self.unit().is_empty() => Some("a number without a unit"),
            Meaning::Seconds if self.unit() != "s" => Some("seconds that are not shown as a time"),
            Meaning::Ratio if !rounded => Some("a ratio with any number of decimals"),
            _ => None,
        }
    }
}

#[test]
fn every_number_has_a_unit_and_every_ratio_its_decimals() {
    let mut faults = Vec::new();
    for (dashboard, json) in dashboards() {
        for panel in panels(&json) {
            for target in list(panel, "targets") {
                let expr = promql::parse(text(target, "expr"));
                let format = Format::of(panel, target);
                if let Some(fault) = format.and_then(|format| format.fault(&Meaning::of(&expr))) {
                    let title = text(panel, "title");
                    faults.push(format!(
                        "{dashboard}, {title}, {}: {fault}",
                        target["refId"]
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn what_a_number_means_is_seen_through_sums_joins_and_sorting() {
    let meaning = |expr: &str| Meaning::of(&promql::parse(expr));
    assert_eq!(
        meaning("max by (a) (time() - max by (a) (b))"),
        Meaning::Seconds
    );
    assert_eq!(meaning("max(x_duration_seconds)"), Meaning::Seconds);
    assert_eq!(meaning("sort_desc(sum(a) / (sum(b) > 0))"), Meaning::Ratio);
    assert_eq!(meaning("sum by (a) (rate(b_total[5m]))"), Meaning::Ratio);
    assert_eq!(
        meaning("count(time() - x_timestamp_seconds)"),
        Meaning::Other
    );
    assert_eq!(meaning("sum(time() - x > bool 60)"), Meaning::Other);
    assert_eq!(meaning("max(x_timestamp_seconds)"), Meaning::Other);
}
