//! Whose certificates the server wants.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use super::allowed_names::AllowedNames;
use crate::config::document::Fault;

/// What the server does about certificates of clients.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::http) enum ClientAuthType {
    /// It does not ask for one.
    None,
    /// It verifies one that is shown.
    IfGiven,
    /// Without a good one there is no connection.
    Required,
}

impl ClientAuthType {
    /// Reads the name that Go gives it.
    pub(in crate::http) fn parse(name: &str) -> Result<Self, Fault> {
        let what = match name {
            "NoClientCert" => return Ok(Self::None),
            "VerifyClientCertIfGiven" => return Ok(Self::IfGiven),
            "RequireAndVerifyClientCert" => return Ok(Self::Required),
            "RequestClientCert" | "RequireAnyClientCert" | "RequireClientCert" => {
                "which would take any certificate unverified, and so protects nothing"
            }
            _ => "which is unknown",
        };
        let hint = "write RequireAndVerifyClientCert, VerifyClientCertIfGiven or NoClientCert";
        Err(Fault::new(what, hint))
    }

    /// What verifies certificates of clients, or nothing if none is asked for.
    pub(super) fn verifier(
        self,
        roots: Option<RootCertStore>,
        allowed_sans: Vec<String>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<dyn ClientCertVerifier>>, Fault> {
        // Without an authority no certificate can be good. A client that may come without one is
        // not asked for it.
        let (Some(roots), true) = (roots, self != Self::None) else {
            return Ok(None);
        };
        let builder =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let builder = match self {
            Self::Required => builder,
            Self::None | Self::IfGiven => builder.allow_unauthenticated(),
        };
        let verifier = builder.build().map_err(|error| {
            let what = format!("the authority of clients cannot be used: {error}");
            Fault::new(what, "name certificates of authorities in client_ca_file")
        })?;
        if allowed_sans.is_empty() {
            return Ok(Some(verifier));
        }
        Ok(Some(Arc::new(AllowedNames::new(verifier, allowed_sans))))
    }
}
