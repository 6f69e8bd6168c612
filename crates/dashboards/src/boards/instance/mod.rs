//! One instance: why it appears as non-compliant, and what to do about it.

mod associations;
mod history;
mod patching;
mod series;
mod summary;

use super::variables::{instance_id, platform, targets};
use crate::grafana::Dashboard;

pub(super) fn dashboard() -> Dashboard {
    let mut variables = targets();
    variables.push(platform());
    variables.push(instance_id());
    Dashboard {
        uid: "ssm-compliance-instance",
        title: "SSM Compliance / Instance",
        description: "Why does my instance appear as non-compliant, and what do I do about it?",
        back: "7d",
        variables,
        sections: vec![
            summary::section(),
            patching::section(),
            associations::section(),
            history::section(),
        ],
    }
}
