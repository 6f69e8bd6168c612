//! Which metrics, labels and label values exist, from the exporter's own catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use promql_parser::label::MatchOp;
use ssm_compliance_exporter::metrics::{
    Build, DiscoveryReport, ExporterMetrics, Format, Page, families,
};
use ssm_compliance_exporter::model::{
    Collector, FailureReason, NoncomplianceReason, Operation, PatchState, Severity, Timestamp,
};

use super::promql::{matchers, metric, queries, selectors};
use dashboards::looks;

/// The recording rules of `alerts/`, with the labels that they leave.
const RULES: [(&str, &[&str]); 3] = [
    (
        "instance:aws_ssm_noncompliant_since:timestamp_seconds",
        &["account_id", "region", "instance_id", "compliance_type"],
    ),
    (
        "instance:aws_ssm_reboot_pending_since:timestamp_seconds",
        &["account_id", "region", "instance_id"],
    ),
    (
        "instance_patch:aws_ssm_noncompliant_since:timestamp_seconds",
        &[
            "account_id",
            "region",
            "instance_id",
            "patch_id",
            "patch_severity",
        ],
    ),
];

/// The labels of each metric, including those that a scrape adds.
pub(super) fn metrics() -> BTreeMap<String, BTreeSet<String>> {
    let scraped =
        |labels: &mut BTreeSet<String>| labels.extend(["job".to_owned(), "instance".to_owned()]);
    let mut metrics = own();
    metrics.insert("up".to_owned(), BTreeSet::new());
    for family in families() {
        let labels = family.identity_labels().iter().chain(family.labels.fixed());
        metrics.insert(
            family.name.to_owned(),
            labels.map(|label| (*label).to_owned()).collect(),
        );
    }
    metrics.values_mut().for_each(scraped);
    for (rule, labels) in RULES {
        metrics.insert(
            rule.to_owned(),
            labels.iter().map(|label| (*label).to_owned()).collect(),
        );
    }
    metrics
}

/// The metrics about the exporter itself, as a page has them.
fn own() -> BTreeMap<String, BTreeSet<String>> {
    let build = Build {
        version: "1",
        revision: "2",
        rustc: "3",
    };
    let own = ExporterMetrics::new(build, Duration::from_mins(5));
    let target = own.target("111122223333", "eu-west-1");
    target.start_at_zero("ListAssociations");
    target.limit("ListAssociations", 5.0);
    target.refresh_started(Timestamp::from_millis(1_800_000_000_000));
    target.refresh_ended(Duration::from_secs(1));
    own.answered("metrics", 200);
    own.discovered(Some(&DiscoveryReport {
        ended: Timestamp::from_millis(1_800_000_000_000),
        accounts: Some(40),
        failures: Vec::new(),
    }));
    own.discovery_attempted(Operation::ListAccounts);
    let text = own.encode(Format::Text, &Page::default());
    let mut metrics: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, _) = line.rsplit_once(' ').expect("a series and its value");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let names = labels
            .trim_end_matches('}')
            .split("\",")
            .filter_map(|pair| Some(pair.split_once('=')?.0.to_owned()));
        metrics.entry(name.to_owned()).or_default().extend(names);
    }
    metrics
}

/// The values of a label of a metric, where the set is closed or the dashboards rely on some of it.
fn values(metric: &str, label: &str) -> Option<Vec<&'static str>> {
    let values = match label {
        "collector" => Collector::ALL.map(Collector::as_str).to_vec(),
        "operation" if metric.starts_with("aws_ssm_exporter_") => {
            Operation::OF_REFRESH.map(Operation::as_str).to_vec()
        }
        "reason"
            if metric.starts_with("aws_ssm_instance_")
                || metric == "aws_ssm_noncompliant_instances" =>
        {
            causes()
        }
        "reason" => FailureReason::ALL.map(FailureReason::as_str).to_vec(),
        "patch_state" => PatchState::ALL.map(PatchState::as_str).to_vec(),
        "compliance_severity" => Severity::ALL.map(Severity::as_str).to_vec(),
        "compliance_type" => vec!["Patch", "Association", "Custom:Antivirus"],
        "status" if metric.contains("association") => {
            vec!["Success", "Failed", "TimedOut", "Pending", "Skipped"]
        }
        "status" => vec!["COMPLIANT", "NON_COMPLIANT", "UNREPORTED"],
        "ping_status" => vec!["Online", "ConnectionLost", "Inactive"],
        "encoding" => vec!["identity", "gzip"],
        _ => return None,
    };
    Some(values)
}

fn causes() -> Vec<&'static str> {
    let causes = NoncomplianceReason::PATCH
        .into_iter()
        .chain(NoncomplianceReason::ASSOCIATION)
        .chain([NoncomplianceReason::CustomItems])
        .map(NoncomplianceReason::as_str);
    causes.collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn every_label_value_that_a_query_names_exists() {
    for query in queries() {
        for (selector, _) in selectors(&query.expr) {
            for matcher in matchers(selector)
                .iter()
                .filter(|matcher| !matcher.value.contains('$'))
            {
                let Some(values) = values(metric(selector), &matcher.name) else {
                    continue;
                };
                let named: Vec<_> = match &matcher.op {
                    MatchOp::Re(_) | MatchOp::NotRe(_) => matcher.value.split('|').collect(),
                    MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.as_str()],
                };
                for value in named {
                    let known = |known: &&str| {
                        *known == value || value == "Custom:.*" && known.starts_with("Custom:")
                    };
                    assert!(
                        values.iter().any(known),
                        "no {}=\"{value}\": {}",
                        matcher.name,
                        query.place()
                    );
                }
            }
        }
    }
}

#[test]
fn every_reason_state_and_severity_has_a_colour_and_every_reason_a_runbook() {
    let sorted = |names: Vec<&'static str>| names.into_iter().collect::<BTreeSet<_>>();
    let coloured = |names: &[(&'static str, &str)]| {
        names.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>()
    };
    assert_eq!(coloured(looks::REASONS), sorted(causes()));
    assert_eq!(
        looks::RUNBOOKS
            .iter()
            .map(|runbook| runbook.reason)
            .collect::<BTreeSet<_>>(),
        sorted(causes())
    );
    assert_eq!(
        coloured(looks::PATCH_STATES),
        sorted(PatchState::ALL.map(PatchState::as_str).to_vec())
    );
    assert_eq!(
        coloured(looks::SEVERITIES),
        sorted(Severity::ALL.map(Severity::as_str).to_vec())
    );
}

#[test]
fn recording_rules_that_queries_name_are_among_the_rules() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../alerts");
    let files = std::fs::read_dir(folder).expect("the folder of the rules");
    let rules: String = files
        .filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok())
        .collect();
    for (rule, _) in RULES {
        assert!(
            rules.contains(&format!("record: {rule}\n")),
            "no rule {rule}"
        );
    }
}

#[test]
fn every_metric_of_the_catalogue_is_shown_somewhere() {
    let shown: BTreeSet<_> = queries()
        .iter()
        .flat_map(|query| {
            selectors(&query.expr)
                .into_iter()
                .map(|(selector, _)| metric(selector).to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    let own = own()
        .into_keys()
        .filter(|name| name.starts_with("aws_ssm_exporter_"));
    let whole = |name: &String| !name.ends_with("_sum") && !name.ends_with("_count");
    for name in families()
        .map(|family| family.name.to_owned())
        .chain(own.filter(whole))
    {
        assert!(shown.contains(&name), "{name} is on no dashboard");
    }
}
