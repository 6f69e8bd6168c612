//! The handshake of a connection, before which nothing is known of its client.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::server_tls::{ALPN_HTTP2, ServerTls};
use crate::http::stream::Transport;

/// What rustls may hold of an answer that it has not sent. More would look like progress of a
/// client that does not read.
const MAX_UNSENT_BYTES: usize = 16 * 1024;

/// How long a client that speaks plain HTTP gets to read why it is not answered.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// How much of such a client's request is read. Without that, closing the connection would take the
/// answer away from it.
const MAX_REFUSED_BYTES: u64 = 16 * 1024;

/// What Go says in this case.
const PLAIN_HTTP_REFUSAL: &[u8] = b"HTTP/1.0 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

/// A handshake that has ended well.
pub(in crate::http) struct Handshake {
    pub(in crate::http) stream: TlsStream<TcpStream>,
    /// Whether the client has chosen HTTP/2.
    pub(in crate::http) is_http2: bool,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(in crate::http) enum HandshakeError {
    #[error("the client speaks plain http")]
    PlainHttp,
    #[error(transparent)]
    Failed(#[from] io::Error),
}

impl ServerTls {
    /// Shakes hands with a client. The caller bounds the time for it.
    pub(in crate::http) async fn accept(
        &self,
        mut stream: TcpStream,
    ) -> Result<Handshake, HandshakeError> {
        if speaks_plain_http(&stream).await? {
            refuse_plain_http(&mut stream).await;
            return Err(HandshakeError::PlainHttp);
        }
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        let stream = acceptor.accept_with(stream, limit_buffer).await?;
        let (_, connection) = stream.get_ref();
        let is_http2 = connection.alpn_protocol() == Some(ALPN_HTTP2);
        Ok(Handshake { stream, is_http2 })
    }
}

fn limit_buffer(connection: &mut ServerConnection) {
    connection.set_buffer_limit(Some(MAX_UNSENT_BYTES));
}

/// Whether the first byte is that of a method. A handshake begins with 22 (RFC 8446 section 5.1).
async fn speaks_plain_http(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    let count = stream.peek(&mut first).await?;
    Ok(count > 0 && first[0].is_ascii_uppercase())
}

async fn refuse_plain_http(stream: &mut TcpStream) {
    let refusal = async {
        stream.write_all(PLAIN_HTTP_REFUSAL).await?;
        stream.shutdown().await?;
        let mut rest = stream.take(MAX_REFUSED_BYTES);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    // The client is told as a courtesy, so nothing depends on whether it listens.
    let _ = timeout(REFUSAL_TIMEOUT, refusal).await;
}

impl Transport for TlsStream<TcpStream> {
    fn reset_on_close(&self) {
        self.get_ref().0.reset_on_close();
    }
}
