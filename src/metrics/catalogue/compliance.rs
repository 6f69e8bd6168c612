//! Families about compliance itself: statuses, items and reasons.

use crate::metrics::family::{Family, Kind::Gauge, Per, Stability::Experimental};
use crate::model::{ASSOCIATION, Collector, PATCH, Severity, noncompliance_reasons};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_compliant",
        kind: Gauge,
        stability: Experimental,
        help: "Whether ListResourceComplianceSummaries' Status of the instance is COMPLIANT (1) or NON_COMPLIANT (0). Absent for any other status.",
        labels: &["compliance_type"],
        samples: Per::Instance(|_, instance, out| {
            for summary in instance
                .summaries
                .iter()
                .filter(|summary| summary.status.as_str().is_some())
            {
                out.sample(&[&summary.compliance_type], !summary.is_noncompliant());
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_compliance_items",
        kind: Gauge,
        stability: Experimental,
        help: "Number of compliance items of the instance: ListResourceComplianceSummaries' SeveritySummary of CompliantSummary and NonCompliantSummary. Zero counts are absent. AWS's own baselines leave the severity UNSPECIFIED.",
        labels: &["compliance_type", "status", "compliance_severity"],
        samples: Per::Instance(|_, instance, out| {
            for summary in &instance.summaries {
                for (status, counts) in [
                    ("COMPLIANT", summary.compliant),
                    ("NON_COMPLIANT", summary.noncompliant),
                ] {
                    for (severity, count) in Severity::ALL
                        .into_iter()
                        .zip(counts)
                        .filter(|(_, count)| *count > 0)
                    {
                        out.sample(
                            &[&summary.compliance_type, status, severity.as_str()],
                            count,
                        );
                    }
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_compliance_execution_timestamp_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "When the compliance of the instance was last determined: ListResourceComplianceSummaries' ExecutionSummary.ExecutionTime. Absent for Association, where AWS gives the time of upload.",
        labels: &["compliance_type"],
        samples: Per::Instance(|_, instance, out| {
            for summary in instance
                .summaries
                .iter()
                .filter(|summary| &**summary.compliance_type != ASSOCIATION)
            {
                out.maybe(&[&summary.compliance_type], summary.execution_time);
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_unreported",
        kind: Gauge,
        stability: Experimental,
        help: "1 for a listed instance that ListResourceComplianceSummaries has no summary of: Patch, if it was never scanned, scanned only through AWS-RunPatchBaselineAssociation, or longer ago than AWS keeps; Association, if DescribeInstanceInformation gives an AssociationStatus all the same. Absent otherwise, and until both were read after the instance came.",
        labels: &["compliance_type"],
        samples: Per::Instance(|view, instance, out| {
            for kind in [PATCH, ASSOCIATION]
                .into_iter()
                .filter(|kind| view.is_unreported(instance, kind))
            {
                out.sample(&[kind], true);
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_noncompliance_reason",
        kind: Gauge,
        stability: Experimental,
        help: "1 while the reason for being NON_COMPLIANT holds, from DescribeInstancePatchStates (Patch) and ListComplianceItems (Association). Several may hold.",
        labels: &["compliance_type", "reason"],
        samples: Per::Instance(|view, instance, out| {
            for summary in instance
                .summaries
                .iter()
                .filter(|_| view.target.has(Collector::Compliance))
            {
                for cause in noncompliance_reasons(instance, summary) {
                    out.sample(&[&summary.compliance_type, cause.as_str()], true);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_compliance_instances",
        kind: Gauge,
        stability: Experimental,
        help: "Number of listed instances by ListResourceComplianceSummaries' Status; UNREPORTED are those without a summary that should have one.",
        labels: &["compliance_type", "status"],
        samples: Per::Target(|view, counts, out| {
            if view.has_both_views() {
                for (kind, by_status) in counts.compliance() {
                    out.sample(&[kind, "COMPLIANT"], by_status.compliant);
                    out.sample(&[kind, "NON_COMPLIANT"], by_status.noncompliant);
                    out.maybe(&[kind, "UNREPORTED"], by_status.unreported);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_noncompliant_instances",
        kind: Gauge,
        stability: Experimental,
        help: "Number of listed instances by reason for being NON_COMPLIANT; an instance with several reasons counts for each.",
        labels: &["compliance_type", "reason"],
        samples: Per::Target(|_, counts, out| {
            for ((kind, cause), count) in &counts.noncompliance_reasons {
                out.sample(&[kind, cause.as_str()], *count);
            }
        }),
    },
    Family {
        name: "aws_ssm_compliance_resources",
        kind: Gauge,
        stability: Experimental,
        help: "AWS's own count of resources by status, unlisted ones included, as the console shows it: ListComplianceSummaries' CompliantCount and NonCompliantCount.",
        labels: &["compliance_type", "status"],
        samples: Per::Target(|view, _, out| {
            for totals in view.target.totals() {
                out.sample(&[&totals.compliance_type, "COMPLIANT"], totals.compliant);
                out.sample(
                    &[&totals.compliance_type, "NON_COMPLIANT"],
                    totals.noncompliant,
                );
            }
        }),
    },
];
