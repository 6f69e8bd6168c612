//! What AWS allows for one operation, learnt from its refusals.
//!
//! SSM publishes no request rate for what is called here, and the account's other tools draw on the same one. So a throttle
//! halves the pace of its operation at once, and the pace climbs back along the curve of CUBIC (RFC 9438): fast at first,
//! slowly near the pace that was refused, and only minutes later far beyond it.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The time in which the pace is back where it was refused.
const RECOVERY: Duration = Duration::from_secs(10);
/// The time, after that, in which the pace has risen by as much again.
const PROBING: Duration = Duration::from_mins(1);
/// How much a throttle takes from the pace.
const HALF: f64 = 0.5;
/// The curve levels off this much below the refused pace: at that very pace it would be refused again.
const SAFETY: f64 = 0.95;
/// The slowest pace, in requests per second: slower ones learn nothing, and take minutes to find that a storm is over.
const SLOWEST: f64 = 0.5;
/// The time over which the pace in use is measured.
const WINDOW: Duration = Duration::from_secs(3);

/// The pace of one operation of one target.
#[derive(Debug, Default)]
pub(super) struct Pace {
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
}

impl Pace {
    /// Requests per second that are allowed now, at most `ceiling`.
    pub(super) fn allowed(&self, now: Instant, ceiling: f64) -> f64 {
        self.refused.map_or(ceiling, |refusal| refusal.recovered(now).clamp(SLOWEST.min(ceiling), ceiling))
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
                self.slot = Duration::try_from_secs_f64(allowed.recip()).ok().map(|interval| slot + interval);
            } else {
                self.refused = None;
            }
        }
    }

    /// AWS refused an attempt that was `sent` at that time.
    ///
    /// Attempts that were on their way when the pace was last lowered say nothing about the lower pace.
    pub(super) fn refuse(&mut self, sent: Instant, now: Instant, ceiling: f64) {
        if self.refused.is_some_and(|refusal| sent <= refusal.at) {
            return;
        }
        self.forget(now);
        let pace = self.in_use(now).min(self.allowed(now, ceiling)).max(SLOWEST);
        self.refused = Some(Refusal { at: now, pace });
        self.slot = Duration::try_from_secs_f64(self.allowed(now, ceiling).recip()).ok().map(|interval| now + interval);
    }

    /// Whether a refusal still holds it back.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Takes back a refusal of late: another was to blame.
    pub(super) fn absolve(&mut self, now: Instant, of_late: Duration) {
        if self.refused.is_some_and(|refusal| now.duration_since(refusal.at) <= of_late) {
            (self.refused, self.slot) = (None, None);
        }
    }

    fn forget(&mut self, now: Instant) {
        while self.taken.front().is_some_and(|taken| now.duration_since(*taken) > WINDOW) {
            self.taken.pop_front();
        }
    }

    /// The pace of late, in requests per second.
    fn in_use(&self, now: Instant) -> f64 {
        let Some(first) = self.taken.front() else { return SLOWEST };
        let count = u32::try_from(self.taken.len()).unwrap_or(u32::MAX);
        // A burst that has only begun is no pace yet: a second at least.
        let time = now.duration_since(*first);
        let burst = if time + Duration::from_secs(1) < WINDOW { 1.0 } else { 0.0 };
        f64::from(count) / (time.as_secs_f64() + burst)
    }
}

impl Refusal {
    /// The pace of the curve: half of what was refused at first, level at [`RECOVERY`], rising without end after it.
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
        let (mut pace, mut now) = (Pace::default(), Instant::now());
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
    fn a_throttle_halves_the_pace_in_use_and_it_climbs_back_over_minutes() {
        let (mut pace, now) = in_use_at(20);
        pace.refuse(now, now, CEILING);
        let curve: Vec<f64> = [0, 10, 30, 45, 120].map(|seconds| allowed_after(&pace, now, seconds)).into();
        assert!((9.0..=11.0).contains(&curve[0]), "{curve:?}");
        assert!((14.0..=18.0).contains(&curve[1]), "{curve:?}");
        assert!((18.0..=20.0).contains(&curve[2]), "{curve:?}");
        assert!((19.0..=22.0).contains(&curve[3]), "{curve:?}");
        assert!((curve[4] - CEILING).abs() < f64::EPSILON, "{curve:?}");
    }

    #[test]
    fn throttles_of_attempts_sent_before_the_last_one_count_once() {
        let (mut pace, now) = in_use_at(20);
        let sent = now;
        pace.refuse(sent, now + Duration::from_millis(100), CEILING);
        let once = allowed_after(&pace, now, 1);
        pace.refuse(sent + Duration::from_millis(50), now + Duration::from_millis(150), CEILING);
        assert!((allowed_after(&pace, now, 1) - once).abs() < f64::EPSILON);
    }

    #[test]
    fn the_pace_never_falls_to_nothing() {
        let (mut pace, mut now) = in_use_at(1);
        for _ in 0..50 {
            now += Duration::from_secs(1);
            pace.refuse(now, now, CEILING);
        }
        assert!(pace.allowed(now, CEILING) >= SLOWEST);
    }
}
