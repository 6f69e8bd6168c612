//! The processor time of a gzip scrape, against a hyper server of the same static bytes.

use std::convert::Infallible;
use std::fs;
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
    DiscoveredTarget, ExporterState, Exposition, FleetSnapshot, Limits, Options, PageSelector,
    Readiness, RoutePrefix, Server, TargetRow,
};
use ssm_compliance_exporter::metrics::{
    Body, Encoding, ExporterMetrics, Format, Publisher, TargetPage,
};
use tokio::net::TcpListener;

use crate::fleet::{filled, identity, policy, runtime, view};
use crate::role::{ChildProcess, get};
use crate::table::{Table, process_time, ratio};

const ROUNDS: usize = 15;
const SCRAPES: usize = 200;

pub(crate) fn measure(sizes: &[usize], table: &mut Table) {
    for &instances in sizes.iter().filter(|size| **size == 10_000) {
        let page = ServerProcess::start("page", &instances.to_string());
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), page.scrape()).expect("a temporary file takes it");
        let fixed = ServerProcess::start("static", file.path().to_str().expect("UTF-8"));
        // In turn, so that a machine that gets slower does so for both. The least of each counts,
        // because noise only adds.
        let rounds: Vec<(Duration, Duration)> =
            (0..ROUNDS).map(|_| (page.cost(), fixed.cost())).collect();
        let ours = rounds.iter().map(|round| round.0).min().expect("a round");
        let theirs = rounds.iter().map(|round| round.1).min().expect("a round");
        let against = format!(
            "hyper, same {} bytes: {:?} a scrape",
            page.scrape().len(),
            theirs
        );
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
pub(crate) struct ServerProcess {
    role: ChildProcess,
    pub(crate) address: String,
}

impl ServerProcess {
    pub(crate) fn start(role: &str, argument: &str) -> Self {
        let mut role = ChildProcess::start(role, &[argument]);
        let address = role.line();
        Self { role, address }
    }

    pub(crate) fn id(&self) -> u32 {
        self.role.id()
    }

    /// The body of one scrape.
    pub(crate) fn scrape(&self) -> Vec<u8> {
        get(&self.address, "/metrics", "gzip")
    }

    /// The processor time of one scrape, as the mean of many.
    fn cost(&self) -> Duration {
        let before = process_time(self.id());
        for _ in 0..SCRAPES {
            self.scrape();
        }
        process_time(self.id()).saturating_sub(before) / u32::try_from(SCRAPES).expect("small")
    }
}

/// The exporter's server over a page that does not change.
struct FixedPage {
    publisher: Publisher,
    own: ExporterMetrics,
}

impl ExporterState for FixedPage {
    fn metrics(
        &self,
        part: PageSelector<'_>,
        format: Format,
        encoding: Encoding,
    ) -> Option<Exposition> {
        let whole = self.publisher.page();
        let own = self.own.encode(format, &whole);
        let page = if part == PageSelector::Exporter {
            Arc::default()
        } else {
            whole
        };
        let body = Body::new(&page, format, encoding, &own);
        Some(Exposition {
            length: body.length(),
            frames: Box::new(body),
        })
    }
    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        None
    }
    fn targets(&self) -> Vec<TargetRow> {
        Vec::new()
    }
    fn fleet(&self) -> FleetSnapshot {
        FleetSnapshot {
            unlisted: Vec::new(),
            targets: Vec::new(),
            policy: policy(),
            now: None,
        }
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
    let identity = identity();
    let own = ExporterMetrics::new(BUILD, Duration::from_mins(5));
    own.target(&identity.account_id, &identity.region)
        .start_at_zero("DescribeInstanceInformation");
    let state = FixedPage {
        publisher: Publisher::default(),
        own,
    };
    state.publisher.publish(
        0,
        TargetPage::render(&view(&target, &identity, &policy()), None),
    );
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("an address"));
        let options = Options {
            telemetry_path: "/metrics".to_owned(),
            name: String::new(),
            version: String::new(),
            description: String::new(),
            has_pages: true,
            external_url: None,
            route_prefix: RoutePrefix::default(),
            security: None,
            limits: Limits::default(),
        };
        Server::run(
            vec![listener],
            Arc::new(state),
            options,
            std::future::pending(),
        )
        .await
        .expect("no panic");
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
