//! Patch Manager: what is missing, failed, rejected or waiting for a reboot, and which instances
//! are not scanned at all.

mod places;
mod reboots;
mod scans;
mod series;
mod single_patches;
mod summary;

use super::variables::{patch, platform, targets};
use crate::grafana::Dashboard;

pub(super) fn dashboard() -> Dashboard {
    let mut variables = targets();
    variables.push(platform());
    variables.push(patch());
    Dashboard {
        uid: "ssm-compliance-patching",
        title: "SSM Compliance / Patching",
        description: "Which patches are missing, failed, rejected or waiting for a reboot, where, and which instances are not scanned.",
        back: "7d",
        variables,
        sections: vec![
            summary::section(),
            places::section(),
            scans::section(),
            reboots::section(),
            single_patches::section(),
        ],
    }
}
