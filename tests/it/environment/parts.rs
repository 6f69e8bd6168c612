//! What can stand between the program and AWS: a TLS endpoint with a CA of its own, a proxy, a
//! service that hands out credentials.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Names for which the endpoint's certificate is valid: those of AWS, and those of this machine.
const NAMES: [&str; 3] = ["*.eu-west-1.amazonaws.com", "localhost", "127.0.0.1"];

/// A CA, with its certificate as a file.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            folder,
        }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn file(&self) -> String {
        self.folder
            .path()
            .join("ca.pem")
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// Speaks TLS in front of a plain server, and returns its own port. It ends with the runtime of
    /// the test.
    pub(super) async fn endpoint(&self, plain_url: &str) -> u16 {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(NAMES.map(str::to_owned)).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let acceptor = acceptor(certificate.der().clone(), &key);
        let plain = plain_url.strip_prefix("http://").unwrap().to_owned();
        listen(move |stream| {
            let (acceptor, plain) = (acceptor.clone(), plain.clone());
            async move {
                let mut near = acceptor.accept(stream).await?;
                let mut far = TcpStream::connect(plain).await?;
                copy_bidirectional(&mut near, &mut far).await.map(drop)
            }
        })
        .await
    }
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    TlsAcceptor::from(Arc::new(
        config
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap(),
    ))
}

/// Serves each connection, and returns the port.
async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

/// A proxy that tunnels and forwards, and remembers every request. Whatever host a client asks for,
/// it connects to one address.
pub(super) struct Proxy {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(super) async fn to(port: u16) -> Self {
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&seen);
        let own = listen(move |stream| pass_on(stream, port, Arc::clone(&log))).await;
        Self {
            url: format!("http://127.0.0.1:{own}"),
            seen,
        }
    }

    /// The request lines of all requests that it got.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn pass_on(
    mut near: TcpStream,
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let head = head(&mut near).await?;
    let first_line = head.lines().next().unwrap_or_default().to_owned();
    let is_tunnel = first_line.starts_with("CONNECT ");
    log.lock().unwrap().push(first_line);
    let mut far = TcpStream::connect(("127.0.0.1", port)).await?;
    if is_tunnel {
        near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
    } else {
        far.write_all(head.as_bytes()).await?;
    }
    copy_bidirectional(&mut near, &mut far).await.map(drop)
}

async fn head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head).unwrap())
}

/// A service that hands out credentials as containers get them. Returns its address.
pub(super) async fn credential_service(asked: Arc<Mutex<Vec<String>>>) -> String {
    let port = listen(move |mut stream| {
        let asked = Arc::clone(&asked);
        async move {
            let request = head(&mut stream).await?;
            asked.lock().unwrap().push(request);
            let body = r#"{"AccessKeyId": "AKIAKNOWNKEYID", "SecretAccessKey": "known-secret-key", "Token": "t",
                           "Expiration": "2100-01-01T00:00:00Z"}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all((head + body).as_bytes()).await
        }
    })
    .await;
    format!("http://127.0.0.1:{port}/credentials")
}
