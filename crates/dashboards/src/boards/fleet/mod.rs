//! The fleet: how much of it is compliant, why the rest is not, and whether the numbers can be
//! trusted.

mod instances;
mod places;
mod summary;
mod tags;
mod trust;

use super::variables::{compliance_type, tag_key, tag_value, targets};
use crate::grafana::Dashboard;

pub(super) fn dashboard() -> Dashboard {
    let mut variables = targets();
    variables.extend([compliance_type(), tag_key(), tag_value()]);
    Dashboard {
        uid: "ssm-compliance-fleet",
        title: "SSM Compliance / Fleet",
        description: "How much of the fleet is compliant, why the rest is not, and which instances need work first.",
        back: "24h",
        variables,
        sections: vec![
            summary::section(),
            places::section(),
            tags::section(),
            instances::section(),
            trust::section(),
        ],
    }
}
