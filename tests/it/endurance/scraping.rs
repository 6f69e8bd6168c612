//! Clients of the exporter: one that insists on its page in time, and one that never reads any.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Duration, Instant, sleep, timeout};

use crate::support::{Format, Page, Reply, TARGETS};

/// How long a scrape may take.
const MAX_SCRAPE: Duration = Duration::from_secs(2);

/// The page. `None` if the connection met an injected panic.
pub(super) async fn scrape(address: SocketAddr) -> Option<Page> {
    let began = Instant::now();
    let answer = timeout(MAX_SCRAPE, exchange(address)).await;
    let answer =
        answer.unwrap_or_else(|_| panic!("a scrape takes longer than {:?}", began.elapsed()));
    let answer = answer
        .ok()
        .filter(|answer| answer.starts_with(b"HTTP/1.1 200"))?;
    Some(
        Page::read(&Reply::read(answer).text(), Format::Text)
            .unwrap_or_else(|error| panic!("no page: {error}")),
    )
}

async fn exchange(address: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let request =
        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

pub(super) async fn until_all_up(address: SocketAddr) -> Page {
    let began = Instant::now();
    loop {
        if let Some(page) = scrape(address).await {
            let up = page
                .matching("aws_ssm_up", &[])
                .filter(|(_, up)| *up > 0.5)
                .count();
            if up == TARGETS.len() {
                return page;
            }
            let state: Vec<String> = page
                .about("aws_ssm_up")
                .chain(page.about("aws_ssm_collector_error_info"))
                .collect();
            assert!(
                began.elapsed() < Duration::from_mins(2),
                "not all are up:\n{}",
                state.join("\n")
            );
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// Asks for the uncompressed page again and again, and reads none of it.
pub(super) async fn read_nothing(address: SocketAddr) {
    loop {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2048).unwrap();
        if let Ok(mut stream) = socket.connect(address).await {
            let _ = stream
                .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                .await;
            sleep(Duration::from_secs(20)).await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}
