//! Which labels the result of an expression has. Every label by which a query groups, joins or
//! names its series must be among them.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser::value::ValueType;
use promql_parser::parser::{
    AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, VectorMatchCardinality,
};
use ssm_compliance_exporter::metrics::families;

use super::promql::{self, children, matchers, metric, queries, selector, selectors};
use super::{dashboards, list, panels, text, vocabulary};

type Labels = BTreeSet<String>;
type Metrics = BTreeMap<String, Labels>;

/// The labels of the result of an expression, or what is wrong with the expression.
fn labels(expr: &Expr, metrics: &Metrics) -> Result<Labels, String> {
    if let Some(selector) = selector(expr) {
        let name = metric(selector);
        let labels = metrics
            .get(name)
            .ok_or_else(|| format!("no metric {name}"))?;
        let named = matchers(selector)
            .iter()
            .map(|matcher| matcher.name.clone());
        return within(named.collect(), labels).map(|_| labels.clone());
    }
    match expr {
        Expr::Aggregate(aggregate) => aggregated(aggregate, metrics),
        Expr::Binary(binary) => joined(binary, metrics),
        Expr::Call(call) => called(call, metrics),
        _ => children(expr)
            .first()
            .map_or_else(|| Ok(Labels::new()), |child| labels(child, metrics)),
    }
}

fn within(named: Labels, labels: &Labels) -> Result<Labels, String> {
    match named.iter().find(|name| !labels.contains(*name)) {
        Some(name) => Err(format!("no label {name} among {labels:?}")),
        None => Ok(named),
    }
}

fn aggregated(aggregate: &AggregateExpr, metrics: &Metrics) -> Result<Labels, String> {
    let inner = labels(&aggregate.expr, metrics)?;
    let by = match &aggregate.modifier {
        Some(LabelModifier::Include(by)) => within(by.labels.iter().cloned().collect(), &inner)?,
        Some(LabelModifier::Exclude(_)) => return Err("without is not used here".to_owned()),
        None => Labels::new(),
    };
    let keeps_all = matches!(aggregate.op.to_string().as_str(), "topk" | "bottomk");
    Ok(if keeps_all { inner } else { by })
}

fn joined(binary: &BinaryExpr, metrics: &Metrics) -> Result<Labels, String> {
    let (left, right) = (labels(&binary.lhs, metrics)?, labels(&binary.rhs, metrics)?);
    match (binary.lhs.value_type(), binary.rhs.value_type()) {
        (ValueType::Scalar, _) => return Ok(right),
        (_, ValueType::Scalar) => return Ok(left),
        _ => {}
    }
    let modifier = binary.modifier.as_ref();
    let Some(LabelModifier::Include(on)) = modifier.and_then(|modifier| modifier.matching.as_ref())
    else {
        let same = left == right;
        return if same {
            Ok(left)
        } else {
            Err(format!("{left:?} never match {right:?}"))
        };
    };
    let on: Labels = on.labels.iter().cloned().collect();
    let on = within(within(on, &left)?, &right)?;
    match modifier.map(|modifier| &modifier.card) {
        Some(VectorMatchCardinality::ManyToOne(include)) => {
            let include = within(include.labels.iter().cloned().collect(), &right)?;
            Ok(&left | &include)
        }
        Some(VectorMatchCardinality::ManyToMany) => Ok(left),
        _ => Ok(on),
    }
}

fn called(call: &Call, metrics: &Metrics) -> Result<Labels, String> {
    let arguments: Vec<_> = call.args.args.iter().collect();
    let vector = arguments
        .iter()
        .find(|argument| matches!(argument.value_type(), ValueType::Vector | ValueType::Matrix));
    let mut inner = vector.map_or_else(|| Ok(Labels::new()), |vector| labels(vector, metrics))?;
    let string = |at: usize| match &**arguments[at] {
        Expr::StringLiteral(string) => string.val.clone(),
        _ => String::new(),
    };
    match call.func.name {
        "label_replace" => {
            within(Labels::from([string(3)]), &inner)?;
            inner.insert(string(1));
        }
        "histogram_quantile" => {
            within(Labels::from(["le".to_owned()]), &inner)?;
            inner.remove("le");
        }
        _ => {}
    }
    Ok(inner)
}

