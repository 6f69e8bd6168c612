//! HTTP/2, spoken by another implementation of a client's side.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinHandle;

use super::{PASSWORD, Site, TLS, TlsClient, USER, login, user};
use crate::support::in_time;

/// A connection, and the task that ends with it.
struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    task: JoinHandle<hyper::Result<()>>,
    address: SocketAddr,
}

impl Connection {
    async fn to(site: &Site) -> Self {
        let address = site.program.address;
        let client = TlsClient::of(&site.pki).offering("h2");
        let stream = client.connect(address).await.unwrap();
        let (_, connection) = stream.get_ref();
        assert_eq!(connection.alpn_protocol(), Some(&b"h2"[..]));
        let io = TokioIo::new(stream);
        let (sender, connection) = handshake(TokioExecutor::new(), io).await.unwrap();
        let task = tokio::spawn(connection);
        Self {
            sender,
            task,
            address,
        }
    }

    fn request(&self, path: &str, login: &str) -> Request<Empty<Bytes>> {
        let request = Request::get(format!("https://{}{path}", self.address));
        let request = request.version(Version::HTTP_2);
        let request = match login.trim_end().split_once(": ") {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        request.body(Empty::new()).unwrap()
    }

    /// Status and body.
    async fn get(&self, path: &str, login: &str) -> (u16, String) {
        let mut sender = self.sender.clone();
        let request = self.request(path, login);
        let exchange = async {
            sender.ready().await.unwrap();
            let answer = sender.send_request(request).await.unwrap();
            let code = answer.status().as_u16();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (code, String::from_utf8(body.to_vec()).unwrap())
        };
        in_time(path, exchange).await
    }
}

#[tokio::test]
async fn many_requests_at_once_are_answered_on_one_connection() {
    let site = Site::start(&format!("{TLS}{}", user()), &[]).await;
    let connection = Connection::to(&site).await;
    let good = login(USER, PASSWORD);
    // From the first answer on the client knows how many requests it may have under way.
    assert_eq!(connection.get("/-/healthy", &good).await.0, 200);
    let answers = (0..100).map(|_| connection.get("/metrics", &good));
    for (code, page) in futures_util::future::join_all(answers).await {
        assert_eq!(code, 200);
        assert!(page.contains("aws_ssm_exporter_build_info"));
    }
    assert!(!connection.task.is_finished());
}

#[tokio::test]
async fn a_refused_request_lets_the_others_end_and_then_closes_the_connection() {
    let site = Site::start(&format!("{TLS}{}", user()), &[]).await;
    let connection = Connection::to(&site).await;
    let good = login(USER, PASSWORD);
    let both = tokio::join!(
        connection.get("/metrics", &good),
        connection.get("/metrics", "")
    );
    assert_eq!((both.0.0, both.1.0), (200, 401));
    let _ = in_time("the end", connection.task).await.unwrap();
}

#[tokio::test]
async fn service_discovery_names_the_host_that_http2_asks_for() {
    let site = Site::start(TLS, &[]).await;
    let connection = Connection::to(&site).await;
    let listing = async {
        loop {
            if let (200, listing) = connection.get("/sd", "").await {
                return listing;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let listing = in_time("the accounts", listing).await;
    for part in [
        format!("\"{}\"", connection.address),
        "\"__scheme__\":\"https\"".to_owned(),
    ] {
        assert!(listing.contains(&part), "{part} {listing}");
    }
}

#[tokio::test]
async fn a_client_that_withdraws_its_requests_at_once_disturbs_nobody() {
    let site = Site::start(TLS, &[]).await;
    let mut connection = Connection::to(&site).await;
    for _ in 0..5_000 {
        if connection.sender.ready().await.is_err() {
            break;
        }
        // Dropping the answer's future resets the request.
        let request = connection.request("/metrics", "");
        drop(connection.sender.send_request(request));
        tokio::task::yield_now().await;
    }
    assert_eq!(site.get_tls("/metrics", "").await.code, 200);
}
