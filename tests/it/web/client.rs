//! A client with TLS that trusts the authority of the test.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Identity, Pki};
use crate::support::{Reply, in_time};

pub(super) struct TlsClient(ClientConfig);

impl TlsClient {
    pub(super) fn of(pki: &Pki) -> Self {
        Self::with(pki, None, rustls::DEFAULT_VERSIONS)
    }

    pub(super) fn with(
        pki: &Pki,
        identity: Option<&Identity>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(pki.authority.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        Self(match identity {
            None => builder.with_no_client_auth(),
            Some(Identity { certificate, key }) => builder
                .with_client_auth_cert(vec![certificate.clone()], key.clone_key())
                .unwrap(),
        })
    }

    pub(super) fn offering(mut self, protocol: &str) -> Self {
        self.0.alpn_protocols = vec![protocol.into()];
        self
    }

    pub(super) async fn connect(&self, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(self.0.clone()));
        in_time("the handshake", connector.connect(name, stream)).await
    }
}

/// One request on a connection of its own. An error is the end of a connection that is not wanted.
pub(super) async fn ask_over(
    client: &TlsClient,
    address: SocketAddr,
    path: &str,
    headers: &str,
) -> io::Result<Reply> {
    let exchange = async {
        let mut stream = client.connect(address).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(Reply::read(answer))
    };
    in_time(path, exchange).await
}
