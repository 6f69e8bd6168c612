//! One HTTP request per connection, written and read byte by byte.

use std::io::Read;
use std::net::SocketAddr;

use flate2::bufread::GzDecoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::in_time;

/// An answer.
pub(crate) struct Reply {
    pub(crate) code: u16,
    head: String,
    body: Vec<u8>,
}

/// Asks for a path. Each of the `headers` ends in CRLF.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &str) -> Reply {
    ask(address, "GET", path, headers).await
}

/// Sends a request without a body.
pub(crate) async fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    };
    Reply::read(in_time(path, exchange).await)
}

impl Reply {
    pub(crate) fn read(mut answer: Vec<u8>) -> Self {
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap()
            + 4;
        let body = answer.split_off(end);
        let head = String::from_utf8(answer).unwrap();
        let code = head.strip_prefix("HTTP/1.1 ").unwrap()[..3]
            .parse()
            .unwrap();
        let reply = Self { code, head, body };
        assert_eq!(
            reply.header("content-length"),
            Some(reply.body.len().to_string().as_str()),
            "{}",
            reply.head
        );
        reply
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The decompressed body. Only one gzip member is read, because some clients read no more.
    pub(crate) fn text(&self) -> String {
        if self.header("content-encoding") != Some("gzip") {
            return String::from_utf8(self.body.clone()).unwrap();
        }
        let mut decoder = GzDecoder::new(self.body.as_slice());
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        assert!(decoder.into_inner().is_empty(), "more than one gzip member");
        text
    }
}
