//! Families about State Manager.

use crate::metrics::family::{
    Family,
    Kind::{Gauge, Info},
    Per,
    Stability::Experimental,
};
use crate::model::ASSOCIATION;

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_associations",
        kind: Gauge,
        stability: Experimental,
        help: "Number of associations of the instance by status: DescribeInstanceInformation's AssociationOverview.InstanceAssociationStatusAggregatedCount. Zero counts are absent.",
        labels: &["status"],
        samples: Per::Instance(|_, instance, out| {
            for (status, count) in instance
                .listing
                .iter()
                .flat_map(|listing| listing.associations.iter())
            {
                out.sample(&[status], *count);
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_last_association_execution_timestamp_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "When associations last ran on the instance: DescribeInstanceInformation's LastAssociationExecutionDate.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                instance
                    .listing
                    .as_ref()
                    .and_then(|listing| listing.last_association_execution),
            );
        }),
    },
    Family {
        name: "aws_ssm_instance_last_association_success_timestamp_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "When associations last succeeded on the instance: DescribeInstanceInformation's LastSuccessfulAssociationExecutionDate.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                instance
                    .listing
                    .as_ref()
                    .and_then(|listing| listing.last_association_success),
            );
        }),
    },
    Family {
        name: "aws_ssm_instance_noncompliant_association_info",
        kind: Info,
        stability: Experimental,
        help: "Associations that the instance is NON_COMPLIANT for: ListComplianceItems' Id, Details.DocumentName and Severity.",
        labels: &["association_id", "document_name", "compliance_severity"],
        samples: Per::Instance(|_, instance, out| {
            if instance
                .summary(ASSOCIATION)
                .is_none_or(|summary| !summary.is_noncompliant())
            {
                return;
            }
            for association in instance
                .items
                .iter()
                .flat_map(|detail| &detail.associations)
            {
                out.sample(
                    &[
                        &association.association_id,
                        &association.document,
                        &association.severity,
                    ],
                    true,
                );
            }
        }),
    },
    Family {
        name: "aws_ssm_association_info",
        kind: Info,
        stability: Experimental,
        help: "State Manager associations: ListAssociations' AssociationId, AssociationName and Name (the document).",
        labels: &["association_id", "association_name", "document_name"],
        samples: Per::Target(|view, _, out| {
            for association in view.target.associations() {
                out.sample(
                    &[&association.id, &association.name, &association.document],
                    true,
                );
            }
        }),
    },
    Family {
        name: "aws_ssm_association_instances",
        kind: Gauge,
        stability: Experimental,
        help: "Number of instances of an association by status: ListAssociations' Overview.AssociationStatusAggregatedCount. Zero counts are absent.",
        labels: &["association_id", "status"],
        samples: Per::Target(|view, _, out| {
            for association in view.target.associations() {
                for (status, count) in &association.instances {
                    out.sample(&[&association.id, status], *count);
                }
            }
        }),
    },
];
