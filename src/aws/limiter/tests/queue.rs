//! Every call that asks for a permit gets one in order, in time and below the ceiling, whatever AWS
//! and the timers do meanwhile.

use std::task::Poll;

use proptest::prelude::*;
use proptest::sample::select;
use tokio::time::sleep;

use super::*;

/// Polls once.
async fn look<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
    std::future::poll_fn(|context| Poll::Ready(std::pin::Pin::new(&mut *future).poll(context)))
        .await
}

/// The call that was the next to go may have lost its place by the time it wakes. Then it must wake
/// the one that is the next now, which may be asleep without a timer.
#[tokio::test(start_paused = true)]
async fn one_that_finds_another_before_it_wakes_that_one() {
    let limiter = limiter(10.0);
    limiter.throttled(LIST, Instant::now(), Some(Duration::ZERO));
    let permit = |operation| Box::pin(limiter.permit(limiter.next_position(operation)));
    let (mut first, mut second) = (permit(LIST), permit(LIST));
    let (mut detail, mut late) = (permit(DETAIL), permit(DETAIL));
    assert!(
        look(&mut first).await.is_pending() && look(&mut second).await.is_pending(),
        "throttled"
    );
    assert!(look(&mut detail).await.is_ready() && look(&mut late).await.is_pending());
    advance(Duration::from_secs(3)).await;
    // It sees one before it, and sleeps.
    assert!(look(&mut second).await.is_pending());
    assert!(look(&mut first).await.is_ready());
    assert!(look(&mut late).await.is_pending());
    advance(Duration::from_secs(3)).await;
    // By now the listing may go as well.
    assert!(look(&mut late).await.is_pending());
    let both = async { tokio::join!(second, late) };
    timeout(Duration::from_secs(1), both)
        .await
        .expect("neither waits for the other");
}

/// For how long AWS throttles, and timers are late.
const MILLISECONDS: u64 = 5000;
const WEATHER: Duration = Duration::from_millis(MILLISECONDS);

#[derive(Clone, Debug)]
struct Call {
    /// In milliseconds from the start.
    at: u64,
    operation: Operation,
    /// After how many milliseconds it gives up.
    patience: Option<u64>,
}

#[derive(Clone, Debug)]
enum Weather {
    /// AWS throttles, and may say how many milliseconds to wait.
    Throttle(Operation, Option<u64>),
    /// All timers go off late by so many milliseconds.
    Late(u64),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = (
        0..1000_u64,
        select(&Operation::ALL),
        prop::option::weighted(0.3, 0..2000_u64),
    );
    prop::collection::vec(
        call.prop_map(|(at, operation, patience)| Call {
            at,
            operation,
            patience,
        }),
        1..60,
    )
}

fn weather() -> impl Strategy<Value = Vec<(u64, Weather)>> {
    let throttle = (select(&Operation::ALL), prop::option::of(0..500_u64));
    let throttle = throttle.prop_map(|(operation, asked)| Weather::Throttle(operation, asked));
    prop::collection::vec(
        (
            0..MILLISECONDS,
            prop_oneof![throttle, (1..3000_u64).prop_map(Weather::Late)],
        ),
        0..30,
    )
}

/// Which permits were taken when, in that order.
async fn served(
    limiter: &Limiter,
    calls: &[Call],
    weather: &[(u64, Weather)],
) -> Vec<(Duration, QueuePosition)> {
    let start = Instant::now();
    let taken = RefCell::new(Vec::new());
    let call = async |call: &Call| {
        sleep(Duration::from_millis(call.at)).await;
        let position = limiter.next_position(call.operation);
        let patience = call.patience.map_or(Duration::MAX, Duration::from_millis);
        if timeout(patience, limiter.permit(position)).await.is_ok() {
            taken.borrow_mut().push((start.elapsed(), position));
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
    tokio::join!(
        join_all(calls.iter().map(call)),
        join_all(weather.iter().map(change))
    );
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
            // After the weather and the last pause, each call takes two seconds at the slowest.
            let slowest = Duration::from_secs(2) * u32::try_from(calls.len()).expect("few");
            let bound = WEATHER + Duration::from_millis(late.sum()) + MAX_PAUSE + slowest;
            let taken = timeout(bound, served(&limiter, &calls, &weather)).await;
            assert!(limiter.queue().waiting.is_empty() || taken.is_err());
            taken
        });
        let taken = taken.expect("everybody is served");
        prop_assert!(taken.len() >= calls.iter().filter(|call| call.patience.is_none()).count());
        for operation in Operation::ALL {
            let numbers = taken.iter().map(|(_, position)| position).filter(|position| position.operation == operation);
            prop_assert!(numbers.is_sorted(), "{:?}", taken);
        }
        for (first, (from, _)) in taken.iter().enumerate() {
            for (more, (to, _)) in (1_u32..).zip(&taken[first + 1..]) {
                let least = Duration::from_secs(more.into()) / ceiling;
                prop_assert!(*to + TIMER_TOLERANCE >= *from + least, "{:?}", taken);
            }
        }
    }
}
