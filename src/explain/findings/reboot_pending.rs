//! "AWS-RunPatchBaseline document ran, but the `RebootOption` parameter is set to `NoReboot`".

use super::patch_facts::{how_many, with_operation, with_patches};
use super::steps::{place, scan, verified_patches};
use crate::explain::case::{Case, PATCH};
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::words::{counted, is_word};
use crate::model::{NoncomplianceReason, PatchState};

const CAUSE: Cause = Cause::Reason(NoncomplianceReason::RebootPending);

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let count = how_many(case, PatchState::InstalledPendingReboot);
    if count == 0 || !case.is_noncompliant(PATCH) {
        return Vec::new();
    }
    let finding = Finding::new(CAUSE, Effect::Noncompliant, PATCH, sentence(case, count));
    let last = case
        .patch_state()
        .and_then(|row| row.last_no_reboot_install);
    let patches = case.patches_in(PatchState::InstalledPendingReboot);
    let finding = with_operation(finding, case).time("last_no_reboot_install", last);
    let finding = with_patches(finding, &patches)
        .since(last, "the last installation without a reboot")
        .step(reboot(case))
        .step(wait(case))
        .step(scan(
            case,
            "Scan: until then the patches stay InstalledPendingReboot.",
        ));
    vec![verified_patches(finding, case)]
}

fn sentence(case: Case<'_>, count: usize) -> String {
    let patches = counted(
        count,
        "installed patch waits for a reboot",
        "installed patches wait for a reboot",
    );
    let is_no_reboot = case
        .patch_state()
        .is_some_and(|row| is_word(&row.reboot_option, "NoReboot"));
    if is_no_reboot {
        format!("{patches}: the last operation ran with NoReboot")
    } else {
        format!("{patches} and a scan")
    }
}

fn reboot(case: Case<'_>) -> Step {
    Step::new(
        "Reboot the instance, unless that was done since the installation. This interrupts what \
         runs there: take it out of its load balancer first.",
    )
    .commands(commands::reboot(place(case), case.platform()))
}

fn wait(case: Case<'_>) -> Step {
    Step::new(
        "Wait until it is back: repeat this until it says Online with a time after the reboot.",
    )
    .command(commands::ping_status(place(case)))
}
