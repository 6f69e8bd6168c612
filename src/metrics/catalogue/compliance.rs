//! Families about compliance itself: statuses, items and reasons.
//!
//! The label is `compliance_severity` and not `severity`, because alerts have a `severity` of their
//! own, which the metric's would overwrite or be overwritten by.

use crate::metrics::by_status::ByStatus;
use crate::metrics::counts::Counts;
use crate::metrics::emit::Samples;
use crate::metrics::family::{Family, Kind, Labels, SampleSource, Stability};
use crate::metrics::target_view::TargetView;
use crate::model::{Collector, ComplianceType, Instance, Severity, Summary, noncompliance_reasons};

const COMPLIANT: &str = "COMPLIANT";
const NON_COMPLIANT: &str = "NON_COMPLIANT";
// This one is ours. AWS has no row at all for such an instance, which looks like compliance.
const UNREPORTED: &str = "UNREPORTED";

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_compliant",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // Two states are a gauge of 0 and 1, whose `avg` is the share of compliant instances.
        help: "Whether ListResourceComplianceSummaries' Status of the instance is COMPLIANT (1) or NON_COMPLIANT (0). Absent for any other status.",
        labels: Labels::Fixed(&["compliance_type"]),
        samples: SampleSource::Instance(|_, instance, out| {
            for summary in &instance.summaries {
                if summary.status().as_str().is_some() {
                    let compliance_type = summary.compliance_type().as_str();
                    out.sample(&[compliance_type], !summary.is_noncompliant());
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_compliance_items",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of compliance items of the instance: ListResourceComplianceSummaries' SeveritySummary of CompliantSummary and NonCompliantSummary. Zero counts are absent. AWS's own baselines leave the severity UNSPECIFIED.",
        labels: Labels::Fixed(&["compliance_type", "status", "compliance_severity"]),
        samples: SampleSource::Instance(|_, instance, out| {
            for summary in &instance.summaries {
                write_items(summary, COMPLIANT, summary.counts.compliant, out);
                write_items(summary, NON_COMPLIANT, summary.counts.noncompliant, out);
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_compliance_execution_timestamp_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "When the compliance of the instance was last determined: ListResourceComplianceSummaries' ExecutionSummary.ExecutionTime. Absent for Association, where AWS gives the time of upload.",
        labels: Labels::Fixed(&["compliance_type"]),
        samples: SampleSource::Instance(|_, instance, out| {
            for summary in &instance.summaries {
                let compliance_type = summary.compliance_type();
                if *compliance_type != ComplianceType::Association {
                    out.maybe(&[compliance_type.as_str()], summary.execution_time);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_unreported",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // It is absent and not 0 for all others, because on a healthy fleet those are all instances.
        help: "1 for a listed instance of which ListResourceComplianceSummaries has no summary: for Patch, if it was never scanned, scanned only through AWS-RunPatchBaselineAssociation, or scanned longer ago than AWS keeps results; for Association, if DescribeInstanceInformation nevertheless gives an AssociationStatus. Absent otherwise, and until both have been read after the instance appeared.",
        labels: Labels::Fixed(&["compliance_type"]),
        samples: SampleSource::Instance(|view, instance, out| {
            for compliance_type in view.unreported(instance) {
                out.sample(&[compliance_type.as_str()], true);
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_noncompliance_reason",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "1 while the reason for being NON_COMPLIANT holds, from DescribeInstancePatchStates (Patch) and ListComplianceItems (Association). Several may hold.",
        labels: Labels::Fixed(&["compliance_type", "reason"]),
        samples: SampleSource::Instance(write_reasons),
    },
    Family {
        name: "aws_ssm_compliance_instances",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of listed instances by ListResourceComplianceSummaries' Status; UNREPORTED are those without a summary that should have one.",
        labels: Labels::Fixed(&["compliance_type", "status"]),
        samples: SampleSource::Target(write_compliance),
    },
    Family {
        name: "aws_ssm_tag_compliance_instances",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // It is the same count once more, so that shares by team need no series of instances.
        help: "Number of listed instances as aws_ssm_compliance_instances counts them, by the values of the tags of tag_compliance (GetResources). Empty for instances without the tag; (other) for all values beyond the 200 with the most instances. Absent without tag_compliance.",
        labels: Labels::Fixed(&["tag_key", "tag_value", "compliance_type", "status"]),
        samples: SampleSource::Target(write_tag_compliance),
    },
    Family {
        name: "aws_ssm_noncompliant_instances",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of listed instances by reason for being NON_COMPLIANT; an instance with several reasons counts for each.",
        labels: Labels::Fixed(&["compliance_type", "reason"]),
        samples: SampleSource::Target(|_, counts, out| {
            for ((compliance_type, reason), count) in &counts.reasons {
                out.sample(&[compliance_type.as_str(), reason.as_str()], *count);
            }
        }),
    },
    Family {
        name: "aws_ssm_compliance_resources",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // It may differ from aws_ssm_compliance_instances: AWS counts resources, too, that were
        // terminated or are not listed for another reason.
        help: "AWS's own count of resources by status, unlisted ones included, as the console shows it: ListComplianceSummaries' CompliantCount and NonCompliantCount.",
        labels: Labels::Fixed(&["compliance_type", "status"]),
        samples: SampleSource::Target(|view, _, out| {
            for totals in view.target.totals() {
                out.sample(&[&totals.compliance_type, COMPLIANT], totals.compliant);
                out.sample(
                    &[&totals.compliance_type, NON_COMPLIANT],
                    totals.noncompliant,
                );
            }
        }),
    },
];

fn write_items(
    summary: &Summary,
    status: &str,
    counts: [u32; Severity::ALL.len()],
    out: &mut Samples<'_>,
) {
    let compliance_type = summary.compliance_type().as_str();
    for (severity, count) in Severity::ALL.into_iter().zip(counts) {
        // A compliant instance has nearly nothing but zeros: with them the page would be about
        // twice as long, and the cost of a series in Prometheus does not depend on its value.
        if count > 0 {
            out.sample(&[compliance_type, status, severity.as_str()], count);
        }
    }
}

fn write_reasons(view: &TargetView<'_>, instance: &Instance, out: &mut Samples<'_>) {
    if !view.target.has(Collector::Compliance) {
        return;
    }
    for summary in &instance.summaries {
        let compliance_type = summary.compliance_type().as_str();
        for reason in noncompliance_reasons(instance, summary) {
            out.sample(&[compliance_type, reason.as_str()], true);
        }
    }
}

fn write_compliance(view: &TargetView<'_>, counts: &Counts<'_>, out: &mut Samples<'_>) {
    // Without one of the views all counts would be zero, which reads as "nothing is wrong".
    if !view.has_both_views() {
        return;
    }
    for (compliance_type, by_status) in counts.compliance() {
        for (status, count) in in_statuses(by_status) {
            out.sample(&[compliance_type.as_str(), status], count);
        }
    }
}

fn write_tag_compliance(view: &TargetView<'_>, counts: &Counts<'_>, out: &mut Samples<'_>) {
    let keys = view.policy.tag_compliance.iter();
    for key in keys.filter(|key| view.counts_by_tag(key)) {
        for ((value, compliance_type), by_status) in counts.tags.compliance(key) {
            for (status, count) in in_statuses(by_status) {
                out.sample(&[key, value, compliance_type.as_str(), status], count);
            }
        }
    }
}

/// The counts with their statuses. `UNREPORTED` is left out of types that not every instance has.
fn in_statuses(counts: ByStatus) -> impl Iterator<Item = (&'static str, u64)> {
    let always = [
        (COMPLIANT, counts.compliant),
        (NON_COMPLIANT, counts.noncompliant),
    ];
    let unreported = counts.unreported.map(|unreported| (UNREPORTED, unreported));
    always.into_iter().chain(unreported)
}
