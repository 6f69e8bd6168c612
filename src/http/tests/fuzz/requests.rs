//! Whole requests, byte by byte: hosts, queries, and what is no HTTP at all.

use fuzzing::Fuzz;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use super::super::*;

const WORDS: [&str; 66] = [
    "GET ",
    "HEAD ",
    "POST ",
    "PUT ",
    "PRI * ",
    "CONNECT ",
    "OPTIONS ",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    " HTTP/2.0\r\n",
    "\r\n",
    "\r\n\r\n",
    "\n",
    ": ",
    "Host: ",
    "Host: x\r\n",
    "Host: a\r\nHost: b\r\n",
    "host:\t[::1]:1\r\n",
    "Accept: */*\r\n",
    "Accept-Encoding: gzip\r\n",
    "Authorization: Basic QWxhZGRpbg==\r\n",
    "Content-Length: ",
    "Content-Length: 1\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: upgrade\r\nUpgrade: h2c\r\n",
    "Expect: 100-continue\r\n",
    "X-Forwarded-Host: ",
    "X-Forwarded-Host: tools.example.com\r\n",
    "0\r\n\r\n",
    "1;x=y\r\na\r\n",
    "/",
    "//",
    "/metrics",
    "/metrics/exporter",
    "/sd",
    "/instances",
    "/instances/",
    "/instances/i-1",
    "/-/healthy",
    "/-/ready",
    "/-/reload",
    "http://x/metrics",
    "?",
    "&",
    "=",
    "+",
    "%",
    "%3Cscript%3E",
    "<script>",
    "account_id=111122223333",
    "region=eu-west-1",
    "account_id=unknown",
    "type=Patch",
    "status=NON_COMPLIANT",
    "reason=patches_missing",
    "q=",
    "tag_Team=",
    "unlisted=1",
    "sort=-items",
    "page=2",
    "page=18446744073709551615",
    "format=text",
    "format=html",
    "javascript:alert(1)",
    "%22%27%3E",
];

const EXAMPLES: [&str; 6] = [
    "GET /metrics?account_id=111122223333&region=eu-west-1 HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
    "GET /sd HTTP/1.1\r\nHost: exporter:10068\r\nX-Forwarded-Host: tools.example.com\r\n\r\n",
    "GET /instances?q=web&sort=-items&page=2&tag_Team=a HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /instances/i-0%2F%3Cb%3E?region=eu-west-1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "HEAD / HTTP/1.0\r\n\r\n",
    "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
];

/// All that the exporter or HTTP's library answer to a client.
const CODES: [u16; 8] = [200, 302, 400, 403, 404, 405, 414, 431];

#[test]
fn any_bytes_are_answered_well_or_not_at_all() {
    // One thread for both sides, so that all of the time is measured.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let external = Options {
        external_url: Some("https://tools.example.com/ssm/".parse().unwrap()),
        route_prefix: "/".parse().unwrap(),
        ..options("/metrics", Limits::default())
    };
    let server = runtime.block_on(start_with(external, ConstantState::default()));
    Fuzz::of("requests")
        .words(WORDS)
        .examples(EXAMPLES)
        .check(|input| {
            let answer = runtime.block_on(answer_to(&server, input));
            assert_eq!(
                server.exporter_state.panicked.load(Ordering::Relaxed),
                0,
                "{:?}",
                text(&answer)
            );
            server.exporter_state.answered.lock().unwrap().clear();
            check_answers(answer, input)
        });
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// All that comes before the server closes the connection.
async fn answer_to(server: &Running, input: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut answer = Vec::new();
    // The server may have closed before it has read everything; what it has said still counts.
    let _ = stream.write_all(input).await;
    let _ = stream.shutdown().await;
    let _ = in_time(stream.read_to_end(&mut answer)).await;
    answer
}

/// Holds what was answered against what may be, and returns the codes.
fn check_answers(mut answer: Vec<u8>, input: &[u8]) -> Vec<u16> {
    let mut codes = Vec::new();
    while !answer.is_empty() {
        let Some(mut reply) = Reply::parse(&mut answer) else {
            panic!("no answer of HTTP: {:?}", text(&answer));
        };
        let is_of_head = text(input).contains("HEAD ");
        let length = reply.length();
        // An answer to HEAD has a length and no body.
        if !is_of_head || answer.len() >= length && !answer.starts_with(b"HTTP/1.") {
            assert!(answer.len() >= length, "cut short: {}", reply.head);
            reply.body = answer.drain(..length).collect();
        }
        check_reply(&reply);
        codes.push(reply.code);
    }
    codes
}

fn check_reply(reply: &Reply) {
    assert!(CODES.contains(&reply.code), "{}", reply.head);
    assert!(
        reply
            .head
            .bytes()
            .all(|byte| matches!(byte, b'\r' | b'\n' | b' '..=b'~')),
        "{:?}",
        reply.head
    );
    let kind = reply.header("content-type").unwrap_or_default();
    if kind.starts_with("text/html") {
        assert!(
            !reply.text().contains("<script") && !reply.text().contains("href=\"javascript"),
            "{}",
            reply.text()
        );
    }
    if kind == "application/json" && !reply.body.is_empty() {
        let targets: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!(targets.as_array().map(Vec::len), Some(2), "{targets}");
    }
}
