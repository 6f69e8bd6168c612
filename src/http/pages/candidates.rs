//! An instance with its target, of which the table of instances may have a row.

use crate::metrics::TargetView;
use crate::model::{ComplianceType, Instance, Summary, Timestamp};

/// An instance that may become a row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) view: &'a TargetView<'a>,
    pub(super) instance: &'a Instance,
    /// The number of non-compliant items of all types.
    pub(super) items: u64,
    /// The number of types without a summary that should have one.
    pub(super) unreported: usize,
}

impl<'a> Candidate<'a> {
    pub(super) fn new(view: &'a TargetView<'a>, instance: &'a Instance) -> Self {
        let items = |summary: &Summary| u64::from(summary.counts.noncompliant_total);
        Self {
            view,
            instance,
            items: instance.summaries.iter().map(items).sum(),
            unreported: view.unreported(instance).count(),
        }
    }

    /// The name that people gave it, or else its host name.
    pub(super) fn name(&self) -> &'a str {
        let Some(listing) = &self.instance.listing else {
            return "";
        };
        match self.view.name_of(self.instance) {
            "" => listing.computer_name(),
            name => name,
        }
    }

    pub(super) fn account(&self) -> (&'a str, &'a str) {
        let identity = self.view.identity;
        (&identity.account_name, &identity.account_id)
    }

    pub(super) fn region(&self) -> &'a str {
        &self.view.identity.region
    }

    /// The name and the version of the operating system.
    pub(super) fn platform(&self) -> (&'a str, &'a str) {
        match &self.instance.listing {
            Some(listing) => {
                let shared = &listing.shared;
                (&shared.platform_name, &shared.platform_version)
            }
            None => ("", ""),
        }
    }

    pub(super) fn ping(&self) -> &'a str {
        match &self.instance.listing {
            Some(listing) => &listing.shared.ping_status,
            None => "",
        }
    }

    pub(super) fn last_ping(&self) -> Option<Timestamp> {
        self.instance.listing.as_ref()?.last_ping
    }

    /// When it was last scanned for patches.
    pub(super) fn scanned(&self) -> Option<Timestamp> {
        self.instance
            .summary(&ComplianceType::Patch)?
            .execution_time
    }

    /// Where it is, which no two instances have in common.
    pub(super) fn place(&self) -> [&'a str; 3] {
        let identity = self.view.identity;
        [&self.instance.id, &identity.account_id, &identity.region]
    }
}
