//! The pauses of a target after a throttle, in which it makes no call at all.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::backoff::{MAX_RETRY_AFTER, backoff, jitter};

/// The longest first pause after a throttle; it doubles with each throttle that follows.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause that AWS has not asked for.
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(5);

/// What decides on the next pause.
#[derive(Debug, Default)]
pub(super) struct ThrottlePauses {
    /// When the last pause began.
    paused_at: Option<Instant>,
    /// The throttles since the last good answer.
    pub(super) throttles: u32,
    /// The longest pause of this refresh.
    longest: Duration,
}

impl ThrottlePauses {
    pub(super) fn begin_refresh(&mut self) {
        self.throttles = 0;
        self.longest = Duration::ZERO;
    }

    pub(super) fn answered(&mut self) {
        // The rate may be the right one now, so the next pause begins small again.
        self.throttles = 0;
    }

    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    /// The pause that begins now, if any, because AWS throttled an attempt `sent` at that time and
    /// may have said how long to wait.
    pub(super) fn pause_after(
        &mut self,
        sent: Instant,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> Option<Duration> {
        let pause = match retry_after {
            Some(retry_after) => retry_after.min(MAX_RETRY_AFTER),
            None if self.is_of_last_volley(sent) => return None,
            None => self.next_pause(),
        };
        self.paused_at = Some(now);
        self.longest = self.longest.max(pause);
        Some(pause)
    }

    /// Whether an attempt was on its way when the last pause began. It says nothing new then: a
    /// volley of throttles is one throttle.
    fn is_of_last_volley(&self, sent: Instant) -> bool {
        self.paused_at.is_some_and(|paused_at| sent < paused_at)
    }

    fn next_pause(&mut self) -> Duration {
        self.throttles = self.throttles.saturating_add(1);
        // Other targets of the account were throttled at the same moment, and should not all come
        // back at once.
        jitter(backoff(FIRST_PAUSE, self.throttles).min(MAX_PAUSE))
    }
}
