//! What clients ask of a target that is done more than once, or later.

use crate::effects::{PatchAction, RebootOption};
use crate::rows::{Association, AssociationTarget};

/// What is asked of `AWS-RunPatchBaseline`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatchOrder {
    pub(crate) action: PatchAction,
    pub(crate) reboot: RebootOption,
}

/// What somebody asks for with `CreateAssociation`.
#[derive(Clone, Debug)]
pub(crate) struct AssociationOrder {
    pub(crate) name: Option<String>,
    pub(crate) schedule: String,
    pub(crate) targets: Vec<AssociationTarget>,
    pub(crate) patch: PatchOrder,
}

/// An association that was created, and what it does.
#[derive(Clone, Debug)]
pub(super) struct CreatedAssociation {
    pub(super) row: Association,
    pub(super) order: PatchOrder,
}
