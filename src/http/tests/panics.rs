//! A panic while answering costs the connection that asked, and nothing else.

use super::*;

const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

fn exporter_state(page: Page) -> ConstantState {
    ConstantState {
        page,
        ..ConstantState::default()
    }
}

/// The number of panics that were counted. The end of a connection is seen before its task has
/// counted one.
async fn counted_panics(server: &Running, at_least: usize) -> usize {
    let counted = || server.exporter_state.panicked.load(Ordering::Relaxed);
    in_time(async {
        while counted() < at_least {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    counted()
}

#[tokio::test]
async fn a_panic_before_the_answer_is_a_500_that_ends_the_connection() {
    let server = start(exporter_state(|_, _| panic!("injected")), Limits::default()).await;
    let mut other = server.connect().await;
    other
        .send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(other.reply(false).await.code, 200);

    let mut client = server.connect().await;
    // The requests pipelined behind it are not answered.
    client.send(&REQUEST.repeat(3)).await;
    let reply = client.reply(false).await;
    assert_eq!(
        (reply.code, reply.header("connection")),
        (500, Some("close"))
    );
    assert!(
        reply.text().starts_with("500 internal server error"),
        "{}",
        reply.text()
    );
    assert_eq!(client.closed().await.1, b"");
    assert_eq!(counted_panics(&server, 1).await, 1);

    other
        .send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(other.reply(false).await.code, 200);
    assert_eq!(server.get("/-/healthy", "").await.code, 200);
    assert_eq!(
        server
            .ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .code,
        500
    );
    assert_eq!(counted_panics(&server, 2).await, 2);
    let answered = server.exporter_state.answered.lock().unwrap().clone();
    assert_eq!(
        answered,
        [
            ("exporter", 200),
            ("metrics", 500),
            ("exporter", 200),
            ("healthy", 200),
            ("metrics", 500)
        ],
        "each answer is counted"
    );
}

#[tokio::test]
async fn a_panic_in_mid_answer_ends_the_answer_and_frees_the_place() {
    let page = |_, _| {
        let mut frames = vec![Bytes::from_static(b"the beginning")].into_iter();
        let chunks = std::iter::repeat_with(move || frames.next().expect("injected").into());
        Exposition {
            length: 1_000,
            frames: Box::new(chunks),
        }
    };
    let server = start(
        exporter_state(page),
        Limits {
            max_connections: 2,
            ..Limits::default()
        },
    )
    .await;
    for round in 1..=20 {
        let mut client = server.connect().await;
        client.send(REQUEST).await;
        let (_, received) = client.closed().await;
        assert!(received.len() < 1_000, "{received:?}");
        assert_eq!(counted_panics(&server, round).await, round);
        assert_eq!(server.get("/-/healthy", "").await.code, 200);
    }
    assert!(
        server.stop().await < Duration::from_secs(2),
        "no place is left taken"
    );
}

/// An exporter state of which nothing works, not even the counting of panics.
struct Broken;

impl ExporterState for Broken {
    fn metrics(&self, _: PageSelector<'_>, _: Format, _: Encoding) -> Option<Exposition> {
        panic!("injected")
    }
    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        panic!("injected")
    }
    fn targets(&self) -> Vec<TargetRow> {
        panic!("injected")
    }
    fn fleet(&self) -> FleetSnapshot {
        panic!("injected")
    }
    fn readiness(&self) -> Readiness {
        panic!("injected")
    }
    fn answered(&self, _: &'static str, _: u16) {
        panic!("injected")
    }
    fn panicked(&self) {
        panic!("injected")
    }
}

#[tokio::test]
async fn an_exporter_state_that_always_panics_does_not_end_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = options(
        "/metrics",
        Limits {
            max_connections: 2,
            ..Limits::default()
        },
    );
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(Server::run(
        vec![listener],
        Arc::new(Broken),
        options,
        shutdown,
    ));
    for path in [
        "/metrics",
        "/metrics/exporter",
        "/sd",
        "/",
        "/-/healthy",
        "/-/ready",
        "/nowhere",
    ]
    .repeat(3)
    {
        let mut client = Client {
            stream: TcpStream::connect(address).await.unwrap(),
            unread: Vec::new(),
        };
        client
            .send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
            .await;
        client.closed().await;
    }
    stop.send(()).unwrap();
    assert_eq!(in_time(server).await.unwrap(), Ok(()));
}
