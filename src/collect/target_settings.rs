//! What a target is read with.

use std::sync::Arc;

use crate::model::Selection;

/// What a target is read with, which a reload may change.
#[derive(Debug)]
pub struct TargetSettings<S> {
    /// Where it is read from.
    pub source: Arc<S>,
    /// The compliance types and collectors to read.
    pub selection: Selection,
}
