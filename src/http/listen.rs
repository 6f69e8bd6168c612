//! Listening on an address.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use super::address::{ListenAddress, no_address};

/// How many connections the system may hold until they are accepted; it may allow less. Above that
/// a client's first packet is dropped, and it waits a second before it sends it again.
const MAX_PENDING_CONNECTIONS: u32 = 1024;

/// `EAFNOSUPPORT` of Linux, for which `ErrorKind` has no name.
const FAMILY_NOT_SUPPORTED: i32 = 97;

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another socket has the port. The flag chooses another one.
    #[error(
        "cannot listen on {0}, the port is in use, stop the other process or choose another port with {1}"
    )]
    InUse(ListenAddress, &'static str),
    /// The system does not let this user. The flag chooses another port.
    #[error("cannot listen on {0}, permission denied, choose a port above 1023 with {1}")]
    Denied(ListenAddress, &'static str),
    /// The name is unknown, or the address is not one of this machine's.
    #[error("cannot listen on {0}, it is not an address of this machine")]
    NotHere(ListenAddress, #[source] io::Error),
    /// Anything else.
    #[error("cannot listen on {0}")]
    Other(ListenAddress, #[source] io::Error),
}

/// Listens on an address of `--web.listen-address`. Without a host that is IPv6 and IPv4 at once, or
/// only IPv4 where IPv6 is off.
///
/// # Errors
/// The port is in use, the system does not allow it, or the address is not one of this machine's.
pub async fn bind(address: &ListenAddress) -> Result<TcpListener, BindError> {
    bind_for(address, "--web.listen-address").await
}

/// Listens on an address that another flag gives, which errors name.
///
/// # Errors
/// Those of [`bind`].
pub async fn bind_for(
    address: &ListenAddress,
    flag: &'static str,
) -> Result<TcpListener, BindError> {
    match address.candidates().await {
        Ok(candidates) => listen_at_first(&candidates, address, flag),
        Err(error) => Err(BindError::NotHere(address.clone(), error)),
    }
}

/// Listens on the first candidate that this machine has.
fn listen_at_first(
    candidates: &[SocketAddr],
    address: &ListenAddress,
    flag: &'static str,
) -> Result<TcpListener, BindError> {
    let mut last = no_address();
    for candidate in candidates {
        match listen_at(*candidate) {
            Ok(listener) => return Ok(listener),
            // With IPv6 off there is still IPv4 to try.
            Err(error) if is_elsewhere(&error) => last = error,
            Err(error) => return Err(BindError::new(address, flag, error)),
        }
    }
    Err(BindError::NotHere(address.clone(), last))
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket_for(address)?;
    // A restart finds the port free, though the system still remembers connections of the last run.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(MAX_PENDING_CONNECTIONS)
}

fn socket_for(address: SocketAddr) -> io::Result<TcpSocket> {
    if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }
}

/// Whether the address, or its whole family, does not exist here. Then the next candidate may do.
fn is_elsewhere(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(FAMILY_NOT_SUPPORTED)
}

impl BindError {
    fn new(address: &ListenAddress, flag: &'static str, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(address.clone(), flag),
            io::ErrorKind::PermissionDenied => Self::Denied(address.clone(), flag),
            _ => Self::Other(address.clone(), error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_busy_port_is_named() {
        let first = bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = first.local_addr().unwrap().to_string();
        let error = bind(&address.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, BindError::InUse(..)), "{error:?}");
        assert!(
            error.to_string().contains(&address)
                && error.to_string().contains("--web.listen-address"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_refused() {
        let error = bind(&"192.0.2.1:0".parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, BindError::NotHere(..)), "{error:?}");
    }
}
