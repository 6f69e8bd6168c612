//! Families about Patch Manager.

use crate::metrics::family::{
    Family,
    Kind::{Gauge, Info},
    Per,
    Stability::Experimental,
};
use crate::model::{Baseline, Collector, Instance, PATCH, PatchCounts, PatchState};

fn counts(instance: &Instance) -> Option<&PatchCounts> {
    instance.patches.as_ref()?.state.as_ref()
}

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_instance_patches",
        kind: Gauge,
        stability: Experimental,
        help: "Number of patches of the instance by state: DescribeInstancePatchStates' MissingCount, FailedCount, InstalledPendingRebootCount, InstalledRejectedCount (always), InstalledCount, InstalledOtherCount, NotApplicableCount, AvailableSecurityUpdateCount (when not zero).",
        labels: &["compliance_type", "patch_state"],
        samples: Per::Instance(|_, instance, out| {
            for (state, count) in counts(instance).into_iter().flat_map(PatchCounts::by_state) {
                let always = (state as usize) < PatchState::NONCOMPLIANT;
                out.maybe(
                    &[PATCH, state.as_str()],
                    count.value().filter(|count| always || *count > 0),
                );
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_patches_critical_noncompliant",
        kind: Gauge,
        stability: Experimental,
        help: "Number of patches of critical severity that are missing, failed, rejected or waiting for a reboot: DescribeInstancePatchStates' CriticalNonCompliantCount. Overlaps with the security and other counts.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                counts(instance).and_then(|c| c.critical_noncompliant.value()),
            )
        }),
    },
    Family {
        name: "aws_ssm_instance_patches_security_noncompliant",
        kind: Gauge,
        stability: Experimental,
        help: "Number of security patches that are missing, failed, rejected or waiting for a reboot: DescribeInstancePatchStates' SecurityNonCompliantCount. Overlaps with the critical and other counts.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                counts(instance).and_then(|c| c.security_noncompliant.value()),
            )
        }),
    },
    Family {
        name: "aws_ssm_instance_patches_other_noncompliant",
        kind: Gauge,
        stability: Experimental,
        help: "Number of other patches that are missing, failed, rejected or waiting for a reboot: DescribeInstancePatchStates' OtherNonCompliantCount. Overlaps with the critical and security counts.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(
                &[],
                counts(instance).and_then(|c| c.other_noncompliant.value()),
            )
        }),
    },
    Family {
        name: "aws_ssm_instance_patch_operation_info",
        kind: Info,
        stability: Experimental,
        help: "The last patch operation of the instance: DescribeInstancePatchStates' Operation, BaselineId (the pb-... part), PatchGroup and RebootOption.",
        labels: &["operation", "baseline_id", "patch_group", "reboot_option"],
        samples: Per::Instance(|_, instance, out| {
            if let Some(by) = counts(instance).map(|counts| &counts.operation) {
                out.sample(
                    &[
                        &by.operation,
                        &by.baseline_id,
                        &by.patch_group,
                        &by.reboot_option,
                    ],
                    true,
                );
            }
        }),
    },
    Family {
        name: "aws_ssm_instance_patch_operation_end_timestamp_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "When the last patch operation of the instance ended: DescribeInstancePatchStates' OperationEndTime.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(&[], counts(instance).and_then(|c| c.operation_end))
        }),
    },
    Family {
        name: "aws_ssm_instance_patch_no_reboot_install_timestamp_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "When patches were last installed with the option NoReboot: DescribeInstancePatchStates' LastNoRebootInstallOperationTime. Absent if never.",
        labels: &[],
        samples: Per::Instance(|_, instance, out| {
            out.maybe(&[], counts(instance).and_then(|c| c.last_no_reboot_install))
        }),
    },
    Family {
        name: "aws_ssm_patch_baseline_info",
        kind: Info,
        stability: Experimental,
        help: "Patch baselines that an instance's last patch operation used: DescribePatchBaselines' BaselineId (the pb-... part), BaselineName and OperatingSystem.",
        labels: &["baseline_id", "baseline_name", "operating_system"],
        samples: Per::Target(|view, counts, out| {
            if !view.target.has(Collector::Patches) {
                return;
            }
            let baselines = counts.baselines();
            let used = |baseline: &&Baseline| baselines.contains(&*baseline.id);
            for baseline in view.target.baselines().iter().filter(used) {
                out.sample(
                    &[&baseline.id, &baseline.name, &baseline.operating_system],
                    true,
                );
            }
        }),
    },
];
