//! The other side of `/-/healthy`: asks a running exporter whether it works, as a container's
//! health check does.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::address::{ListenAddress, ListenError, no_address, parse_listen_address};
use super::tls::unverified as unverified_tls;

/// The bound on looking up, connecting, asking and reading, all together.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(3);

/// The length of `HTTP/1.1 200`, which is all that is read of an answer.
const STATUS_LINE_BYTES: usize = 12;

/// Stands for the answer of a server that ends the connection for want of a certificate.
const WANTS_CERTIFICATE: &[u8] = b"HTTP/1.1 401";

/// Why an exporter counts as unhealthy.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// The text is not an address.
    #[error(transparent)]
    Address(#[from] ListenError),
    /// No connection is accepted there.
    #[error("cannot ask {0}")]
    Unreachable(ListenAddress, #[source] io::Error),
    /// There was no answer within 3 seconds.
    #[error("{0} did not answer within 3 seconds")]
    TimedOut(ListenAddress),
    /// The answer is not HTTP.
    #[error("{0} did not answer with http, is it another program")]
    NotHttp(ListenAddress),
    /// It answers with an error of its own.
    #[error("{address} answered with status {code}")]
    Unhealthy {
        /// The address that was asked.
        address: ListenAddress,
        /// The status of the answer, 500 or above.
        code: u16,
    },
}

/// How an exporter is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HealthScheme {
    /// Without TLS.
    Http,
    /// With TLS. The certificate is not verified: it is for the name by which others know the
    /// exporter, and nothing secret is sent.
    Https,
}

/// Asks the exporter that listens on `address`, in the first of these ways that it answers, and
/// returns the status of its answer, which is below 500. One that wants a certificate of its clients
/// works, too, and counts as if it had answered 401.
///
/// An address of every interface, such as `:10068`, is asked on loopback. All of its paths are below
/// `route_base`, which is empty for the root.
///
/// # Errors
/// There is no answer in time, it is not HTTP, or its status is 500 or above.
pub async fn check_health(
    address: &str,
    route_base: &str,
    schemes: &[HealthScheme],
) -> Result<u16, HealthError> {
    let address = parse_listen_address(address)?;
    match timeout(HEALTH_TIMEOUT, ask_in_turn(&address, route_base, schemes)).await {
        Ok(Ok(start)) => judge(address, &start),
        Ok(Err(error)) => Err(HealthError::Unreachable(address, error)),
        Err(_) => Err(HealthError::TimedOut(address)),
    }
}

/// What the first bytes of an answer say of the exporter.
fn judge(address: ListenAddress, start: &[u8]) -> Result<u16, HealthError> {
    match parse_status(start) {
        None => Err(HealthError::NotHttp(address)),
        // An answer below 500 shows that the server works: 401 may come from a proxy before it.
        Some(code) if code >= 500 => Err(HealthError::Unhealthy { address, code }),
        Some(code) => Ok(code),
    }
}

/// The first answer, whatever the scheme that had it.
async fn ask_in_turn(
    address: &ListenAddress,
    route_base: &str,
    schemes: &[HealthScheme],
) -> io::Result<Vec<u8>> {
    let mut last = no_address();
    for scheme in schemes {
        match ask(address, route_base, *scheme).await {
            Ok(answer) => return Ok(answer),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The first bytes of the answer, enough for the status.
async fn ask(
    address: &ListenAddress,
    route_base: &str,
    scheme: HealthScheme,
) -> io::Result<Vec<u8>> {
    let stream = connect(&address.reachable().await?).await?;
    let answer = match scheme {
        HealthScheme::Http => ask_on(stream, route_base).await,
        HealthScheme::Https => match unverified_tls::connect(stream).await {
            Ok(stream) => ask_on(stream, route_base).await,
            Err(error) => Err(error),
        },
    };
    match answer {
        Err(error) if unverified_tls::wants_certificate(&error) => Ok(WANTS_CERTIFICATE.to_vec()),
        answer => answer,
    }
}

async fn ask_on(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    route_base: &str,
) -> io::Result<Vec<u8>> {
    // The name is one that every server takes. With `close` the exporter keeps no place for a next
    // request that never comes.
    let request = format!(
        "GET {route_base}/-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    read_start(stream).await
}

async fn read_start(stream: impl AsyncRead + Unpin) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    // Another program may be there whose answer never ends.
    let mut answer = stream.take(STATUS_LINE_BYTES as u64);
    answer.read_to_end(&mut start).await?;
    Ok(start)
}

/// Connects to the first address that answers.
async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = no_address();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The status in the first bytes of an answer, unless they are of another protocol.
fn parse_status(start: &[u8]) -> Option<u16> {
    let start = std::str::from_utf8(start).ok()?;
    match start.split_once(' ')? {
        ("HTTP/1.1" | "HTTP/1.0", code) => parse_code(code),
        _ => None,
    }
}

fn parse_code(text: &str) -> Option<u16> {
    // Rust also parses a leading plus sign.
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let code = text.parse().ok()?;
    (100..1000).contains(&code).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    const PLAIN: &[HealthScheme] = &[HealthScheme::Http];

    /// Answers one connection with `answer`, and checks it.
    async fn checked(answer: &'static [u8]) -> Result<u16, HealthError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).await.unwrap();
            stream.write_all(answer).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let address = format!("0.0.0.0:{port}");
        let result = check_health(&address, "/ssm", PLAIN).await;
        assert!(
            server
                .await
                .unwrap()
                .starts_with("GET /ssm/-/healthy HTTP/1.1\r\n")
        );
        result
    }

    #[tokio::test]
    async fn any_answer_below_500_is_healthy() {
        assert_eq!(
            checked(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await
                .unwrap(),
            200
        );
        assert_eq!(
            checked(b"HTTP/1.1 401 Unauthorized\r\n\r\n").await.unwrap(),
            401
        );
    }

    #[tokio::test]
    async fn an_error_of_the_server_is_unhealthy() {
        let error = checked(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
            .await
            .unwrap_err();
        assert!(
            matches!(error, HealthError::Unhealthy { code: 503, .. }),
            "{error:?}"
        );
    }

    #[tokio::test]
    async fn what_is_not_http_is_unhealthy() {
        for answer in [
            &b""[..],
            b"\x15\x03\x01\x00\x02\x02\x16",
            b"SSH-2.0-OpenSSH_9.2",
            b"HTTP/1.1 abc",
            b"HTTP/1.1 2",
        ] {
            assert!(
                matches!(checked(answer).await, Err(HealthError::NotHttp(_))),
                "{answer:?}"
            );
        }
    }

    #[tokio::test]
    async fn an_exporter_that_is_not_there_is_unhealthy() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        assert!(matches!(
            check_health(&address, "", PLAIN).await,
            Err(HealthError::Unreachable(..))
        ));
        assert!(matches!(
            check_health("nonsense", "", PLAIN).await,
            Err(HealthError::Address(_))
        ));
    }

    #[tokio::test]
    async fn a_server_that_hangs_is_unhealthy_after_three_seconds() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let started = std::time::Instant::now();
        let address = listener.local_addr().unwrap().to_string();
        let result = check_health(&address, "", PLAIN).await;
        assert!(
            matches!(result, Err(HealthError::TimedOut(_))),
            "{result:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(4));
    }
}
