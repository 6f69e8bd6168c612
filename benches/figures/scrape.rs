//! The processor time of a gzip scrape, against a hyper server of the same static bytes.

use std::convert::Infallible;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use ssm_compliance_exporter::app::BUILD;
use ssm_compliance_exporter::http::{
    DiscoveredTarget, Exposition, Limits, Options, Part, Readiness, Server, Site, TargetRow,
};
use ssm_compliance_exporter::metrics::{Body, Encoding, Format, Own, Publisher, TargetPage};
use tokio::net::TcpListener;

use crate::fleet::{filled, identity, runtime, view};
use crate::table::{Table, process_time, ratio};

const ROUNDS: usize = 5;
const SCRAPES: usize = 200;

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size == 10_000) {
        let mut page = Served::start("page", &instances.to_string());
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), page.scrape()).expect("a temporary file takes it");
        let mut fixed = Served::start("static", file.path().to_str().expect("UTF-8"));
        // In turn, so that a machine that gets slower does so for both; the least, as noise only adds.
        let rounds: Vec<(Duration, Duration)> = (0..ROUNDS).map(|_| (page.cost(), fixed.cost())).collect();
        let ours = rounds.iter().map(|round| round.0).min().expect("a round");
        let theirs = rounds.iter().map(|round| round.1).min().expect("a round");
        let against = format!("hyper, same {} bytes: {:?} a scrape", page.scrape().len(), theirs);
        table.row(
            "processor time of a gzip scrape",
            instances,
            format!("{} ({ours:?})", ratio(ours, theirs)),
            &against,
            "≤ 1.1",
        );
    }
}

/// A server in a process of its own.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(role: &str, argument: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.args([&format!("child:{role}"), argument]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut address).expect("an address");
        Self { child, address: address.trim().to_owned() }
    }

    /// The body of one scrape.
    fn scrape(&mut self) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let request = "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\
                       Accept-Encoding: gzip\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("a head");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..head]));
        answer.split_off(head + 4)
    }

    /// Processor time of one scrape.
    fn cost(&mut self) -> Duration {
        let before = process_time(self.child.id());
        for _ in 0..SCRAPES {
            self.scrape();
        }
        process_time(self.child.id()).saturating_sub(before) / u32::try_from(SCRAPES).expect("small")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exporter's server over a page that does not change.
struct Fixed {
    publisher: Publisher,
    own: Own,
}

impl Site for Fixed {
    fn metrics(&self, _: Part<'_>, format: Format, encoding: Encoding) -> Option<Exposition> {
        let page = self.publisher.page();
        let own = self.own.encode(format, &page);
        let body = Body::new(page, format, encoding, &own);
        Some(Exposition { length: body.length(), chunks: Box::new(body) })
    }
    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        None
    }
    fn targets(&self) -> Vec<TargetRow> {
        Vec::new()
    }
    fn readiness(&self) -> Readiness {
        Readiness::Ready
    }
    fn answered(&self, handler: &'static str, code: u16) {
        self.own.answered(handler, code);
    }
}

pub(crate) fn serve_page(instances: &str) {
    let target = filled(instances.parse().expect("a number"));
    let (identity, own) = (identity(), Own::new(BUILD, Duration::from_mins(5)));
    own.target(&identity.account_id, &identity.region).start_at_zero("DescribeInstanceInformation");
    let site = Fixed { publisher: Publisher::default(), own };
    site.publisher.publish(0, TargetPage::render(&view(&target.lock().expect("not poisoned"), &identity), None));
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("an address"));
        let options = Options {
            telemetry_path: "/metrics".to_owned(),
            name: String::new(),
            version: String::new(),
            description: String::new(),
            limits: Limits::default(),
        };
        Server::run(vec![listener], Arc::new(site), options, std::future::pending()).await;
    });
}

pub(crate) fn serve_static(file: &str) {
    let bytes = Bytes::from(fs::read(file).expect("the file"));
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("an address"));
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let bytes = bytes.clone();
            let answer = service_fn(move |_| {
                let body = Full::new(bytes.clone());
                async move { Ok::<_, Infallible>(Response::new(body)) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
}
