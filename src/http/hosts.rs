//! By which names the exporter may be asked for.
//!
//! A page in somebody's browser can have the name of its own host lead to an address of the inside,
//! and then read what answers there ("DNS rebinding"). The browser says which name it was, so names
//! that are not the exporter's are refused once its own are known, which is when there is an
//! external URL.

use std::net::{IpAddr, Ipv6Addr};

use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::http::uri::Authority;

use super::external_url::ExternalUrl;

/// Ends of names that nobody on the internet can own: `localhost` (RFC 6761) and `local` (RFC 6762),
/// which is that of Kubernetes, too, are reserved, as is `internal` (a decision of ICANN), in which
/// AWS names its machines. `svc` is short for a service in Kubernetes.
const INTERNAL_SUFFIXES: [&str; 4] = [".localhost", ".local", ".internal", ".svc"];

/// Where the client reaches the exporter, as it says itself. A request of HTTP/1.0 need not say so,
/// and one of HTTP/2 says it in its target.
pub(super) fn asked_for(request: &Parts) -> Option<&str> {
    match request.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => request.headers.get(HOST)?.to_str().ok(),
    }
}

/// Whether all that the request says of its host may be the exporter.
pub(super) fn is_allowed(request: &Parts, external_url: &ExternalUrl) -> bool {
    let target = request.uri.authority().map(Authority::as_str);
    let headers = request.headers.get_all(HOST).iter();
    // Of a name that is no text nothing good can be said.
    let headers = headers.map(|host| host.to_str().unwrap_or("?"));
    headers.chain(target).all(|host| is_own(host, external_url))
}

fn is_own(host: &str, external_url: &ExternalUrl) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    name == external_url.host() || is_address(name) || is_internal(name)
}

/// What stands before the port, if there is one.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The colons of an address are within brackets. What is no number is no port, so nothing hides
        // there.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether it is an address. Probes of Kubernetes ask for that of the pod, and no name that leads
/// elsewhere looks like one.
fn is_address(name: &str) -> bool {
    let bracketed = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => name.parse::<IpAddr>().is_ok(),
    }
}

/// Whether only a network of one's own can have the name. One without a dot has no owner on the
/// internet; Compose and Kubernetes give such names to services.
fn is_internal(name: &str) -> bool {
    let mut suffixes = INTERNAL_SUFFIXES.iter();
    let is_name = !name.is_empty() && name.bytes().all(is_name_byte);
    is_name && (!name.contains('.') || suffixes.any(|suffix| name.ends_with(suffix)))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed_as(host: &str) -> bool {
        is_own(host, &"https://Tools.example.com:8443/x".parse().unwrap())
    }

    #[test]
    fn the_external_host_addresses_and_internal_names_are_the_exporter() {
        for host in [
            "tools.example.com",
            "TOOLS.example.com:443",
            "tools.example.com.:10068",
            "127.0.0.1:10068",
            "10.1.2.3",
            "[::1]:10068",
            "[2001:db8::1]",
            "localhost:10068",
            "exporter:10068",
            "exporter.monitoring.svc:10068",
            "exporter.monitoring.svc.cluster.local",
            "ip-10-1-2-3.eu-west-1.compute.internal:10068",
        ] {
            assert!(is_allowed_as(host), "{host}");
        }
    }

    #[test]
    fn names_that_somebody_on_the_internet_may_own_are_not() {
        for host in [
            "",
            ":10068",
            "evil.example.com",
            "tools.example.com.evil.example.com",
            "eviltools.example.com",
            "127.0.0.1.evil.example.com:10068",
            "1.2.3.4.5",
            "[evil.example.com]",
            "localhost.evil.example.com",
            "svc.example.com",
            "internal.example.com",
            "evilinternal.com",
            "exporter:80@evil.example.com",
            "?",
            "\u{e4}",
        ] {
            assert!(!is_allowed_as(host), "{host}");
        }
    }

    mod fuzz {
        use super::*;

        const WORDS: [&str; 40] = [
            "tools.example.com",
            "TOOLS.example.com",
            "evil.example.com",
            ".evil.example.com",
            "evil",
            "localhost",
            ".localhost",
            ".svc",
            ".cluster.local",
            ".internal",
            "127.0.0.1",
            "10.1.2.3",
            "0x7f000001",
            "2130706433",
            "[::1]",
            "[::ffff:1.2.3.4]",
            "[",
            "]",
            "::1",
            "fe80::1%eth0",
            ":",
            ":443",
            ":8443",
            ":10068",
            ":x",
            ".",
            "..",
            "@",
            "user@",
            "/",
            "?",
            "#",
            ",",
            "\\",
            "-",
            "_",
            "xn--",
            "*",
            "com",
            "1",
        ];

        /// What a browser sends for a name that somebody on the internet may own is never allowed,
        /// however the host is split.
        #[test]
        fn a_host_that_is_allowed_is_one_for_other_readers_too() {
            fuzzing::Fuzz::of("host")
                .words(WORDS)
                .examples([
                    "tools.example.com:8443",
                    "[::1]:10068",
                    "exporter.monitoring.svc:10068",
                ])
                .check(|input| {
                    let host = std::str::from_utf8(input).ok()?;
                    let is_allowed = is_allowed_as(host);
                    assert!(!is_allowed || is_own_for_others(host), "{host}");
                    Some((is_allowed, host.len().min(30)))
                });
        }

        /// Whether HTTP's library reads a host of our own, too.
        fn is_own_for_others(host: &str) -> bool {
            // A port may be empty, but not for that library.
            let written = host.strip_suffix(':').unwrap_or(host);
            let Ok(authority) = written.parse::<Authority>() else {
                // An address without brackets, which has no letters that make a name.
                let is_of_address = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
                return host.bytes().all(is_of_address);
            };
            let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
            let is_ip = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
            let suffixes = [".localhost", ".svc", ".local", ".internal"];
            let is_internal = suffixes.iter().any(|suffix| name.ends_with(suffix));
            name == "tools.example.com" || is_ip || is_internal || !name.contains('.')
        }
    }
}
