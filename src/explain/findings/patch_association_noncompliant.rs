//! An association of `AWS-RunPatchBaselineAssociation` ran, found patches missing, and reports that
//! as its own non-compliance. The article knows only the association behind it.

use super::association_item::{AssociationItem, associations};
use super::steps::{SCAN_AFTER_INSTALL, install, scan};
use crate::explain::case::{ASSOCIATION, Case, PATCH_ASSOCIATION_DOCUMENT};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding};
use crate::model::{NoncomplianceReason, last_segment};

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let found = associations(case, |document| document == PATCH_ASSOCIATION_DOCUMENT);
    found.iter().map(finding).collect()
}

fn finding(association: &AssociationItem<'_>) -> Finding {
    let finding = Finding::new(
        Cause::Reason(NoncomplianceReason::PatchAssociationNoncompliant),
        Effect::Noncompliant,
        ASSOCIATION,
        format!(
            "the association {} found patches that are not in order, and reports them only this \
             way",
            association.name()
        ),
    );
    let baseline = last_segment(association.item.detail("PatchBaselineId"));
    let finding = association.evidence(finding).text("baseline_id", baseline);
    let finding = association
        .since(finding)
        .step(association.read(
            "Find the patches in what the last run wrote: AWS keeps no list of them elsewhere.",
        ))
        .step(install(association.case))
        .step(scan(association.case, SCAN_AFTER_INSTALL))
        .step(association.run_again());
    association.verified(finding)
}
