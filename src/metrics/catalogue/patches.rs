//! Families about Patch Manager: what the last patch operation of each instance found.

use crate::metrics::counts::Counts;
use crate::metrics::emit::Samples;
use crate::metrics::family::{Family, Kind, Labels, SampleSource, Stability};
use crate::metrics::target_view::TargetView;
use crate::model::{Baseline, Collector, ComplianceType, Instance, PatchCounts, PatchState};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_patches",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of patches of the instance by state: DescribeInstancePatchStates' MissingCount, FailedCount, InstalledPendingRebootCount, InstalledRejectedCount (always), InstalledCount, InstalledOtherCount, NotApplicableCount, AvailableSecurityUpdateCount (when not zero).",
        labels: Labels::Fixed(&["compliance_type", "patch_state"]),
        samples: SampleSource::Instance(|_, instance, out| {
            if let Some(counts) = counts(instance) {
                write_states(counts, out);
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_patches_critical_noncompliant",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // The three counts are families of their own and not values of one label, because they
        // overlap: the sum of a family over its labels must mean something ("Metric and label
        // naming", Prometheus).
        help: "Number of patches of critical severity that are missing, failed, rejected or waiting for a reboot: DescribeInstancePatchStates' CriticalNonCompliantCount. Overlaps with the security and other counts.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let counts = counts(instance);
            out.maybe(&[], counts.and_then(|c| c.critical_noncompliant.get()));
        }),
    },
    Family {
        name: "aws_ssm_instance_patches_security_noncompliant",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of security patches that are missing, failed, rejected or waiting for a reboot: DescribeInstancePatchStates' SecurityNonCompliantCount. Overlaps with the critical and other counts.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let counts = counts(instance);
            out.maybe(&[], counts.and_then(|c| c.security_noncompliant.get()));
        }),
    },
    Family {
        name: "aws_ssm_instance_patches_other_noncompliant",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Number of other patches that are missing, failed, rejected or waiting for a reboot: DescribeInstancePatchStates' OtherNonCompliantCount. Overlaps with the critical and security counts.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            let counts = counts(instance);
            out.maybe(&[], counts.and_then(|c| c.other_noncompliant.get()));
        }),
    },
    Family {
        name: "aws_ssm_instance_patch_operation_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        help: "The last patch operation of the instance: DescribeInstancePatchStates' Operation, BaselineId (the pb-... part), PatchGroup and RebootOption.",
        labels: Labels::Fixed(&["operation", "baseline_id", "patch_group", "reboot_option"]),
        samples: SampleSource::Instance(write_operation),
    },
    Family {
        name: "aws_ssm_instance_patch_operation_end_timestamp_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "When the last patch operation of the instance ended: DescribeInstancePatchStates' OperationEndTime.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            out.maybe(&[], counts(instance).and_then(|c| c.operation_end));
        }),
    },
    Family {
        name: "aws_ssm_instance_patch_no_reboot_install_timestamp_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "When patches were last installed with the option NoReboot: DescribeInstancePatchStates' LastNoRebootInstallOperationTime. Absent if never.",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Instance(|_, instance, out| {
            out.maybe(&[], counts(instance).and_then(|c| c.last_no_reboot_install));
        }),
    },
    Family {
        name: "aws_ssm_patch_baseline_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        // AWS gives every account a baseline for each operating system, and most are never used.
        help: "Patch baselines that an instance's last patch operation used: DescribePatchBaselines' BaselineId (the pb-... part), BaselineName and OperatingSystem.",
        labels: Labels::Fixed(&["baseline_id", "baseline_name", "operating_system"]),
        samples: SampleSource::Target(write_baselines),
    },
];

fn counts(instance: &Instance) -> Option<&PatchCounts> {
    instance.patches.as_ref()?.content.as_ref()
}

/// Writes the states that make an instance non-compliant always, and the others when not zero.
// Alerts compare the former with zero, and so need it; of the latter most instances have none.
fn write_states(counts: &PatchCounts, out: &mut Samples<'_>) {
    for (state, count) in counts.by_state() {
        let is_always_there = (state as usize) < PatchState::NONCOMPLIANT;
        let count = count.get().filter(|count| is_always_there || *count > 0);
        out.maybe(&[ComplianceType::Patch.as_str(), state.as_str()], count);
    }
}

fn write_operation(_: &TargetView<'_>, instance: &Instance, out: &mut Samples<'_>) {
    let Some(counts) = counts(instance) else {
        return;
    };
    let operation = &counts.operation;
    let labels: [&str; 4] = [
        &operation.operation,
        &operation.baseline_id,
        &operation.patch_group,
        &operation.reboot_option,
    ];
    out.sample(&labels, true);
}

fn write_baselines(view: &TargetView<'_>, counts: &Counts<'_>, out: &mut Samples<'_>) {
    if !view.target.has(Collector::Patches) {
        return;
    }
    let used = counts.baselines();
    let baselines = view.target.baselines().iter();
    for baseline in baselines.filter(|baseline| used.contains(&*baseline.id)) {
        write_baseline(baseline, out);
    }
}

fn write_baseline(baseline: &Baseline, out: &mut Samples<'_>) {
    let labels: [&str; 3] = [&baseline.id, &baseline.name, &baseline.operating_system];
    out.sample(&labels, true);
}
