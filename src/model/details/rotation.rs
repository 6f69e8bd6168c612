//! Spreads the rereading of all details over many refreshes.

use std::sync::Arc;
use std::time::Duration;

/// The details that a refresh reads although their summaries have not changed, because they were
/// read the longest time ago.
// Some changes do not show in a summary, such as a patch that replaces another one. And reading
// everything at once every few hours would exceed the request rate of a large account.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Rotation {
    /// The youngest detail whose turn it is, given by the refresh that read it and by its instance.
    // One pair stands for the whole share, so that no set of ids must be kept for a large fleet.
    last: Option<(u32, Arc<str>)>,
}

impl Rotation {
    /// Picks the share of `details` that has to be read again if no detail is to become older than
    /// `full_every` and the last refresh began `elapsed` ago. Each detail is given by the refresh
    /// that read it and by its instance.
    pub(in crate::model) fn new(
        mut details: Vec<(u32, &Arc<str>)>,
        elapsed: Duration,
        full_every: Duration,
    ) -> Self {
        let share = share(details.len(), elapsed, full_every);
        let last = share.checked_sub(1).map(|last| {
            let (_, (read_in, id), _) = details.select_nth_unstable(last);
            (*read_in, Arc::clone(id))
        });
        Self { last }
    }

    /// Says whether it is the turn of the details of instance `id` that refresh `read_in` has read.
    pub(super) fn has(&self, read_in: u32, id: &str) -> bool {
        self.last
            .as_ref()
            .is_some_and(|(last_read_in, last)| (read_in, id) <= (*last_read_in, &**last))
    }
}

/// Returns how many of `count` details are due in `elapsed` if all of them are due in `full_every`.
fn share(count: usize, elapsed: Duration, full_every: Duration) -> usize {
    let share = elapsed
        .as_millis()
        .saturating_mul(count as u128)
        .div_ceil(full_every.as_millis().max(1));
    usize::try_from(share).unwrap_or(usize::MAX).min(count)
}
