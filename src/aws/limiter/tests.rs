mod fleet;
mod queue;

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::join_all;
use tokio::time::{advance, timeout};

use super::learnt_limits::{MAX_SIMULTANEOUS_GAP, OWN_LIMIT_STREAK};
use super::queue::TIMER_TOLERANCE;
use super::throttle_pauses::{FIRST_PAUSE, MAX_PAUSE};
use super::*;
use crate::aws::backoff::MAX_RETRY_AFTER;

const LIST: Operation = Operation::ListAssociations;
const DETAIL: Operation = Operation::ListComplianceItems;

fn limiter(ceiling: f64) -> Limiter {
    Limiter::new(ceiling, Duration::from_mins(5))
}

/// Takes so many permits for details; says when each was taken.
async fn permits(limiter: &Limiter, count: usize) -> Vec<Duration> {
    let start = Instant::now();
    let one = async || {
        limiter.permit(limiter.next_position(DETAIL)).await;
        start.elapsed()
    };
    join_all((0..count).map(|_| one())).await
}

#[tokio::test(start_paused = true)]
async fn permits_are_evenly_spaced() {
    let taken = permits(&limiter(5.0), 11).await;
    for (number, at) in (0..).zip(&taken) {
        assert_eq!(at.as_millis(), number * 200);
    }
}

