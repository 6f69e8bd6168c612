//! The secrets of a request: in its headers, and in the forms and JSON with which credentials are
//! asked for.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Map, Value};

use super::Redaction;
use super::known::Kind;

/// Parts of the names of headers and members that hold secrets.
const SECRET_NAMES: [&str; 7] = [
    "token",
    "auth",
    "secret",
    "password",
    "assertion",
    "cookie",
    "code",
];

pub(super) fn learn(known: &Redaction, request: &HttpRequest) {
    for (name, value) in request.headers() {
        if name.eq_ignore_ascii_case("authorization") {
            learn_authorization(known, value);
        } else if is_secret(name) {
            known.learn(value, Kind::Opaque);
        }
    }
    // Of SSM's requests the bodies are no secrets, and there are many.
    if request.headers().get("x-amz-target").is_none() {
        learn_body(known, request);
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// `AWS4-HMAC-SHA256 Credential=KEY/SCOPE, SignedHeaders=..., Signature=...`, or a token with or
/// without a scheme.
fn learn_authorization(known: &Redaction, header: &str) {
    let part = |name: &str| {
        header
            .split_once(name)
            .and_then(|(_, rest)| rest.split([',', ' ']).next())
    };
    match (part("Credential="), part("Signature=")) {
        (None, None) => known.learn(
            header.split(' ').next_back().unwrap_or_default(),
            Kind::Opaque,
        ),
        (scope, signature) => {
            if let Some(scope) = scope {
                known.learn(scope, Kind::Name);
            }
            if let Some(signature) = signature {
                known.learn_signature(signature);
            }
        }
    }
}

fn learn_body(known: &Redaction, request: &HttpRequest) {
    let Some(body) = request.body().bytes() else {
        return;
    };
    let content = request.headers().get("content-type").unwrap_or_default();
    if content.starts_with("application/x-www-form-urlencoded") {
        for (name, value) in form_urlencoded::parse(body) {
            learn_member(known, &name, &value);
        }
    } else if let Ok(members) = serde_json::from_slice::<Map<String, Value>>(body) {
        for (name, value) in &members {
            learn_member(known, name, value.as_str().unwrap_or_default());
        }
    }
}

fn learn_member(known: &Redaction, name: &str, value: &str) {
    if name == "ExternalId" {
        known.learn(value, Kind::Name);
    } else if is_secret(name) {
        known.learn(value, Kind::Opaque);
    }
}
