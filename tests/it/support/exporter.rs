//! The exporter in this process, on a port of its own.

use std::net::SocketAddr;

use ssm_compliance_exporter::app::{self, Fleet, ReloadOptions, ServeOptions};
use ssm_compliance_exporter::http::RoutePrefix;
use tokio::sync::oneshot;
use tokio::time::{Duration, Instant, sleep};

use super::{Aws, Format, PATIENCE, Page, Reply, Settings, get, in_time};

/// An exporter that serves for as long as the runtime of the test lives.
pub(crate) struct Exporter {
    pub(crate) address: SocketAddr,
}

impl Exporter {
    pub(crate) async fn start(aws: &Aws, settings: &Settings) -> Self {
        let credentials = ("AKIAEXAMPLE".to_owned(), "secret".to_owned());
        let fleet = Fleet::new(&settings.config(aws), Some(credentials))
            .await
            .unwrap();
        let options = ServeOptions {
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            telemetry_path: "/metrics".to_owned(),
            has_pages: true,
            external_url: None,
            max_scrapes: None,
            route_prefix: RoutePrefix::default(),
            inherited: Vec::new(),
            security: None,
            reload: ReloadOptions::default(),
        };
        let (listening, address) = oneshot::channel();
        tokio::spawn(async move {
            let tell =
                |addresses: &[String]| listening.send(addresses[0].parse().unwrap()).unwrap();
            app::serve(fleet, options, std::future::pending(), tell)
                .await
                .unwrap();
        });
        Self {
            address: in_time("listening", address).await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str, headers: &str) -> Reply {
        get(self.address, path, headers).await
    }

    /// Waits until every target has finished its first attempt.
    pub(crate) async fn ready(&self) -> &Self {
        let ready = async {
            while self.get("/-/ready", "").await.code != 200 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        in_time("readiness", ready).await;
        self
    }

    /// The page as text 0.0.4.
    pub(crate) async fn page(&self) -> Page {
        self.page_as(Format::Text, false).await
    }

    pub(crate) async fn page_as(&self, format: Format, gzip: bool) -> Page {
        let encoding = if gzip {
            "Accept-Encoding: gzip\r\n"
        } else {
            ""
        };
        let reply = self
            .get(
                "/metrics",
                &format!("Accept: {}\r\n{encoding}", format.accept()),
            )
            .await;
        assert_eq!(reply.code, 200);
        assert_eq!(reply.header("content-encoding"), gzip.then_some("gzip"));
        let content_type = reply.header("content-type").unwrap_or_default();
        assert!(
            content_type.starts_with(format.content_type()),
            "{content_type}"
        );
        Page::read(&reply.text(), format)
            .unwrap_or_else(|error| panic!("the page is no {format:?}: {error}"))
    }

    /// Waits until the page has no differences any more.
    pub(crate) async fn until_none(
        &self,
        what: &str,
        differences: impl Fn(&Page) -> Vec<String>,
    ) -> Page {
        let start = Instant::now();
        loop {
            let page = self.page().await;
            let different = differences(&page);
            if different.is_empty() {
                return page;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "never: {what}\n{}",
                different.join("\n")
            );
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Waits for the first page for which this `holds`.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Page) -> bool) -> Page {
        let start = Instant::now();
        loop {
            let page = self.page().await;
            if holds(&page) {
                return page;
            }
            if start.elapsed() > PATIENCE {
                let targets: Vec<String> = page
                    .about("aws_ssm_up")
                    .chain(page.about("aws_ssm_collector"))
                    .collect();
                panic!("never: {what}\n{}", targets.join("\n"));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}
