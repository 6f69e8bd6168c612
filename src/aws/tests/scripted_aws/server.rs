//! A small HTTP server that answers as a test says.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::counts::Counts;
use super::options;
use super::reply::Reply;
use crate::aws::{AwsBase, BaseOptions, SsmSource};

/// A request as it came.
#[derive(Clone, Debug)]
pub(in crate::aws) struct Asked {
    /// The operation of SSM or of the tagging API, or the action of STS.
    pub(in crate::aws) operation: String,
    pub(in crate::aws) head: String,
    pub(in crate::aws) body: String,
    pub(in crate::aws) at: Instant,
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// A scripted AWS; it is gone when dropped.
pub(in crate::aws) struct Server {
    pub(in crate::aws) url: String,
    exchange: Arc<ScriptedExchange>,
    task: JoinHandle<()>,
}

/// What all connections share.
struct ScriptedExchange {
    script: Box<Script>,
    asked: Mutex<Vec<Asked>>,
    connections: AtomicUsize,
    /// How many bytes of endless bodies were taken.
    taken: AtomicUsize,
}

impl Server {
    /// Answers as `script` says, given the request and how many of its operation came before.
    pub(in crate::aws) async fn start(
        script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let exchange = Arc::new(ScriptedExchange {
            script: Box::new(script),
            asked: Mutex::default(),
            connections: AtomicUsize::default(),
            taken: AtomicUsize::default(),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&exchange)));
        Self {
            url,
            exchange,
            task,
        }
    }

    /// The requests for an operation, in the order in which they came.
    pub(in crate::aws) fn asked(&self, operation: &str) -> Vec<Asked> {
        let all = self.exchange.asked.lock().expect("no test panics with it");
        all.iter()
            .filter(|asked| asked.operation == operation)
            .cloned()
            .collect()
    }

    /// How many connections were opened.
    pub(in crate::aws) fn connections(&self) -> usize {
        self.exchange.connections.load(Ordering::Relaxed)
    }

    /// How many bytes of endless bodies were taken, by the client or by buffers in between.
    pub(in crate::aws) fn taken(&self) -> usize {
        self.exchange.taken.load(Ordering::Relaxed)
    }

    /// The base configuration of an exporter that has this server as its endpoint.
    pub(in crate::aws) async fn base(&self) -> AwsBase {
        AwsBase::load(BaseOptions {
            endpoint_url: Some(self.url.clone()),
            static_credentials: Some(("AKIDBASE".to_owned(), "secret".to_owned())),
            fallback_region: None,
        })
        .await
        .expect("nothing of the environment matters")
    }

    /// A target that is read from this server, and what it counts.
    pub(in crate::aws) async fn source(&self) -> (SsmSource, Arc<Counts>) {
        let counts = Arc::<Counts>::default();
        let source = SsmSource::new(&self.base().await, options(), Arc::clone(&counts) as _);
        (source, counts)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, exchange: Arc<ScriptedExchange>) {
    // Connections end with the set, and the set with this task.
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        exchange.connections.fetch_add(1, Ordering::Relaxed);
        let exchange = Arc::clone(&exchange);
        open.spawn(async move { exchange.serve(stream).await.unwrap_or_default() });
    }
}

impl ScriptedExchange {
    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(asked) = read(&mut stream).await? {
            match self.reply_to(asked) {
                Reply::Response {
                    status,
                    headers,
                    body,
                } => {
                    let length = body.len();
                    let head =
                        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\n{headers}\r\n");
                    stream.write_all((head + &body).as_bytes()).await?;
                }
                Reply::CutShort => {
                    let half =
                        b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"InstanceInformation";
                    return stream.write_all(half).await;
                }
                Reply::Half(half) => return stream.write_all(half.as_bytes()).await,
                Reply::HangUp => return Ok(()),
                Reply::Silence => std::future::pending().await,
                Reply::Endless { head, part, pause } => {
                    stream.write_all(head.as_bytes()).await?;
                    loop {
                        stream.write_all(part.as_bytes()).await?;
                        self.taken.fetch_add(part.len(), Ordering::Relaxed);
                        tokio::time::sleep(pause).await;
                    }
                }
            }
        }
        Ok(())
    }

    fn reply_to(&self, asked: Asked) -> Reply {
        let mut all = self.asked.lock().expect("no test panics with it");
        let before = all
            .iter()
            .filter(|earlier| earlier.operation == asked.operation)
            .count();
        let reply = (self.script)(&asked, before);
        all.push(asked);
        reply
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let length = header(&head, "content-length").and_then(|value| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let target = header(&head, "x-amz-target")
        .and_then(|target| target.rsplit('.').next().map(str::to_owned));
    let action = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    let operation = target.or(action.map(str::to_owned)).unwrap_or_default();
    Ok(Some(Asked {
        operation,
        head,
        body,
        at: Instant::now(),
    }))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
