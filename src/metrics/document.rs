//! The text of `docs/metrics.md`: the catalogue, the exporter's own metrics, and what the values of
//! closed labels mean.
//!
//! Names, types, labels and help texts are read from where they are exposed, and the closed sets
//! from the model, so that a new metric, collector or reason cannot be forgotten here. A test holds
//! the file to this text.

use std::fmt::Write as _;
use std::time::Duration;

use super::catalogue::SECTIONS;
use super::exporter::{Build, ExporterMetrics};
use super::family::{Family, Format, Kind, Stability};
use super::page::Page;
use crate::model::{
    Collector, ComplianceType, FailureReason, NoncomplianceReason, PatchState, Severity, Timestamp,
};

const INTRODUCTION: &str = include_str!("document.md");

const METRICS_HEAD: &str =
    "| name | type | stability | labels | meaning |\n|---|---|---|---|---|\n";

/// One metric of the exporter itself, as its registry writes it.
#[derive(Debug, Default)]
struct OwnMetric<'a> {
    name: String,
    kind: &'a str,
    labels: Vec<&'a str>,
    help: &'a str,
}

/// The text of `docs/metrics.md`.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    for (section, families) in SECTIONS {
        let _ = write!(text, "\n## {section}\n\n{METRICS_HEAD}");
        families
            .iter()
            .for_each(|family| text.push_str(&family_row(family)));
    }
    text.push_str(&own_section());
    text.push_str(&collectors());
    text.push_str(&failures());
    text.push_str(&noncompliance_reasons());
    text.push_str(&closed_sets());
    text
}

fn family_row(family: &Family) -> String {
    let kind = match family.kind {
        Kind::Gauge => "gauge",
        Kind::Info => "info",
    };
    let target = ["account_id", "region"];
    let identity = family
        .identity_labels()
        .iter()
        .filter(|label| !target.contains(label));
    row(
        family.name,
        kind,
        family.stability,
        identity.chain(family.labels.fixed()),
        family.help,
    )
}

fn row<'a>(
    name: &str,
    kind: &str,
    stability: Stability,
    labels: impl IntoIterator<Item = &'a &'a str>,
    help: &str,
) -> String {
    let stability = match stability {
        Stability::Experimental => "EXPERIMENTAL",
        Stability::Stable => "STABLE",
    };
    let labels: Vec<String> = labels
        .into_iter()
        .map(|label| format!("`{label}`"))
        .collect();
    format!(
        "| `{name}` | {kind} | {stability} | {} | {} |\n",
        labels.join(", "),
        help.replace('|', "\\|")
    )
}

fn own_section() -> String {
    let mut text = "\n## The exporter itself\n\nThese are of the process and as of the scrape; all labels are listed. The \
                    standard `process_*` metrics (CPU, memory, file descriptors, threads, start time) are there too, on \
                    Linux.\n\n"
        .to_owned();
    text.push_str(METRICS_HEAD);
    for metric in own_metrics(&own_exposition()) {
        text.push_str(&row(
            &metric.name,
            metric.kind,
            Stability::Experimental,
            &metric.labels,
            metric.help,
        ));
    }
    text
}

/// A page on which each metric of the exporter has a sample, since labels show only there.
fn own_exposition() -> String {
    let own = ExporterMetrics::new(
        Build {
            version: "-",
            revision: "-",
            rustc: "-",
        },
        Duration::ZERO,
    );
    let target = own.target("-", "-");
    target.start_at_zero("-");
    target.limit("-", 0.0);
    target.refresh_started(Timestamp::from_millis(1_700_000_000_000));
    target.refresh_ended(Duration::ZERO);
    own.answered("-", 200);
    own.encode(Format::OpenMetrics, &Page::default())
}

fn own_metrics(exposition: &str) -> Vec<OwnMetric<'_>> {
    let mut metrics: Vec<OwnMetric<'_>> = Vec::new();
    for line in exposition.lines() {
        if let Some((name, help)) = line
            .strip_prefix("# HELP ")
            .and_then(|rest| rest.split_once(' '))
        {
            metrics.push(OwnMetric {
                name: name.to_owned(),
                help,
                ..OwnMetric::default()
            });
        } else if let Some(metric) = metrics.last_mut() {
            metric.read(line);
        }
    }
    metrics.retain(|metric| metric.name.starts_with("aws_ssm_"));
    metrics
}

