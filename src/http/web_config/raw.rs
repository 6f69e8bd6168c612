//! The web configuration as it was written: a mirror of the format in which every value is text with
//! its line. Keys and shapes are checked here, and nothing else.

use crate::config::document::{Fields, Value};

#[derive(Default)]
pub(super) struct File {
    pub(super) tls: Tls,
    pub(super) http: Http,
    pub(super) users: Vec<(String, Value)>,
    pub(super) rate_limit: Option<RateLimit>,
}

#[derive(Default)]
pub(super) struct Tls {
    pub(super) line: usize,
    pub(super) cert: Option<Value>,
    pub(super) key: Option<Value>,
    pub(super) client_ca: Option<Value>,
    pub(super) cert_file: Option<Value>,
    pub(super) key_file: Option<Value>,
    pub(super) client_auth_type: Option<Value>,
    pub(super) client_ca_file: Option<Value>,
    pub(super) client_allowed_sans: Vec<Value>,
    pub(super) min_version: Option<Value>,
    pub(super) max_version: Option<Value>,
    pub(super) cipher_suites: Vec<Value>,
    pub(super) prefer_server_cipher_suites: Option<Value>,
    pub(super) curve_preferences: Vec<Value>,
}

#[derive(Default)]
pub(super) struct Http {
    pub(super) http2: Option<Value>,
    pub(super) headers: Vec<(String, Value)>,
}

pub(super) struct RateLimit {
    pub(super) line: usize,
    pub(super) interval: Option<Value>,
    pub(super) burst: Option<Value>,
}

// Hints list the keys in the order in which they are asked for, so the order below is that of the
// exporter-toolkit's documentation. There, a key that is set to nothing counts as absent.

impl File {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            tls: fields
                .section("tls_server_config", Tls::read)
                .unwrap_or_default(),
            http: fields
                .section("http_server_config", Http::read)
                .unwrap_or_default(),
            users: fields
                .section("basic_auth_users", Fields::named_values)
                .unwrap_or_default(),
            rate_limit: fields.section("rate_limit", RateLimit::read),
        }
    }
}

impl Tls {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            line: fields.line,
            cert: fields.nonempty_value("cert"),
            key: fields.nonempty_value("key"),
            client_ca: fields.nonempty_value("client_ca"),
            cert_file: fields.nonempty_value("cert_file"),
            key_file: fields.nonempty_value("key_file"),
            client_auth_type: fields.nonempty_value("client_auth_type"),
            client_ca_file: fields.nonempty_value("client_ca_file"),
            client_allowed_sans: fields.values("client_allowed_sans"),
            min_version: fields.nonempty_value("min_version"),
            max_version: fields.nonempty_value("max_version"),
            cipher_suites: fields.values("cipher_suites"),
            prefer_server_cipher_suites: fields.nonempty_value("prefer_server_cipher_suites"),
            curve_preferences: fields.values("curve_preferences"),
        }
    }
}

impl Http {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            http2: fields.nonempty_value("http2"),
            headers: fields
                .section("headers", Fields::named_values)
                .unwrap_or_default(),
        }
    }
}

impl RateLimit {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            line: fields.line,
            interval: fields.nonempty_value("interval"),
            burst: fields.nonempty_value("burst"),
        }
    }
}
