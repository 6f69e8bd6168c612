//! Listen addresses as Go programs take them.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use tokio::net::lookup_host;

const ANY_IPV4: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const ANY_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
const LOOPBACK_IPV4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LOOPBACK_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

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

/// Why a text is not a listen address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ListenError {
    /// It has no port, or one that is not a number up to 65535.
    #[error(
        "the listen address {0:?} does not end in a port, write \":10068\", \"127.0.0.1:10068\" or \"[::1]:10068\""
    )]
    NoPort(String),
    /// What stands before the port is not a host.
    #[error(
        "the listen address {0:?} has no valid host, an IPv6 address needs brackets as in \"[::1]:10068\""
    )]
    NoHost(String),
}

/// Reads `:10068`, `127.0.0.1:10068`, `[::1]:10068` or `localhost:10068`. Names are not looked up
/// yet.
///
/// # Examples
/// ```
/// use ssm_compliance_exporter::http::parse_listen_address;
///
/// assert_eq!(parse_listen_address(":10068").map(|address| address.port()), Ok(10068));
/// assert!(parse_listen_address("10068").is_err());
/// ```
pub fn parse_listen_address(text: &str) -> Result<ListenAddress, ListenError> {
    let Some((host, port)) = split_port(text) else {
        return Err(ListenError::NoPort(text.to_owned()));
    };
    match Host::parse(host) {
        Some(host) => Ok(ListenAddress { host, port }),
        None => Err(ListenError::NoHost(text.to_owned())),
    }
}

/// What stands before the port, and the port.
fn split_port(text: &str) -> Option<(&str, u16)> {
    // The last colon is meant, because an IPv6 address has colons itself.
    let (host, port) = text.rsplit_once(':')?;
    Some((host, parse_port(port)?))
}

/// Why a name that the system has looked up is of no use.
pub(super) fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

fn parse_port(text: &str) -> Option<u16> {
    // Rust also parses a leading plus sign.
    if text.starts_with('+') {
        return None;
    }
    text.parse().ok()
}

impl ListenAddress {
    /// The port; 0 lets the system choose one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses to listen on, in the order to try.
    pub(super) async fn candidates(&self) -> io::Result<Vec<SocketAddr>> {
        match &self.host {
            // IPv6 comes first, because such a socket takes IPv4 as well.
            Host::Any => Ok(self.with(&[ANY_IPV6, ANY_IPV4])),
            Host::Ip(ip) => Ok(self.with(&[*ip])),
            Host::Name(name) => self.look_up(name).await,
        }
    }

    async fn look_up(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        // A name is only looked up now, because its address may change while the program runs.
        let addresses = lookup_host((name, self.port)).await?;
        Ok(addresses.collect())
    }

    /// Where a client on this machine reaches a server that listens on this address, in the order
    /// to try.
    pub(super) async fn reachable(&self) -> io::Result<Vec<SocketAddr>> {
        match self.host {
            Host::Any => Ok(self.with(&[LOOPBACK_IPV4, LOOPBACK_IPV6])),
            Host::Ip(ANY_IPV4) => Ok(self.with(&[LOOPBACK_IPV4])),
            // A socket of every IPv6 address mostly takes IPv4 too.
            Host::Ip(ANY_IPV6) => Ok(self.with(&[LOOPBACK_IPV6, LOOPBACK_IPV4])),
            Host::Ip(_) | Host::Name(_) => self.candidates().await,
        }
    }

    /// The port at each of these addresses.
    fn with(&self, ips: &[IpAddr]) -> Vec<SocketAddr> {
        ips.iter()
            .map(|ip| SocketAddr::new(*ip, self.port))
            .collect()
    }
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::Any);
        }
        if let Some(rest) = text.strip_prefix('[') {
            return parse_bracketed(rest).map(Self::Ip);
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Some(Self::Ip(ip.into()));
        }
        if text.bytes().all(is_name_byte) {
            return Some(Self::Name(text.to_owned()));
        }
        None
    }
}

/// An IPv6 address, of which only the opening bracket has been read.
fn parse_bracketed(text: &str) -> Option<IpAddr> {
    let ip: Ipv6Addr = text.strip_suffix(']')?.parse().ok()?;
    Some(ip.into())
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
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