impl<'a> OwnMetric<'a> {
    /// Takes what a line below its HELP says.
    fn read(&mut self, line: &'a str) {
        if let Some((_, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|rest| rest.split_once(' '))
        {
            self.kind = kind;
            self.name.push_str(match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            });
        } else if let Some((labels, _)) = line
            .split_once('{')
            .and_then(|(_, rest)| rest.split_once('}'))
        {
            let names = labels
                .split(',')
                .filter_map(|label| Some(label.split_once('=')?.0));
            self.labels = names.filter(|name| *name != "le").collect();
        }
    }
}

fn collectors() -> String {
    let mut text = "\n## Collectors\n\nValues of the label `collector`; each is one view of AWS and fails on its own. \
                    Collectors that are switched off have no series.\n\n| collector | AWS operation | reads | off \
                    |\n|---|---|---|---|\n"
        .to_owned();
    for collector in Collector::ALL {
        let off = match collector.serves() {
            Some(compliance_type) => format!("without `{compliance_type}`"),
            None => "never".to_owned(),
        };
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {off} |",
            collector.as_str(),
            collector.operation().as_str(),
            collector.reads(),
        );
    }
    text.push_str("\n\"Without\" means: `compliance_types` does not match that type.\n");
    text
}

fn failures() -> String {
    let mut text = "\n## Reasons for failing\n\nValues of the label `reason` of `aws_ssm_collector_error_info` and \
                    `aws_ssm_exporter_api_errors_total`.\n\n| reason | meaning | look at |\n|---|---|---|\n"
        .to_owned();
    for reason in FailureReason::ALL {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            reason.as_str(),
            reason.summary(),
            reason.look_at(),
        );
    }
    text
}

fn noncompliance_reasons() -> String {
    let mut text = "\n## Reasons for being non-compliant\n\nValues of the label `reason` of \
                    `aws_ssm_instance_noncompliance_reason` and `aws_ssm_noncompliant_instances`. They follow AWS's \
                    article \"Why does my instance appear as non-compliant in the Systems Manager Compliance \
                    dashboard?\" and hold only while that type's summary is NON_COMPLIANT; several may hold at \
                    once.\n\n| compliance_type | reason | holds when | what to do |\n|---|---|---|---|\n"
        .to_owned();
    for compliance_type in ComplianceType::OF_EVERY_INSTANCE {
        for reason in NoncomplianceReason::of_type(&compliance_type) {
            if *reason != NoncomplianceReason::Unexplained {
                text.push_str(&noncompliance_row(compliance_type.as_str(), *reason));
            }
        }
    }
    let custom = NoncomplianceReason::CustomItems;
    text.push_str(&noncompliance_row("`Custom:*`", custom));
    let unexplained = NoncomplianceReason::Unexplained;
    text.push_str(&noncompliance_row("any", unexplained));
    text
}

fn noncompliance_row(compliance_type: &str, reason: NoncomplianceReason) -> String {
    format!(
        "| {compliance_type} | `{}` | {} | {} |\n",
        reason.as_str(),
        reason.holds_when(),
        reason.remedy(),
    )
}

fn closed_sets() -> String {
    let sets: [(&str, Vec<&str>); 4] = [
        (
            "patch_state",
            PatchState::ALL.map(PatchState::as_str).to_vec(),
        ),
        (
            "compliance_severity",
            Severity::ALL.map(Severity::as_str).to_vec(),
        ),
        ("encoding", vec!["gzip", "identity"]),
        ("handler", crate::http::HANDLERS.to_vec()),
    ];
    let mut text =
        "\n## Other labels with fixed values\n\n| label | values |\n|---|---|\n".to_owned();
    for (label, values) in sets {
        let values: Vec<String> = values
            .into_iter()
            .map(|value| format!("`{value}`"))
            .collect();
        let _ = writeln!(text, "| `{label}` | {} |", values.join(", "));
    }
    text.push_str(
        "\n`status` is `COMPLIANT`, `NON_COMPLIANT` or `UNREPORTED` where instances or items are counted by compliance, and \
         AWS's association status (`Success`, `Failed`, `Pending`, ...) where associations are. `operation` is an AWS \
         operation of the table of collectors, or AWS's patch operation (`Scan`, `Install`) in \
         `aws_ssm_instance_patch_operation_info`. `compliance_type` is `Patch`, `Association`, or what custom compliance is \
         called in your accounts (`Custom:...`).\n",
    );
    text
}
