//! Where pages are rendered, where they are found, and how they are turned off.

use super::fleet::fleet_of;
use super::*;

fn quick_state(fleet: fn() -> FleetSnapshot) -> ConstantState {
    ConstantState {
        fleet,
        ..ConstantState::default()
    }
}

#[tokio::test]
async fn a_page_that_takes_long_keeps_no_probe_waiting() {
    // The runtime of this test has a single thread, so a page on it would block everything.
    let server = start(
        quick_state(|| {
            std::thread::sleep(Duration::from_secs(1));
            fleet_of(Vec::new())
        }),
        Limits::default(),
    )
    .await;
    let mut reader = server.connect().await;
    reader
        .send(b"GET /instances HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(server.get("/-/healthy", "").await.code, 200);
    }
    assert!(
        started.elapsed() < Duration::from_millis(800),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(reader.reply(false).await.code, 200);
}

#[tokio::test]
async fn readers_for_whom_there_is_no_place_are_asked_to_come_again() {
    let server = start(
        quick_state(|| {
            std::thread::sleep(Duration::from_secs(4));
            fleet_of(Vec::new())
        }),
        Limits::default(),
    )
    .await;
    let mut readers = Vec::new();
    for _ in 0..3 {
        let mut reader = server.connect().await;
        reader
            .send(b"GET /instances HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        readers.push(reader);
    }
    let mut codes = Vec::new();
    for reader in &mut readers {
        let reply = reader.reply(false).await;
        let is_told = reply.header("retry-after").is_some();
        codes.push((reply.code, is_told));
    }
    codes.sort_unstable();
    assert_eq!(codes, [(200, false), (200, false), (503, true)]);
}

#[tokio::test]
async fn a_page_that_panics_is_a_500_that_costs_one_connection() {
    let server = start(quick_state(|| panic!("injected")), Limits::default()).await;
    for _ in 0..3 {
        let reply = server.get("/instances", "").await;
        assert_eq!(
            (reply.code, reply.header("connection")),
            (500, Some("close"))
        );
    }
    // Nor has it cost a place: there are fewer of them than there were panics.
    assert_eq!(server.get("/-/healthy", "").await.code, 200);
    assert_eq!(server.exporter_state.panicked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn pages_that_are_turned_off_are_not_there_and_not_linked() {
    let off = Options {
        has_pages: false,
        ..options("/metrics", Limits::default())
    };
    let server = start_with(off, ConstantState::default()).await;
    for path in ["/instances", "/instances/i-1", "/instances/"] {
        assert_eq!(server.get(path, "").await.code, 404, "{path}");
        let answered = server.exporter_state.answered.lock().unwrap().pop();
        assert_eq!(answered, Some(("other", 404)));
    }
    assert!(!server.get("/", "").await.text().contains("/instances"));
    let on = start(ConstantState::default(), Limits::default()).await;
    assert!(on.get("/", "").await.text().contains("href=\"/instances\""));
}
