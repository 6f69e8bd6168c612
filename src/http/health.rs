//! The other side of `/-/healthy`: asks a running exporter whether it works, as a container's
//! health check does.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::listen::{ListenAddress, ListenError, parse_listen_address};

/// Looking up, connecting, asking and reading, all together.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why an exporter counts as unhealthy.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// The address cannot be read.
    #[error(transparent)]
    Address(#[from] ListenError),
    /// Nobody answers there.
    #[error("cannot ask {0}")]
    Unreachable(ListenAddress, #[source] io::Error),
    /// No answer in 3 seconds.
    #[error("{0} did not answer within 3 seconds")]
    TimedOut(ListenAddress),
    /// Something else than HTTP came back.
    #[error("{0} did not answer with http, is it another program or behind tls")]
    NotHttp(ListenAddress),
    /// It answers, but not well.
    #[error("{address} answered with status {code}")]
    Unhealthy {
        /// The address asked.
        address: ListenAddress,
        /// 500 or above.
        code: u16,
    },
}

/// Asks the exporter that listens on `address` and returns the status of its answer, which is below
/// 500.
///
/// An address of every interface, such as `:10068`, is asked on loopback.
pub async fn check_health(address: &str) -> Result<u16, HealthError> {
    let address = parse_listen_address(address)?;
    let line = match timeout(PATIENCE, ask(&address)).await {
        Err(_) => return Err(HealthError::TimedOut(address)),
        Ok(Err(error)) => return Err(HealthError::Unreachable(address, error)),
        Ok(Ok(line)) => line,
    };
    match status(&line) {
        None => Err(HealthError::NotHttp(address)),
        Some(code) if code >= 500 => Err(HealthError::Unhealthy { address, code }),
        Some(code) => Ok(code),
    }
}

/// The first bytes of the answer, enough for the status.
async fn ask(address: &ListenAddress) -> io::Result<Vec<u8>> {
    let mut stream = connect(&address.reachable().await?).await?;
    let request =
        format!("GET /-/healthy HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut line = Vec::new();
    stream
        .take(STATUS_LINE as u64)
        .read_to_end(&mut line)
        .await?;
    Ok(line)
}

async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The length of `HTTP/1.1 200`.
const STATUS_LINE: usize = 12;

fn status(line: &[u8]) -> Option<u16> {
    let (version, code) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let plausible =
        matches!(version, "HTTP/1.1" | "HTTP/1.0") && code.bytes().all(|b| b.is_ascii_digit());
    code.parse()
        .ok()
        .filter(|code| plausible && (100..1000).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

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
        let result = check_health(&format!("0.0.0.0:{port}")).await;
        assert!(
            server
                .await
                .unwrap()
                .starts_with("GET /-/healthy HTTP/1.1\r\n")
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
            check_health(&address).await,
            Err(HealthError::Unreachable(..))
        ));
        assert!(matches!(
            check_health("nonsense").await,
            Err(HealthError::Address(_))
        ));
    }

    #[tokio::test]
    async fn a_server_that_hangs_is_unhealthy_after_three_seconds() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let started = std::time::Instant::now();
        let result = check_health(&listener.local_addr().unwrap().to_string()).await;
        assert!(
            matches!(result, Err(HealthError::TimedOut(_))),
            "{result:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(4));
    }
}
