//! Which targets are asked.

use super::options::Scope;
use crate::explain::TargetName;

impl Scope {
    /// Whether the target may be one that was asked for. The account's id may still be unknown.
    pub(super) fn may_have(&self, target: &TargetName) -> bool {
        let is_account = target.account_id.is_empty()
            || is_or_any(self.account_id.as_deref(), &target.account_id);
        is_account && is_or_any(self.region.as_deref(), &target.region)
    }
}

fn is_or_any(wanted: Option<&str>, name: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == name)
}

/// The target as people name it: its account by name or id, and its region.
pub(super) fn display_name(target: &TargetName) -> String {
    let account = target.account_name.as_deref().unwrap_or(&target.account_id);
    match account {
        "" => target.region.clone(),
        account => format!("{account}/{}", target.region),
    }
}
