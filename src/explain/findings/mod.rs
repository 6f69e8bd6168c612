//! The branches of AWS's article, and what it leaves out: one file each, to be read beside it.
//!
//! Each file looks at the [`Case`] and returns findings, none if its branch does not hold. It adds
//! what proves the branch, since when it holds, and what to do. The order and the verdict are for
//! the parent.

mod agent_offline;
mod association_failed;
mod association_item;
mod baseline_changed;
mod custom_items;
mod inventory_failed;
mod not_managed;
mod not_scanned_since_install;
mod patch_association_noncompliant;
mod patch_facts;
mod patch_policy;
mod patches_failed;
mod patches_missing;
mod patches_rejected;
mod reboot_pending;
mod scan_stale;
mod scanners_conflict;
mod security_updates_available;
mod steps;
mod terminated;
mod unexplained;
mod unscanned;

pub(super) use scan_stale::{MAX_KEPT_DAYS, scan_age_days};
pub(super) use unscanned::unscanned;

use super::case::Case;
use super::cause::Cause;
use super::explanation::Finding;

/// A branch: it returns its findings, none if it does not hold.
type Branch = fn(Case<'_>) -> Vec<Finding>;

/// Every branch but the one for what the others leave unexplained, in the order in which to act.
///
/// | order | findings | why there |
/// |---|---|---|
/// | 1 | not managed, terminated | nothing else can be done before |
/// | 2 | agent offline | no command reaches the instance |
/// | 3 | patches failed | an installation fails again until its reason is mended |
/// | 4 | patches missing | its installation may reboot, which the next one needs |
/// | 5 | reboot pending | a removal should meet the system that runs |
/// | 6 | patches rejected | |
/// | 7 | security updates available | they change a baseline, so others than the instance |
/// | 8 | inventory, patch association, other associations | they run on other instances, too |
/// | 9 | custom items | somebody else must act |
/// | 10 | unexplained | its scan also confirms what was mended above |
/// | 11 | scanners conflict, baseline changed, scan stale, never scanned, not scanned since an installation | they make good news doubtful |
/// | 12 | reported as association only, unsupported platform, patch policy | good to know |
const BRANCHES: [Branch; 17] = [
    not_managed::find,
    terminated::find,
    agent_offline::find,
    patches_failed::find,
    patches_missing::find,
    reboot_pending::find,
    patches_rejected::find,
    security_updates_available::find,
    inventory_failed::find,
    patch_association_noncompliant::find,
    association_failed::find,
    custom_items::find,
    scanners_conflict::find,
    baseline_changed::find,
    scan_stale::find,
    unscanned::find,
    not_scanned_since_install::find,
];

/// Returns all findings, that to act on first at the top.
pub(super) fn all(case: Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = BRANCHES.iter().flat_map(|find| find(case)).collect();
    let unexplained = unexplained::find(case, &findings);
    findings.extend(unexplained);
    findings.extend(patch_policy::find(case));
    findings.sort_by_key(|finding| (!blocks_the_rest(finding.cause), finding.effect));
    findings
}

/// Whether nothing can be done about anything else before this is mended.
pub(super) fn blocks_the_rest(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::NotManaged | Cause::Terminated | Cause::AgentOffline
    )
}
