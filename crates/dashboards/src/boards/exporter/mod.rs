//! The exporter itself: whether it reads every target, how it gets on with AWS's limits, and what
//! it costs.

mod calls;
mod collectors;
mod discovery;
mod process;
mod series;
mod summary;

use super::variables::{account, exporter_instance, job, region};
use crate::grafana::Dashboard;

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: "ssm-compliance-exporter",
        title: "SSM Compliance / Exporter",
        description: "Whether the exporter reads every account and region, how it copes with AWS's limits, and what it costs.",
        back: "6h",
        variables: vec![job(), exporter_instance(), account(), region()],
        sections: vec![
            summary::section(),
            collectors::section(),
            calls::section(),
            discovery::section(),
            process::section(),
        ],
    }
}
