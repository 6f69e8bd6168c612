//! Clients that take more than they should, against the program itself: it stays healthy, and it
//! stays small.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, sleep, timeout};

use crate::support::{Program, get, in_time};

/// The most that abuse may add to the resident memory, in kilobytes. Debug builds need more than
/// release builds, so this is generous.
const MAX_ADDED_KILOBYTES: u64 = 40 * 1024;

/// The program with a page worth abusing, once that page can be read.
async fn program() -> Program {
    let program = Program::start(&[], &["demo", "--sim.instances=200", "--sim.latency=0"]).await;
    let ready = async {
        while get(program.address, "/-/ready", "").await.code != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    in_time("the first refresh", ready).await;
    // A first scrape, so that everything that is allocated once is allocated before memory is
    // measured.
    get(program.address, "/metrics", "Accept-Encoding: gzip\r\n").await;
    program
}

async fn assert_well(program: &Program, before: u64) {
    assert_eq!(get(program.address, "/-/healthy", "").await.code, 200);
    assert_eq!(get(program.address, "/metrics", "").await.code, 200);
    let added = program.status("VmRSS").saturating_sub(before);
    assert!(added < MAX_ADDED_KILOBYTES, "{added} kB more");
}

/// How many more files this process may open. A low limit makes the test smaller instead of failing
/// it.
fn files_left() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .unwrap();
    let limit = line
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap_or(1 << 16);
    let open = std::fs::read_dir("/proc/self/fd").unwrap().count();
    usize::saturating_sub(limit, open + 200)
}

#[tokio::test]
async fn two_thousand_idle_connections_do_not_lock_anybody_out() {
    let program = program().await;
    let (before, wanted) = (program.status("VmRSS"), files_left().min(2000));
    let mut idle = Vec::new();
    for _ in 0..wanted {
        idle.push(
            in_time("connecting", TcpStream::connect(program.address))
                .await
                .unwrap(),
        );
    }
    assert_well(&program, before).await;
    let open = std::fs::read_dir(format!("/proc/{}/fd", program.pid()))
        .unwrap()
        .count();
    assert!(
        open < 700,
        "{open} files are open for {wanted} idle connections"
    );
}

#[tokio::test]
async fn requests_without_an_end_are_refused_and_cost_nothing() {
    let program = program().await;
    let before = program.status("VmRSS");
    let line = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1 << 20));
    let header = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "a".repeat(1 << 20));
    let many = format!(
        "GET / HTTP/1.1\r\nHost: x\r\n{}",
        "X: y\r\n".repeat(1 << 17)
    );
    for request in [line, header, many] {
        let mut stream = TcpStream::connect(program.address).await.unwrap();
        // The server may answer and close the connection before it has read the whole request.
        let _ = in_time("sending", stream.write_all(request.as_bytes())).await;
        let mut answer = Vec::new();
        let _ = in_time("the refusal", stream.read_to_end(&mut answer)).await;
        let code = answer
            .get(9..12)
            .map(String::from_utf8_lossy)
            .unwrap_or_default();
        assert!(matches!(&*code, "" | "400" | "414" | "431"), "{code}");
    }
    assert_well(&program, before).await;
}

#[tokio::test]
async fn readers_that_stop_reading_hold_up_nobody_and_no_memory() {
    let program = program().await;
    let before = program.status("VmRSS");
    let mut slow = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(program.address).await.unwrap();
        stream
            .write_all(
                "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
                    .repeat(20)
                    .as_bytes(),
            )
            .await
            .unwrap();
        slow.push(stream);
    }
    sleep(Duration::from_millis(300)).await;
    assert_well(&program, before).await;
    // A client that reads a byte now and then is still being answered. It must not keep the server
    // from answering others.
    let mut byte = [0];
    for stream in &mut slow {
        assert!(
            timeout(Duration::from_secs(10), stream.read_exact(&mut byte))
                .await
                .is_ok()
        );
    }
    assert_well(&program, before).await;
}
