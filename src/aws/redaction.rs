//! Keeps secrets out of what is logged or shown when it quotes somebody else.
//!
//! Whoever answers a request may repeat what it was sent, whatever the error code says: an endpoint
//! that is not AWS, a proxy in between, AWS itself when a signature is wrong. Texts are therefore
//! searched for the values of secrets, plain and encoded. Credentials are learned when they become
//! known, everything else from the requests that carry it.
//!
//! One memory of secrets serves the whole process, because all targets write to one log. What was
//! never learned is left to [`masking`].

mod encodings;
mod letters;
pub(super) mod masking;
mod memory;
mod patterns;
mod phrase_index;
mod redactor;
mod request;
mod runs;
mod views;

use std::sync::LazyLock;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use memory::SecretKind;
use redactor::Redactor;

static PROCESS: LazyLock<Redactor> = LazyLock::new(Redactor::default);

/// Remembers the secrets of these credentials.
pub(super) fn learn_credentials(credentials: &Credentials) {
    // The access key id is not among them: AWS names it in its own errors, and people need it to
    // find out whose key was refused.
    PROCESS.learn(credentials.secret_access_key(), SecretKind::Opaque);
    if let Some(token) = credentials.session_token() {
        PROCESS.learn(token, SecretKind::Opaque);
    }
}

/// Remembers the secrets that this request carries.
pub(super) fn learn_request(request: &HttpRequest) {
    request::learn(&PROCESS, request);
}

/// The first `visible` bytes of the text without secrets, also without those that go beyond them.
pub(super) fn redacted(text: &str, visible: usize) -> String {
    PROCESS.redact(text, visible)
}

/// Whether nothing of this text needs to be hidden.
pub(super) fn is_clean(text: &str) -> bool {
    redacted(text, text.len()) == text
}

#[cfg(test)]
mod tests;
