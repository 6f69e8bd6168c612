//! Addresses of endpoints.
//!
//! The check is stricter than a URL parser, which would mend what looks like a slip; a mended
//! address might send credentials to another host.

use std::net::Ipv6Addr;

use super::characters::is_digits;
use crate::config::problem::Fault;

/// The limit of the domain name system for a whole name, in characters.
const MAX_HOST_BYTES: usize = 253;
/// The limit of the domain name system for the text between two dots, in characters.
const MAX_LABEL_BYTES: usize = 63;

const HINT: &str = "write it like http://127.0.0.1:4566";

/// An `http` or `https` address without user, query and fragment.
pub(crate) fn http_url(text: &str) -> Result<String, Fault> {
    let Some(rest) = without_scheme(text) else {
        return Err(Fault::new("is not an http or https address", HINT));
    };
    let authority = rest.split('/').next().unwrap_or_default();
    // This gets words of its own, because a password may stand before the sign.
    if authority.contains('@') {
        return Err(user_name_in_address());
    }
    if !is_plain(text) || !is_authority(authority) {
        return Err(Fault::new("is not a usable address", HINT));
    }
    Ok(text.to_owned())
}

fn user_name_in_address() -> Fault {
    let hint = "remove what stands before the @ sign";
    Fault::new("holds a user name", hint)
}

fn without_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['?', '#', '\\'])
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn is_authority(text: &str) -> bool {
    if let Some((address, port)) = split_brackets(text) {
        return address.parse::<Ipv6Addr>().is_ok() && (port.is_empty() || is_port(port));
    }
    // An IPv6 address has brackets, so the first colon is that of the port.
    match text.find(':') {
        Some(colon) => is_host(&text[..colon]) && is_port(&text[colon..]),
        None => is_host(text),
    }
}

/// What stands in brackets, and what follows them.
fn split_brackets(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('[')?.split_once(']')
}

/// A colon and a port from 1 to 65535.
fn is_port(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(':') else {
        return false;
    };
    // Rust also parses a leading plus sign.
    is_digits(digits) && digits.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_host(text: &str) -> bool {
    // A dot at the end makes a name absolute.
    let labels = text.strip_suffix('.').unwrap_or(text);
    text.len() <= MAX_HOST_BYTES && labels.split('.').all(is_host_label)
}

fn is_host_label(label: &str) -> bool {
    (1..=MAX_LABEL_BYTES).contains(&label.len()) && label.bytes().all(is_host_byte)
}

fn is_host_byte(byte: u8) -> bool {
    // Names of containers have underscores, although the domain name system allows none.
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}
