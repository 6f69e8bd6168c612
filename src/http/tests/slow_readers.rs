//! Clients that ask for a large page and read little or nothing of it, with the limits of the
//! program.

use tokio::net::TcpSocket;

use super::*;

/// The uncompressed page of a fleet of a few thousand instances.
const PAGE_BYTES: u64 = 10_000_000;
/// More connections than the server serves at once.
const STALLED_READERS: usize = 600;
/// Both ends of each connection are files of this process.
const OPEN_FILES: u64 = 2 * STALLED_READERS as u64 + 400;
/// How long an answer to an honest client may take meanwhile.
const MAX_ANSWER_TIME: Duration = Duration::from_secs(2);

/// An exporter state with a page of 10 MB.
fn ten_megabytes() -> ConstantState {
    const FRAME: Bytes = Bytes::from_static(&[b'x'; 50_000]);
    let page = |_, _| Exposition {
        length: PAGE_BYTES,
        frames: Box::new(std::iter::repeat_with(|| FRAME.into()).take(200)),
    };
    ConstantState {
        page,
        ..ConstantState::default()
    }
}

/// Lets this process open the files that the test needs, as far as its hard limit allows.
#[cfg(target_os = "linux")]
fn allow_open_files(count: u64) {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|soft| soft < count) {
        limit.current = Some(limit.maximum.map_or(count, |hard| hard.min(count)));
        setrlimit(Resource::Nofile, limit).unwrap();
    }
}

#[cfg(not(target_os = "linux"))]
fn allow_open_files(_: u64) {}

impl Running {
    /// Asks for the page over a connection whose receive buffer holds next to nothing.
    async fn ask_with_tiny_buffer(&self) -> Client {
        self.ask_with_buffer(2048).await
    }

