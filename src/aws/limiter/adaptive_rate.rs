//! The rate that AWS allows one operation, or all that share a limit, learnt from its throttles.
//!
//! SSM publishes no limits for the operations that are called here, and other tools of the account
//! draw on the same ones. So a throttle halves the rate at once. Then the rate climbs back along
//! the curve of CUBIC (RFC 9438): within seconds to just below where it was refused, and only
//! minutes later far beyond that.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The time in which the rate comes back to just below where it was refused.
const RECOVERY_TIME: Duration = Duration::from_secs(10);
/// The time, after that, in which the rate rises by as much again.
const PROBING_TIME: Duration = Duration::from_mins(1);
/// The share of the refused rate that is left right after a throttle.
const BACKOFF_FACTOR: f64 = 0.5;
/// The share of the refused rate at which the curve levels off. At the refused rate itself it would
/// be refused again.
const PLATEAU_SHARE: f64 = 0.95;
/// The lowest rate of an operation, in requests per second. At a lower one there would be too few
/// answers to learn from, and it would take minutes to find that a storm of throttles is over.
const MIN_RATE: f64 = 0.5;
/// The time over which the rate in use is measured.
const MEASURED_WINDOW: Duration = Duration::from_secs(3);
/// How many seconds' worth of requests one of AWS's token buckets holds, as a rule.
const BUCKET_SIZE: Duration = Duration::from_secs(1);
/// How long after a throttle it may turn out that the limit was not the operation's own.
const REVOCATION_WINDOW: Duration = Duration::from_secs(1);
/// Other operations have gone quiet when they are down to this share of their former rate.
const QUIET_SHARE: f64 = 0.5;

/// The rate of one operation of one target, or of all operations together. Rates are in requests
/// per second.
#[derive(Debug)]
pub(super) struct AdaptiveRate {
    ceiling: f64,
    min_rate: f64,
    last_refusal: Option<Refusal>,
    /// When the permits within the last [`MEASURED_WINDOW`] were taken.
    permits: VecDeque<Instant>,
    next_permit_at: Option<Instant>,
}

/// A throttle that still holds the rate back.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    at: Instant,
    /// The rate at which it came.
    rate: f64,
    /// The rate of the other operations at that time.
    rate_of_others: f64,
}

impl AdaptiveRate {
    /// The rate of this many operations together, which are no slower than each would be alone.
    pub(super) fn new(ceiling: f64, operations: usize) -> Self {
        let operations = u32::try_from(operations).unwrap_or(u32::MAX);
        Self {
            ceiling,
            min_rate: MIN_RATE * f64::from(operations),
            last_refusal: None,
            permits: VecDeque::new(),
            next_permit_at: None,
        }
    }

    pub(super) fn set_ceiling(&mut self, ceiling: f64) {
        self.ceiling = ceiling;
    }

    /// The rate that is allowed now, at most the ceiling.
    pub(super) fn allowed(&self, now: Instant) -> f64 {
        match self.last_refusal {
            Some(refusal) => {
                // `clamp` panics if its bounds cross, and a ceiling may be below the lowest rate.
                let min_rate = self.min_rate.min(self.ceiling);
                refusal.recovered(now).clamp(min_rate, self.ceiling)
            }
            None => self.ceiling,
        }
    }

    /// The earliest time of the next permit; `None` if no throttle holds it back.
    pub(super) fn next_permit_at(&self) -> Option<Instant> {
        self.next_permit_at
    }

    /// A permit is taken now that was `due` at that time.
    pub(super) fn take_permit(&mut self, due: Instant, now: Instant) {
        self.permits.push_back(now);
        self.forget_old_permits(now);
        let allowed = self.allowed(now);
        if allowed < self.ceiling {
            self.next_permit_at = after_interval(due, allowed);
        } else {
            // Back at the ceiling, there is nothing left of the throttle.
            self.forget_refusal();
        }
    }

    /// AWS refused an attempt that was `sent` at that time. `total` is the rate of all operations.
    pub(super) fn refuse(&mut self, sent: Instant, now: Instant, total: f64) {
        if self.is_outdated(sent) {
            return;
        }
        self.forget_old_permits(now);
        self.last_refusal = Some(Refusal {
            at: now,
            rate: self.rate_in_use(now),
            rate_of_others: total - self.measured(now),
        });
        self.next_permit_at = after_interval(now, self.allowed(now));
    }

