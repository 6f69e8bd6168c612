//! The order of the instances in the table: by which column, and which way.

use std::cmp::{Ordering, Reverse};

use super::candidates::Candidate;
use super::paging::Paging;
use super::status::status_for;
use crate::model::ComplianceType;

/// A column by which the table can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SortKey {
    Instance,
    Name,
    Account,
    Region,
    Platform,
    Ping,
    Patch,
    Association,
    Items,
    Scan,
    LastPing,
}

/// The order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SortOrder {
    pub(super) key: SortKey,
    pub(super) is_descending: bool,
}

/// The worst instances first: those with the most non-compliant items, as on the dashboards.
impl Default for SortOrder {
    fn default() -> Self {
        Self {
            key: SortKey::Items,
            is_descending: true,
        }
    }
}

impl SortKey {
    pub(super) const ALL: [Self; 11] = [
        Self::Instance,
        Self::Name,
        Self::Account,
        Self::Region,
        Self::Platform,
        Self::Ping,
        Self::Patch,
        Self::Association,
        Self::Items,
        Self::Scan,
        Self::LastPing,
    ];

    /// Its name in the parameter `sort`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Name => "name",
            Self::Account => "account",
            Self::Region => "region",
            Self::Platform => "platform",
            Self::Ping => "ping",
            Self::Patch => "patch",
            Self::Association => "association",
            Self::Items => "items",
            Self::Scan => "scan",
            Self::LastPing => "last_ping",
        }
    }

    fn compare(self, a: &Candidate<'_>, b: &Candidate<'_>) -> Ordering {
        match self {
            Self::Instance => a.instance.id.cmp(&b.instance.id),
            Self::Name => a.name().cmp(b.name()),
            Self::Account => a.account().cmp(&b.account()),
            Self::Region => a.region().cmp(b.region()),
            Self::Platform => a.platform().cmp(&b.platform()),
            Self::Ping => a.ping().cmp(b.ping()),
            Self::Patch => compare_statuses(a, b, &ComplianceType::Patch),
            Self::Association => compare_statuses(a, b, &ComplianceType::Association),
            Self::Items => (a.items, a.unreported).cmp(&(b.items, b.unreported)),
            // What was never scanned or heard comes before what was so long ago.
            Self::Scan => a.scanned().cmp(&b.scanned()),
            Self::LastPing => a.last_ping().cmp(&b.last_ping()),
        }
    }
}

/// Compares from bad to good. What has no status of this type comes last.
fn compare_statuses(a: &Candidate<'_>, b: &Candidate<'_>, kind: &ComplianceType) -> Ordering {
    let rank = |it: &Candidate<'_>| match status_for(it.view, it.instance, kind) {
        Some(status) => (0, Some(status.status), Reverse(status.items)),
        None => (1, None, Reverse(0)),
    };
    rank(a).cmp(&rank(b))
}

impl SortOrder {
    /// Reads a column's name, behind a minus sign if the order is descending.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let key = SortKey::ALL.into_iter().find(|key| key.as_str() == name)?;
        Some(Self { key, is_descending })
    }

    /// The order as [`SortOrder::parse`] reads it.
    pub(super) fn parameter(self) -> String {
        let sign = if self.is_descending { "-" } else { "" };
        format!("{sign}{}", self.key.as_str())
    }

    /// The order that a click on the heading of a column asks for.
    pub(super) fn clicked(self, key: SortKey) -> Self {
        let is_descending = if self.key == key {
            !self.is_descending
        } else {
            // Many items are what people look for; everything else is read from its beginning.
            key == SortKey::Items
        };
        Self { key, is_descending }
    }

    pub(super) fn compare(self, a: &Candidate<'_>, b: &Candidate<'_>) -> Ordering {
        let by_key = self.key.compare(a, b);
        let by_key = if self.is_descending {
            by_key.reverse()
        } else {
            by_key
        };
        // With an order of equals, no instance is on two pages or on none.
        by_key.then_with(|| a.place().cmp(&b.place()))
    }
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
