//! What AWS allows for one operation, or for all that share a limit, learnt from its refusals.
//!
//! SSM publishes no request rate for what is called here, and the account's other tools draw on the
//! same one. So a throttle halves the pace at once, and the pace climbs back along the curve of
//! CUBIC (RFC 9438): within seconds to just below the pace that was refused, and only minutes later
//! far beyond it.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The time in which the pace is back just below where it was refused.
const RECOVERY: Duration = Duration::from_secs(10);
/// The time, after that, in which the pace has risen by as much again.
const PROBING: Duration = Duration::from_mins(1);
/// How much a throttle takes from the pace.
const HALF: f64 = 0.5;
/// The curve levels off this much below the refused pace: at that very pace it would be refused
/// again.
const SAFETY: f64 = 0.95;
/// The slowest pace of an operation, in requests per second: slower ones learn nothing, and take
/// minutes to find that a storm is over.
const SLOWEST: f64 = 0.5;
/// The time over which the pace in use is measured.
const WINDOW: Duration = Duration::from_secs(3);

/// What AWS's buckets hold, in time.
const BURST: Duration = Duration::from_secs(1);
/// How long ago a refusal may be taken back.
const LATELY: Duration = Duration::from_secs(1);
/// Others that are this much slower than before have gone quiet.
const QUIET: f64 = 0.5;

/// The pace of one operation of one target, or of all together.
#[derive(Debug)]
pub(super) struct Pace {
    slowest: f64,
    refused: Option<Refusal>,
    /// Tickets taken within the last [`WINDOW`].
    taken: VecDeque<Instant>,
    /// The earliest time of the next ticket.
    slot: Option<Instant>,
}

/// The last throttle.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    at: Instant,
    /// The pace at which it came, in requests per second.
    pace: f64,
    /// The pace of the other operations at that time.
    others: f64,
}

impl Pace {
    /// Of so many operations: together they are no slower than each by itself would be.
    pub(super) fn of(operations: u32) -> Self {
        let slowest = SLOWEST * f64::from(operations);
        Self {
            slowest,
            refused: None,
            taken: VecDeque::new(),
            slot: None,
        }
    }

    /// Requests per second that are allowed now, at most `ceiling`.
    pub(super) fn allowed(&self, now: Instant, ceiling: f64) -> f64 {
        self.refused.map_or(ceiling, |refusal| {
            refusal
                .recovered(now)
                .clamp(self.slowest.min(ceiling), ceiling)
        })
    }

    /// The earliest time of the next ticket.
    pub(super) fn slot(&self) -> Option<Instant> {
        self.slot
    }

    /// A ticket is taken; `slot` is the time it was due.
    pub(super) fn take(&mut self, slot: Instant, now: Instant, ceiling: f64) {
        self.taken.push_back(now);
        self.forget(now);
        self.slot = None;
        if self.refused.is_some() {
            let allowed = self.allowed(now, ceiling);
            if allowed < ceiling {
                self.slot = Duration::try_from_secs_f64(allowed.recip())
                    .ok()
                    .map(|interval| slot + interval);
            } else {
                self.refused = None;
            }
        }
    }

    /// AWS refused an attempt that was `sent` at that time.
    ///
    /// Attempts that were on their way when the pace was last lowered say nothing about the lower
    /// pace. `total` is the pace of all operations.
    pub(super) fn refuse(&mut self, sent: Instant, now: Instant, ceiling: f64, total: f64) {
        if self.is_old(sent) {
            return;
        }
        self.forget(now);
        let in_use = self.in_use(now);
        let pace = in_use.min(self.allowed(now, ceiling)).max(self.slowest);
        self.refused = Some(Refusal {
            at: now,
            pace,
            others: total - in_use,
        });
        self.slot = Duration::try_from_secs_f64(self.allowed(now, ceiling).recip())
            .ok()
            .map(|interval| now + interval);
    }

    /// Whether a refusal still holds it back.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Whether an attempt that was `sent` at that time says nothing about the pace, which was
    /// lowered since.
    pub(super) fn is_old(&self, sent: Instant) -> bool {
        self.refused.is_some_and(|refusal| sent <= refusal.at)
    }

    /// Takes back a refusal of late: the limit was not this operation's own.
    pub(super) fn revoke_backoff(&mut self, now: Instant) {
        if self
            .refused
            .is_some_and(|refusal| now.duration_since(refusal.at) <= LATELY)
        {
            (self.refused, self.slot) = (None, None);
        }
    }

    /// If it is held back: goes on from where it is to nearly twice as much, within the time of a
    /// recovery.
    pub(super) fn raise(&mut self, now: Instant, ceiling: f64) {
        let pace = self.allowed(now, ceiling) / HALF;
        self.refused = self.refused.map(|_| Refusal {
            at: now,
            pace,
            others: 0.0,
        });
    }

    /// If the limit was shared with operations that have gone quiet since, there is room now.
    pub(super) fn adapt_to_quiet_peers(&mut self, now: Instant, ceiling: f64, total: f64) {
        let others = total - self.in_use(now);
        let are_quiet = |was: Refusal| {
            now.duration_since(was.at) > WINDOW
                && was.others > QUIET * was.pace
                && others < QUIET * was.others
        };
        if self.refused.is_some_and(are_quiet) {
            self.raise(now, ceiling);
        }
    }

