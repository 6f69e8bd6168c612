//! Clients that send too much, too slowly, or nothing. They are answered or closed, and others are
//! served meanwhile.

use super::*;

/// Long enough for a busy machine to serve in, short enough to wait for.
const SHORT_TIMEOUT: Duration = Duration::from_millis(300);

fn patient_limits() -> Limits {
    Limits {
        header_timeout: HANG_TIMEOUT * 2,
        idle_timeout: HANG_TIMEOUT * 2,
        stall_timeout: HANG_TIMEOUT * 2,
        response_timeout: HANG_TIMEOUT * 2,
        // However long the page is, it adds nothing to the timeout.
        min_bytes_per_second: u64::MAX,
        ..Limits::default()
    }
}

async fn assert_served(server: &Running) {
    assert_eq!(server.get("/-/healthy", "").await.code, 200);
}

/// Sends for as long as the server reads it, and returns what the server answered.
async fn flood(server: &Running, start: &str, unit: &[u8], times: usize) -> Vec<u8> {
    let mut client = server.connect().await;
    client.send(start.as_bytes()).await;
    for _ in 0..times {
        if client.stream.write_all(unit).await.is_err() {
            break;
        }
    }
    client.closed().await.1
}

#[tokio::test]
async fn a_request_line_of_a_megabyte_is_refused() {
    let server = start(ConstantState::default(), patient_limits()).await;
    let answer = flood(&server, "GET /", &[b'a'; 4096], 256).await;
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
        "{answer:?}"
    );
    assert_served(&server).await;
}

#[tokio::test]
async fn a_head_is_taken_up_to_a_size_that_bounds_memory() {
    let server = start(ConstantState::default(), patient_limits()).await;
    let header = |length| format!("X: {}\r\n", "y".repeat(length));
    assert_eq!(server.get("/metrics", &header(8 * 1024)).await.code, 200);
    let answer = flood(
        &server,
        "GET /metrics HTTP/1.1\r\n",
        header(32 * 1024).as_bytes(),
        1,
    )
    .await;
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"),
        "{answer:?}"
    );
    assert_eq!(
        *server.exporter_state.answered.lock().unwrap(),
        [("metrics", 200)]
    );
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let server = start(ConstantState::default(), patient_limits()).await;
    for unit in [&b"X-Some: header\r\n"[..], b"xxxxxxxxxxxxxxxxxxxxxxx"] {
        let answer = flood(&server, "GET / HTTP/1.1\r\nX: ", unit, 100_000).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{answer:?}"
        );
    }
    assert_served(&server).await;
}

#[tokio::test]
async fn garbage_is_refused_and_counts_for_nothing() {
    let server = start(ConstantState::default(), patient_limits()).await;
    for garbage in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /metrics\r\n\r\n",
        b"GET /metrics HTTP/9.9\r\n\r\n",
        b"GET /met rics HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\r\n\r\n\r\n\r\nHello",
    ] {
        let mut client = server.connect().await;
        client.send(garbage).await;
        client.stream.shutdown().await.unwrap();
        let (_, answer) = client.closed().await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1."),
            "{garbage:?}: {answer:?}"
        );
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{garbage:?}");
    }
    assert_eq!(*server.exporter_state.answered.lock().unwrap(), []);
    assert_served(&server).await;
}

#[tokio::test]
async fn an_upload_is_not_read() {
    let server = start(ConstantState::default(), patient_limits()).await;
    let head = "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n";
    let answer = flood(&server, head, &[b'a'; 4096], 65536).await;
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 405"),
        "{answer:?}"
    );
    assert_served(&server).await;
}

#[tokio::test]
async fn a_dribbled_header_is_cut_at_the_header_timeout() {
    let server = start(
        ConstantState::default(),
        Limits {
            header_timeout: SHORT_TIMEOUT,
            ..patient_limits()
        },
    )
    .await;
    let mut client = server.connect().await;
    let started = Instant::now();
    client.send(b"GET / HTTP/1.1\r\n").await;
    while client.stream.write_all(b"X: y\r\n").await.is_ok() && started.elapsed() < HANG_TIMEOUT {
        tokio::time::sleep(SHORT_TIMEOUT / 20).await;
    }
    assert!(
        started.elapsed() >= SHORT_TIMEOUT / 2 && started.elapsed() < HANG_TIMEOUT,
        "{:?}",
        started.elapsed()
    );
    assert_eq!(client.closed().await.1, b"");
}

#[tokio::test]
async fn a_dribbled_header_is_cut_on_a_kept_connection_too() {
    let server = start(
        ConstantState::default(),
        Limits {
            header_timeout: SHORT_TIMEOUT,
            ..patient_limits()
        },
    )
    .await;
    let mut client = server.connect().await;
    client
        .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(client.reply(false).await.code, 200);
    tokio::time::sleep(SHORT_TIMEOUT * 2).await;
    client.send(b"GET /metrics HTT").await;
    let (after, rest) = client.closed().await;
    assert!(
        rest.is_empty() && after >= SHORT_TIMEOUT / 2 && after < HANG_TIMEOUT,
        "{after:?}"
    );
}

