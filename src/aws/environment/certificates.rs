//! Which certificates are trusted: those of the system (`SSL_CERT_FILE` and `SSL_CERT_DIR`
//! included), or those of `AWS_CA_BUNDLE` alone, as the AWS CLI does it.
//!
//! All are read and tried here. The HTTP client would read those of the system on the thread of the
//! first request, and panics over a bundle that it cannot parse.

use std::io;
use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::TrustStore;
use aws_smithy_types::base64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use tracing::warn;

use super::files;
use super::profile::Profile;
use super::variables::{Problems, Setting, Variables, any};

/// Where Linux distributions keep them, for a `SSL_CERT_FILE` that is set to nothing: it would
/// count as set.
const SYSTEM_DIRECTORIES: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// What a bundle is for, in hints.
const BUNDLE_HINT: &str = "name a PEM file with the certificates to trust, or unset it";

/// Reads the certificates to trust.
pub(super) async fn load(
    variables: &Variables,
    profile: &Profile,
    problems: &Problems,
) -> TrustStore {
    let bundle = variables.parsed("AWS_CA_BUNDLE", problems, any);
    if let Some(bundle) = bundle.or_else(|| profile.parsed("ca_bundle", problems, any)) {
        return of_bundle(&bundle, problems).await;
    }
    of_system(variables, problems).await
}

async fn of_bundle(bundle: &Setting<String>, problems: &Problems) -> TrustStore {
    let path = PathBuf::from(&bundle.value);
    let found = files::read(&path).await.and_then(|bytes| {
        let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
        parsed.map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it is not PEM: {error}"),
            )
        })
    });
    match found.map(|certificates| trusting(&certificates)) {
        Ok(Some(store)) => store,
        Ok(None) => {
            problems.add(
                &bundle.place,
                format!("{} holds no certificate", path.display()),
                BUNDLE_HINT,
            );
            TrustStore::empty()
        }
        Err(error) => {
            problems.add(
                &bundle.place,
                format!("{} cannot be read: {error}", path.display()),
                BUNDLE_HINT,
            );
            TrustStore::empty()
        }
    }
}

async fn of_system(variables: &Variables, problems: &Problems) -> TrustStore {
    let path = |name| variables.raw(name).map(PathBuf::from);
    let (file, directories) = (path("SSL_CERT_FILE"), path("SSL_CERT_DIR"));
    let is_emptied = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .iter()
        .any(|name| variables.is_empty(name));
    let named = if file.is_some() {
        Some("SSL_CERT_FILE")
    } else {
        directories.as_ref().map(|_| "SSL_CERT_DIR")
    };
    let work = move || match (&file, &directories) {
        (None, None) if !is_emptied => load_native_certs(),
        (None, None) => load_from(None, &SYSTEM_DIRECTORIES.map(PathBuf::from)),
        (file, directories) => load_from(file.as_deref(), &split(directories.as_deref())),
    };
    match (
        files::in_time(work)
            .await
            .map(|found| (trusting(&found.certs), found.errors)),
        named,
    ) {
        (Ok((Some(store), _)), _) => store,
        (Ok((None, errors)), Some(name)) => {
            let cause = errors
                .first()
                .map_or_else(String::new, |error| format!(": {error}"));
            problems.add(
                name,
                format!("no certificate was found there{cause}"),
                BUNDLE_HINT,
            );
            TrustStore::empty()
        }
        (Err(error), name) => {
            let hint = "see to the mount of the system's certificates";
            problems.add(
                name.unwrap_or("the system's certificates"),
                error.to_string(),
                hint,
            );
            TrustStore::empty()
        }
        // An image without any is good enough for a simulator without TLS.
        (Ok((None, _)), None) => {
            warn!(
                "the system has no trusted certificates: install ca-certificates, or set AWS_CA_BUNDLE"
            );
            TrustStore::empty()
        }
    }
}

fn split(directories: Option<&Path>) -> Vec<PathBuf> {
    directories
        .map(|list| std::env::split_paths(list).collect())
        .unwrap_or_default()
}

fn load_from(file: Option<&Path>, directories: &[PathBuf]) -> CertificateResult {
    let mut all = load_certs_from_paths(file, None);
    for directory in directories {
        let found = load_certs_from_paths(None, Some(directory));
        all.certs.extend(found.certs);
        all.errors.extend(found.errors);
    }
    all
}

/// A store of the certificates that can be used as roots, if there are any: an odd one among many
/// costs itself.
fn trusting(certificates: &[CertificateDer<'_>]) -> Option<TrustStore> {
    let mut store = TrustStore::empty();
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        if roots.add(certificate.clone()).is_ok() {
            store.add_pem_certificate(pem(certificate));
        }
    }
    (!roots.is_empty()).then_some(store)
}

fn pem(certificate: &[u8]) -> String {
    let label = "CERTIFICATE-----";
    format!(
        "-----BEGIN {label}\n{}\n-----END {label}\n",
        base64::encode(certificate)
    )
}
