//! Clients that ask for the whole uncompressed page and read little or nothing of it, against the
//! program itself.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Duration, Instant, sleep, timeout};

use crate::support::{Program, get, in_time, turn};

/// Instances per target: enough for a page of over 10 MB.
const INSTANCES: &str = "--sim.instances=550";
const PAGE_BYTES: usize = 10_000_000;
/// More connections than the server serves at the same time.
const STALLED_READERS: usize = 600;
/// The first refresh of so large a fleet takes a while in a development build.
const MAX_REFRESH_TIME: Duration = Duration::from_mins(2);
/// The server ends an answer that makes no progress for 10 s.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long any answer to an honest client may take meanwhile. Answers that have to wait for stalled
/// ones come when those are ended; ones that merely share a busy processor come sooner.
const MAX_ANSWER_TIME: Duration = Duration::from_secs(6);
/// How much all stalled answers together may add to the resident memory, in kilobytes. It is far
/// less than a page for each.
const MAX_ADDED_KILOBYTES: u64 = 128 * 1024;

const WHOLE_PAGE: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

/// The program with a page of over 10 MB.
async fn program_with_large_page() -> Program {
    let program = Program::start(&[], &["demo", INSTANCES, "--sim.latency=0"]).await;
    let ready = async {
        while get(program.address, "/-/ready", "").await.code != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(MAX_REFRESH_TIME, ready).await.unwrap();
    let page = get(program.address, "/metrics", "").await.text();
    assert!(page.len() > PAGE_BYTES, "{}", page.len());
    program
}

/// Asks for the whole page over a connection whose receive buffer holds almost nothing.
async fn ask_with_tiny_buffer(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(2048).unwrap();
    let mut stream = in_time("connecting", socket.connect(address))
        .await
        .unwrap();
    stream.write_all(WHOLE_PAGE).await.unwrap();
    stream
}

/// Reads one answer from a connection that stays open.
async fn scrape_kept(stream: &mut TcpStream) {
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let whole = async {
        loop {
            assert!(
                stream.read_buf(&mut answer).await.unwrap() > 0,
                "closed in mid-answer"
            );
            let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(&answer[..head]).into_owned();
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .unwrap();
            if answer.len() >= head + 4 + length.parse::<usize>().unwrap() {
                return;
            }
        }
    };
    in_time("a scrape over a kept connection", whole).await;
}

async fn assert_answers_in_time(address: SocketAddr, path: &str, headers: &str) {
    let started = Instant::now();
    let reply = timeout(MAX_ANSWER_TIME, get(address, path, headers)).await;
    let reply =
        reply.unwrap_or_else(|_| panic!("{path} has no answer after {:?}", started.elapsed()));
    assert_eq!(reply.code, 200, "{path}");
}

fn open_files(program: &Program) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", program.pid()))
        .unwrap()
        .count()
}

#[tokio::test]
async fn six_hundred_readers_that_read_nothing_delay_neither_scrapes_nor_probes_and_are_ended() {
    let _turn = turn().await;
    let program = program_with_large_page().await;
    let (files_before, memory_before) = (open_files(&program), program.status("VmRSS"));
    let mut kept = TcpStream::connect(program.address).await.unwrap();
    scrape_kept(&mut kept).await;

    let mut stalled = Vec::new();
    for _ in 0..STALLED_READERS {
        stalled.push(ask_with_tiny_buffer(program.address).await);
    }
    let attacked = Instant::now();
    while attacked.elapsed() < STALL_TIMEOUT / 2 {
        for path in ["/-/healthy", "/-/ready", "/metrics/exporter"] {
            assert_answers_in_time(program.address, path, "").await;
        }
        assert_answers_in_time(program.address, "/metrics", "Accept-Encoding: gzip\r\n").await;
        assert_answers_in_time(program.address, "/metrics", "").await;
        sleep(Duration::from_millis(200)).await;
    }
    scrape_kept(&mut kept).await;
    let added = program.status("VmRSS").saturating_sub(memory_before);
    assert!(added < MAX_ADDED_KILOBYTES, "{added} kB more");

    // A client that keeps its end of the connection open does not keep the server's end open.
    sleep((STALL_TIMEOUT + Duration::from_secs(5)).saturating_sub(attacked.elapsed())).await;
    let still_open = open_files(&program).saturating_sub(files_before);
    assert!(still_open < 10, "{still_open} connections are still open");
    scrape_kept(&mut kept).await;
    drop(stalled);
}

#[tokio::test]
async fn a_slow_reader_that_keeps_reading_gets_the_whole_page_among_stalled_ones() {
    let program = program_with_large_page().await;
    let mut honest = TcpStream::connect(program.address).await.unwrap();
    honest
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let reader = tokio::spawn(async move {
        let mut received = 0;
        let mut part = vec![0; 80 * 1024];
        let started = Instant::now();
        loop {
            match timeout(STALL_TIMEOUT, honest.read(&mut part))
                .await
                .expect("the page stands still")
            {
                Ok(0) => return (received, started.elapsed()),
                Ok(length) => received += length,
                Err(error) => panic!(
                    "cut after {received} bytes and {:?}: {error}",
                    started.elapsed()
                ),
            }
            sleep(Duration::from_millis(100)).await;
        }
    });
    sleep(Duration::from_secs(2)).await;
    let mut stalled = Vec::new();
    for _ in 0..STALLED_READERS {
        stalled.push(ask_with_tiny_buffer(program.address).await);
    }
    let (received, took) = timeout(Duration::from_mins(1), reader)
        .await
        .expect("the page ends")
        .unwrap();
    assert!(received > PAGE_BYTES, "{received} bytes after {took:?}");
    assert!(took > STALL_TIMEOUT, "not slow: {took:?}");
    drop(stalled);
}
