//! What Go calls versions of TLS, cipher suites and curves, and what rustls has of them.

use rustls::crypto::SupportedKxGroup;
use rustls::crypto::aws_lc_rs::{cipher_suite as suite, kx_group};
use rustls::version::{TLS12, TLS13};
use rustls::{SupportedCipherSuite, SupportedProtocolVersion};

use crate::config::document::Fault;

/// A name with what it stands for, or why that is not to be had.
type Named<T> = (&'static str, Result<T, &'static str>);

const OLD_VERSION: &str = "which is broken and was withdrawn by RFC 8996";
const NO_FORWARD_SECRECY: &str =
    "which is not offered: only suites with forward secrecy and authenticated encryption are";

pub(in crate::http) const VERSIONS: &[Named<&SupportedProtocolVersion>] = &[
    ("TLS12", Ok(&TLS12)),
    ("TLS13", Ok(&TLS13)),
    ("TLS10", Err(OLD_VERSION)),
    ("TLS11", Err(OLD_VERSION)),
];

/// The secure suites of Go's `crypto/tls`. Its documentation says that those of TLS 1.3 cannot be
/// chosen, and so they are here to be accepted.
pub(in crate::http) const SUITES: &[Named<SupportedCipherSuite>] = &[
    (
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        Ok(suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        Ok(suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        Ok(suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        Ok(suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        Ok(suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    ),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        Ok(suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
    ),
    (
        "TLS_AES_128_GCM_SHA256",
        Ok(suite::TLS13_AES_128_GCM_SHA256),
    ),
    (
        "TLS_AES_256_GCM_SHA384",
        Ok(suite::TLS13_AES_256_GCM_SHA384),
    ),
    (
        "TLS_CHACHA20_POLY1305_SHA256",
        Ok(suite::TLS13_CHACHA20_POLY1305_SHA256),
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        Err(NO_FORWARD_SECRECY),
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        Err(NO_FORWARD_SECRECY),
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        Err(NO_FORWARD_SECRECY),
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        Err(NO_FORWARD_SECRECY),
    ),
];

pub(in crate::http) const CURVES: &[Named<&dyn SupportedKxGroup>] = &[
    ("X25519", Ok(kx_group::X25519)),
    ("CurveP256", Ok(kx_group::SECP256R1)),
    ("CurveP384", Ok(kx_group::SECP384R1)),
    ("CurveP521", Err("which rustls does not offer")),
];

/// What a name stands for.
pub(in crate::http) fn find_one<T: Copy>(name: &str, table: &[Named<T>]) -> Result<T, Fault> {
    let (what, of) = match table.iter().find(|(known, _)| *known == name) {
        Some((_, Ok(found))) => return Ok(*found),
        Some((_, Err(reason))) => (*reason, "those that can be used"),
        None => ("which is unknown", "the names"),
    };
    let offered = table.iter().filter(|(_, found)| found.is_ok());
    let names: Vec<&str> = offered.map(|(name, _)| *name).collect();
    Err(Fault::new(what, format!("{of} are {}", names.join(", "))))
}

/// What each of the names stands for.
pub(in crate::http) fn find_all<'a, T: Copy>(
    names: impl Iterator<Item = &'a str>,
    table: &[Named<T>],
) -> Vec<Result<T, Fault>> {
    names.map(|name| find_one(name, table)).collect()
}
