//! Families about single patches: which ones make instances non-compliant. They are off unless
//! `exposition.max_patch_info_series` asks for them.

use crate::metrics::counts::Counts;
use crate::metrics::emit::{Samples, escaped};
use crate::metrics::family::{Family, Kind, Labels, SampleSource, Stability};
use crate::metrics::patch_quota::{PatchQuota, left_out, shown_patches};
use crate::metrics::target_view::TargetView;
use crate::model::NoncompliantPatch;

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_noncompliant_patch_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        help: "Patches that the instance is NON_COMPLIANT for: ListComplianceItems' Id, Title and Details (PatchState, Classification, PatchSeverity, and CVEIds up to 1,024 bytes). Opt-in, and at most exposition.max_patch_info_series per target: the worst patch_severity first, then by instance_id and patch_id.",
        labels: Labels::Fixed(&[
            "patch_id",
            "patch_state",
            "classification",
            "patch_severity",
            "title",
            "cve_ids",
        ]),
        samples: SampleSource::LimitedInstance(write_patches),
    },
    Family {
        name: "aws_ssm_noncompliant_patches_truncated",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of series left out of aws_ssm_instance_noncompliant_patch_info because of exposition.max_patch_info_series. Opt-in.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Target(|view, _, out| {
            if view.has_patch_details() {
                out.sample(&[], left_out(view));
            }
        }),
    },
    Family {
        name: "aws_ssm_noncompliant_patch_instances",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // It is neither cut by the limit on series of instances nor by `exposition.instances`: it
        // grows with the patches that there are, and not with the fleet.
        help: "Number of listed instances that are NON_COMPLIANT for the patch in that state: ListComplianceItems' Id and Details (PatchState, Classification, PatchSeverity). Opt-in. At most the 20,000 patches that affect the most instances, per target.",
        labels: Labels::Fixed(&[
            "patch_id",
            "patch_state",
            "classification",
            "patch_severity",
        ]),
        samples: SampleSource::Target(write_patch_counts),
    },
    Family {
        name: "aws_ssm_noncompliant_cve_instances",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of listed instances that are NON_COMPLIANT for a patch against the vulnerability: ListComplianceItems' Details.CVEIds. Opt-in. At most the 20,000 vulnerabilities that affect the most instances, per target.",
        labels: Labels::Fixed(&["cve_id"]),
        samples: SampleSource::Target(write_vulnerability_counts),
    },
];

fn write_patches(view: &TargetView<'_>, _: &Counts<'_>, out: &mut Samples<'_>) {
    let mut quota = PatchQuota::new(view);
    for (instance, patches) in shown_patches(view) {
        out.start_instance(&escaped(&instance.id));
        for patch in patches.iter().filter(|patch| quota.admits(patch)) {
            write_patch(patch, out);
        }
    }
}

fn write_patch(patch: &NoncompliantPatch, out: &mut Samples<'_>) {
    let labels: [&str; 6] = [
        &patch.id,
        &patch.state,
        &patch.classification,
        &patch.severity,
        &patch.title,
        patch.shown_cve_ids(),
    ];
    out.sample(&labels, true);
}

fn write_patch_counts(view: &TargetView<'_>, counts: &Counts<'_>, out: &mut Samples<'_>) {
    if view.has_patch_details() {
        for (labels, instances) in counts.patches.by_patch() {
            out.sample(&labels, instances);
        }
    }
}

fn write_vulnerability_counts(view: &TargetView<'_>, counts: &Counts<'_>, out: &mut Samples<'_>) {
    if view.has_patch_details() {
        for (cve_id, instances) in counts.patches.by_vulnerability() {
            out.sample(&[cve_id], instances);
        }
    }
}
