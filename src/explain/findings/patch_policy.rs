//! A patch policy scans the instance: its patch group, and the baseline of that, do not matter.

use super::patch_facts::with_scanner;
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::explanation::{Effect, Finding, Step};

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    if !case.is_by_patch_policy() || case.is_unlisted() {
        return Vec::new();
    }
    let finding = Finding::new(
        Cause::PatchPolicy,
        Effect::Informative,
        PATCH,
        "a patch policy of Quick Setup scans the instance: it chooses the baseline, and the patch \
         group is ignored",
    );
    let finding = with_scanner(finding, case).step(Step::new(
        "To change what is approved or when it is installed, change the policy in Quick Setup, \
         not the patch group.",
    ));
    vec![finding]
}
