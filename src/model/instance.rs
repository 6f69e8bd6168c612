//! What is kept for one resource: its listing, its summaries, and the details that explain them.
//!
//! An instance is small on purpose, because a fleet may have a hundred thousand of them. Whatever
//! repeats over a fleet is shared, and whatever most instances lack is behind a pointer.

use std::fmt::Debug;
use std::sync::Arc;

use super::association::NoncompliantAssociation;
use super::compliance_type::ComplianceType;
use super::details::{Coverage, Detail, DetailKind, DetailMark};
use super::listing::Listing;
use super::noncompliant_patch::{NoncompliantPatch, NoncompliantPatches};
use super::patch_state::PatchCounts;
use super::summary::Summary;
use super::time::Timestamp;

/// One resource that SSM knows: a managed instance, or one that only the compliance views still
/// list.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The id, usually `i-...` or `mi-...`.
    // `PutComplianceItems` accepts any text as the id of a resource, so ids of other forms exist.
    pub id: Arc<str>,
    /// The entry in the listing of managed instances, or `None` if there is none.
    // AWS does not list stopped and terminated instances, and yet it keeps their compliance data
    // for weeks. A resource without a listing is most often one of those.
    pub listing: Option<Box<Listing>>,
    /// The summaries, at most one per compliance type, in the order of types.
    pub summaries: Box<[Summary]>,
    /// The patch counts, or `None` if they were not read. The content is `None` if AWS has no patch
    /// state for the instance, because it was never scanned.
    pub patches: Option<Box<Detail<Option<PatchCounts>>>>,
    /// The non-compliant associations in the order of their ids, or `None` if they were not read.
    pub items: Option<Box<Detail<Box<[NoncompliantAssociation]>>>>,
    /// The non-compliant patches, or `None` if they were not read.
    pub patch_items: Option<Box<Detail<NoncompliantPatches>>>,
}

/// The content of one kind of detail.
pub trait DetailContent: Debug + Send + Sized + 'static {
    /// The kind of detail that this is the content of.
    const KIND: DetailKind;

    /// Returns the time at which AWS says that the content was determined, if AWS says so.
    fn dated(&self) -> Option<Timestamp>;

    /// Says whether AWS had anything to report.
    fn is_something(&self) -> bool;

    /// Returns the place where `instance` keeps this kind of detail.
    fn place(instance: &mut Instance) -> &mut Option<Box<Detail<Self>>>;
}

// === impl Instance ===

impl Instance {
    /// Creates a resource of which nothing but the id is known.
    pub(super) fn named(id: Arc<str>) -> Self {
        Self {
            id,
            listing: None,
            summaries: Box::default(),
            patches: None,
            items: None,
            patch_items: None,
        }
    }

    /// Says whether anything but the id is known.
    pub(super) fn is_known(&self) -> bool {
        self.listing.is_some()
            || !self.summaries.is_empty()
            || self.patches.is_some()
            || self.items.is_some()
            || self.patch_items.is_some()
    }

    /// Returns the summary for a compliance type.
    pub fn summary(&self, compliance_type: &ComplianceType) -> Option<&Summary> {
        self.summaries
            .iter()
            .find(|summary| summary.compliance_type() == compliance_type)
    }

    /// Says whether the summary for a compliance type is `NON_COMPLIANT`.
    pub fn is_noncompliant_for(&self, compliance_type: &ComplianceType) -> bool {
        self.summary(compliance_type)
            .is_some_and(Summary::is_noncompliant)
    }

    /// Returns the patches because of which the instance is non-compliant, the worst ones first, as
    /// far as they were read.
    pub fn noncompliant_patches(&self) -> &[Arc<NoncompliantPatch>] {
        match &self.patch_items {
            // The items may be older than the summary, which alone decides whether the instance is
            // compliant.
            Some(detail) if self.is_noncompliant_for(&ComplianceType::Patch) => &detail.content,
            _ => &[],
        }
    }

    /// Returns the mark of a detail, if that detail was read.
    pub(super) fn mark(&self, kind: DetailKind) -> Option<&DetailMark> {
        match kind {
            DetailKind::PatchStates => self.patches.as_ref().map(|detail| &detail.mark),
            DetailKind::AssociationItems => self.items.as_ref().map(|detail| &detail.mark),
            DetailKind::PatchItems => self.patch_items.as_ref().map(|detail| &detail.mark),
        }
    }

    /// Forgets a detail.
    pub(super) fn drop_detail(&mut self, kind: DetailKind) {
        match kind {
            DetailKind::PatchStates => self.patches = None,
            DetailKind::AssociationItems => self.items = None,
            DetailKind::PatchItems => self.patch_items = None,
        }
    }

    /// Forgets the details that explain nothing any more, because their summary is no longer
    /// non-compliant.
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

    fn dated(&self) -> Option<Timestamp> {
        // Items do have an execution time, but it is the time at which the agent uploaded them, the
        // same one for all associations of an instance. It says nothing about a single item.
        None
    }

    fn is_something(&self) -> bool {
        !self.is_empty()
    }

    fn place(instance: &mut Instance) -> &mut Option<Box<Detail<Self>>> {
        &mut instance.items
    }
}

impl DetailContent for NoncompliantPatches {
    const KIND: DetailKind = DetailKind::PatchItems;

    fn dated(&self) -> Option<Timestamp> {
        // The execution time of the items is that of their scan, and an instance would need another
        // field for it. It can be spared: AWS stores the items together with their summary, and
        // what was read because of a change is read once more.
        None
    }

    fn is_something(&self) -> bool {
        !self.is_empty()
    }

    fn place(instance: &mut Instance) -> &mut Option<Box<Detail<Self>>> {
        &mut instance.patch_items
    }
}
