//! The rules of Grafana's dashboard-linter (v0.2.0) under their names, because not every build has
//! the linter itself.
//!
//! `dashboards/.lint` is the configuration of the linter, with a reason for each exclusion. Both
//! read it. An exclusion that excludes nothing is an error here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::Expr;
use serde::Deserialize;
use serde_json::{Value, json};

use super::promql::{Found, matchers, metric, queries, selectors};
use super::{dashboards, list, panels, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    exclusions: BTreeMap<String, Exclusion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusion {
    reason: String,
    entries: Vec<Entry>,
}

/// Where a rule need not hold: in a dashboard with this title, or in one panel of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Entry {
    dashboard: String,
    #[serde(default)]
    panel: String,
}

fn configuration() -> Configuration {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards/.lint");
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Fails with what a rule has found, unless it is excluded, and with exclusions that are not
/// needed.
fn hold(rule: &str, found: impl IntoIterator<Item = Entry>) {
    let mut configuration = configuration();
    let exclusion = configuration.exclusions.remove(rule);
    let excluded: BTreeSet<_> = exclusion
        .into_iter()
        .flat_map(|exclusion| exclusion.entries)
        .collect();
    let found: BTreeSet<_> = found.into_iter().collect();
    let covers = |entry: &Entry, place: &Entry| {
        entry.dashboard == place.dashboard && (entry.panel.is_empty() || entry.panel == place.panel)
    };
    let left: Vec<_> = found
        .iter()
        .filter(|place| !excluded.iter().any(|entry| covers(entry, place)))
        .collect();
    assert!(left.is_empty(), "{rule}: {left:#?}");
    let idle: Vec<_> = excluded
        .iter()
        .filter(|entry| !found.iter().any(|place| covers(entry, place)))
        .collect();
    assert!(
        idle.is_empty(),
        "{rule} excludes what it does not find: {idle:#?}"
    );
}

fn dashboards_where(wrong: impl Fn(&Value) -> bool) -> Vec<Entry> {
    let found = dashboards().into_iter().filter(|(_, json)| wrong(json));
    found
        .map(|(dashboard, _)| Entry {
            dashboard,
            panel: String::new(),
        })
        .collect()
}

fn panels_where(wrong: impl Fn(&Value) -> bool) -> Vec<Entry> {
    let mut found = Vec::new();
    for (dashboard, json) in dashboards() {
        let wrong = panels(&json).into_iter().filter(|panel| wrong(panel));
        found.extend(wrong.map(|panel| Entry {
            dashboard: dashboard.clone(),
            panel: text(panel, "title").to_owned(),
        }));
    }
    found
}

fn queries_where(wrong: impl Fn(&Found) -> bool) -> Vec<Entry> {
    let found = queries().iter().filter(|query| wrong(query));
    found
        .map(|query| Entry {
            dashboard: query.dashboard.clone(),
            panel: query.panel.clone(),
        })
        .collect()
}

fn variable<'a>(dashboard: &'a Value, name: &str) -> Option<&'a Value> {
    list(&dashboard["templating"], "list").find(|variable| variable["name"] == name)
}

#[test]
fn template_datasource_rule() {
    hold(
        "template-datasource-rule",
        dashboards_where(|dashboard| {
            variable(dashboard, "datasource").is_none_or(|variable| {
                variable["type"] != "datasource"
                    || variable["label"] != "Data source"
                    || variable["query"] != "prometheus"
            })
        }),
    );
}

fn is_wrong_template(dashboard: &Value, name: &str, label: &str) -> bool {
    variable(dashboard, name).is_none_or(|variable| {
        variable["datasource"]["uid"] != "${datasource}"
            || variable["type"] != "query"
            || variable["label"] != label
            || variable["multi"] != true
            || variable["allValue"] != ".+"
    })
}

#[test]
fn template_job_rule() {
    hold(
        "template-job-rule",
        dashboards_where(|dashboard| is_wrong_template(dashboard, "job", "Job")),
    );
}

#[test]
fn template_instance_rule() {
    hold(
        "template-instance-rule",
        dashboards_where(|dashboard| is_wrong_template(dashboard, "instance", "Instance")),
    );
}

#[test]
fn template_on_time_change_reload_rule() {
    hold(
        "template-on-time-change-reload-rule",
        dashboards_where(|dashboard| {
            list(&dashboard["templating"], "list")
                .any(|variable| variable["type"] == "query" && variable["refresh"] != 2)
        }),
    );
}

