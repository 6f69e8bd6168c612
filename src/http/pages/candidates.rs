//! The instances that a query selects.

use super::order::SortOrder;
use super::paging::Paging;
use super::query::InstanceQuery;
use super::status::statuses;
use crate::metrics::TargetView;
use crate::model::{
    ComplianceType, Instance, NoncomplianceReason, Timestamp, noncompliance_reasons,
};

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
        let items = |summary: &crate::model::Summary| u64::from(summary.counts.noncompliant_total);
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
        match listing.name() {
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

    /// Why it is non-compliant with the types that `query` asks for, each reason once.
    pub(super) fn reasons(&self, query: &InstanceQuery) -> Vec<NoncomplianceReason> {
        let mut reasons = Vec::new();
        for summary in &self.instance.summaries {
            // The same reasons hold for `aws_ssm_noncompliant_instances`.
            let compliance_type = summary.compliance_type();
            if query.has_type(compliance_type.as_str()) && self.view.explains(compliance_type) {
                reasons.extend(noncompliance_reasons(self.instance, summary));
            }
        }
        reasons.sort_unstable();
        reasons.dedup();
        reasons
    }

    /// Whether the query selects it. Its target and whether it is listed have been looked at.
    pub(super) fn matches(&self, query: &InstanceQuery) -> bool {
        self.has_status(query) && self.has_reason(query) && self.has_text(&query.text)
    }

    fn has_status(&self, query: &InstanceQuery) -> bool {
        if query.compliance_type.is_empty() && query.status.is_none() {
            return true;
        }
        statuses(self.view, self.instance).any(|it| {
            query.has_type(it.compliance_type.as_str())
                && query.status.is_none_or(|status| status == it.status)
        })
    }

    fn has_reason(&self, query: &InstanceQuery) -> bool {
        let Some(reason) = query.reason else {
            return true;
        };
        self.reasons(query).contains(&reason)
    }

    fn has_text(&self, text: &str) -> bool {
        if text.is_empty() || contains(&self.instance.id, text) {
            return true;
        }
        let Some(listing) = &self.instance.listing else {
            return false;
        };
        [
            listing.name(),
            listing.computer_name(),
            listing.ip_address(),
        ]
        .into_iter()
        .any(|field| contains(field, text))
    }
}

/// Whether a text has another one in it, which is in lower case.
fn contains(text: &str, lower: &str) -> bool {
    text.to_lowercase().contains(lower)
}

/// Puts the rows of one page into their order, and drops all others.
pub(super) fn cut_to_page(candidates: &mut Vec<Candidate<'_>>, order: SortOrder, paging: &Paging) {
    let rows = paging.rows();
    // Only what comes before the end of the page is sorted: a fleet has many more instances.
    if let Some(last) = rows
        .end
        .checked_sub(1)
        .filter(|last| *last < candidates.len())
    {
        candidates.select_nth_unstable_by(last, |a, b| order.compare(a, b));
        candidates.truncate(rows.end);
    }
    candidates.sort_unstable_by(|a, b| order.compare(a, b));
    candidates.drain(..rows.start.min(candidates.len()));
}
