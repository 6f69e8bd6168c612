//! The server over real sockets, spoken to byte by byte, because a well-behaved client library
//! would hide the interesting cases.

mod fleet;
mod fuzz;
mod hostile;
mod instance;
mod instances;
mod page_rendering;
mod panics;
mod prefix;
mod reload;
mod routes;
mod secure;
mod shutdown;
mod slow_readers;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::metrics::{Encoding, Format, HANDLERS};

/// How a server without TLS is asked for its health.
const PLAIN: &[HealthScheme] = &[HealthScheme::Http];

/// How long a test waits before it counts as hanging.
const HANG_TIMEOUT: Duration = Duration::from_secs(10);

type Page = fn(Format, Encoding) -> Exposition;

/// An exporter state whose pages are constants, and that remembers what was answered.
struct ConstantState {
    page: Page,
    readiness: Readiness,
    fleet: fn() -> FleetSnapshot,
    answered: Mutex<Vec<(&'static str, u16)>>,
    panicked: AtomicUsize,
    /// How a reload ends, if one is allowed.
    reload: Option<Result<(), String>>,
}

impl Default for ConstantState {
    fn default() -> Self {
        let page = |format, encoding| Bytes::from(format!("{format:?} {encoding:?}\n")).into();
        Self {
            page,
            readiness: Readiness::Ready,
            fleet: || fleet::fleet_of(Vec::new()),
            answered: Mutex::default(),
            panicked: AtomicUsize::new(0),
            reload: None,
        }
    }
}

impl ConstantState {
    /// A page much larger than any socket buffer, which a slow reader does not get at once.
    fn large() -> Self {
        const FRAME: Bytes = Bytes::from_static(&[b'x'; 64 * 1024]);
        let page = |_, _| Exposition {
            length: 64 << 20,
            frames: Box::new(std::iter::repeat_with(|| FRAME.into()).take(1024)),
        };
        Self {
            page,
            ..Self::default()
        }
    }
}

impl ExporterState for ConstantState {
    fn metrics(
        &self,
        part: PageSelector<'_>,
        format: Format,
        encoding: Encoding,
    ) -> Option<Exposition> {
        match part {
            PageSelector::Everything => Some((self.page)(format, encoding)),
            PageSelector::Exporter => Some(Bytes::from_static(b"exporter").into()),
            PageSelector::Target {
                account_id: "111122223333",
                region: "eu-west-1",
            } => Some(Bytes::from_static(b"target").into()),
            PageSelector::Target { .. } => None,
        }
    }

    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        let target = DiscoveredTarget {
            account_id: "111122223333".into(),
            region: "eu-west-1".into(),
        };
        (self.readiness == Readiness::Ready).then(|| vec![target])
    }

    fn targets(&self) -> Vec<TargetRow> {
        vec![TargetRow {
            account_id: "111122223333".into(),
            region: "eu-west-1".into(),
            state: TargetState::Up,
            ..TargetRow::default()
        }]
    }

    fn fleet(&self) -> FleetSnapshot {
        (self.fleet)()
    }

    fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    fn answered(&self, handler: &'static str, code: u16) {
        assert!(HANDLERS.contains(&handler));
        self.answered.lock().unwrap().push((handler, code));
    }

    fn panicked(&self) {
        self.panicked.fetch_add(1, Ordering::Relaxed);
    }

    fn reload(&self) -> Option<PendingReload> {
        let result = self.reload.clone()?;
        Some(Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            result
        }))
    }
}

/// A server on a port of its own, stopped by [`Running::stop`] or when dropped.
struct Running {
    address: SocketAddr,
    exporter_state: Arc<ConstantState>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServerError>>,
}

async fn start(exporter_state: ConstantState, limits: Limits) -> Running {
    start_at("/metrics", exporter_state, limits).await
}

async fn start_at(telemetry_path: &str, exporter_state: ConstantState, limits: Limits) -> Running {
    start_with(options(telemetry_path, limits), exporter_state).await
}

async fn start_with(options: Options, exporter_state: ConstantState) -> Running {
    let listener = bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let exporter_state = Arc::new(exporter_state);
    let shutdown = async {
        let _ = stopped.await;
    };
    let task = tokio::spawn(Server::run(
        vec![listener],
        Arc::clone(&exporter_state) as _,
        options,
        shutdown,
    ));
    Running {
        address,
        exporter_state,
        stop,
        task,
    }
}

fn options(telemetry_path: &str, limits: Limits) -> Options {
    Options {
        telemetry_path: telemetry_path.into(),
        name: "ssm-compliance-exporter".into(),
        version: "1.2.3".into(),
        description: String::new(),
        has_pages: true,
        external_url: None,
        route_prefix: RoutePrefix::default(),
        security: None,
        limits,
    }
}

impl Running {
    async fn connect(&self) -> Client {
        Client {
            stream: TcpStream::connect(self.address).await.unwrap(),
            unread: Vec::new(),
        }
    }

    /// One request on a connection of its own.
    async fn ask(&self, request: &str) -> Reply {
        let mut client = self.connect().await;
        client.send(request.as_bytes()).await;
        client.reply(request.starts_with("HEAD")).await
    }

    async fn get(&self, path: &str, headers: &str) -> Reply {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"))
            .await
    }

    /// Asks the server to stop and returns how long it took.
    async fn stop(self) -> Duration {
        let started = Instant::now();
        self.stop.send(()).unwrap();
        in_time(self.task).await.unwrap().unwrap();
        started.elapsed()
    }
}

struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Client {
    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next reply of a connection that stays open.
    async fn reply(&mut self, head_only: bool) -> Reply {
        let mut reply = loop {
            if let Some(reply) = Reply::parse(&mut self.unread) {
                break reply;
            }
            assert!(self.receive().await > 0, "closed in mid-reply");
        };
        let length = if head_only { 0 } else { reply.length() };
        while self.unread.len() < length {
            assert!(self.receive().await > 0, "closed in mid-body");
        }
        reply.body = self.unread.drain(..length).collect();
        reply
    }

    async fn receive(&mut self) -> usize {
        in_time(self.stream.read_buf(&mut self.unread))
            .await
            .unwrap_or(0)
    }

    /// Waits until the server closes the connection. Returns how long that took, and all that was
    /// sent until then.
    async fn closed(mut self) -> (Duration, Vec<u8>) {
        let started = Instant::now();
        while self.receive().await > 0 {}
        (started.elapsed(), self.unread)
    }
}

struct Reply {
    code: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    /// Takes the head of a reply off the front of what was read, once it is complete.
    fn parse(unread: &mut Vec<u8>) -> Option<Self> {
        let end = unread.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let head = String::from_utf8(unread.drain(..end).collect()).unwrap();
        let code = head
            .strip_prefix("HTTP/1.1 ")
            .or_else(|| head.strip_prefix("HTTP/1.0 "))
            .unwrap()[..3]
            .parse()
            .unwrap();
        Some(Self {
            code,
            head,
            body: Vec::new(),
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .next()
    }

    fn length(&self) -> usize {
        self.header("content-length")
            .unwrap_or("0")
            .parse()
            .unwrap()
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANG_TIMEOUT, future)
        .await
        .expect("hangs")
}
