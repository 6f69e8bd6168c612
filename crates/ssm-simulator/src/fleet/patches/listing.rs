//! The rows of `DescribeInstancePatches`.

use super::draft::{PatchDraft, number, package};
use super::states::ListedState;
use crate::fleet::catalogue::PACKAGES;
use crate::fleet::snapshot::NodeSnapshot;
use crate::rows::Patch;
use crate::time;

const SECONDS_PER_DAY: u32 = 86_400;

impl<'a> NodeSnapshot<'a> {
    /// The patches of the node. Items that somebody has put by hand are no patches.
    pub(crate) fn patches(self) -> impl Iterator<Item = Patch> + use<'a> {
        self.patch_drafts()
            .filter(|draft| draft.state != ListedState::Manual)
            .map(move |draft| self.patch(&draft))
    }

    pub(super) fn patch(&self, draft: &PatchDraft) -> Patch {
        let (kb_id, title) = self.patch_names(draft);
        let has_title = !matches!(
            draft.state,
            ListedState::InstalledOther | ListedState::NotApplicable
        );
        Patch {
            instance_id: self.node.id(),
            title: if has_title { title } else { String::new() },
            kb_id,
            classification: draft.classification().to_owned(),
            severity: draft.patch_severity().to_owned(),
            state: draft.state.name(),
            installed_time: self.installed_time(draft),
            cve_ids: cve_ids(draft),
        }
    }

    /// The id and the title of a patch.
    fn patch_names(&self, draft: &PatchDraft) -> (String, String) {
        if draft.state == ListedState::Manual {
            return ("manual-review".to_owned(), "Reviewed by hand".to_owned());
        }
        let number = draft.number();
        let vendor = self.vendor_patch(number);
        if self.node.is_windows() {
            update_names(number, vendor.name)
        } else {
            package_names(number, vendor.name)
        }
    }

    fn installed_time(&self, draft: &PatchDraft) -> f64 {
        match draft.state {
            // Windows does not know when patches were installed that the baseline does not cover.
            ListedState::InstalledOther if self.node.is_windows() => time::YEAR_ONE,
            ListedState::Installed
            | ListedState::InstalledOther
            | ListedState::InstalledPendingReboot
            | ListedState::InstalledRejected => {
                let age_days = 1 + draft.ordinal % 90;
                self.scanned() - f64::from(SECONDS_PER_DAY * age_days)
            }
            _ => 0.0,
        }
    }
}

/// The ids of the patches in a state, the first ones first, which are the same on every node of an
/// operating system.
pub(super) fn first_ids(state: ListedState, count: u32, is_windows: bool) -> Vec<String> {
    (0..count)
        .map(|ordinal| number(state, ordinal))
        .map(|number| patch_id(number, is_windows))
        .collect()
}

fn patch_id(number: u32, is_windows: bool) -> String {
    if is_windows {
        update_id(number)
    } else {
        package_names(number, package(number).name).0
    }
}

fn update_id(number: u32) -> String {
    format!("KB{}", 5_030_000 + number * 7)
}

fn update_names(number: u32, title: &str) -> (String, String) {
    let id = update_id(number);
    let full_title = format!("2026-10 {title} ({id})");
    (id, full_title)
}

fn package_names(number: u32, package: &str) -> (String, String) {
    let copy = number as usize / PACKAGES.len();
    // There are more patches than packages, and every id must occur once only.
    let name = match copy {
        0 => package.to_owned(),
        _ => format!("{package}-{copy}"),
    };
    let title = format!("{name}.x86_64:0:3.{copy}.{number}-4");
    (format!("{name}.x86_64"), title)
}

/// Only patches that are still to be installed name the vulnerabilities that they close.
fn cve_ids(draft: &PatchDraft) -> Option<String> {
    if !matches!(draft.state, ListedState::Missing | ListedState::Failed) {
        return None;
    }
    let first = 20_000 + draft.number();
    let second = 30_000 + draft.number();
    Some(format!("CVE-2026-{first},CVE-2026-{second}"))
}
