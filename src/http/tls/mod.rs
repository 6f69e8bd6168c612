//! TLS for the server: certificates, versions, suites, and whose certificates it wants.
//!
//! rustls does it, on the cryptography that the SDK of AWS brings. It has what is safe and no more,
//! so some of what the format of Go programs can say is refused here with a reason. Where the
//! settings come from is left to [`web_config`](super::web_config).

mod allowed_names;
mod certificates;
mod client_auth;
mod handshake;
mod names;
mod server_tls;
pub(super) mod unverified;

pub(super) use certificates::{CertificateChain, client_roots};
pub(super) use client_auth::ClientAuthType;
pub(super) use handshake::Handshake;
pub(super) use names::{CURVES, SUITES, VERSIONS, find_all, find_one};
pub(super) use server_tls::{ServerTls, TlsSettings};