#[tokio::test]
async fn a_client_that_says_nothing_is_closed() {
    let server = start(
        ConstantState::default(),
        Limits {
            header_timeout: SHORT_TIMEOUT,
            ..patient_limits()
        },
    )
    .await;
    let (after, _) = server.connect().await.closed().await;
    assert!(
        after >= SHORT_TIMEOUT / 2 && after < HANG_TIMEOUT,
        "{after:?}"
    );
}

#[tokio::test]
async fn a_kept_connection_is_closed_at_the_idle_timeout_and_not_before() {
    let server = start(
        ConstantState::default(),
        Limits {
            idle_timeout: SHORT_TIMEOUT * 2,
            ..patient_limits()
        },
    )
    .await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        client
            .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        assert_eq!(client.reply(false).await.code, 200);
        tokio::time::sleep(SHORT_TIMEOUT).await;
    }
    let (after, rest) = client.closed().await;
    assert!(rest.is_empty() && after < HANG_TIMEOUT, "{after:?}");
}

#[tokio::test]
async fn a_slow_reader_is_cut_at_the_response_timeout() {
    let server = start(
        ConstantState::large(),
        Limits {
            response_timeout: SHORT_TIMEOUT,
            ..patient_limits()
        },
    )
    .await;
    let mut client = server.connect().await;
    client
        .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    tokio::time::sleep(SHORT_TIMEOUT * 2).await;
    let (_, received) = client.closed().await;
    assert!(
        received.starts_with(b"HTTP/1.1 200") && received.len() < 64 << 20,
        "{}",
        received.len()
    );
}

#[tokio::test]
async fn a_slow_reader_cannot_win_time_by_pipelining() {
    let server = start(
        ConstantState::large(),
        Limits {
            response_timeout: SHORT_TIMEOUT,
            ..patient_limits()
        },
    )
    .await;
    let mut client = server.connect().await;
    client
        .send(
            "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
                .repeat(100)
                .as_bytes(),
        )
        .await;
    tokio::time::sleep(SHORT_TIMEOUT * 2).await;
    let (_, received) = client.closed().await;
    assert!(received.len() < 64 << 20, "{}", received.len());
}

#[tokio::test]
async fn a_page_that_lies_about_its_length_costs_only_its_own_connection() {
    let lies: [(usize, Page); 3] = [
        (3, |_, _| Exposition {
            length: 3,
            ..Bytes::from_static(b"12345").into()
        }),
        (10, |_, _| Exposition {
            length: 10,
            ..Bytes::from_static(b"12345").into()
        }),
        (0, |_, _| Exposition {
            length: 0,
            ..Bytes::from_static(b"12345").into()
        }),
    ];
    for (length, page) in lies {
        let server = start(
            ConstantState {
                page,
                ..ConstantState::default()
            },
            patient_limits(),
        )
        .await;
        let mut client = server.connect().await;
        client
            .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        client.stream.shutdown().await.unwrap();
        let (_, mut answer) = client.closed().await;
        if let Some(reply) = Reply::parse(&mut answer) {
            assert_eq!(reply.length(), length);
        }
        assert!(answer.len() <= length, "{length}: {answer:?}");
        assert_served(&server).await;
    }
}

#[tokio::test]
async fn silent_connections_beyond_the_cap_make_room_oldest_first_and_before_a_served_one() {
    let server = start(
        ConstantState::default(),
        Limits {
            max_connections: 8,
            ..patient_limits()
        },
    )
    .await;
    let mut kept = server.connect().await;
    kept.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(kept.reply(false).await.code, 200);
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(server.connect().await);
    }
    assert_served(&server).await;
    kept.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(kept.reply(false).await.code, 200);
    let mut newest = idle.pop().unwrap();
    newest
        .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(newest.reply(false).await.code, 200);
    let mut closed = 0;
    for client in idle {
        let end = tokio::time::timeout(Duration::from_millis(1), client.closed()).await;
        closed += usize::from(end.is_ok());
    }
    assert!((192..200).contains(&closed), "{closed}");
}

#[tokio::test]
async fn half_sent_heads_make_room_too() {
    let server = start(
        ConstantState::default(),
        Limits {
            max_connections: 4,
            ..patient_limits()
        },
    )
    .await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut client = server.connect().await;
        client.send(b"GET / HTTP/1.1\r\nX").await;
        slow.push(client);
    }
    assert_served(&server).await;
}

#[tokio::test]
async fn slow_readers_at_the_cap_do_not_delay_others() {
    let server = start(
        ConstantState::large(),
        Limits {
            max_connections: 2,
            ..patient_limits()
        },
    )
    .await;
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        client
            .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        client.receive().await;
        slow.push(client);
    }
    let started = Instant::now();
    assert_served(&server).await;
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}
