//! Families about the associations of State Manager.

use crate::metrics::emit::Samples;
use crate::metrics::family::{Family, Kind, Labels, SampleSource, Stability};
use crate::metrics::target_view::TargetView;
use crate::model::{ComplianceType, Instance};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_associations",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // AWS has some ten statuses, of which an instance has one or two at a time.
        help: "Number of associations of the instance by status: DescribeInstanceInformation's AssociationOverview.InstanceAssociationStatusAggregatedCount. Zero counts are absent.",
        labels: Labels::Fixed(&["status"]),
        samples: SampleSource::Instance(|_, instance, out| {
            if let Some(listing) = &instance.listing {
                for (status, count) in listing.associations.iter() {
                    out.sample(&[status], *count);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_last_association_execution_timestamp_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "When associations last ran on the instance: DescribeInstanceInformation's LastAssociationExecutionDate.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let listing = instance.listing.as_ref();
            let executed = listing.and_then(|listing| listing.last_association_execution);
            out.maybe(&[], executed);
        }),
    },
    Family {
        name: "aws_ssm_instance_last_association_success_timestamp_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "When associations last succeeded on the instance: DescribeInstanceInformation's LastSuccessfulAssociationExecutionDate.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let listing = instance.listing.as_ref();
            let succeeded = listing.and_then(|listing| listing.last_association_success);
            out.maybe(&[], succeeded);
        }),
    },
    Family {
        name: "aws_ssm_instance_noncompliant_association_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        help: "Associations that the instance is NON_COMPLIANT for: ListComplianceItems' Id, Details.DocumentName and Severity.",
        labels: Labels::Fixed(&["association_id", "document_name", "compliance_severity"]),
        samples: SampleSource::Instance(write_noncompliant),
    },
    Family {
        name: "aws_ssm_association_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        // Names are here, once for each association, to be joined by `association_id`. As labels of
        // the counts they would start new series when an association is renamed.
        help: "State Manager associations: ListAssociations' AssociationId, AssociationName and Name (the document).",
        labels: Labels::Fixed(&["association_id", "association_name", "document_name"]),
        samples: SampleSource::Target(|view, _, out| {
            for association in view.target.associations() {
                let labels = [&*association.id, &association.name, &association.document];
                out.sample(&labels, true);
            }
        }),
    },
    Family {
        name: "aws_ssm_association_instances",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of instances of an association by status: ListAssociations' Overview.AssociationStatusAggregatedCount. Zero counts are absent.",
        labels: Labels::Fixed(&["association_id", "status"]),
        samples: SampleSource::Target(|view, _, out| {
            for association in view.target.associations() {
                for (status, count) in &association.instances {
                    out.sample(&[&association.id, status], *count);
                }
            }
        }),
    },
];

fn write_noncompliant(_: &TargetView<'_>, instance: &Instance, out: &mut Samples<'_>) {
    // The items may be older than the summary, which alone decides whether the instance is compliant.
    if !instance.is_noncompliant_for(&ComplianceType::Association) {
        return;
    }
    let Some(detail) = &instance.items else {
        return;
    };
    for association in &detail.content {
        let labels: [&str; 3] = [
            &association.association_id,
            &association.document,
            &association.severity,
        ];
        out.sample(&labels, true);
    }
}