#[test]
fn panel_datasource_rule() {
    hold(
        "panel-datasource-rule",
        panels_where(|panel| {
            let right = json!({ "type": "prometheus", "uid": "${datasource}" });
            panel["datasource"] != right
                || list(panel, "targets").any(|target| target["datasource"] != right)
        }),
    );
}

#[test]
fn panel_title_description_rule() {
    hold(
        "panel-title-description-rule",
        panels_where(|panel| {
            text(panel, "title").is_empty() || text(panel, "description").is_empty()
        }),
    );
}

/// The units of Grafana that these dashboards use. The linter knows all that there are.
const UNITS: [&str; 6] = ["none", "short", "percentunit", "s", "bytes", "reqps"];

#[test]
fn panel_units_rule() {
    hold(
        "panel-units-rule",
        panels_where(|panel| {
            let defaults = &panel["fieldConfig"]["defaults"];
            let mapped = list(defaults, "mappings").next().is_some();
            !mapped && text(panel, "type") != "table" && !UNITS.contains(&text(defaults, "unit"))
        }),
    );
}

#[test]
fn panel_no_targets_rule() {
    hold(
        "panel-no-targets-rule",
        panels_where(|panel| list(panel, "targets").next().is_none()),
    );
}

fn lacks_matcher(query: &Found, label: &str) -> bool {
    let value = format!("${label}");
    let right = |matcher: &Matcher| {
        matcher.name == label && matcher.value == value && matches!(matcher.op, MatchOp::Re(_))
    };
    selectors(&query.expr)
        .iter()
        .any(|(selector, _)| !matchers(selector).iter().any(right))
}

#[test]
fn target_job_rule() {
    hold(
        "target-job-rule",
        queries_where(|query| lacks_matcher(query, "job")),
    );
}

#[test]
fn target_instance_rule() {
    hold(
        "target-instance-rule",
        queries_where(|query| lacks_matcher(query, "instance")),
    );
}

/// Whether the range of a selector goes to a function that computes rates.
fn is_rate(around: &[&Expr]) -> bool {
    matches!(around.last(), Some(Expr::Call(call)) if ["rate", "irate", "increase"].contains(&call.func.name))
}

#[test]
fn target_counter_agg_rule() {
    hold(
        "target-counter-agg-rule",
        queries_where(|query| {
            let counters = selectors(&query.expr)
                .into_iter()
                .filter(|(selector, _)| metric(selector).ends_with("_total"));
            counters.into_iter().any(|(_, around)| !is_rate(&around))
        }),
    );
}

#[test]
fn target_rate_interval_rule() {
    hold(
        "target-rate-interval-rule",
        queries_where(|query| {
            query.text.matches('[').count() != query.text.matches("[$__rate_interval]").count()
        }),
    );
}

#[test]
fn uneditable_dashboard() {
    hold(
        "uneditable-dashboard",
        dashboards_where(|dashboard| dashboard["editable"] != false),
    );
}

#[test]
fn dashboards_are_fit_for_file_provisioning() {
    for (title, json) in dashboards() {
        assert!(
            json["id"].is_null() && json["version"] == 1,
            "{title}: belongs to one Grafana"
        );
        assert!(
            json.get("__inputs").is_none() && json.get("__requires").is_none(),
            "{title}: asks on import"
        );
        assert!(
            (39..=41).contains(&json["schemaVersion"].as_i64().unwrap()),
            "{title}: too new or too old"
        );
        assert_eq!(json["graphTooltip"], 1, "{title}");
        assert_eq!(json["timezone"], "browser", "{title}");
        assert!(!text(&json, "refresh").is_empty(), "{title}");
    }
}

#[test]
fn exclusions_are_reasoned_and_name_rules() {
    let rules = [
        "template-instance-rule",
        "target-instance-rule",
        "target-job-rule",
        "target-rate-interval-rule",
        "target-counter-agg-rule",
        "template-label-promql-rule",
        "panel-units-rule",
    ];
    for (rule, exclusion) in configuration().exclusions {
        assert!(rules.contains(&rule.as_str()), "{rule} is not checked here");
        assert!(!exclusion.reason.is_empty(), "{rule}");
    }
}