    async fn ask_with_buffer(&self, bytes: u32) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(bytes).unwrap();
        let mut client = Client {
            stream: in_time(socket.connect(self.address)).await.unwrap(),
            unread: Vec::new(),
        };
        client
            .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await;
        client
    }

    async fn assert_answers_in_time(&self, path: &str) {
        let started = Instant::now();
        let reply = tokio::time::timeout(MAX_ANSWER_TIME, self.get(path, "")).await;
        let reply =
            reply.unwrap_or_else(|_| panic!("{path} has no answer after {:?}", started.elapsed()));
        assert_eq!(reply.code, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_hundred_readers_that_read_nothing_delay_nobody() {
    allow_open_files(OPEN_FILES);
    let server = start(ten_megabytes(), Limits::default()).await;
    let mut kept = server.connect().await;
    kept.send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(kept.reply(false).await.code, 200);
    let mut stalled = Vec::new();
    for _ in 0..STALLED_READERS {
        stalled.push(server.ask_with_tiny_buffer().await);
    }
    for _ in 0..10 {
        for path in ["/-/healthy", "/-/ready", "/metrics", "/metrics/exporter"] {
            server.assert_answers_in_time(path).await;
        }
    }
    // A connection that has served a scrape and waits for the next one is the last to make room.
    kept.send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(kept.reply(false).await.code, 200);
    drop(stalled);
}

const SHORT_TIMEOUT: Duration = Duration::from_millis(700);
/// Longer than the pauses of a slow reader on a busy machine, but shorter than its whole answer
/// takes.
const LONG: Duration = Duration::from_secs(3);

/// How a slow reader takes the page: so many bytes at a time. The system does not read ahead more
/// than that either.
const SIP_BYTES: u32 = 64 * 1024;

impl Client {
    /// Reads to the end, with a pause of a tenth of a second after each sip. Returns how much it
    /// got and in what time.
    async fn sip(mut self) -> (u64, Duration) {
        let started = Instant::now();
        let mut sip = vec![0; SIP_BYTES as usize];
        let mut received = 0;
        while let length @ 1.. = in_time(self.stream.read(&mut sip)).await.unwrap_or(0) {
            received += length as u64;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        (received, started.elapsed())
    }
}

#[tokio::test]
async fn an_answer_that_nobody_reads_ends_at_the_stall_timeout() {
    let server = start(
        ten_megabytes(),
        Limits {
            stall_timeout: SHORT_TIMEOUT,
            ..Limits::default()
        },
    )
    .await;
    let client = server.ask_with_tiny_buffer().await;
    tokio::time::sleep(SHORT_TIMEOUT + SHORT_TIMEOUT / 2).await;
    let (after, received) = client.closed().await;
    assert!(after < SHORT_TIMEOUT / 2, "not ended yet: {after:?}");
    assert!(
        received.starts_with(b"HTTP/1.1 200") && received.len() < 64 * 1024,
        "{}",
        received.len()
    );
}

#[tokio::test]
async fn a_slow_reader_that_keeps_reading_gets_the_whole_page_long_after_both_timeouts() {
    let limits = Limits {
        stall_timeout: LONG,
        response_timeout: LONG,
        ..Limits::default()
    };
    let server = start(ten_megabytes(), limits).await;
    let client = server.ask_with_buffer(SIP_BYTES).await;
    let (received, took) = tokio::time::timeout(Duration::from_mins(1), client.sip())
        .await
        .unwrap();
    assert!(
        received > PAGE_BYTES && took > LONG * 2,
        "{received} bytes in {took:?}"
    );
}

#[tokio::test]
async fn a_reader_below_the_least_rate_ends_in_bounded_time() {
    // Ten megabytes get five seconds, and this reader takes less than one megabyte in a second.
    let response_timeout = Duration::from_secs(1);
    let limits = Limits {
        response_timeout,
        min_bytes_per_second: 2_500_000,
        ..Limits::default()
    };
    let server = start(ten_megabytes(), limits).await;
    let client = server.ask_with_buffer(SIP_BYTES).await;
    let (received, took) = client.sip().await;
    assert!(received < PAGE_BYTES, "{received} bytes in {took:?}");
    assert!(
        took > Duration::from_secs(3) && took < Duration::from_secs(9),
        "{took:?}"
    );
}

#[tokio::test]
async fn at_the_cap_readers_that_have_stopped_go_before_a_slow_one_and_a_kept_connection() {
    let server = start(
        ten_megabytes(),
        Limits {
            max_connections: 16,
            ..Limits::default()
        },
    )
    .await;
    let mut kept = server.connect().await;
    kept.send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(kept.reply(false).await.code, 200);
    let slow = tokio::spawn(server.ask_with_buffer(SIP_BYTES).await.sip());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut stalled = Vec::new();
    for _ in 0..60 {
        stalled.push(server.ask_with_tiny_buffer().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    kept.send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(kept.reply(false).await.code, 200);
    let (received, took) = tokio::time::timeout(Duration::from_mins(1), slow)
        .await
        .unwrap()
        .unwrap();
    assert!(
        received > PAGE_BYTES,
        "cut after {received} bytes and {took:?}"
    );
}

#[tokio::test]
async fn probes_are_answered_at_the_cap_and_cost_no_good_connection() {
    let server = start(
        ten_megabytes(),
        Limits {
            max_connections: 8,
            ..Limits::default()
        },
    )
    .await;
    let mut kept = Vec::new();
    for _ in 0..6 {
        let mut client = server.connect().await;
        client
            .send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        assert_eq!(client.reply(false).await.code, 200);
        kept.push(client);
    }
    for path in ["/-/healthy", "/healthz", "/livez", "/-/ready", "/readyz"].repeat(10) {
        let reply = server.get(path, "").await;
        assert_eq!(
            (reply.code, reply.header("connection")),
            (200, Some("close")),
            "{path}"
        );
    }
    for client in &mut kept {
        client
            .send(b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        assert_eq!(client.reply(false).await.code, 200);
    }
}

#[tokio::test]
async fn little_of_a_page_is_made_for_a_client_that_does_not_read() {
    static FRAMES_MADE: AtomicUsize = AtomicUsize::new(0);
    const FRAME: Bytes = Bytes::from_static(&[b'x'; 64 * 1024]);
    let page = |_, _| Exposition {
        length: 64 << 20,
        frames: Box::new(
            std::iter::repeat_with(|| {
                FRAMES_MADE.fetch_add(1, Ordering::Relaxed);
                FRAME.into()
            })
            .take(1024),
        ),
    };
    let server = start(
        ConstantState {
            page,
            ..ConstantState::default()
        },
        Limits::default(),
    )
    .await;
    let client = server.ask_with_tiny_buffer().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let made = FRAMES_MADE.load(Ordering::Relaxed);
    assert!((1..=4).contains(&made), "{made} frames of 64 KiB");
    drop(client);
}

#[tokio::test]
async fn a_request_that_is_there_is_answered_however_many_connect_behind_it() {
    let server = start(
        ten_megabytes(),
        Limits {
            max_connections: 8,
            ..Limits::default()
        },
    )
    .await;
    // The server gets no turn in between.
    let mut first = std::net::TcpStream::connect(server.address).unwrap();
    std::io::Write::write_all(
        &mut first,
        b"GET /metrics/exporter HTTP/1.1\r\nHost: x\r\n\r\n",
    )
    .unwrap();
    let silent: Vec<_> = (0..100)
        .map(|_| std::net::TcpStream::connect(server.address).unwrap())
        .collect();
    first.set_nonblocking(true).unwrap();
    let mut first = Client {
        stream: TcpStream::from_std(first).unwrap(),
        unread: Vec::new(),
    };
    assert_eq!(first.reply(false).await.code, 200);
    drop(silent);
}
