//! Certificates and keys in PEM.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, RootCertStore};

use crate::config::document::Fault;

/// What PEM writes before the content of a key that needs a password.
const ENCRYPTED_KEY: &[u8] = b"ENCRYPTED";

/// A certificate with those that sign it, and its key.
#[derive(Clone, Debug)]
pub(in crate::http) struct CertificateChain(Arc<CertifiedKey>);

/// Why a certificate and a key cannot be used. Nothing of their content is repeated.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(in crate::http) enum ChainError {
    #[error("holds no certificate in PEM")]
    NoCertificate,
    #[error("holds no private key in PEM")]
    NoKey,
    #[error("holds a key that a password protects")]
    EncryptedKey,
    #[error("is not the key of the certificate")]
    OtherKey,
    #[error("holds a certificate that cannot be used: {0}")]
    Unusable(String),
    #[error("holds a key that cannot be used")]
    UnusableKey,
}

impl ChainError {
    /// Whether the key is to blame, rather than the certificate.
    pub(in crate::http) const fn is_of_key(&self) -> bool {
        !matches!(self, Self::NoCertificate | Self::Unusable(_))
    }

    pub(in crate::http) const fn hint(&self) -> &'static str {
        match self {
            Self::NoCertificate => "it must begin with -----BEGIN CERTIFICATE-----",
            Self::NoKey => "it must have a line like -----BEGIN PRIVATE KEY-----",
            Self::EncryptedKey => "take the password off, as `openssl pkey` does",
            Self::OtherKey => {
                "both must be of one pair; was one of them renewed without the other?"
            }
            Self::Unusable(_) => "make one of X.509 version 3, with openssl or with cert-manager",
            Self::UnusableKey => {
                "use an RSA key of 2048 bits or more, ECDSA P-256 or P-384, or Ed25519"
            }
        }
    }
}

impl CertificateChain {
    pub(in crate::http) fn parse(certificates: &[u8], key: &[u8]) -> Result<Self, ChainError> {
        let chain = certificates_in(certificates).ok_or(ChainError::NoCertificate)?;
        let key = private_key_in(key)?;
        match CertifiedKey::from_der(chain, key, &default_provider()) {
            Ok(certified) => Ok(Self(Arc::new(certified))),
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(ChainError::OtherKey)
            }
            Err(error @ Error::InvalidCertificate(_)) => {
                Err(ChainError::Unusable(error.to_string()))
            }
            Err(_) => Err(ChainError::UnusableKey),
        }
    }

    pub(super) fn certified(self) -> Arc<CertifiedKey> {
        self.0
    }
}

/// The certificates of a text, unless there are none or one of them is broken.
fn certificates_in(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    certificates.ok().filter(|found| !found.is_empty())
}

fn private_key_in(pem: &[u8]) -> Result<PrivateKeyDer<'static>, ChainError> {
    let is_encrypted = pem
        .windows(ENCRYPTED_KEY.len())
        .any(|part| part == ENCRYPTED_KEY);
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(key) => Ok(key),
        Err(_) if is_encrypted => Err(ChainError::EncryptedKey),
        Err(_) => Err(ChainError::NoKey),
    }
}

/// The authorities whose certificates clients may show.
pub(in crate::http) fn client_roots(pem: &[u8]) -> Result<RootCertStore, Fault> {
    let Some(certificates) = certificates_in(pem) else {
        let hint = "it must begin with -----BEGIN CERTIFICATE-----";
        return Err(Fault::new("holds no certificate in PEM", hint));
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        if let Err(error) = roots.add(certificate) {
            let what = format!("holds a certificate that cannot be used: {error}");
            return Err(Fault::new(what, "name certificates of authorities"));
        }
    }
    Ok(roots)
}
