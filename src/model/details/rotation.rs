//! Reading everything again, a little at each refresh.

use std::sync::Arc;
use std::time::Duration;

/// The details that a refresh reads although their summaries are the same: those that were read
/// longest ago.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Rotation {
    /// The last one whose turn it is, by the refresh that read it and by its instance.
    last: Option<(u32, Arc<str>)>,
}

impl Rotation {
    /// Of all `details`, given by the refresh that read them and by their instance, picks the share
    /// that keeps every one of them younger than `full_every`, refreshes being `elapsed` apart.
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

    /// Whether it is the turn of the details of instance `id` that refresh `read_in` has read.
    pub(super) fn has(&self, read_in: u32, id: &str) -> bool {
        self.last
            .as_ref()
            .is_some_and(|(last_read_in, last)| (read_in, id) <= (*last_read_in, &**last))
    }
}

/// How many of `count` details are due in `elapsed` if all of them are within `full_every`.
fn share(count: usize, elapsed: Duration, full_every: Duration) -> usize {
    let share = elapsed
        .as_millis()
        .saturating_mul(count as u128)
        .div_ceil(full_every.as_millis().max(1));
    usize::try_from(share).unwrap_or(usize::MAX).min(count)
}
