//! The settings of TLS, and what rustls makes of them.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::sign::SingleCertAndKey;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedCipherSuite, SupportedProtocolVersion};

use super::certificates::CertificateChain;
use super::client_auth::ClientAuthType;
use crate::config::document::Fault;

/// HTTP/2 and HTTP/1.1 as TLS names them (RFC 7301).
pub(super) const ALPN_HTTP2: &[u8] = b"h2";
const ALPN_HTTP1: &[u8] = b"http/1.1";

/// TLS as the server speaks it.
#[derive(Clone, Debug)]
pub(in crate::http) struct ServerTls {
    pub(super) config: Arc<ServerConfig>,
    /// Whether there is no connection without a client's certificate.
    pub(in crate::http) wants_certificates: bool,
    /// Whether a client's certificate needs one of certain names.
    pub(in crate::http) wants_names: bool,
}

/// How TLS is to be spoken. An empty list, or nothing, means the default.
pub(in crate::http) struct TlsSettings {
    pub(in crate::http) client_auth: ClientAuthType,
    pub(in crate::http) client_roots: Option<RootCertStore>,
    pub(in crate::http) client_allowed_sans: Vec<String>,
    pub(in crate::http) min_version: Option<&'static SupportedProtocolVersion>,
    pub(in crate::http) max_version: Option<&'static SupportedProtocolVersion>,
    pub(in crate::http) suites: Vec<SupportedCipherSuite>,
    pub(in crate::http) curves: Vec<&'static dyn SupportedKxGroup>,
    pub(in crate::http) prefer_own_suites: bool,
    pub(in crate::http) http2: bool,
}

impl ServerTls {
    pub(in crate::http) fn new(
        chain: CertificateChain,
        settings: TlsSettings,
    ) -> Result<Self, Fault> {
        let wants_certificates = settings.client_auth == ClientAuthType::Required;
        let wants_names = !settings.client_allowed_sans.is_empty();
        let versions = settings.versions()?;
        let provider = Arc::new(settings.provider(&versions)?);
        let verifier = settings.client_auth.verifier(
            settings.client_roots,
            settings.client_allowed_sans,
            &provider,
        )?;
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .map_err(|error| unusable(&error))?;
        let builder = match verifier {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let certificate = SingleCertAndKey::from(chain.certified());
        let mut config = builder.with_cert_resolver(Arc::new(certificate));
        config.ignore_client_order = settings.prefer_own_suites;
        config.alpn_protocols = protocols(settings.http2);
        Ok(Self {
            config: Arc::new(config),
            wants_certificates,
            wants_names,
        })
    }
}

impl TlsSettings {
    fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>, Fault> {
        let min = self.min_version.unwrap_or(&TLS12);
        let max = self.max_version.unwrap_or(&TLS13);
        if min == &TLS13 && max == &TLS12 {
            let what = "min_version is above max_version";
            return Err(Fault::new(what, "leave max_version out"));
        }
        let mut versions = vec![min];
        if max != min {
            versions.push(max);
        }
        Ok(versions)
    }

    fn provider(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<CryptoProvider, Fault> {
        let mut provider = default_provider();
        if !self.suites.is_empty() {
            // Those of TLS 1.3 cannot be chosen: Go always has all of them.
            provider
                .cipher_suites
                .retain(|suite| suite.tls13().is_some());
            let chosen = self.suites.iter().filter(|suite| suite.tls13().is_none());
            provider.cipher_suites.extend(chosen);
        }
        let has_old = provider
            .cipher_suites
            .iter()
            .any(|suite| suite.tls13().is_none());
        if versions.contains(&&TLS12) && !has_old {
            let what = "cipher_suites has none for TLS 1.2";
            let hint = "add one such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, or set min_version to TLS13";
            return Err(Fault::new(what, hint));
        }
        if !self.curves.is_empty() {
            provider.kx_groups.clone_from(&self.curves);
        }
        Ok(provider)
    }
}

fn protocols(http2: bool) -> Vec<Vec<u8>> {
    let mut protocols = Vec::new();
    if http2 {
        protocols.push(ALPN_HTTP2.to_vec());
    }
    protocols.push(ALPN_HTTP1.to_vec());
    protocols
}

fn unusable(error: &rustls::Error) -> Fault {
    let what = format!("TLS cannot be spoken so: {error}");
    Fault::new(
        what,
        "leave versions, suites and curves out for the defaults",
    )
}
