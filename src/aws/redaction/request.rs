//! The secrets of a request: in its headers, and in the forms and JSON documents with which
//! credentials are asked for.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Map, Value};

use super::memory::SecretKind;
use super::redactor::Redactor;

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

pub(super) fn learn(redactor: &Redactor, request: &HttpRequest) {
    // Every header is looked at, because proxies and services have names of their own.
    for (name, value) in request.headers() {
        learn_header(redactor, name, value);
    }
    // The bodies of requests to SSM hold no secrets, and there are many of them.
    if request.headers().get("x-amz-target").is_none() {
        learn_body(redactor, request);
    }
}

fn learn_header(redactor: &Redactor, name: &str, value: &str) {
    if name.eq_ignore_ascii_case("authorization") {
        learn_authorization(redactor, value);
    } else if is_secret(name) {
        redactor.learn(value, SecretKind::Opaque);
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// The header is `AWS4-HMAC-SHA256 Credential=KEY/SCOPE, SignedHeaders=..., Signature=...`, or a
/// token with or without a scheme.
fn learn_authorization(redactor: &Redactor, header: &str) {
    let scope = part_of_authorization(header, "Credential=");
    let signature = part_of_authorization(header, "Signature=");
    if scope.is_none() && signature.is_none() {
        learn_bearer(redactor, header);
    }
    if let Some(scope) = scope {
        redactor.learn(scope, SecretKind::Name);
    }
    if let Some(signature) = signature {
        redactor.learn_signature(signature);
    }
}

/// The header of a request that is not signed is a token, perhaps behind a scheme.
fn learn_bearer(redactor: &Redactor, header: &str) {
    let token = header.split(' ').next_back().unwrap_or_default();
    redactor.learn(token, SecretKind::Opaque);
}

fn part_of_authorization<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(name)?;
    rest.split([',', ' ']).next()
}

fn learn_body(redactor: &Redactor, request: &HttpRequest) {
    // The bodies of requests for credentials are in memory; none of them is streamed.
    let Some(body) = request.body().bytes() else {
        return;
    };
    let content = request.headers().get("content-type").unwrap_or_default();
    if content.starts_with("application/x-www-form-urlencoded") {
        learn_form(redactor, body);
    } else {
        learn_document(redactor, body);
    }
}

/// STS is asked with a form.
fn learn_form(redactor: &Redactor, body: &[u8]) {
    for (name, value) in form_urlencoded::parse(body) {
        learn_member(redactor, &name, &value);
    }
}

/// A login of SSO is renewed with a JSON document.
fn learn_document(redactor: &Redactor, body: &[u8]) {
    // Whatever else a body is, it is not one of ours.
    let members: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    for (name, value) in &members {
        learn_member(redactor, name, value.as_str().unwrap_or_default());
    }
}

fn learn_member(redactor: &Redactor, name: &str, value: &str) {
    if name == "ExternalId" {
        redactor.learn(value, SecretKind::Name);
    } else if is_secret(name) {
        redactor.learn(value, SecretKind::Opaque);
    }
}