#[tokio::test(start_paused = true)]
async fn idleness_earns_no_burst() {
    let limiter = limiter(5.0);
    advance(Duration::from_mins(1)).await;
    let taken = permits(&limiter, 6).await;
    assert!(taken[1] >= Duration::from_millis(190), "{taken:?}");
    assert!(taken[5] >= Duration::from_millis(990), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_as_many_permits_as_a_second_allows_and_is_missing_afterwards() {
    let limiter = limiter(5.0).with_burst(Duration::from_secs(1));
    let taken = permits(&limiter, 8).await;
    let millis: Vec<u128> = taken.iter().map(Duration::as_millis).collect();
    assert_eq!(millis, [0, 0, 0, 0, 0, 200, 400, 600]);
    // A second without calls earns no more than one burst again.
    advance(Duration::from_mins(1)).await;
    let taken = permits(&limiter, 7).await;
    assert_eq!(taken[4].as_millis(), 0);
    assert!(taken[5] >= Duration::from_millis(190), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn another_ceiling_allows_another_burst() {
    let second = Duration::from_secs(1);
    let limiter = limiter(5.0).with_burst(second);
    limiter.reconfigure(2.0, second, second);
    let taken = permits(&limiter, 4).await;
    let millis: Vec<u128> = taken.iter().map(Duration::as_millis).collect();
    assert_eq!(millis, [0, 0, 500, 1000]);
    limiter.reconfigure(2.0, second, Duration::ZERO);
    advance(Duration::from_mins(1)).await;
    let taken = permits(&limiter, 2).await;
    assert!(taken[1] >= Duration::from_millis(490), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn no_burst_follows_a_throttle() {
    let limiter = limiter(5.0).with_burst(Duration::from_secs(1));
    let sent = Instant::now();
    limiter.permit(limiter.next_position(DETAIL)).await;
    limiter.throttled(DETAIL, sent, Some(Duration::from_secs(2)));
    let taken = permits(&limiter, 2).await;
    assert!(taken[0] >= Duration::from_secs(2), "{taken:?}");
    assert!(taken[1] >= Duration::from_millis(2190), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn lateness_of_a_timer_does_not_lower_the_rate() {
    let limiter = limiter(100.0);
    let start = Instant::now();
    for _ in 0..100 {
        limiter.permit(limiter.next_position(DETAIL)).await;
        advance(Duration::from_millis(7)).await;
    }
    assert!(
        start.elapsed() <= Duration::from_millis(1010),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_before_details_that_came_earlier() {
    let limiter = limiter(1.0);
    let order = RefCell::new(Vec::new());
    let take = async |name, operation| {
        limiter.permit(limiter.next_position(operation)).await;
        order.borrow_mut().push(name);
    };
    let late = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        take("list", LIST).await;
    };
    tokio::join!(
        take("a", DETAIL),
        take("b", DETAIL),
        take("c", DETAIL),
        take("d", DETAIL),
        late
    );
    assert_eq!(*order.borrow(), ["a", "b", "list", "c", "d"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_gives_up_leaves_no_gap() {
    let limiter = Rc::new(limiter(1.0));
    let start = Instant::now();
    limiter.permit(limiter.next_position(DETAIL)).await;
    let impatient = timeout(
        Duration::from_millis(500),
        limiter.permit(limiter.next_position(LIST)),
    );
    let stays = async {
        limiter.permit(limiter.next_position(DETAIL)).await;
        start.elapsed()
    };
    let both = async { tokio::join!(impatient, stays) };
    let (given_up, stayed) = timeout(Duration::from_mins(1), both)
        .await
        .expect("nobody waits for the one that left");
    assert!(given_up.is_err());
    assert_eq!(stayed.as_millis(), 1000);
    assert!(limiter.queue().waiting.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_retry_goes_before_calls_that_came_later() {
    let limiter = limiter(1.0);
    let (early, late) = (limiter.next_position(DETAIL), limiter.next_position(DETAIL));
    limiter.permit(early).await;
    let start = Instant::now();
    let take = async |place| {
        limiter.permit(place).await;
        start.elapsed().as_millis()
    };
    let (late, retried) = tokio::join!(take(late), take(early));
    assert_eq!((retried, late), (1000, 2000));
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_a_permit_while_aws_asks_to_wait() {
    let limiter = limiter(10.0);
    limiter.throttled(LIST, Instant::now(), Some(Duration::from_millis(700)));
    let taken = permits(&limiter, 2).await;
    assert_eq!(
        taken.iter().map(Duration::as_millis).collect::<Vec<_>>(),
        [700, 800]
    );
    assert_eq!(limiter.longest_pause(), Duration::from_millis(700));
    limiter.throttled(LIST, Instant::now(), Some(Duration::from_hours(1)));
    assert_eq!(limiter.longest_pause(), MAX_RETRY_AFTER);
}

#[tokio::test(start_paused = true)]
async fn a_volley_of_throttles_is_one_throttle() {
    let limiter = limiter(10.0);
    let sent = Instant::now();
    advance(Duration::from_millis(50)).await;
    for _ in 0..10 {
        limiter.throttled(LIST, sent, None);
    }
    assert_eq!(limiter.queue().pauses.throttles, 1);
    assert!(limiter.longest_pause() <= FIRST_PAUSE);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_spread_over_half_the_interval_and_the_first_is_not() {
    let limiter = limiter(10.0);
    limiter.begin();
    assert!(permits(&limiter, 600).await[599] <= Duration::from_mins(1));
    limiter.begin();
    let spread = permits(&limiter, 600).await[599];
    assert!((130..=150).contains(&spread.as_secs()), "{spread:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_needs_more_calls_than_expected_hurries_after_half_the_interval() {
    let limiter = limiter(10.0);
    limiter.begin();
    permits(&limiter, 300).await;
    limiter.begin();
    let taken = permits(&limiter, 1300).await[1299];
    assert!((240..=260).contains(&taken.as_secs()), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_operation_slows_down_alone() {
    let limiter = limiter(10.0);
    permits(&limiter, 50).await;
    limiter.throttled(DETAIL, Instant::now(), None);
    let slow = limiter.allowed(DETAIL);
    let start = Instant::now();
    assert!((4.0..=6.0).contains(&slow), "{slow}");
    assert!((limiter.allowed(LIST) - 10.0).abs() < f64::EPSILON);
    let lists = async {
        for _ in 0..20 {
            limiter.permit(limiter.next_position(LIST)).await;
        }
        start.elapsed()
    };
    let (details, lists) = tokio::join!(permits(&limiter, 20), lists);
    assert!(lists <= Duration::from_millis(2500), "{lists:?}");
    assert!(details[19] >= Duration::from_millis(2500), "{details:?}");
}

/// Takes permits of both kinds for three seconds, then lets AWS throttle one attempt of each, sent
/// so far `apart`. Returns what a third operation is allowed after that.
async fn allowed_after_throttles(limiter: &Limiter, apart: Duration) -> f64 {
    let lists = async {
        for _ in 0..30 {
            limiter.permit(limiter.next_position(LIST)).await;
        }
    };
    tokio::join!(permits(limiter, 30), lists);
    let sent = Instant::now();
    advance(Duration::from_secs(2)).await;
    limiter.throttled(DETAIL, sent, None);
    limiter.throttled(LIST, sent + apart, None);
    limiter.allowed(Operation::DescribeInstancePatchStates)
}

#[tokio::test(start_paused = true)]
async fn two_operations_that_are_throttled_at_once_share_a_limit() {
    let together = limiter(20.0);
    let slow = allowed_after_throttles(&together, MAX_SIMULTANEOUS_GAP).await;
    assert!(slow <= 11.0, "{slow}");
    let apart = limiter(20.0);
    let free = allowed_after_throttles(&apart, Duration::from_secs(1)).await;
    assert!((free - 20.0).abs() < f64::EPSILON, "{free}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_only_one_operation_meets_is_its_own() {
    let limiter = limiter(20.0);
    let before = allowed_after_throttles(&limiter, Duration::ZERO).await;
    for _ in 0..OWN_LIMIT_STREAK {
        let lists = async {
            for _ in 0..20 {
                limiter.permit(limiter.next_position(LIST)).await;
            }
        };
        tokio::join!(permits(&limiter, 20), lists);
        limiter.throttled(LIST, Instant::now(), None);
    }
    let own = limiter.allowed(LIST);
    let others = limiter.allowed(Operation::DescribeInstancePatchStates);
    assert!(own < 0.7 * others, "{own} {others}");
    advance(Duration::from_secs(10)).await;
    let later = limiter.allowed(Operation::DescribeInstancePatchStates);
    assert!(
        later > 1.5 * others && later > before,
        "{before} {others} {later}"
    );
}
