//! How much a connection is worth keeping.

use std::time::Duration;

use tokio::time::Instant;

/// How long a request may be under way before the connection is judged by its progress, and an
/// answer may pause before it counts as stalled.
pub(super) const PROGRESS_GRACE: Duration = Duration::from_secs(1);

// The derived order is that of the variants and then of their fields, so what stands first below
// goes first.
/// How much a connection is worth keeping: when room is needed, the least goes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum ConnectionStanding {
    /// It has not sent a whole request yet, be it nothing or half a head. The oldest goes first,
    /// because an honest client asks soon after connecting.
    Newcomer { connected: Instant },
    /// A request is under way. The client that takes the least goes first; of equals, the one that
    /// has stood still for longest.
    Exchanging {
        recent_bytes: u64,
        last_progress: Instant,
    },
    /// It has been served and waits for its next request, as scrapers do for most of their time.
    Idle { since: Instant },
    /// Its next request has only just come, so nothing is known about its progress.
    Beginning { since: Instant },
}

impl ConnectionStanding {
    /// Whether a request is under way whose answer stands still.
    pub(super) fn is_stalled(self, now: Instant) -> bool {
        match self {
            Self::Exchanging { last_progress, .. } => {
                now.saturating_duration_since(last_progress) >= PROGRESS_GRACE
            }
            Self::Newcomer { .. } | Self::Idle { .. } | Self::Beginning { .. } => false,
        }
    }
}
