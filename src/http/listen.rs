//! Listen addresses as Go programs take them, and binding to them.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// How many connections the system may hold until they are accepted; it may allow less. Above that
/// a client's first packet is dropped, and it waits a second before it sends it again.
const MAX_PENDING_CONNECTIONS: u32 = 1024;

/// A parsed `host:port`; without a host it means every address of the machine.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ListenAddress {
    host: Host,
    port: u16,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Host {
    Any,
    Ip(IpAddr),
    Name(String),
}

/// Why a text is no listen address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ListenError {
    /// No port, or one that is no number up to 65535.
    #[error(
        "the listen address {0:?} does not end in a port, write \":10068\", \"127.0.0.1:10068\" or \"[::1]:10068\""
    )]
    NoPort(String),
    /// Something else than a host before the port.
    #[error(
        "the listen address {0:?} has no valid host, an IPv6 address needs brackets as in \"[::1]:10068\""
    )]
    NoHost(String),
}

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another socket has it.
    #[error(
        "cannot listen on {0}, the port is in use, stop its user or choose another with --web.listen-address"
    )]
    InUse(ListenAddress),
    /// The system does not let this user.
    #[error(
        "cannot listen on {0}, permission denied, choose a port above 1023 with --web.listen-address"
    )]
    Denied(ListenAddress),
    /// The name is unknown, or the address is none of this machine's.
    #[error("cannot listen on {0}, it is no address of this machine")]
    NotHere(ListenAddress, #[source] io::Error),
    /// Anything else.
    #[error("cannot listen on {0}")]
    Other(ListenAddress, #[source] io::Error),
}

/// Reads `:10068`, `127.0.0.1:10068`, `[::1]:10068` or `localhost:10068`. Names are not looked up
/// yet.
pub fn parse_listen_address(text: &str) -> Result<ListenAddress, ListenError> {
    let (host, port) = text
        .rsplit_once(':')
        .ok_or_else(|| ListenError::NoPort(text.to_owned()))?;
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let port = port
        .parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| ListenError::NoPort(text.to_owned()))?;
    let host = Host::parse(host).ok_or_else(|| ListenError::NoHost(text.to_owned()))?;
    Ok(ListenAddress { host, port })
}

/// Listens on an address. Without a host that is IPv6 and IPv4 at once, or only IPv4 where IPv6 is
/// off.
pub async fn bind(address: &ListenAddress) -> Result<TcpListener, BindError> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for candidate in address
        .candidates()
        .await
        .map_err(|error| BindError::NotHere(address.clone(), error))?
    {
        match listen_at(candidate) {
            Ok(listener) => return Ok(listener),
            Err(error) if not_here(&error) => last = error,
            Err(error) => return Err(BindError::new(address, error)),
        }
    }
    Err(BindError::NotHere(address.clone(), last))
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A restart finds the port free, though the system still remembers connections of the last run.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(MAX_PENDING_CONNECTIONS)
}

/// The address or its whole family does not exist here, so that the next candidate may do.
fn not_here(error: &io::Error) -> bool {
    /// `EAFNOSUPPORT` of Linux, which `ErrorKind` has no name for.
    const FAMILY_NOT_SUPPORTED: i32 = 97;
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

impl ListenAddress {
    /// The port; 0 lets the system choose one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses to try, in order.
    async fn candidates(&self) -> io::Result<Vec<SocketAddr>> {
        match &self.host {
            Host::Any => Ok(self.at([Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()])),
            Host::Ip(ip) => Ok(self.at([*ip])),
            Host::Name(name) => Ok(lookup_host((name.as_str(), self.port)).await?.collect()),
        }
    }

    /// Where a client on this machine reaches a server that listens on this address, in the order
    /// to try.
    pub(super) async fn reachable(&self) -> io::Result<Vec<SocketAddr>> {
        match &self.host {
            Host::Any => Ok(self.at([Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])),
            Host::Ip(IpAddr::V4(ip)) if ip.is_unspecified() => {
                Ok(self.at([Ipv4Addr::LOCALHOST.into()]))
            }
            Host::Ip(IpAddr::V6(ip)) if ip.is_unspecified() => {
                Ok(self.at([Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]))
            }
            Host::Ip(_) | Host::Name(_) => self.candidates().await,
        }
    }

    fn at<const N: usize>(&self, ips: [IpAddr; N]) -> Vec<SocketAddr> {
        ips.map(|ip| SocketAddr::new(ip, self.port)).to_vec()
    }
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        let name = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        match text.strip_prefix('[') {
            Some(rest) => rest
                .strip_suffix(']')?
                .parse()
                .ok()
                .map(|ip: Ipv6Addr| Self::Ip(ip.into())),
            None if text.is_empty() => Some(Self::Any),
            None => match text.parse::<Ipv4Addr>() {
                Ok(ip) => Some(Self::Ip(ip.into())),
                Err(_) => text.bytes().all(name).then(|| Self::Name(text.to_owned())),
            },
        }
    }
}

impl FromStr for ListenAddress {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        parse_listen_address(text)
    }
}

impl Display for ListenAddress {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Any => write!(f, ":{}", self.port),
            Host::Ip(ip) => SocketAddr::new(*ip, self.port).fmt(f),
            Host::Name(name) => write!(f, "{name}:{}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_go_programs_read_them() {
        for text in [
            ":10068",
            "127.0.0.1:0",
            "[::1]:9100",
            "[::]:1",
            "0.0.0.0:65535",
            "localhost:9100",
            "a-b.c_d:1",
        ] {
            assert_eq!(parse_listen_address(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_way_out() {
        for text in [
            "",
            "10068",
            "localhost",
            "localhost:",
            "localhost:http",
            ":65536",
            ":-1",
            ":+1",
        ] {
            assert_eq!(
                parse_listen_address(text),
                Err(ListenError::NoPort(text.to_owned())),
                "{text}"
            );
        }
        for text in [
            "::1:9100",
            "[::1:9100",
            "[127.0.0.1]:1",
            "http://x:1",
            "a b:1",
            "[]:1",
        ] {
            assert_eq!(
                parse_listen_address(text),
                Err(ListenError::NoHost(text.to_owned())),
                "{text}"
            );
        }
    }

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

    #[tokio::test]
    async fn a_health_check_of_every_address_goes_to_loopback() {
        for text in [":1", "0.0.0.0:1", "[::]:1", "127.0.0.1:1"] {
            let reachable = parse_listen_address(text)
                .unwrap()
                .reachable()
                .await
                .unwrap();
            assert!(
                reachable.iter().all(|address| address.ip().is_loopback()),
                "{text}"
            );
        }
    }
}
