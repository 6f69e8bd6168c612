//! A place in the listing order of a target.

use crate::fleet::Node;
use crate::rows::ResourceTruth;

/// What stands at one place of the listing order.
///
/// Slots are never reused or moved, so that the positions inside tokens stay valid while tests edit
/// the target.
#[derive(Clone, Debug)]
pub(crate) enum ListingSlot {
    /// A node whose rows follow from the seed.
    Node(Node),
    /// A resource that a test has edited. It answers with these rows.
    // The box keeps all other slots small.
    Edited(Box<ResourceTruth>),
    /// A resource that a test has removed.
    Removed,
}