    /// What is really used of what is allowed, which may be far less.
    fn rate_in_use(&self, now: Instant) -> f64 {
        let in_use = self.measured(now).min(self.allowed(now));
        in_use.max(self.min_rate)
    }

    /// Whether a throttle still holds the rate back.
    pub(super) fn is_held_back(&self) -> bool {
        self.last_refusal.is_some()
    }

    /// Whether an attempt that was `sent` at that time was on its way when the rate was last
    /// lowered, so that it says nothing about the lower rate.
    pub(super) fn is_outdated(&self, sent: Instant) -> bool {
        self.last_refusal.is_some_and(|refusal| sent <= refusal.at)
    }

    /// Takes back what a recent throttle has lowered: the limit was not this operation's own.
    pub(super) fn revoke_backoff(&mut self, now: Instant) {
        if let Some(refusal) = self.last_refusal
            && now.duration_since(refusal.at) <= REVOCATION_WINDOW
        {
            self.forget_refusal();
        }
    }

    fn forget_refusal(&mut self) {
        self.last_refusal = None;
        self.next_permit_at = None;
    }

    /// Lets a rate that is held back go on from where it is, to nearly twice as much within
    /// [`RECOVERY_TIME`].
    pub(super) fn raise(&mut self, now: Instant) {
        if self.last_refusal.is_some() {
            self.last_refusal = Some(Refusal {
                at: now,
                // Half of this, which is where the curve begins, is what is allowed now.
                rate: self.allowed(now) / BACKOFF_FACTOR,
                rate_of_others: 0.0,
            });
        }
    }

    /// Raises the rate if the limit was shared with operations that have gone quiet since, because
    /// they have left room. `total` is the rate of all operations.
    pub(super) fn adapt_to_quiet_peers(&mut self, now: Instant, total: f64) {
        let rate_of_others = total - self.measured(now);
        if let Some(refusal) = self.last_refusal
            && refusal.have_others_gone_quiet(rate_of_others)
            // Before that, the measured window reaches back to before the throttle.
            && now.duration_since(refusal.at) > MEASURED_WINDOW
        {
            self.raise(now);
        }
    }

    /// The rate at which permits were taken lately.
    pub(super) fn measured(&self, now: Instant) -> f64 {
        let Some(first) = self.permits.front() else {
            return 0.0;
        };
        let count = u32::try_from(self.permits.len()).unwrap_or(u32::MAX);
        let time = with_bucket_size(now.duration_since(*first));
        f64::from(count) / time.as_secs_f64()
    }

    fn forget_old_permits(&mut self, now: Instant) {
        while let Some(first) = self.permits.front()
            && now.duration_since(*first) > MEASURED_WINDOW
        {
            self.permits.pop_front();
        }
    }
}

impl Refusal {
    /// The rate on the curve: it begins with half of the refused rate, is level at
    /// [`RECOVERY_TIME`], and rises without end after that, in the slower time of [`PROBING_TIME`].
    fn recovered(&self, now: Instant) -> f64 {
        let plateau = self.rate * PLATEAU_SHARE;
        let depth = plateau - self.rate * BACKOFF_FACTOR;
        plateau + depth * self.time_from_plateau(now).powi(3)
    }

    /// From -1 at the throttle over 0 on the plateau.
    fn time_from_plateau(&self, now: Instant) -> f64 {
        let passed = now.duration_since(self.at);
        match passed.checked_sub(RECOVERY_TIME) {
            None => passed.div_duration_f64(RECOVERY_TIME) - 1.0,
            Some(beyond) => beyond.div_duration_f64(PROBING_TIME),
        }
    }

    /// Whether the other operations make far fewer calls now than they made at the throttle.
    fn have_others_gone_quiet(&self, rate_of_others: f64) -> bool {
        self.were_others_busy() && rate_of_others < QUIET_SHARE * self.rate_of_others
    }

    /// Whether the other operations had a notable part in the throttle.
    fn were_others_busy(&self) -> bool {
        self.rate_of_others > QUIET_SHARE * self.rate
    }
}

