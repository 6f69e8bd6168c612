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
    /// Another socket has the port.
    #[error(
        "cannot listen on {0}, the port is in use, stop its user or choose another with --web.listen-address"
    )]
    InUse(ListenAddress),
    /// The system does not let this user.
    #[error(
        "cannot listen on {0}, permission denied, choose a port above 1023 with --web.listen-address"
    )]
    Denied(ListenAddress),
    /// The name is unknown, or the address is not one of this machine's.
    #[error("cannot listen on {0}, it is no address of this machine")]
    NotHere(ListenAddress, #[source] io::Error),
    /// Anything else.
    #[error("cannot listen on {0}")]
    Other(ListenAddress, #[source] io::Error),
}

/// Listens on an address. Without a host that is IPv6 and IPv4 at once, or only IPv4 where IPv6 is
/// off.
///
/// # Errors
/// The port is in use, the system does not allow it, or the address is not one of this machine's.
pub async fn bind(address: &ListenAddress) -> Result<TcpListener, BindError> {
    match address.candidates().await {
        Ok(candidates) => listen_at_first(&candidates, address),
        Err(error) => Err(BindError::NotHere(address.clone(), error)),
    }
}

/// Listens on the first candidate that this machine has.
fn listen_at_first(
    candidates: &[SocketAddr],
    address: &ListenAddress,
) -> Result<TcpListener, BindError> {
    let mut last = no_address();
    for candidate in candidates {
        match listen_at(*candidate) {
            Ok(listener) => return Ok(listener),
            // With IPv6 off there is still IPv4 to try.
            Err(error) if is_elsewhere(&error) => last = error,
            Err(error) => return Err(BindError::new(address, error)),
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
    fn new(address: &ListenAddress, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(address.clone()),
            io::ErrorKind::PermissionDenied => Self::Denied(address.clone()),
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
        assert!(matches!(error, BindError::InUse(_)), "{error:?}");
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
