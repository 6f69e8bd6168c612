//! Details: what explains the summaries of an instance, and when it must be read again.
//!
//! Details are expensive: one call tells the patch states of fifty instances, or the items of one.
//! The summaries are read at every refresh anyway, so they serve as the signal: while an
//! instance's summary stays the same, what explains it does too. AWS's views lag behind each other,
//! though, and some changes move no summary. So what was read because of a change is read once
//! more, and everything is read again within `full_every`, a little at each refresh.

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
    /// How far it can be trusted.
    pub mark: DetailMark,
    /// What AWS said.
    pub content: T,
}
