//! The bounds of a connection hold under TLS and HTTP/2, too.

use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

/// A server with TLS, and what its clients need.
struct SecureServer {
    running: Running,
    certificate: CertificateDer<'static>,
    /// Its files are looked at as long as it runs.
    _folder: TempDir,
}

async fn start_secure(exporter_state: ConstantState, limits: Limits) -> SecureServer {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("web.yml");
    std::fs::write(folder.path().join("a.crt"), certificate.pem()).unwrap();
    std::fs::write(folder.path().join("a.key"), key.serialize_pem()).unwrap();
    std::fs::write(
        &file,
        "tls_server_config: {cert_file: a.crt, key_file: a.key}",
    )
    .unwrap();
    let config = WebConfig::load(&file).unwrap();
    let options = Options {
        security: Some(WebSecurity::start(config, file).unwrap()),
        ..options("/metrics", limits)
    };
    SecureServer {
        running: start_with(options, exporter_state).await,
        certificate: certificate.der().clone(),
        _folder: folder,
    }
}

impl SecureServer {
    async fn connect(&self, protocol: &str) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.into()];
        let stream = TcpStream::connect(self.running.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        in_time(connector.connect(name, stream)).await.unwrap()
    }

    async fn connect_http2(&self) -> (SendRequest<Empty<Bytes>>, JoinHandle<hyper::Result<()>>) {
        let io = TokioIo::new(self.connect("h2").await);
        let (sender, connection) = handshake(TokioExecutor::new(), io).await.unwrap();
        (sender, tokio::spawn(connection))
    }
}

/// A page that takes many turns of the client, and is still sent soon.
fn some_megabytes() -> ConstantState {
    let page = |_, _| Exposition {
        length: 8 << 20,
        frames: Box::new(
            std::iter::repeat_with(|| Bytes::from(vec![b'x'; 1 << 16]).into()).take(128),
        ),
    };
    ConstantState {
        page,
        ..ConstantState::default()
    }
}

fn request(path: &str) -> Request<Empty<Bytes>> {
    let request = Request::get(format!("https://localhost{path}"));
    request.body(Empty::new()).unwrap()
}

fn impatient() -> Limits {
    Limits {
        header_timeout: Duration::from_millis(500),
        stall_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_millis(500),
        ..Limits::default()
    }
}

#[tokio::test]
async fn an_answer_over_http2_that_is_not_read_is_cut() {
    let server = start_secure(ConstantState::large(), impatient()).await;
    let (mut sender, connection) = server.connect_http2().await;
    let answer = in_time(sender.send_request(request("/metrics")))
        .await
        .unwrap();
    // hyper's client reads no more than the window, which is as if nobody read.
    let started = Instant::now();
    let _ = in_time(connection).await.unwrap();
    assert!(
        started.elapsed() > Duration::from_millis(300),
        "{:?}",
        started.elapsed()
    );
    assert!(in_time(answer.into_body().collect()).await.is_err());
}

#[tokio::test]
async fn a_large_answer_over_http2_that_is_read_is_whole() {
    let server = start_secure(some_megabytes(), impatient()).await;
    let (mut sender, _connection) = server.connect_http2().await;
    let answer = in_time(sender.send_request(request("/metrics")))
        .await
        .unwrap();
    let body = in_time(answer.into_body().collect())
        .await
        .unwrap()
        .to_bytes();
    assert_eq!(body.len(), 8 << 20);
}

#[tokio::test]
async fn an_idle_connection_of_http2_is_closed_and_a_busy_one_is_not() {
    let server = start_secure(ConstantState::default(), impatient()).await;
    let (mut sender, connection) = server.connect_http2().await;
    for _ in 0..10 {
        let answer = in_time(sender.send_request(request("/metrics")))
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert!(!connection.is_finished());
    let started = Instant::now();
    let _ = in_time(connection).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_request_that_is_withdrawn_leaves_its_connection_idle() {
    // If its answer counted as under way, the connection would have this long.
    let limits = Limits {
        stall_timeout: Duration::from_secs(20),
        ..impatient()
    };
    let server = start_secure(ConstantState::large(), limits).await;
    let (mut sender, connection) = server.connect_http2().await;
    let answer = in_time(sender.send_request(request("/metrics")))
        .await
        .unwrap();
    drop(answer);
    let answer = in_time(sender.send_request(request("/-/healthy")))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let started = Instant::now();
    let _ = in_time(connection).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_cut_in_the_time_for_a_head() {
    let server = start_secure(ConstantState::default(), impatient()).await;
    let mut client = server.running.connect().await;
    client.send(&[22, 3, 1, 2, 0]).await;
    let (took, _) = client.closed().await;
    assert!((200..3_000).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test]
async fn an_answer_over_tls_that_is_not_read_is_cut() {
    let server = start_secure(ConstantState::large(), impatient()).await;
    let mut stream = server.connect("http/1.1").await;
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let mut answer = Vec::new();
    let _ = in_time(stream.read_to_end(&mut answer)).await;
    assert!(answer.len() < 32 << 20, "{}", answer.len());
}

#[tokio::test]
async fn a_shutdown_lets_an_answer_over_http2_end() {
    let patient = Limits {
        drain: HANG_TIMEOUT,
        ..Limits::default()
    };
    let server = start_secure(some_megabytes(), patient).await;
    let (mut sender, _connection) = server.connect_http2().await;
    let answer = in_time(sender.send_request(request("/metrics")))
        .await
        .unwrap();
    let stopping = tokio::spawn(server.running.stop());
    let body = in_time(answer.into_body().collect())
        .await
        .unwrap()
        .to_bytes();
    assert_eq!(body.len(), 8 << 20);
    in_time(stopping).await.unwrap();
}

#[tokio::test]
async fn a_panic_over_http2_costs_one_connection_and_is_counted() {
    let state = ConstantState {
        page: |_, _| panic!("injected"),
        ..ConstantState::default()
    };
    let server = start_secure(state, Limits::default()).await;
    let (mut sender, connection) = server.connect_http2().await;
    let answer = in_time(sender.send_request(request("/metrics")))
        .await
        .unwrap();
    assert_eq!(answer.status(), 500);
    let _ = in_time(connection).await.unwrap();
    assert_eq!(
        server
            .running
            .exporter_state
            .panicked
            .load(Ordering::Relaxed),
        1
    );
    let (mut sender, _connection) = server.connect_http2().await;
    assert_eq!(
        in_time(sender.send_request(request("/-/healthy")))
            .await
            .unwrap()
            .status(),
        200
    );
}