    fn forget(&mut self, now: Instant) {
        while self
            .taken
            .front()
            .is_some_and(|taken| now.duration_since(*taken) > WINDOW)
        {
            self.taken.pop_front();
        }
    }

    /// The pace of late, in requests per second.
    pub(super) fn in_use(&self, now: Instant) -> f64 {
        let Some(first) = self.taken.front() else {
            return 0.0;
        };
        let count = u32::try_from(self.taken.len()).unwrap_or(u32::MAX);
        let time = now.duration_since(*first);
        // One that has only begun found AWS's bucket full: as a rule it holds a second's worth.
        let full = if time + BURST < WINDOW {
            BURST
        } else {
            Duration::ZERO
        };
        f64::from(count) / (time + full).as_secs_f64()
    }
}

impl Refusal {
    /// The pace of the curve: half of what was refused at first, level at [`RECOVERY`], rising
    /// without end after it, but in the slower time of [`PROBING`].
    fn recovered(&self, now: Instant) -> f64 {
        let level = self.pace * SAFETY;
        let passed = now.duration_since(self.at);
        let from_level = match passed.checked_sub(RECOVERY) {
            None => passed.div_duration_f64(RECOVERY) - 1.0,
            Some(beyond) => beyond.div_duration_f64(PROBING),
        };
        level + (level - self.pace * HALF) * from_level.powi(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CEILING: f64 = 40.0;

    /// A pace at which `per_second` tickets were taken for some seconds, and the time.
    fn in_use_at(per_second: u32) -> (Pace, Instant) {
        let (mut pace, mut now) = (Pace::of(1), Instant::now());
        for _ in 0..per_second * 5 {
            pace.take(now, now, CEILING);
            now += Duration::from_secs(1) / per_second;
        }
        (pace, now)
    }

    fn allowed_after(pace: &Pace, now: Instant, seconds: u64) -> f64 {
        pace.allowed(now + Duration::from_secs(seconds), CEILING)
    }

    #[test]
    fn nothing_is_held_back_before_the_first_throttle() {
        let (pace, now) = in_use_at(10);
        assert!((pace.allowed(now, CEILING) - CEILING).abs() < f64::EPSILON);
        assert_eq!(pace.slot(), None);
    }

    #[test]
    fn a_throttle_halves_the_pace_it_is_nearly_back_in_seconds_and_beyond_in_minutes() {
        let (mut pace, now) = in_use_at(20);
        pace.refuse(now, now, CEILING, 0.0);
        let curve: Vec<f64> = [0, 3, 10, 30, 60, 120]
            .map(|seconds| allowed_after(&pace, now, seconds))
            .into();
        assert!((9.0..=11.0).contains(&curve[0]), "{curve:?}");
        assert!((14.0..=17.0).contains(&curve[1]), "{curve:?}");
        assert!((18.0..=20.0).contains(&curve[2]), "{curve:?}");
        assert!((18.0..=20.0).contains(&curve[3]), "{curve:?}");
        assert!((21.0..=28.0).contains(&curve[4]), "{curve:?}");
        assert!((curve[5] - CEILING).abs() < f64::EPSILON, "{curve:?}");
    }

    #[test]
    fn the_burst_that_awss_bucket_held_is_no_pace() {
        let (mut pace, start) = (Pace::of(1), Instant::now());
        // 20 per second are allowed, and 20 at once: 40 per second empty that in a second.
        for permit in 0..40 {
            let at = start + Duration::from_millis(25) * permit;
            pace.take(at, at, CEILING);
        }
        let now = start + Duration::from_secs(1);
        pace.refuse(now, now, CEILING, 0.0);
        assert!((9.0..=11.0).contains(&pace.allowed(now, CEILING)));
    }

    #[test]
    fn a_pace_rises_when_those_who_shared_the_limit_go_quiet() {
        let (mut pace, now) = in_use_at(10);
        let mut after = |total: f64| {
            pace.refuse(now, now, CEILING, 40.0);
            let later = now + Duration::from_secs(30);
            pace.adapt_to_quiet_peers(later, CEILING, total);
            allowed_after(&pace, later, 10)
        };
        assert!(after(35.0) < 11.0);
        assert!(after(10.0) > 15.0);
    }

    #[test]
    fn throttles_of_attempts_sent_before_the_last_one_count_once() {
        let (mut pace, now) = in_use_at(20);
        let sent = now;
        pace.refuse(sent, now + Duration::from_millis(100), CEILING, 0.0);
        let once = allowed_after(&pace, now, 1);
        pace.refuse(
            sent + Duration::from_millis(50),
            now + Duration::from_millis(150),
            CEILING,
            0.0,
        );
        assert!((allowed_after(&pace, now, 1) - once).abs() < f64::EPSILON);
    }

    #[test]
    fn the_pace_never_falls_to_nothing() {
        let (mut pace, mut now) = in_use_at(1);
        for _ in 0..50 {
            now += Duration::from_secs(1);
            pace.refuse(now, now, CEILING, 0.0);
        }
        assert!(pace.allowed(now, CEILING) >= SLOWEST);
    }
}
