//! Who a client is, for a fair share of the checks.

use std::net::{IpAddr, Ipv6Addr};

/// How much of an IPv6 address is the network of one client, which may use all addresses in it.
const CLIENT_NETWORK_MASK: u128 = !0 << 64;

/// A client as far as its address tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct ClientNetwork(IpAddr);

impl From<IpAddr> for ClientNetwork {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & CLIENT_NETWORK_MASK;
                IpAddr::V6(Ipv6Addr::from(network))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_are_one_client() {
        let client = |text: &str| ClientNetwork::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(client("2001:db8::1"), client("2001:db8::2:3:4"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
