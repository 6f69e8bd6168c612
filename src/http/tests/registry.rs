//! Which connection makes room for which. Time is paused, and there are no sockets.

use std::time::Duration;

use futures_util::FutureExt;

use super::*;

fn registry(max_connections: usize) -> Arc<Registry> {
    Registry::new(Limits {
        max_connections,
        ..Limits::default()
    })
}

/// Admits a connection, which must not wait for anything.
fn admit(registry: &Arc<Registry>) -> ConnectionSlot {
    registry
        .admit()
        .now_or_never()
        .expect("a newcomer is admitted at once")
}

impl ConnectionSlot {
    /// Lets its request come, which gives it a place among the served connections.
    fn requested(self) -> Self {
        self.state.received();
        self.state.requested();
        assert_eq!(self.establish(false), AfterAnswer::KeepOpen);
        self
    }

    /// Lets so many bytes of the answer leave.
    fn sent(self, bytes: usize) -> Self {
        self.state.sent(bytes);
        self
    }

    /// Lets the rest of the answer leave.
    fn served(self) -> Self {
        self.state.answered();
        self.state.flushed();
        self
    }

    fn is_open(&self) -> bool {
        self.registry.connections().open.contains_key(&self.id)
    }
}

async fn a_moment() {
    tokio::time::advance(Duration::from_millis(10)).await;
}

#[tokio::test(start_paused = true)]
async fn newcomers_displace_the_oldest_newcomer_and_nobody_who_is_served() {
    let registry = registry(16);
    let answering = admit(&registry).requested().sent(1);
    let kept = admit(&registry).requested().served();
    let mut newcomers = Vec::new();
    for _ in 0..MAX_CLOSING {
        a_moment().await;
        newcomers.push(admit(&registry));
    }
    assert!(answering.is_open() && kept.is_open());
    let open: Vec<bool> = newcomers.iter().map(ConnectionSlot::is_open).collect();
    assert_eq!(open, [[false; 2].as_slice(), &[true; 14]].concat());
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_is_admitted_and_answered_at_once_while_all_others_are_answering() {
    let registry = registry(8);
    let mut answering = Vec::new();
    for _ in 0..6 {
        answering.push(admit(&registry).requested().sent(1_000));
        a_moment().await;
    }
    let newcomer = admit(&registry);
    assert!(
        answering.iter().all(ConnectionSlot::is_open),
        "it has not asked for anything yet"
    );
    let newcomer = newcomer.requested();
    let open: Vec<bool> = answering.iter().map(ConnectionSlot::is_open).collect();
    assert_eq!(
        open,
        [false, true, true, true, true, true],
        "the longest without progress goes"
    );
    assert!(newcomer.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_kept_connection_goes_only_after_every_answer() {
    let registry = registry(8);
    let kept = admit(&registry).requested().served();
    let mut answering = Vec::new();
    for _ in 0..12 {
        tokio::time::advance(Duration::from_secs(2)).await;
        answering.push(admit(&registry).requested().sent(1_000_000));
    }
    assert!(kept.is_open());
}

#[tokio::test(start_paused = true)]
async fn kept_connections_that_fill_more_than_half_of_the_places_make_room_before_an_answer() {
    let registry = registry(8);
    let answering = admit(&registry).requested().sent(1);
    let mut kept = Vec::new();
    for _ in 0..8 {
        a_moment().await;
        answering.state.sent(1);
        kept.push(admit(&registry).requested().served());
    }
    assert!(answering.is_open());
    let open: Vec<bool> = kept.iter().map(ConnectionSlot::is_open).collect();
    assert_eq!(
        open,
        [false, false, false, true, true, true, true, true],
        "the longest idle goes"
    );

    tokio::time::advance(Duration::from_secs(1)).await;
    let newest = admit(&registry).requested();
    assert!(!answering.is_open(), "it stands still");
    assert!(newest.is_open() && kept[3].is_open());
}

#[tokio::test(start_paused = true)]
async fn a_probe_displaces_nobody_and_keeps_its_place_only_where_there_is_one() {
    let registry = registry(8);
    let served: Vec<ConnectionSlot> = (0..5)
        .map(|_| admit(&registry).requested().served())
        .collect();
    let probe = admit(&registry);
    assert_eq!(probe.establish(true), AfterAnswer::KeepOpen);
    let late = admit(&registry);
    assert_eq!(late.establish(true), AfterAnswer::Close);
    assert!(late.is_open() && served.iter().all(ConnectionSlot::is_open));
}

#[tokio::test(start_paused = true)]
async fn the_files_of_closed_connections_are_bounded_too() {
    let registry = registry(8);
    let mut silent = Vec::new();
    for _ in 0..8 + MAX_CLOSING {
        silent.push(admit(&registry));
        a_moment().await;
    }
    assert!(
        registry.admit().now_or_never().is_none(),
        "too many have not noticed yet that they are closed"
    );
    let admitting = tokio::spawn({
        let registry = Arc::clone(&registry);
        async move { registry.admit().await }
    });
    tokio::task::yield_now().await;
    drop(silent.remove(0));
    let admitted = tokio::time::timeout(Duration::from_secs(1), admitting)
        .await
        .unwrap()
        .unwrap();
    assert!(admitted.is_open());
    drop((silent, admitted));
    assert!(registry.emptied().now_or_never().is_some());
    assert_eq!(registry.connections().closing, 0);
}

#[tokio::test(start_paused = true)]
async fn making_room_waits_until_a_connection_has_ended() {
    let registry = registry(8);
    assert!(
        registry.make_room().now_or_never().is_none(),
        "there is none"
    );
    let silent = admit(&registry);
    let task = tokio::spawn(async move {
        silent.state().evicted().await;
        drop(silent);
    });
    tokio::time::timeout(Duration::from_secs(1), registry.make_room())
        .await
        .unwrap();
    task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_smallest_server_serves_one_connection_and_admits_another() {
    let registry = registry(0);
    let first = admit(&registry).requested().sent(1);
    let second = admit(&registry).requested();
    assert!(!first.is_open() && second.is_open());
}

#[tokio::test(start_paused = true)]
async fn without_files_for_more_a_stalled_answer_goes_before_the_only_newcomer() {
    let registry = registry(64);
    let answering: Vec<ConnectionSlot> = (0..8)
        .map(|_| admit(&registry).requested().sent(1))
        .collect();
    let newcomer = admit(&registry);
    assert!(
        registry.make_room().now_or_never().is_none(),
        "the closed one has not ended yet"
    );
    assert!(newcomer.is_open());
    assert_eq!(answering.iter().filter(|slot| slot.is_open()).count(), 7);
}
