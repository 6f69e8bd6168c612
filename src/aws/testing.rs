//! A scripted AWS for the tests of this folder: HTTP/1.1 over a real socket, one answer per request
//! as the test says.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{AwsBase, BaseOptions, Meter, SsmSource, TargetOptions};
use crate::collect::Operation;
use crate::model::FailureReason;

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The operation of SSM or the action of STS.
    pub(super) operation: String,
    pub(super) head: String,
    pub(super) body: String,
    pub(super) at: Instant,
}

/// What the script answers.
pub(super) enum Reply {
    SourceResult {
        status: u16,
        headers: String,
        body: String,
    },
    /// Half of a good answer, then the connection is closed.
    CutShort,
    /// This much of an answer, then the connection is closed.
    Half(&'static str),
    /// The connection is closed without an answer.
    HangUp,
    /// Nothing, for ever.
    Silence,
    /// A head, and then the same part of a body again and again, with a pause between.
    Endless {
        head: String,
        part: String,
        pause: Duration,
    },
}

/// An answer of SSM's.
pub(super) fn json(status: u16, body: &str) -> Reply {
    with_headers(status, "", body)
}

pub(super) fn with_headers(status: u16, headers: &str, body: &str) -> Reply {
    let headers = format!("content-type: application/x-amz-json-1.1\r\n{headers}");
    Reply::SourceResult {
        status,
        headers,
        body: body.to_owned(),
    }
}

/// A refusal of SSM's.
pub(super) fn refusal(code: &str, message: &str) -> Reply {
    json(
        400,
        &format!(r#"{{"__type":"{code}","message":"{message}"}}"#),
    )
}

/// Somebody's page, not AWS's.
pub(super) fn html(status: u16) -> Reply {
    let headers = "content-type: text/html\r\n".to_owned();
    Reply::SourceResult {
        status,
        headers,
        body: "<html><body>oops</body></html>".to_owned(),
    }
}

/// A session of `minutes` that `AssumeRole` gives; its access key is `key`.
pub(super) fn session(key: &str, minutes: u64) -> Reply {
    let end = std::time::SystemTime::now() + Duration::from_mins(minutes);
    let end = aws_smithy_types::DateTime::from(end)
        .fmt(aws_smithy_types::date_time::Format::DateTime)
        .expect("a time");
    xml(
        200,
        &format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>\
             <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{end}</Expiration>\
             </Credentials></AssumeRoleResult></AssumeRoleResponse>"
        ),
    )
}

pub(super) fn identity(account: &str) -> Reply {
    xml(
        200,
        &format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
    )
}

pub(super) fn sts_refusal(code: &str) -> Reply {
    let error =
        format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>");
    xml(
        403,
        &format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"),
    )
}

fn xml(status: u16, body: &str) -> Reply {
    Reply::SourceResult {
        status,
        headers: "content-type: text/xml\r\n".to_owned(),
        body: body.to_owned(),
    }
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// A scripted AWS; gone when dropped.
pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
    /// How much of endless bodies was taken.
    taken: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers as `script` says, given the request and how many of its operation came before.
    pub(super) async fn start(
        script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (log, script) = (
            Arc::clone(&asked),
            Arc::<Script>::from(Box::new(script) as Box<Script>),
        );
        let connections = Arc::<AtomicUsize>::default();
        let opened = Arc::clone(&connections);
        let taken = Arc::<AtomicUsize>::default();
        let sent = Arc::clone(&taken);
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::Relaxed);
                let (log, script, sent) =
                    (Arc::clone(&log), Arc::clone(&script), Arc::clone(&sent));
                open.spawn(async move {
                    serve(stream, &log, &*script, &sent)
                        .await
                        .unwrap_or_default()
                });
            }
        });
        Self {
            url,
            asked,
            connections,
            taken,
            task,
        }
    }

    /// The requests for an operation, in the order in which they came.
    pub(super) fn asked(&self, operation: &str) -> Vec<Asked> {
        let all = self.asked.lock().expect("no test panics with it");
        all.iter()
            .filter(|asked| asked.operation == operation)
            .cloned()
            .collect()
    }

    /// How many connections were opened.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many bytes of endless bodies were taken, by the client or by buffers in between.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    pub(super) async fn base(&self) -> AwsBase {
        AwsBase::load(BaseOptions {
            endpoint_url: Some(self.url.clone()),
            static_credentials: Some(("AKIDBASE".to_owned(), "secret".to_owned())),
            fallback_region: None,
        })
        .await
        .expect("nothing of the environment matters")
    }

    pub(super) async fn source(&self) -> (SsmSource, Arc<Counts>) {
        let counts = Arc::<Counts>::default();
        (
            SsmSource::new(&self.base().await, options(), Arc::clone(&counts) as _),
            counts,
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) fn options() -> TargetOptions {
    TargetOptions {
        region: "eu-west-1".to_owned(),
        account_id: None,
        role_arn: None,
        role_session_name: None,
        external_id: None,
        requests_per_second: 500.0,
        refresh_interval: Duration::from_mins(5),
        attempt_timeout: Duration::from_millis(500),
    }
}

pub(super) fn role_options() -> TargetOptions {
    let role_arn = Some("arn:aws:iam::111122223333:role/reader".to_owned());
    TargetOptions {
        role_arn,
        external_id: Some("s3cret".to_owned()),
        ..options()
    }
}

async fn serve(
    stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    script: &Script,
    sent: &AtomicUsize,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await? {
        let reply = {
            let mut log = log.lock().expect("no test panics with it");
            let before = log
                .iter()
                .filter(|earlier| earlier.operation == asked.operation)
                .count();
            log.push(asked.clone());
            script(&asked, before)
        };
        match reply {
            Reply::SourceResult {
                status,
                headers,
                body,
            } => {
                let head = format!(
                    "HTTP/1.1 {status} -\r\ncontent-length: {}\r\n{headers}\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await?;
            }
            Reply::CutShort => {
                let half = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"InstanceInformation";
                return stream.write_all(half).await;
            }
            Reply::Half(half) => return stream.write_all(half.as_bytes()).await,
            Reply::HangUp => return Ok(()),
            Reply::Silence => std::future::pending().await,
            Reply::Endless { head, part, pause } => {
                stream.write_all(head.as_bytes()).await?;
                loop {
                    stream.write_all(part.as_bytes()).await?;
                    sent.fetch_add(part.len(), Ordering::Relaxed);
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .next()
    };
    let length = header("content-length")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let action = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    let target = header("x-amz-target").map(|target| target.replace("AmazonSSM.", ""));
    let operation = target.or(action.map(str::to_owned)).unwrap_or_default();
    Ok(Some(Asked {
        operation,
        head,
        body,
        at: Instant::now(),
    }))
}

/// A meter that remembers.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) attempts: Mutex<Vec<(Operation, Duration)>>,
    pub(super) failures: Mutex<Vec<(Operation, FailureReason)>>,
    pub(super) waits: Mutex<Vec<Duration>>,
    pub(super) limits: Mutex<Vec<(Operation, f64)>>,
}

impl Counts {
    pub(super) fn attempts(&self) -> usize {
        self.attempts.lock().expect("no test panics with it").len()
    }

    pub(super) fn failures(&self) -> Vec<FailureReason> {
        self.failures
            .lock()
            .expect("no test panics with it")
            .iter()
            .map(|(_, reason)| *reason)
            .collect()
    }
}

impl Meter for Counts {
    fn attempted(&self, operation: Operation, took: Duration) {
        self.attempts
            .lock()
            .expect("no test panics with it")
            .push((operation, took));
    }

    fn failed(&self, operation: Operation, reason: FailureReason) {
        self.failures
            .lock()
            .expect("no test panics with it")
            .push((operation, reason));
    }

    fn waited(&self, took: Duration) {
        self.waits
            .lock()
            .expect("no test panics with it")
            .push(took);
    }

    fn limit(&self, operation: Operation, per_second: f64) {
        self.limits
            .lock()
            .expect("no test panics with it")
            .push((operation, per_second));
    }
}

/// A text in every way in which an endpoint may repeat it, with the name of the encoding.
pub(super) fn encoded(text: &str) -> Vec<(&'static str, String)> {
    let each = |format: fn(u8) -> String| text.bytes().map(format).collect::<Vec<_>>().concat();
    let url = form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    vec![
        ("plain", text.to_owned()),
        ("url", url.clone()),
        (
            "url of url",
            form_urlencoded::byte_serialize(url.as_bytes()).collect(),
        ),
        ("url in small letters", each(|byte| format!("%{byte:02x}"))),
        ("base64", base64(text)),
        ("base64 of url", base64(&url)),
        ("base64 of base64", base64(&base64(text))),
        (
            "base64 for URLs",
            base64(text)
                .replace('+', "-")
                .replace('/', "_")
                .trim_end_matches('=')
                .to_owned(),
        ),
        ("hexadecimal", each(|byte| format!("{byte:02x}"))),
        ("json", text.replace('/', r"\/")),
        ("json code points", each(|byte| format!(r"\u{byte:04X}"))),
        ("xml", each(|byte| format!("&#{byte};"))),
        ("capitals", text.to_ascii_uppercase()),
        (
            "words",
            each(|byte| format!("{} ", char::from(byte)))
                .trim()
                .to_owned(),
        ),
    ]
}

fn base64(text: &str) -> String {
    aws_smithy_types::base64::encode(text)
}
