//! State Manager: the health of associations, the collection of inventory, and the instances that
//! fail.

mod health;
mod instances;
mod series;
mod successes;
mod summary;

use super::variables::targets;
use crate::grafana::Dashboard;

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: "ssm-compliance-associations",
        title: "SSM Compliance / Associations",
        description: "Which State Manager associations fail, on which instances, and whether inventory is collected.",
        back: "24h",
        variables: targets(),
        sections: vec![
            summary::section(),
            health::section(),
            instances::section(),
            successes::section(),
        ],
    }
}
