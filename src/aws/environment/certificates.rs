//! Which certificates are trusted: those of the system (`SSL_CERT_FILE` and `SSL_CERT_DIR`
//! included), or those of `AWS_CA_BUNDLE` alone, as the AWS CLI does it.
//!
//! All certificates are read and tried here. The HTTP client would read those of the system on the
//! thread of the first request, and panics over a bundle that it cannot parse.

use std::io;
use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::TrustStore;
use aws_smithy_types::base64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use tracing::warn;

use super::files;
use super::problems::Problems;
use super::reader::SettingReader;
use super::value_forms::any;
use super::variable_reader::VariableReader;
use super::variables::Setting;

const FILE_VARIABLE: &str = "SSL_CERT_FILE";
const DIRECTORIES_VARIABLE: &str = "SSL_CERT_DIR";

/// The directories in which Linux distributions keep certificates. `rustls-native-certs` would take
/// a variable that is set to nothing for a place, so these are given instead.
const SYSTEM_DIRECTORIES: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// The hint for a bundle that cannot be used.
const BUNDLE_HINT: &str = "name a PEM file with the certificates to trust, or unset it";

/// Reads the certificates to trust.
pub(super) async fn load(reader: SettingReader<'_>) -> TrustStore {
    match reader.variable_or_key("AWS_CA_BUNDLE", "ca_bundle", any) {
        Some(bundle) => of_bundle(&bundle, reader.problems()).await,
        None => of_system(reader.variables).await,
    }
}

async fn of_bundle(bundle: &Setting<String>, problems: &Problems) -> TrustStore {
    match load_bundle(Path::new(&bundle.value)).await {
        Ok(store) => store,
        Err(fault) => {
            problems.add(&bundle.place, fault, BUNDLE_HINT);
            // With a problem the program does not start, so nothing is asked with this store.
            TrustStore::empty()
        }
    }
}

/// The store of a bundle, or what is wrong with it.
async fn load_bundle(path: &Path) -> Result<TrustStore, String> {
    let name = path.display();
    match read_bundle(path).await {
        Ok(certificates) => {
            trusting(&certificates).ok_or_else(|| format!("{name} holds no certificate"))
        }
        Err(error) => Err(format!("{name} cannot be read: {error}")),
    }
}

async fn read_bundle(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let bytes = files::read(path).await?;
    certificates_in(&bytes).map_err(|error| files::invalid_data(format!("it is not PEM: {error}")))
}

fn certificates_in(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, pem::Error> {
    CertificateDer::pem_slice_iter(bytes).collect()
}

async fn of_system(variables: VariableReader<'_>) -> TrustStore {
    let places = SystemPlaces::named_by(variables);
    let variable = places.variable();
    let problems = variables.problems;
    // The directories hold hundreds of files, and may lie on a mount that hangs.
    match files::in_time(move || places.load()).await {
        Ok(found) => of_found(variable, &found, problems),
        Err(error) => {
            report_unread(variable, &error, problems);
            TrustStore::empty()
        }
    }
}

fn of_found(
    variable: Option<&'static str>,
    found: &CertificateResult,
    problems: &Problems,
) -> TrustStore {
    if let Some(store) = trusting(&found.certs) {
        return store;
    }
    if let Some(variable) = variable {
        report_none_found(variable, found, problems);
    } else {
        // An image without any certificates is good enough for a simulator without TLS.
        warn!(
            "the system has no trusted certificates: install ca-certificates, or set AWS_CA_BUNDLE"
        );
    }
    TrustStore::empty()
}

fn report_unread(variable: Option<&'static str>, error: &io::Error, problems: &Problems) {
    let place = variable.unwrap_or("the system's certificates");
    let hint = "see to the mount of the system's certificates";
    problems.add(place, error.to_string(), hint);
}

fn report_none_found(variable: &str, found: &CertificateResult, problems: &Problems) {
    // Of the many errors that a directory may give, the first is enough to see what is wrong.
    let cause = match found.errors.first() {
        Some(error) => format!(": {error}"),
        None => String::new(),
    };
    let what = format!("no certificate was found there{cause}");
    problems.add(variable, what, BUNDLE_HINT);
}

/// Where the certificates of the system are.
struct SystemPlaces {
    /// The file of `SSL_CERT_FILE`.
    file: Option<PathBuf>,
    /// The list of directories of `SSL_CERT_DIR`.
    directories: Option<PathBuf>,
    /// Whether one of these variables is set to nothing.
    has_emptied: bool,
}

impl SystemPlaces {
    fn named_by(variables: VariableReader<'_>) -> Self {
        Self {
            file: variables.raw(FILE_VARIABLE).map(PathBuf::from),
            directories: variables.raw(DIRECTORIES_VARIABLE).map(PathBuf::from),
            has_emptied: variables.is_empty(FILE_VARIABLE)
                || variables.is_empty(DIRECTORIES_VARIABLE),
        }
    }

    /// The variable that names the places, if one does.
    fn variable(&self) -> Option<&'static str> {
        if self.file.is_some() {
            Some(FILE_VARIABLE)
        } else if self.directories.is_some() {
            Some(DIRECTORIES_VARIABLE)
        } else {
            None
        }
    }

    /// Blocks while files are read.
    fn load(&self) -> CertificateResult {
        if self.variable().is_some() {
            self.load_named()
        } else if self.has_emptied {
            load_from(None, &SYSTEM_DIRECTORIES.map(PathBuf::from))
        } else {
            // It knows where each distribution keeps its certificates.
            load_native_certs()
        }
    }

    fn load_named(&self) -> CertificateResult {
        let directories = self.directories.as_deref().map(split);
        load_from(self.file.as_deref(), &directories.unwrap_or_default())
    }
}

/// The directories of a list with colons between them.
fn split(list: &Path) -> Vec<PathBuf> {
    std::env::split_paths(list).collect()
}

fn load_from(file: Option<&Path>, directories: &[PathBuf]) -> CertificateResult {
    // The loader takes one directory only, but the variable is a list.
    let mut all = load_certs_from_paths(file, None);
    for directory in directories {
        let found = load_certs_from_paths(None, Some(directory));
        all.certs.extend(found.certs);
        all.errors.extend(found.errors);
    }
    all
}

/// A store of the certificates that can be used as roots, if there are any. An odd one among many
/// is left out.
fn trusting(certificates: &[CertificateDer<'_>]) -> Option<TrustStore> {
    let roots = certificates.iter().filter(|one| can_be_root(one));
    // The SDK takes them only as PEM.
    let mut roots = roots.map(|root| encode_pem(root)).peekable();
    roots.peek()?;
    let mut store = TrustStore::empty();
    for root in roots {
        store.add_pem_certificate(root);
    }
    Some(store)
}

/// Whether a certificate can be parsed. The SDK's store takes anything, and its client panics over
/// what it cannot parse.
fn can_be_root(certificate: &CertificateDer<'_>) -> bool {
    let mut store = RootCertStore::empty();
    store.add(certificate.clone()).is_ok()
}

fn encode_pem(certificate: &[u8]) -> String {
    let label = "CERTIFICATE-----";
    format!(
        "-----BEGIN {label}\n{}\n-----END {label}\n",
        base64::encode(certificate)
    )
}