/// The time for which an operation's permits count, `passed` having gone by since the first.
fn with_bucket_size(passed: Duration) -> Duration {
    // An operation that has only begun found AWS's bucket full. What it took from there is no rate
    // that AWS allows for long.
    if passed + BUCKET_SIZE < MEASURED_WINDOW {
        passed + BUCKET_SIZE
    } else {
        passed
    }
}

/// The time of the next permit after `start`, at that rate.
fn after_interval(start: Instant, rate: f64) -> Option<Instant> {
    let interval = Duration::try_from_secs_f64(rate.recip()).ok()?;
    Some(start + interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CEILING: f64 = 40.0;

    /// A rate at which `per_second` permits were taken for some seconds, and the time after that.
    fn used_at(per_second: u32) -> (AdaptiveRate, Instant) {
        let mut rate = AdaptiveRate::new(CEILING, 1);
        let mut now = Instant::now();
        for _ in 0..per_second * 5 {
            rate.take_permit(now, now);
            now += Duration::from_secs(1) / per_second;
        }
        (rate, now)
    }

    fn allowed_after(rate: &AdaptiveRate, now: Instant, seconds: u64) -> f64 {
        rate.allowed(now + Duration::from_secs(seconds))
    }

    #[test]
    fn nothing_is_held_back_before_the_first_throttle() {
        let (rate, now) = used_at(10);
        assert!((rate.allowed(now) - CEILING).abs() < f64::EPSILON);
        assert_eq!(rate.next_permit_at(), None);
    }

    #[test]
    fn a_throttle_halves_the_rate_it_is_nearly_back_in_seconds_and_beyond_in_minutes() {
        let (mut rate, now) = used_at(20);
        rate.refuse(now, now, 0.0);
        let curve: Vec<f64> = [0, 3, 10, 30, 60, 120]
            .map(|seconds| allowed_after(&rate, now, seconds))
            .into();
        assert!((9.0..=11.0).contains(&curve[0]), "{curve:?}");
        assert!((14.0..=17.0).contains(&curve[1]), "{curve:?}");
        assert!((18.0..=20.0).contains(&curve[2]), "{curve:?}");
        assert!((18.0..=20.0).contains(&curve[3]), "{curve:?}");
        assert!((21.0..=28.0).contains(&curve[4]), "{curve:?}");
        assert!((curve[5] - CEILING).abs() < f64::EPSILON, "{curve:?}");
    }

    #[test]
    fn the_burst_that_awss_bucket_held_is_no_rate() {
        let mut rate = AdaptiveRate::new(CEILING, 1);
        let start = Instant::now();
        // AWS allows 20 per second, and 20 at once. 40 per second empty such a bucket in a second.
        for permit in 0..40 {
            let at = start + Duration::from_millis(25) * permit;
            rate.take_permit(at, at);
        }
        let now = start + Duration::from_secs(1);
        rate.refuse(now, now, 0.0);
        assert!((9.0..=11.0).contains(&rate.allowed(now)));
    }

    #[test]
    fn a_rate_rises_when_those_who_shared_the_limit_go_quiet() {
        let (mut rate, now) = used_at(10);
        let mut after = |total: f64| {
            rate.refuse(now, now, 40.0);
            let later = now + Duration::from_secs(30);
            rate.adapt_to_quiet_peers(later, total);
            allowed_after(&rate, later, 10)
        };
        assert!(after(35.0) < 11.0);
        assert!(after(10.0) > 15.0);
    }

    #[test]
    fn throttles_of_attempts_sent_before_the_last_one_count_once() {
        let (mut rate, now) = used_at(20);
        let sent = now;
        rate.refuse(sent, now + Duration::from_millis(100), 0.0);
        let once = allowed_after(&rate, now, 1);
        rate.refuse(
            sent + Duration::from_millis(50),
            now + Duration::from_millis(150),
            0.0,
        );
        assert!((allowed_after(&rate, now, 1) - once).abs() < f64::EPSILON);
    }

    #[test]
    fn the_rate_never_falls_to_nothing() {
        let (mut rate, mut now) = used_at(1);
        for _ in 0..50 {
            now += Duration::from_secs(1);
            rate.refuse(now, now, 0.0);
        }
        assert!(rate.allowed(now) >= MIN_RATE);
    }
}
