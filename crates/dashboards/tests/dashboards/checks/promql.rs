//! The queries as syntax trees. Grafana's variables are replaced by something that parses, and
//! every selector is known with the expressions around it.

use std::sync::LazyLock;

use promql_parser::label::Matcher;
use promql_parser::parser::{self, Expr, VectorSelector};
use serde_json::Value;

use super::{dashboards, list, panels, text};

/// A query of a panel.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) dashboard: String,
    pub(super) panel: String,
    pub(super) kind: String,
    pub(super) legend: String,
    pub(super) text: String,
    pub(super) expr: Expr,
}

/// Every query of every panel. They are parsed once, because the parser is slow in a debug build.
pub(super) fn queries() -> &'static [Found] {
    static QUERIES: LazyLock<Vec<Found>> = LazyLock::new(|| {
        let of_panel = |dashboard: &str, panel: &Value| {
            list(panel, "targets")
                .map(|target| Found::new(dashboard, panel, target))
                .collect::<Vec<_>>()
        };
        let of_dashboard = |(dashboard, json): &(String, Value)| {
            panels(json)
                .into_iter()
                .flat_map(|panel| of_panel(dashboard, panel))
                .collect::<Vec<_>>()
        };
        dashboards().iter().flat_map(of_dashboard).collect()
    });
    &QUERIES
}

// === impl Found ===

impl Found {
    fn new(dashboard: &str, panel: &Value, target: &Value) -> Self {
        let query = text(target, "expr");
        Self {
            dashboard: dashboard.to_owned(),
            panel: text(panel, "title").to_owned(),
            kind: text(panel, "type").to_owned(),
            legend: text(target, "legendFormat").to_owned(),
            text: query.to_owned(),
            expr: parse(query),
        }
    }

    /// Where it is, for messages.
    pub(super) fn place(&self) -> String {
        format!("{}, {}: {}", self.dashboard, self.panel, self.text)
    }
}

/// Parses a query as Grafana would send it; a query that does not parse fails the test.
pub(super) fn parse(query: &str) -> Expr {
    let query = query.replace("$__rate_interval", "5m");
    parser::parse(&query).unwrap_or_else(|error| panic!("{error}: {query}"))
}

/// What a query variable asks: the selector, and the label it takes from it.
pub(super) fn variable(variable: &Value) -> (Expr, Option<String>) {
    let query = text(&variable["query"], "query");
    let inner = |function: &str| {
        query
            .strip_prefix(function)?
            .strip_prefix('(')?
            .strip_suffix(')')
    };
    if let Some(inner) = inner("query_result") {
        return (parse(inner), None);
    }
    let (selector, label) = inner("label_values")
        .and_then(|inner| inner.rsplit_once(", "))
        .expect("label_values(selector, label)");
    (parse(selector), Some(label.to_owned()))
}

/// What is inside an expression, one level down.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Aggregate(aggregate) => aggregate
            .param
            .iter()
            .map(|param| &**param)
            .chain([&*aggregate.expr])
            .collect(),
        Expr::Unary(unary) => vec![&unary.expr],
        Expr::Binary(binary) => vec![&binary.lhs, &binary.rhs],
        Expr::Paren(paren) => vec![&paren.expr],
        Expr::Subquery(subquery) => vec![&subquery.expr],
        Expr::Call(call) => call.args.args.iter().map(|argument| &**argument).collect(),
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Extension(_) => Vec::new(),
    }
}

/// The selector that an expression is, of an instant or of a range.
pub(super) fn selector(expr: &Expr) -> Option<&VectorSelector> {
    match expr {
        Expr::VectorSelector(selector) => Some(selector),
        Expr::MatrixSelector(range) => Some(&range.vs),
        _ => None,
    }
}

/// Every selector in an expression, with what is around it, innermost last.
pub(super) fn selectors(expr: &Expr) -> Vec<(&VectorSelector, Vec<&Expr>)> {
    fn walk<'a>(
        expr: &'a Expr,
        around: &mut Vec<&'a Expr>,
        found: &mut Vec<(&'a VectorSelector, Vec<&'a Expr>)>,
    ) {
        if let Some(selector) = selector(expr) {
            found.push((selector, around.clone()));
        }
        around.push(expr);
        for child in children(expr) {
            walk(child, around, found);
        }
        around.pop();
    }
    let mut found = Vec::new();
    walk(expr, &mut Vec::new(), &mut found);
    found
}

/// The name of the metric that is selected.
pub(super) fn metric(selector: &VectorSelector) -> &str {
    selector.name.as_deref().unwrap_or_default()
}

/// The conditions of a selector.
pub(super) fn matchers(selector: &VectorSelector) -> &[Matcher] {
    &selector.matchers.matchers
}
