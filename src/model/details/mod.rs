//! Details explain the summaries of an instance. This module decides when they must be read again.
//!
//! Details are expensive: one call returns the patch states of fifty instances, or the items of a
//! single one. The summaries are read at every refresh anyway, so they serve as the signal: as long
//! as the summary of an instance stays the same, so do its details. But AWS's views lag behind each
//! other, and some changes do not show in any summary. So details that were read because of a
//! change are read once more, and all details are read again within `full_every`, a few at each
//! refresh.

mod kind;
mod mark;
mod rotation;

pub use kind::{Coverage, DetailKind};
pub use mark::DetailMark;
pub(super) use mark::{Reading, RefreshStamp};
pub(super) use rotation::Rotation;

/// What was read to explain one instance's summary.
#[derive(Clone, Debug)]
pub struct Detail<T> {
    /// Says how far the content can be trusted.
    pub mark: DetailMark,
    /// What AWS returned.
    pub content: T,
}
