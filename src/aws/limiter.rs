//! The request ceiling of one target: every attempt takes a ticket first.
//!
//! Tickets are spaced evenly, so that idleness earns no burst, and lists go before details: pages of a list come one
//! after the other, and one that queued behind a pile of details would hold up the refresh. Who was throttled keeps
//! its place. When AWS throttles, nobody gets a ticket for a while.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::collect::Operation;

/// How late a ticket may be taken without moving those after it: a timer's lateness must not lower the rate. Below a
/// hundredth of a second so that no second has more than one ticket too many.
const TOLERANCE: Duration = Duration::from_millis(10);
const SLOWEST: Duration = Duration::from_hours(1);
/// The first pause after a throttle; it doubles with each that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The most of AWS's `x-amz-retry-after` that is honoured.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// The ceiling of one target.
pub(super) struct Limiter {
    interval: Duration,
    line: Mutex<Line>,
}

struct Line {
    waiting: BTreeMap<Place, Arc<Notify>>,
    places: u64,
    /// The earliest time of the next ticket.
    slot: Instant,
    /// When AWS throttled last, with a pause for it.
    paused_at: Option<Instant>,
    /// Throttles since the last good answer.
    throttles: u32,
    longest_pause: Duration,
}

/// A call's place in the line, the same for all its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    is_detail: bool,
    number: u64,
}

enum Turn {
    Now,
    At(Instant),
    Later,
}

impl Limiter {
    /// A rate that is nearly zero, or no rate at all, is one request per hour.
    pub(super) fn new(per_second: f64) -> Self {
        let interval = Duration::try_from_secs_f64(per_second.recip()).unwrap_or(SLOWEST).min(SLOWEST);
        let line = Line {
            waiting: BTreeMap::new(),
            places: 0,
            slot: Instant::now(),
            paused_at: None,
            throttles: 0,
            longest_pause: Duration::ZERO,
        };
        Self { interval, line: Mutex::new(line) }
    }

    /// The time between two tickets.
    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// The longest pause of this refresh.
    pub(super) fn longest_pause(&self) -> Duration {
        self.line().longest_pause
    }

    /// Begins a refresh.
    pub(super) fn begin(&self) {
        let mut line = self.line();
        line.throttles = 0;
        line.longest_pause = Duration::ZERO;
    }

    /// Joins the line: behind the calls of its kind that came before.
    pub(super) fn place(&self, operation: Operation) -> Place {
        let mut line = self.line();
        line.places += 1;
        Place { is_detail: !operation.is_listing(), number: line.places }
    }

    /// Waits for a ticket; says how long that took. Dropping the future leaves the line.
    pub(super) async fn ticket(&self, place: Place) -> Duration {
        let asked = Instant::now();
        let waiter = Waiter::join(self, place);
        loop {
            let turn = self.line().turn(place, self.interval);
            match turn {
                Turn::Now => return asked.elapsed(),
                Turn::Later => waiter.woken.notified().await,
                Turn::At(slot) => tokio::select! {
                    () = sleep_until(slot) => {}
                    () = waiter.woken.notified() => {}
                },
            }
        }
    }

    /// AWS throttled an attempt `sent` at that time, and may have said how long to wait.
    ///
    /// Attempts that were on their way when the pause began say nothing new about it.
    pub(super) fn throttled(&self, sent: Instant, asked: Option<Duration>) {
        let mut line = self.line();
        let pause = match asked {
            Some(asked) => asked.min(LONGEST_ASKED),
            None if line.paused_at.is_some_and(|paused_at| sent < paused_at) => return,
            None => {
                line.throttles = line.throttles.saturating_add(1);
                jitter(backoff(FIRST_PAUSE, line.throttles).min(LONGEST_PAUSE))
            }
        };
        line.pause(pause);
    }

    /// AWS answered.
    pub(super) fn answered(&self) {
        self.line().throttles = 0;
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn turn(&mut self, place: Place, interval: Duration) -> Turn {
        if self.waiting.first_key_value().is_some_and(|(first, _)| *first != place) {
            return Turn::Later;
        }
        let now = Instant::now();
        if now < self.slot {
            return Turn::At(self.slot);
        }
        let due = now.checked_sub(TOLERANCE).map_or(self.slot, |earliest| earliest.max(self.slot));
        self.slot = due + interval;
        self.leave(place);
        Turn::Now
    }

    fn leave(&mut self, place: Place) {
        let was_first = self.waiting.first_key_value().is_some_and(|(first, _)| *first == place);
        self.waiting.remove(&place);
        if was_first && let Some((_, next)) = self.waiting.first_key_value() {
            next.notify_one();
        }
    }

    fn pause(&mut self, pause: Duration) {
        let now = Instant::now();
        self.paused_at = Some(now);
        self.longest_pause = self.longest_pause.max(pause);
        self.slot = self.slot.max(now + pause);
    }
}

/// One that waits. Leaves the line however the waiting ends.
struct Waiter<'a> {
    limiter: &'a Limiter,
    place: Place,
    woken: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn join(limiter: &'a Limiter, place: Place) -> Self {
        let woken = Arc::new(Notify::new());
        limiter.line().waiting.insert(place, Arc::clone(&woken));
        Self { limiter, place, woken }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.limiter.line().leave(self.place);
    }
}

