use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::join_all;
use tokio::time::{advance, timeout};

use super::*;

const LIST: Operation = Operation::ListAssociations;
const DETAIL: Operation = Operation::ListComplianceItems;

fn limiter(ceiling: f64) -> Limiter {
    Limiter::new(ceiling, Duration::from_mins(5))
}

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
    let taken = tickets(&limiter(5.0), 11).await;
    for (number, at) in (0..).zip(&taken) {
        assert_eq!(at.as_millis(), number * 200);
    }
}

#[tokio::test(start_paused = true)]
async fn idleness_earns_no_burst() {
    let limiter = limiter(5.0);
    advance(Duration::from_mins(1)).await;
    let taken = tickets(&limiter, 6).await;
    assert!(taken[1] >= Duration::from_millis(190), "{taken:?}");
    assert!(taken[5] >= Duration::from_millis(990), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn lateness_of_a_timer_does_not_lower_the_rate() {
    let limiter = limiter(100.0);
    let start = Instant::now();
    for _ in 0..100 {
        limiter.ticket(limiter.place(DETAIL)).await;
        advance(Duration::from_millis(7)).await;
    }
    assert!(start.elapsed() <= Duration::from_millis(1010), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_before_details_that_came_earlier() {
    let limiter = limiter(1.0);
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
    let limiter = Rc::new(limiter(1.0));
    let start = Instant::now();
    limiter.ticket(limiter.place(DETAIL)).await;
    let impatient = timeout(Duration::from_millis(500), limiter.ticket(limiter.place(LIST)));
    let stays = async {
        limiter.ticket(limiter.place(DETAIL)).await;
        start.elapsed()
    };
    let both = async { tokio::join!(impatient, stays) };
    let (given_up, stayed) = timeout(Duration::from_mins(1), both).await.expect("nobody waits for the one that left");
    assert!(given_up.is_err());
    assert_eq!(stayed.as_millis(), 1000);
    assert!(limiter.line().waiting.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_retry_goes_before_calls_that_came_later() {
    let limiter = limiter(1.0);
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
    let limiter = limiter(10.0);
    limiter.throttled(LIST, Instant::now(), Some(Duration::from_millis(700)));
    let taken = tickets(&limiter, 2).await;
    assert_eq!(taken.iter().map(Duration::as_millis).collect::<Vec<_>>(), [700, 800]);
    assert_eq!(limiter.longest_pause(), Duration::from_millis(700));
    limiter.throttled(LIST, Instant::now(), Some(Duration::from_hours(1)));
    assert_eq!(limiter.longest_pause(), LONGEST_ASKED);
}

#[tokio::test(start_paused = true)]
async fn a_volley_of_throttles_is_one_throttle() {
    let limiter = limiter(10.0);
    let sent = Instant::now();
    advance(Duration::from_millis(50)).await;
    for _ in 0..10 {
        limiter.throttled(LIST, sent, None);
    }
    assert_eq!(limiter.line().throttles, 1);
    assert!(limiter.longest_pause() <= FIRST_PAUSE);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_spread_over_half_the_interval_and_the_first_is_not() {
    let limiter = limiter(10.0);
    limiter.begin();
    assert!(tickets(&limiter, 600).await[599] <= Duration::from_mins(1));
    limiter.begin();
    let spread = tickets(&limiter, 600).await[599];
    assert!((130..=150).contains(&spread.as_secs()), "{spread:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_needs_more_calls_than_expected_hurries_after_half_the_interval() {
    let limiter = limiter(10.0);
    limiter.begin();
    tickets(&limiter, 300).await;
    limiter.begin();
    let taken = tickets(&limiter, 1300).await[1299];
    assert!((240..=260).contains(&taken.as_secs()), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_operation_slows_down_alone() {
    let limiter = limiter(10.0);
    tickets(&limiter, 50).await;
    limiter.throttled(DETAIL, Instant::now(), None);
    let (slow, start) = (limiter.allowed(DETAIL), Instant::now());
    assert!((4.0..=6.0).contains(&slow), "{slow}");
    assert!((limiter.allowed(LIST) - 10.0).abs() < f64::EPSILON);
    let lists = async {
        for _ in 0..20 {
            limiter.ticket(limiter.place(LIST)).await;
        }
        start.elapsed()
    };
    let (details, lists) = tokio::join!(tickets(&limiter, 20), lists);
    assert!(lists <= Duration::from_millis(2500), "{lists:?}");
    assert!(details[19] >= Duration::from_millis(2500), "{details:?}");
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

/// Everybody who asks, however it ends.
mod line {
    use std::task::Poll;

    use proptest::prelude::*;
    use proptest::sample::select;
    use tokio::time::sleep;

    use super::*;

    async fn look<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
        std::future::poll_fn(|context| Poll::Ready(std::pin::Pin::new(&mut *future).poll(context))).await
    }

    /// Whoever was the next to go until its time came may be no longer; the one that is may be asleep without a timer.
    #[tokio::test(start_paused = true)]
    async fn one_that_finds_another_before_it_wakes_that_one() {
        let limiter = limiter(10.0);
        limiter.throttled(LIST, Instant::now(), Some(Duration::ZERO));
        let ticket = |operation| Box::pin(limiter.ticket(limiter.place(operation)));
        let (mut first, mut second) = (ticket(LIST), ticket(LIST));
        let (mut detail, mut late) = (ticket(DETAIL), ticket(DETAIL));
        assert!(look(&mut first).await.is_pending() && look(&mut second).await.is_pending(), "throttled");
        assert!(look(&mut detail).await.is_ready() && look(&mut late).await.is_pending());
        advance(Duration::from_secs(3)).await;
        // It sees one before it, and sleeps.
        assert!(look(&mut second).await.is_pending());
        assert!(look(&mut first).await.is_ready());
        assert!(look(&mut late).await.is_pending());
        advance(Duration::from_secs(3)).await;
        // By now the list may go too.
        assert!(look(&mut late).await.is_pending());
        let both = async { tokio::join!(second, late) };
        timeout(Duration::from_secs(1), both).await.expect("neither waits for the other");
    }

    /// For how long the weather changes.
    const MILLISECONDS: u64 = 5000;
    const WEATHER: Duration = Duration::from_millis(MILLISECONDS);

    #[derive(Clone, Debug)]
    struct Call {
        at: u64,
        operation: Operation,
        /// Leaves the line after so long.
        patience: Option<u64>,
    }

    #[derive(Clone, Debug)]
    enum Weather {
        /// AWS throttles, and may say for how long.
        Throttle(Operation, Option<u64>),
        /// All timers go off late.
        Late(u64),
    }

    fn calls() -> impl Strategy<Value = Vec<Call>> {
        let call = (0..1000_u64, select(&Operation::ALL), prop::option::weighted(0.3, 0..2000_u64));
        prop::collection::vec(call.prop_map(|(at, operation, patience)| Call { at, operation, patience }), 1..60)
    }

    fn weather() -> impl Strategy<Value = Vec<(u64, Weather)>> {
        let throttle = (select(&Operation::ALL), prop::option::of(0..500_u64));
        let throttle = throttle.prop_map(|(operation, asked)| Weather::Throttle(operation, asked));
        prop::collection::vec((0..MILLISECONDS, prop_oneof![throttle, (1..3000_u64).prop_map(Weather::Late)]), 0..30)
    }

    /// The tickets that were taken, in that order.
    async fn served(limiter: &Limiter, calls: &[Call], weather: &[(u64, Weather)]) -> Vec<(Duration, Place)> {
        let (start, taken) = (Instant::now(), RefCell::new(Vec::new()));
        let call = async |call: &Call| {
            sleep(Duration::from_millis(call.at)).await;
            let place = limiter.place(call.operation);
            let patience = call.patience.map_or(Duration::MAX, Duration::from_millis);
            if timeout(patience, limiter.ticket(place)).await.is_ok() {
                taken.borrow_mut().push((start.elapsed(), place));
            }
        };
        let change = async |(at, weather): &(u64, Weather)| {
            sleep(Duration::from_millis(*at)).await;
            match weather {
                Weather::Throttle(operation, asked) => {
                    limiter.throttled(*operation, Instant::now(), asked.map(Duration::from_millis));
                }
                Weather::Late(by) => advance(Duration::from_millis(*by)).await,
            }
        };
        tokio::join!(join_all(calls.iter().map(call)), join_all(weather.iter().map(change)));
        taken.into_inner()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn everybody_is_served_in_order_in_time_and_below_the_ceiling(
            (ceiling, calls, weather) in (2..60_u32, calls(), weather())
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
            let taken = runtime.expect("a runtime").block_on(async {
                let limiter = limiter(f64::from(ceiling));
                let late = weather.iter().map(|(_, weather)| if let Weather::Late(by) = weather { *by } else { 0 });
                // After the weather and the last pause each takes two seconds at the slowest.
                let slowest = Duration::from_secs(2) * u32::try_from(calls.len()).expect("few");
                let bound = WEATHER + Duration::from_millis(late.sum()) + LONGEST_PAUSE + slowest;
                let taken = timeout(bound, served(&limiter, &calls, &weather)).await;
                assert!(limiter.line().waiting.is_empty() || taken.is_err());
                taken
            });
            let taken = taken.expect("everybody is served");
            prop_assert!(taken.len() >= calls.iter().filter(|call| call.patience.is_none()).count());
            for operation in Operation::ALL {
                let numbers = taken.iter().map(|(_, place)| place).filter(|place| place.operation == operation);
                prop_assert!(numbers.is_sorted(), "{:?}", taken);
            }
            for (first, (from, _)) in taken.iter().enumerate() {
                for (more, (to, _)) in (1_u32..).zip(&taken[first + 1..]) {
                    let least = Duration::from_secs(more.into()) / ceiling;
                    prop_assert!(*to + TOLERANCE >= *from + least, "{:?}", taken);
                }
            }
        }
    }
}
