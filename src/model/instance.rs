//! What is kept of one resource: its listing, its summaries, and the details that explain them.
//!
//! An instance is small on purpose, because fleets have a hundred thousand of them. What repeats
//! over a fleet is shared, and what most instances lack is behind a pointer.

use std::sync::Arc;

use super::association::NoncompliantAssociation;
use super::details::{Coverage, Detail, DetailKind, DetailMark};
use super::listing::Listing;
use super::patch_state::PatchCounts;
use super::summary::Summary;
use super::{ComplianceType, Timestamp};

/// One resource that SSM knows: a managed instance, or one that only the compliance views still
/// list.
#[derive(Clone, Debug)]
pub struct Instance {
    /// `i-...` or `mi-...`. Compliance data that somebody put by hand has whatever id it was put
    /// under.
    pub id: Arc<str>,
    /// As `DescribeInstanceInformation` lists it; `None` if it does not.
    pub listing: Option<Box<Listing>>,
    /// At most one per compliance type, in the order of types.
    pub summaries: Box<[Summary]>,
    /// Patch counts, as far as they were read. AWS has none of an instance that was never scanned.
    pub patches: Option<Box<Detail<Option<PatchCounts>>>>,
    /// Non-compliant associations in the order of their ids, as far as they were read.
    pub items: Option<Box<Detail<Box<[NoncompliantAssociation]>>>>,
}

/// What a detail consists of, and where an instance keeps it.
pub trait DetailContent: Sized {
    /// Which detail it is.
    const KIND: DetailKind;

    /// The time that it claims for itself, if it does.
    fn dated(&self) -> Option<Timestamp>;

    /// Whether AWS had anything to tell.
    fn is_something(&self) -> bool;

    /// Where `instance` keeps it.
    fn place(instance: &mut Instance) -> &mut Option<Box<Detail<Self>>>;
}

// === impl Instance ===

impl Instance {
    /// A resource of which nothing but the id is known.
    pub(super) fn named(id: Arc<str>) -> Self {
        Self {
            id,
            listing: None,
            summaries: Box::default(),
            patches: None,
            items: None,
        }
    }

    /// Whether anything but the id is known.
    pub(super) fn is_known(&self) -> bool {
        self.listing.is_some()
            || !self.summaries.is_empty()
            || self.patches.is_some()
            || self.items.is_some()
    }

    /// The summary for a compliance type.
    pub fn summary(&self, compliance_type: &ComplianceType) -> Option<&Summary> {
        self.summaries
            .iter()
            .find(|summary| summary.compliance_type() == compliance_type)
    }

    /// Whether the summary for a compliance type says `NON_COMPLIANT`.
    pub fn is_noncompliant_for(&self, compliance_type: &ComplianceType) -> bool {
        self.summary(compliance_type)
            .is_some_and(Summary::is_noncompliant)
    }

    /// The mark of a detail, if that was read.
    pub(super) fn mark(&self, kind: DetailKind) -> Option<&DetailMark> {
        match kind {
            DetailKind::PatchStates => self.patches.as_ref().map(|detail| &detail.mark),
            DetailKind::AssociationItems => self.items.as_ref().map(|detail| &detail.mark),
        }
    }

    /// Forgets a detail.
    pub(super) fn drop_detail(&mut self, kind: DetailKind) {
        match kind {
            DetailKind::PatchStates => self.patches = None,
            DetailKind::AssociationItems => self.items = None,
        }
    }

    /// Forgets the details that explain nothing any more, as no summary is non-compliant.
    pub(super) fn drop_needless_details(&mut self) {
        for kind in DetailKind::ALL {
            let is_needless = kind.coverage() == Coverage::OnlyNoncompliant
                && !self.is_noncompliant_for(&kind.explains());
            if is_needless {
                self.drop_detail(kind);
            }
        }
    }
}

// === impl DetailContent ===

impl DetailContent for Option<PatchCounts> {
    const KIND: DetailKind = DetailKind::PatchStates;

    fn dated(&self) -> Option<Timestamp> {
        self.as_ref()?.operation_end
    }

    fn is_something(&self) -> bool {
        self.is_some()
    }

    fn place(instance: &mut Instance) -> &mut Option<Box<Detail<Self>>> {
        &mut instance.patches
    }
}

impl DetailContent for Box<[NoncompliantAssociation]> {
    const KIND: DetailKind = DetailKind::AssociationItems;

    /// Items carry the time at which they were uploaded, not that of the execution.
    fn dated(&self) -> Option<Timestamp> {
        None
    }

    fn is_something(&self) -> bool {
        !self.is_empty()
    }

    fn place(instance: &mut Instance) -> &mut Option<Box<Detail<Self>>> {
        &mut instance.items
    }
}
