//! Phases, deadlines and standings of one connection. Time is paused, and there are no sockets.

use super::*;

// All of these are in milliseconds.
const HEADER: u64 = 1_000;
const IDLE: u64 = 10_000;
const STALL: u64 = 3_000;
const RESPONSE: u64 = 5_000;
const TICK: u64 = 100;

const BYTES_PER_SECOND: u64 = 1_000;

fn state() -> ConnectionState {
    ConnectionState::new(Limits {
        header_timeout: Duration::from_millis(HEADER),
        idle_timeout: Duration::from_millis(IDLE),
        stall_timeout: Duration::from_millis(STALL),
        response_timeout: Duration::from_millis(RESPONSE),
        min_bytes_per_second: BYTES_PER_SECOND,
        ..Limits::default()
    })
}

async fn wait(milliseconds: u64) {
    tokio::time::advance(Duration::from_millis(milliseconds)).await;
}

/// The phase and the milliseconds until the deadline, after a moment has passed.
async fn after_a_tick(state: &ConnectionState) -> (Phase, u64) {
    wait(TICK).await;
    let left = state.deadline().saturating_duration_since(Instant::now());
    (state.phase(), u64::try_from(left.as_millis()).unwrap())
}

/// A connection whose first request has just come.
fn requested() -> ConnectionState {
    let state = state();
    state.received();
    state.requested();
    state.establish();
    state
}

fn standing(state: &ConnectionState) -> ConnectionStanding {
    state.standing(Instant::now())
}

#[tokio::test(start_paused = true)]
async fn each_phase_has_its_own_deadline() {
    let state = state();
    assert_eq!(after_a_tick(&state).await, (Phase::Waiting, HEADER - TICK));
    state.received();
    assert_eq!(
        after_a_tick(&state).await,
        (Phase::Reading, HEADER - 2 * TICK)
    );
    state.received();
    assert_eq!(
        after_a_tick(&state).await,
        (Phase::Reading, HEADER - 3 * TICK)
    );
    state.requested();
    assert_eq!(
        after_a_tick(&state).await,
        (Phase::Responding, STALL - TICK)
    );
    state.flushed();
    state.answered();
    assert_eq!(
        after_a_tick(&state).await,
        (Phase::Flushing, STALL - 2 * TICK)
    );
    state.flushed();
    assert_eq!(after_a_tick(&state).await, (Phase::Waiting, IDLE - TICK));
    state.received();
    assert_eq!(after_a_tick(&state).await, (Phase::Reading, HEADER - TICK));
}

#[tokio::test(start_paused = true)]
async fn bytes_that_leave_defer_the_end_of_an_answer_but_not_for_ever() {
    let state = requested();
    state.answering(0);
    for moment in 1..=10 {
        state.sent(1);
        let left = STALL.min(RESPONSE - (moment - 1) * TICK) - TICK;
        assert_eq!(after_a_tick(&state).await, (Phase::Responding, left));
    }
    state.sent(0);
    assert_eq!(
        after_a_tick(&state).await.1,
        STALL - 2 * TICK,
        "nothing is no progress"
    );
    wait(RESPONSE - 12 * TICK).await;
    state.sent(1);
    assert_eq!(
        state.deadline(),
        Instant::now() + Duration::from_millis(TICK)
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_has_more_time() {
    for (bytes, seconds) in [(0, 5), (999, 5), (20_000, 25), (u64::MAX, 3600)] {
        let state = requested();
        state.answering(bytes);
        let began = Instant::now();
        while state.deadline() > Instant::now() {
            wait(STALL / 2).await;
            state.sent(1);
        }
        let took = began.elapsed();
        let expected = Duration::from_secs(seconds);
        assert!(
            took >= expected && took < expected + Duration::from_millis(STALL),
            "{bytes}: {took:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_pipelined_request_neither_extends_the_answer_before_it_nor_counts_as_idle() {
    let state = requested();
    state.answering(0);
    state.received();
    state.answered();
    assert_eq!(after_a_tick(&state).await, (Phase::Flushing, STALL - TICK));
    state.requested();
    state.answering(1_000_000);
    assert_eq!(
        after_a_tick(&state).await,
        (Phase::Responding, STALL - 2 * TICK)
    );
    assert!(matches!(
        standing(&state),
        ConnectionStanding::Exchanging { .. }
    ));
    wait(STALL - 3 * TICK).await;
    state.sent(1);
    assert_eq!(
        after_a_tick(&state).await,
        (Phase::Responding, RESPONSE - STALL)
    );
    state.received();
    state.answered();
    state.flushed();
    assert_eq!(after_a_tick(&state).await, (Phase::Reading, HEADER - TICK));
}

#[tokio::test(start_paused = true)]
async fn newcomers_stand_lowest_and_kept_connections_highest() {
    let silent = state();
    let half_sent = state();
    half_sent.received();
    let answering = requested();
    answering.sent(1_000_000);
    let kept = requested();
    kept.sent(1);
    kept.answered();
    kept.flushed();
    wait(TICK).await;
    let newest = state();
    for newcomer in [&silent, &half_sent, &newest] {
        assert!(standing(newcomer) < standing(&answering));
    }
    assert!(
        standing(&silent) < standing(&newest) && standing(&half_sent) < standing(&newest),
        "the oldest first"
    );
    assert!(standing(&answering) < standing(&kept));
}

#[tokio::test(start_paused = true)]
async fn of_two_that_stopped_reading_the_one_that_stopped_first_stands_lower() {
    let first = requested();
    first.sent(100_000);
    wait(3_000).await;
    let second = requested();
    second.sent(50_000);
    assert!(standing(&first) < standing(&second));
    for _ in 0..20 {
        wait(60_000).await;
        assert!(standing(&first) < standing(&second));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_stands_above_those_that_have_only_filled_their_buffers() {
    let slow = requested();
    for _ in 0..50 {
        slow.sent(4_000);
        wait(200).await;
    }
    let stalled = requested();
    stalled.sent(20_000);
    assert!(standing(&stalled) < standing(&slow));
}

#[tokio::test(start_paused = true)]
async fn a_request_is_judged_when_it_has_had_time_to_show_progress() {
    let answering = requested();
    answering.sent(1_000_000);
    let beginning = requested();
    assert!(standing(&answering) < standing(&beginning));
    wait(1_000).await;
    assert!(standing(&beginning) < standing(&answering));

    // The same holds for a later request whose head does not come to its end.
    let kept = requested();
    kept.sent(1_000);
    kept.answered();
    kept.flushed();
    kept.received();
    assert!(standing(&answering) < standing(&kept));
    wait(1_000).await;
    assert!(standing(&kept) < standing(&answering));
}

#[tokio::test(start_paused = true)]
async fn answers_that_overlap_end_together_and_have_a_bound() {
    let state = requested();
    state.multiplex();
    state.requested();
    state.answered();
    assert_eq!(state.phase(), Phase::Responding);
    state.answered();
    assert_eq!(state.phase(), Phase::Flushing);
    state.flushed();
    assert_eq!(state.phase(), Phase::Waiting);
    // Bytes that are no request begin none.
    state.received();
    assert_eq!(state.phase(), Phase::Waiting);
    let begun = Instant::now();
    state.requested();
    for _ in 0..200 {
        tokio::time::advance(Duration::from_mins(1)).await;
        state.requested();
        state.answering(1 << 20);
        state.sent(1);
        state.answered();
    }
    let cycle_end = begun + MAX_RESPONSE_TIME.max(state.limits.response_timeout);
    assert!(
        state.deadline() <= cycle_end,
        "{:?}",
        state.deadline() - begun
    );
}
