//! Makes a [`WebConfig`] of the file as it was written, and finds all that is wrong with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::WebConfig;
use super::headers::resolve_headers;
use super::rate::resolve_rate_limit;
use super::raw::{File, Tls};
use super::stamps::Stamps;
use crate::config::document::{Fault, Problems, Value, read_file, shown};
use crate::http::auth::{PasswordHash, Users};
use crate::http::tls::{
    CURVES, CertificateChain, ClientAuthType, SUITES, ServerTls, TlsSettings, VERSIONS,
    client_roots, find_all, find_one,
};

/// What a file is resolved with.
pub(super) struct Resolver<'a> {
    /// Where relative names of files start: the folder of the configuration.
    folder: PathBuf,
    problems: &'a Problems,
    stamps: &'a mut Stamps,
}

/// Text in PEM, with the value that it comes from.
struct Pem<'v> {
    value: &'v Value,
    bytes: Vec<u8>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(path: &Path, problems: &'a Problems, stamps: &'a mut Stamps) -> Self {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Self {
            folder,
            problems,
            stamps,
        }
    }

    /// The configuration, or nothing if that could only be a guess (then there is a problem).
    pub(super) fn resolve(mut self, file: &File) -> Option<WebConfig> {
        let http2 = self.boolean(file.http.http2.as_ref(), true);
        let has_tls = is_enabled(&file.tls);
        let tls = has_tls.then(|| self.tls(&file.tls, http2));
        let headers = resolve_headers(&file.http.headers, self.problems);
        let users = self.users(&file.users);
        let rate_limit = file.rate_limit.as_ref();
        let rate_limit = rate_limit.and_then(|limit| resolve_rate_limit(limit, self.problems));
        let says_nothing = !has_tls && headers.is_empty() && file.users.is_empty();
        Some(WebConfig {
            // TLS that cannot be set up must never become plain HTTP.
            tls: match tls {
                Some(tls) => Some(Arc::new(tls?)),
                None => None,
            },
            headers,
            users: Arc::new(users),
            rate_limit,
            stamps: Stamps::default(),
            says_nothing: says_nothing && rate_limit.is_none(),
        })
    }

    fn users(&self, raw: &[(String, Value)]) -> Users {
        let mut users = Vec::with_capacity(raw.len());
        for (name, value) in raw {
            match PasswordHash::parse(&value.text) {
                Ok(hash) => users.push((name.clone(), hash)),
                // The value is a secret, so only its place is told.
                Err(fault) => self.report(value, fault.what, fault.hint),
            }
        }
        Users::new(users)
    }

    fn tls(&mut self, raw: &Tls, http2: bool) -> Option<ServerTls> {
        let problems = self.problems.count();
        let chain = self.chain(raw);
        let settings = self.settings(raw, http2);
        // With problems in its parts, what is said of the whole would only repeat them.
        if self.problems.count() > problems {
            return None;
        }
        match ServerTls::new(chain?, settings?) {
            Ok(tls) => Some(tls),
            Err(fault) => {
                self.problems.add(raw.line, fault.what, fault.hint);
                None
            }
        }
    }

    fn settings(&mut self, raw: &Tls, http2: bool) -> Option<TlsSettings> {
        let client_auth = self.client_auth_type(raw);
        let client_roots = self.client_roots(raw, client_auth);
        self.check_allowed_names(raw, client_auth);
        let min_version = self.named(raw.min_version.as_ref(), VERSIONS);
        let max_version = self.named(raw.max_version.as_ref(), VERSIONS);
        let suites = self.all_named(&raw.cipher_suites, SUITES);
        let curves = self.all_named(&raw.curve_preferences, CURVES);
        let allowed = raw.client_allowed_sans.iter();
        Some(TlsSettings {
            client_auth: client_auth?,
            client_roots,
            client_allowed_sans: allowed.map(|san| san.text.clone()).collect(),
            min_version,
            max_version,
            suites,
            curves,
            prefer_own_suites: self.boolean(raw.prefer_server_cipher_suites.as_ref(), true),
            http2,
        })
    }

    /// The certificate of the server with its key.
    fn chain(&mut self, raw: &Tls) -> Option<CertificateChain> {
        let certificate = self.required_pem("cert", raw.cert_file.as_ref(), raw.cert.as_ref(), raw);
        let key = self.required_pem("key", raw.key_file.as_ref(), raw.key.as_ref(), raw);
        let chain = CertificateChain::parse(&certificate?.bytes, &key.as_ref()?.bytes);
        match chain {
            Ok(chain) => Some(chain),
            Err(error) => {
                let value = if error.is_of_key() {
                    key.map(|key| key.value)
                } else {
                    raw.cert_file.as_ref().or(raw.cert.as_ref())
                };
                let line = value.map_or(raw.line, |value| value.line);
                let path = value.map_or("tls_server_config", |value| &value.path);
                self.problems
                    .add(line, format!("{path} {error}"), error.hint());
                None
            }
        }
    }

    fn client_auth_type(&self, raw: &Tls) -> Option<ClientAuthType> {
        let Some(value) = &raw.client_auth_type else {
            return Some(ClientAuthType::None);
        };
        match ClientAuthType::parse(&value.text) {
            Ok(client_auth) => Some(client_auth),
            Err(fault) => {
                self.report_named(value, fault);
                None
            }
        }
    }

    fn client_roots(
        &mut self,
        raw: &Tls,
        client_auth: Option<ClientAuthType>,
    ) -> Option<rustls::RootCertStore> {
        let pem = self.pem(raw.client_ca_file.as_ref(), raw.client_ca.as_ref());
        let given = raw.client_ca_file.as_ref().or(raw.client_ca.as_ref());
        match (given, client_auth) {
            (Some(value), Some(ClientAuthType::None)) => {
                let hint = "set client_auth_type to RequireAndVerifyClientCert, or remove it";
                self.report(
                    value,
                    "is given, but client_auth_type asks for no certificate",
                    hint,
                );
            }
            (None, Some(ClientAuthType::Required)) => {
                let what =
                    "client_auth_type RequireAndVerifyClientCert needs client_ca_file or client_ca";
                // Go would take the roots of the system, and so any certificate that can be bought.
                let hint = "name the authority that signs the certificates of your clients";
                self.problems.add(raw.line, what, hint);
            }
            _ => {}
        }
        let pem = pem?;
        match client_roots(&pem.bytes) {
            Ok(roots) => Some(roots),
            Err(fault) => {
                self.report(pem.value, fault.what, fault.hint);
                None
            }
        }
    }

    fn check_allowed_names(&self, raw: &Tls, client_auth: Option<ClientAuthType>) {
        let Some(first) = raw.client_allowed_sans.first() else {
            return;
        };
        // The exporter-toolkit ignores it in either case, and lets everybody in.
        let (what, hint) = if client_auth == Some(ClientAuthType::None) {
            (
                "client_allowed_sans is given, but client_auth_type asks for no certificate",
                "set client_auth_type to RequireAndVerifyClientCert",
            )
        } else if raw.client_ca_file.is_none() && raw.client_ca.is_none() {
            (
                "client_allowed_sans is given, but no authority whose certificates could be good",
                "name it in client_ca_file",
            )
        } else {
            return;
        };
        self.problems.add(first.line, what, hint);
    }

    fn required_pem<'v>(
        &mut self,
        key: &str,
        file: Option<&'v Value>,
        inline: Option<&'v Value>,
        raw: &Tls,
    ) -> Option<Pem<'v>> {
        if file.is_none() && inline.is_none() {
            let what = format!("tls_server_config has neither {key}_file nor {key}");
            let hint =
                "TLS needs a certificate and its key; remove the whole section for plain HTTP";
            self.problems.add(raw.line, what, hint);
        }
        self.pem(file, inline)
    }

    /// The text of a file, or the text in the configuration itself. Of both the file counts.
    fn pem<'v>(&mut self, file: Option<&'v Value>, inline: Option<&'v Value>) -> Option<Pem<'v>> {
        let Some(value) = file else {
            let value = inline?;
            let bytes = value.text.clone().into_bytes();
            return Some(Pem { value, bytes });
        };
        let path = self.folder.join(&value.text);
        self.stamps.note(&path);
        match read_file(&path) {
            Ok(bytes) => Some(Pem { value, bytes }),
            Err(why) => {
                let what = format!("{} {} {why}", value.path, shown(&value.text));
                let hint = "a relative name starts at the folder of this file";
                self.problems.add(value.line, what, hint);
                None
            }
        }
    }

    fn boolean(&self, value: Option<&Value>, default: bool) -> bool {
        let Some(value) = value else {
            return default;
        };
        match value.text.as_str() {
            "true" => true,
            "false" => false,
            text => {
                let what = format!("is {}, which is neither true nor false", shown(text));
                self.report(value, what, "write true or false");
                default
            }
        }
    }

    fn named<T: Copy>(
        &self,
        value: Option<&Value>,
        table: &[(&'static str, Result<T, &'static str>)],
    ) -> Option<T> {
        let value = value?;
        match find_one(&value.text, table) {
            Ok(found) => Some(found),
            Err(fault) => {
                self.report_named(value, fault);
                None
            }
        }
    }

    fn all_named<T: Copy>(
        &self,
        values: &[Value],
        table: &[(&'static str, Result<T, &'static str>)],
    ) -> Vec<T> {
        let texts = values.iter().map(|value| value.text.as_str());
        let found = find_all(texts, table);
        let mut good = Vec::with_capacity(values.len());
        for (value, result) in values.iter().zip(found) {
            match result {
                Ok(found) => good.push(found),
                Err(fault) => self.report_named(value, fault),
            }
        }
        good
    }

    fn report_named(&self, value: &Value, fault: Fault) {
        let what = format!("is {}, {}", shown(&value.text), fault.what);
        self.report(value, what, fault.hint);
    }

    /// Reports a problem as a sentence that begins with the key.
    fn report(&self, value: &Value, what: impl AsRef<str>, hint: impl Into<String>) {
        let what = format!("{} {}", value.path, what.as_ref());
        self.problems.add(value.line, what, hint);
    }
}

/// Whether the file asks for TLS. These are the keys that mean so to the exporter-toolkit.
fn is_enabled(tls: &Tls) -> bool {
    let keys = [
        &tls.cert,
        &tls.key,
        &tls.client_ca,
        &tls.cert_file,
        &tls.key_file,
        &tls.client_ca_file,
        &tls.client_auth_type,
    ];
    keys.iter().any(|key| key.is_some())
}
