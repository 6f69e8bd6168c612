//! This program in another role, in a process of its own. It prints lines, and goes on when it is
//! told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process that is ended when this value is dropped.
pub(crate) struct ChildProcess {
    child: Child,
    stdin: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl ChildProcess {
    pub(crate) fn start(role: &str, arguments: &[&str]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command
            .arg(format!("child:{role}"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts");
        let stdin = child.stdin.take().expect("piped");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            child,
            stdin,
            lines,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        line.trim().to_owned()
    }

    pub(crate) fn go_on(&mut self) {
        self.stdin.write_all(b"go\n").expect("it listens");
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits, in the other process, until it is told to go on. `false` if nobody will.
pub(crate) async fn told_to_go_on() -> bool {
    tokio::task::spawn_blocking(|| std::io::stdin().lines().next())
        .await
        .expect("a thread")
        .is_some()
}

/// The body of an answer, requested as Prometheus requests a page.
pub(crate) fn get(address: &str, path: &str, encoding: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\
         Accept-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    let head = answer
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .expect("a head");
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer[..head])
    );
    answer.split_off(head + 4)
}

/// The value of a series on a page. `series` is everything that stands before the value.
pub(crate) fn value(page: &[u8], series: &str) -> Option<u64> {
    let page = std::str::from_utf8(page).expect("UTF-8");
    let value = page
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(value.parse().expect("a number"))
}
