//! "AWS-GatherSoftwareInventory document issues".

use super::association_item::{AssociationItem, associations};
use crate::explain::case::ASSOCIATION;
use crate::explain::case::Case;
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::model::NoncomplianceReason;

const INVENTORY_DOCUMENT: &str = "AWS-GatherSoftwareInventory";

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let found = associations(case, |document| document == INVENTORY_DOCUMENT);
    found.iter().map(finding).collect()
}

fn finding(association: &AssociationItem<'_>) -> Finding {
    let finding = Finding::new(
        Cause::Reason(NoncomplianceReason::InventoryFailed),
        Effect::Noncompliant,
        ASSOCIATION,
        format!(
            "the collection of inventory ({}) {}",
            association.name(),
            association.outcome()
        ),
    );
    association.failure(finding, mend())
}

fn mend() -> Step {
    Step::new(
        "Mend what it names. Usual causes: a second association with AWS-GatherSoftwareInventory \
         (one instance takes only one), an old agent, no permission for ssm:PutInventory, no \
         space on the disk.",
    )
}