/// `first`, doubled for each try after the first.
pub(super) fn backoff(first: Duration, tries: u32) -> Duration {
    first.saturating_mul(1 << tries.saturating_sub(1).min(16))
}

/// Anything between nothing and `most`, so that those who failed together do not come again together.
pub(super) fn jitter(most: Duration) -> Duration {
    // Each `RandomState` has other keys: enough for this, without a crate.
    let random = RandomState::new().hash_one(0);
    let share = u32::try_from(random >> 32).unwrap_or(u32::MAX);
    most.mul_f64(f64::from(share) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use futures_util::future::join_all;
    use tokio::time::{advance, timeout};

    use super::*;

    const LIST: Operation = Operation::ListAssociations;
    const DETAIL: Operation = Operation::ListComplianceItems;

    async fn tickets(limiter: &Limiter, count: usize) -> Vec<Duration> {
        let start = Instant::now();
        let one = async || {
            limiter.ticket(limiter.place(DETAIL)).await;
            start.elapsed()
        };
        join_all((0..count).map(|_| one())).await
    }

    #[tokio::test(start_paused = true)]
    async fn tickets_are_evenly_spaced() {
        let taken = tickets(&Limiter::new(5.0), 11).await;
        for (number, at) in (0..).zip(&taken) {
            assert_eq!(at.as_millis(), number * 200);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn idleness_earns_no_burst() {
        let limiter = Limiter::new(5.0);
        advance(Duration::from_mins(1)).await;
        let taken = tickets(&limiter, 6).await;
        assert!(taken[1] >= Duration::from_millis(190), "{taken:?}");
        assert!(taken[5] >= Duration::from_millis(990), "{taken:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn lateness_of_a_timer_does_not_lower_the_rate() {
        let limiter = Limiter::new(100.0);
        let start = Instant::now();
        for _ in 0..100 {
            limiter.ticket(limiter.place(DETAIL)).await;
            advance(Duration::from_millis(7)).await;
        }
        assert!(start.elapsed() <= Duration::from_millis(1010), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_goes_before_details_that_came_earlier() {
        let limiter = Limiter::new(1.0);
        let order = RefCell::new(Vec::new());
        let take = async |name, operation| {
            limiter.ticket(limiter.place(operation)).await;
            order.borrow_mut().push(name);
        };
        let late = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            take("list", LIST).await;
        };
        tokio::join!(take("a", DETAIL), take("b", DETAIL), take("c", DETAIL), take("d", DETAIL), late);
        assert_eq!(*order.borrow(), ["a", "b", "list", "c", "d"]);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_gives_up_leaves_no_gap() {
        let limiter = Rc::new(Limiter::new(1.0));
        let start = Instant::now();
        limiter.ticket(limiter.place(DETAIL)).await;
        let impatient = timeout(Duration::from_millis(500), limiter.ticket(limiter.place(LIST)));
        let stays = async {
            limiter.ticket(limiter.place(DETAIL)).await;
            start.elapsed()
        };
        let both = async { tokio::join!(impatient, stays) };
        let (given_up, stayed) =
            timeout(Duration::from_mins(1), both).await.expect("nobody waits for the one that left");
        assert!(given_up.is_err());
        assert_eq!(stayed.as_millis(), 1000);
        assert!(limiter.line().waiting.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_goes_before_calls_that_came_later() {
        let limiter = Limiter::new(1.0);
        let (early, late) = (limiter.place(DETAIL), limiter.place(DETAIL));
        limiter.ticket(early).await;
        let start = Instant::now();
        let take = async |place| {
            limiter.ticket(place).await;
            start.elapsed().as_millis()
        };
        let (late, retried) = tokio::join!(take(late), take(early));
        assert_eq!((retried, late), (1000, 2000));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_gets_a_ticket_while_aws_asks_to_wait() {
        let limiter = Limiter::new(10.0);
        limiter.throttled(Instant::now(), Some(Duration::from_millis(700)));
        let taken = tickets(&limiter, 2).await;
        assert_eq!(taken.iter().map(Duration::as_millis).collect::<Vec<_>>(), [700, 800]);
        assert_eq!(limiter.longest_pause(), Duration::from_millis(700));
        limiter.throttled(Instant::now(), Some(Duration::from_hours(1)));
        assert_eq!(limiter.longest_pause(), LONGEST_ASKED);
    }

    #[tokio::test(start_paused = true)]
    async fn a_volley_of_throttles_is_one_throttle() {
        let limiter = Limiter::new(10.0);
        let sent = Instant::now();
        advance(Duration::from_millis(50)).await;
        for _ in 0..10 {
            limiter.throttled(sent, None);
        }
        assert_eq!(limiter.line().throttles, 1);
        assert!(limiter.longest_pause() <= FIRST_PAUSE);
    }

    #[test]
    fn backoff_doubles_and_jitter_stays_below() {
        assert_eq!(backoff(FIRST_PAUSE, 1), FIRST_PAUSE);
        assert_eq!(backoff(FIRST_PAUSE, 3), 4 * FIRST_PAUSE);
        assert!(backoff(FIRST_PAUSE, u32::MAX) > LONGEST_PAUSE);
        let drawn: Vec<_> = (0..100).map(|_| jitter(FIRST_PAUSE)).collect();
        assert!(drawn.iter().all(|pause| *pause <= FIRST_PAUSE));
        assert!(drawn.iter().any(|pause| *pause != drawn[0]));
    }
}
