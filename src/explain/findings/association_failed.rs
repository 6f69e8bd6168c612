//! "Non-compliance based on the status of State Manager associations".

use super::association_item::{AssociationItem, associations};
use crate::explain::case::{ASSOCIATION, Case, PATCH_ASSOCIATION_DOCUMENT};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::words::or;
use crate::model::NoncomplianceReason;

/// The documents that have a branch of their own.
const OTHERS: [&str; 2] = ["AWS-GatherSoftwareInventory", PATCH_ASSOCIATION_DOCUMENT];

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let found = associations(case, |document| !OTHERS.contains(&document));
    found.iter().map(finding).collect()
}

fn finding(association: &AssociationItem<'_>) -> Finding {
    let finding = Finding::new(
        Cause::Reason(NoncomplianceReason::AssociationFailed),
        Effect::Noncompliant,
        ASSOCIATION,
        format!(
            "the association {} of the document {} {}",
            association.name(),
            or(association.document(), "(not named)"),
            association.outcome()
        ),
    );
    association.failure(finding, mend())
}

fn mend() -> Step {
    Step::new(
        "Mend what it names: the document's script or parameters, what they need on the instance, \
         or the targets of the association if it should not run here.",
    )
}
