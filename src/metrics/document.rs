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
    Collector, FailureReason, NoncomplianceReason, PatchState, Severity, Timestamp,
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
        identity.chain(family.labels),
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
        let (operation, reads, off) = match collector {
            Collector::Instances => (
                "DescribeInstanceInformation",
                "which managed instances there are",
                "never",
            ),
            Collector::Compliance => (
                "ListResourceComplianceSummaries",
                "one summary per resource and compliance type",
                "never",
            ),
            Collector::ComplianceTotals => (
                "ListComplianceSummaries",
                "AWS's own counts per compliance type",
                "never",
            ),
            Collector::Patches => (
                "DescribeInstancePatchStates",
                "patch counts of listed instances",
                "without `Patch`",
            ),
            Collector::Baselines => (
                "DescribePatchBaselines",
                "names of patch baselines",
                "without `Patch`",
            ),
            Collector::Associations => (
                "ListAssociations",
                "State Manager associations and their counts",
                "without `Association`",
            ),
            Collector::Items => (
                "ListComplianceItems",
                "non-compliant associations of listed instances that are NON_COMPLIANT for Association",
                "without `Association`",
            ),
        };
        let _ = writeln!(
            text,
            "| `{}` | {operation} | {reads} | {off} |",
            collector.as_str()
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
        let (meaning, look_at) = match reason {
            FailureReason::Throttled => (
                "AWS refused for its request rate",
                "`api.requests_per_second`; who else calls SSM",
            ),
            FailureReason::AccessDenied => (
                "the credentials may not make the call",
                "the IAM policy, permission boundaries",
            ),
            FailureReason::ExpiredToken => (
                "the session has ended",
                "the source of the credentials; the clock",
            ),
            FailureReason::InvalidCredentials => (
                "the credentials are wrong, unknown to AWS or cannot be loaded",
                "the AWS credential chain",
            ),
            FailureReason::AssumeRoleFailed => (
                "`sts:AssumeRole` was refused",
                "the role's trust policy, the external id, the caller's policy",
            ),
            FailureReason::RegionDisabled => (
                "the region is not enabled for the account: its credentials work in another one",
                "`regions`; the account's settings",
            ),
            FailureReason::Timeout => ("no answer in time", "`api.attempt_timeout`, the network"),
            FailureReason::Network => (
                "no connection, or one that broke",
                "DNS, proxies, VPC endpoints, firewalls",
            ),
            FailureReason::ServerError => (
                "AWS answered with a fault of its own (5xx)",
                "the AWS Health Dashboard",
            ),
            FailureReason::BadResponse => (
                "an answer that cannot be read or lacks its list, or a listing that does not end",
                "proxies; the exporter's log",
            ),
            FailureReason::Internal => (
                "a fault of the exporter itself",
                "the exporter's log; please report it",
            ),
            FailureReason::Other => ("anything else that AWS refused", "the exporter's log"),
        };
        let _ = writeln!(text, "| `{}` | {meaning} | {look_at} |", reason.as_str());
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
    let typed = |kind: &'static str, noncompliance_reasons: &'static [NoncomplianceReason]| {
        noncompliance_reasons
            .iter()
            .map(move |cause| (kind, *cause))
    };
    let explained =
        |(_, cause): &(&str, NoncomplianceReason)| *cause != NoncomplianceReason::Unexplained;
    let all = typed("Patch", &NoncomplianceReason::PATCH)
        .chain(typed("Association", &NoncomplianceReason::ASSOCIATION))
        .filter(explained);
    for (kind, cause) in all.chain([
        ("`Custom:*`", NoncomplianceReason::CustomItems),
        ("any", NoncomplianceReason::Unexplained),
    ]) {
        let (holds, remedy) = cause_in_words(cause);
        let _ = writeln!(
            text,
            "| {kind} | `{}` | {holds} | {remedy} |",
            cause.as_str()
        );
    }
    text
}

const fn cause_in_words(cause: NoncomplianceReason) -> (&'static str, &'static str) {
    match cause {
        NoncomplianceReason::PatchesMissing => (
            "MissingCount is above 0",
            "run AWS-RunPatchBaseline with Install",
        ),
        NoncomplianceReason::PatchesFailed => (
            "FailedCount is above 0",
            "read the agent's and the operation's logs on the instance",
        ),
        NoncomplianceReason::RebootPending => (
            "InstalledPendingRebootCount is above 0",
            "reboot, then scan",
        ),
        NoncomplianceReason::PatchesRejected => (
            "InstalledRejectedCount is above 0",
            "remove the rejected patches",
        ),
        NoncomplianceReason::SecurityUpdatesAvailable => (
            "AvailableSecurityUpdateCount is above 0 and the four counts above do not make up the summary's",
            "approve the updates and install them",
        ),
        NoncomplianceReason::InventoryFailed => (
            "an association of AWS-GatherSoftwareInventory is non-compliant",
            "troubleshoot Inventory",
        ),
        NoncomplianceReason::PatchAssociationNoncompliant => (
            "an association of AWS-RunPatchBaselineAssociation is non-compliant: it reports patches this way",
            "find the patches through the association",
        ),
        NoncomplianceReason::AssociationFailed => (
            "an association of any other document is non-compliant",
            "read the association's execution history",
        ),
        NoncomplianceReason::CustomItems => ("always", "ask whoever writes that type"),
        NoncomplianceReason::Unexplained => (
            "none of the others does, although the details were read after the summary",
            "look at the instance's compliance in the console",
        ),
    }
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
        ("handler", super::handlers::HANDLERS.to_vec()),
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