/// The names between `{{` and `}}`.
fn legend_labels(legend: &str) -> Labels {
    legend
        .split("{{")
        .skip(1)
        .filter_map(|part| Some(part.split_once("}}")?.0.trim().to_owned()))
        .collect()
}

#[test]
fn every_metric_and_label_that_a_query_names_exists() {
    let metrics = vocabulary::metrics();
    for query in queries() {
        let labels = labels(&query.expr, &metrics)
            .unwrap_or_else(|error| panic!("{error}: {}", query.place()));
        let named = legend_labels(&query.legend);
        within(named, &labels)
            .unwrap_or_else(|error| panic!("{error} in the legend: {}", query.place()));
    }
}

#[test]
fn queries_of_one_panel_have_legends_that_tell_their_series_apart() {
    let metrics = vocabulary::metrics();
    for query in queries().iter().filter(|query| query.kind != "table") {
        let labels = labels(&query.expr, &metrics).unwrap();
        let identity: Labels = ["account_id", "region", "instance_id"]
            .map(str::to_owned)
            .into();
        // A panel about the one chosen instance needs no identity in its legends.
        let telling = if query.text.contains("$instance_id") {
            &labels - &identity
        } else {
            labels
        };
        let shown = legend_labels(&query.legend);
        assert!(!query.legend.is_empty(), "no legend: {}", query.place());
        assert!(
            telling.is_subset(&shown),
            "{telling:?} are not all in the legend: {}",
            query.place()
        );
    }
}

#[test]
fn tables_show_labels_and_values_that_their_queries_have() {
    let metrics = vocabulary::metrics();
    for (dashboard, json) in dashboards() {
        for panel in panels(&json)
            .into_iter()
            .filter(|panel| text(panel, "type") == "table")
        {
            let mut fields = Labels::from(["Value".to_owned()]);
            for target in list(panel, "targets") {
                fields.insert(format!("Value #{}", text(target, "refId")));
                fields.extend(labels(&promql::parse(text(target, "expr")), &metrics).unwrap());
            }
            let filter = list(panel, "transformations")
                .find(|change| change["id"] == "filterFieldsByName")
                .unwrap();
            let names =
                list(&filter["options"]["include"], "names").filter_map(|name| name.as_str());
            let missing: Vec<_> = names.filter(|name| !fields.contains(*name)).collect();
            assert!(
                missing.is_empty(),
                "{dashboard}, {}: no {missing:?}",
                text(panel, "title")
            );
        }
    }
}

#[test]
fn variables_ask_for_labels_that_exist() {
    let metrics = vocabulary::metrics();
    for (dashboard, json) in dashboards() {
        for variable in
            list(&json["templating"], "list").filter(|variable| variable["type"] == "query")
        {
            let (expr, label) = promql::variable(variable);
            let labels =
                labels(&expr, &metrics).unwrap_or_else(|error| panic!("{dashboard}: {error}"));
            assert!(
                label.is_none_or(|label| labels.contains(&label)),
                "{dashboard}: {}",
                variable["query"]
            );
        }
    }
}

#[test]
fn a_second_exporter_of_the_same_targets_doubles_nothing() {
    let families: BTreeMap<_, _> = families().map(|family| (family.name, family)).collect();
    for query in queries() {
        for (selector, around) in selectors(&query.expr) {
            let Some(family) = families.get(metric(selector)) else {
                continue;
            };
            let Some(Expr::Aggregate(aggregate)) = around.last() else {
                panic!("not aggregated: {}", query.place())
            };
            let Some(LabelModifier::Include(by)) = &aggregate.modifier else {
                panic!("no by: {}", query.place())
            };
            assert!(
                ["max", "min"].contains(&aggregate.op.to_string().as_str()),
                "{}",
                query.place()
            );
            assert!(
                !by.labels
                    .iter()
                    .any(|label| label == "instance" || label == "job"),
                "{}",
                query.place()
            );
            let fixed = |label: &str| {
                query.text.contains(r#"instance_id="$instance_id""#)
                    && family.identity_labels().contains(&label)
            };
            for label in family.identity_labels() {
                assert!(
                    by.labels.iter().any(|by| by == label) || fixed(label),
                    "{label} is lost: {}",
                    query.place()
                );
            }
        }
    }
}
