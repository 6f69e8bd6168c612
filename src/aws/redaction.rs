//! Keeps secrets out of what is logged or shown of AWS's words.
//!
//! Whoever answers may repeat what it was sent, whatever the error code says: an endpoint that is
//! not AWS, a proxy in between, AWS itself when a signature is wrong. So texts are searched for the
//! values of secrets, plain and encoded. Credentials are learned when they become known, everything
//! else from the requests that carry it.
//!
//! There is one memory of secrets for the whole process, because there is one log for all targets.

mod known;
mod names;
mod patterns;
mod request;
mod views;

use std::ops::Range;
use std::sync::{LazyLock, PoisonError, RwLock, RwLockReadGuard};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use known::{Kind, Known};

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";
/// Redacted parts of one word that are closer to each other are one.
const MIN_GAP_BYTES: usize = known::PIECE_BYTES;
/// No more of one secret is remembered. Tokens have hundreds of bytes, signed assertions some
/// thousands.
const MAX_SECRET_BYTES: usize = 16 << 10;

static PROCESS: LazyLock<Redaction> = LazyLock::new(Redaction::default);

/// Remembers the secrets of these credentials.
pub(super) fn learn_credentials(credentials: &Credentials) {
    PROCESS.learn(credentials.secret_access_key(), Kind::Opaque);
    if let Some(token) = credentials.session_token() {
        PROCESS.learn(token, Kind::Opaque);
    }
}

/// Remembers the secrets that this request carries.
pub(super) fn learn_request(request: &HttpRequest) {
    request::learn(&PROCESS, request);
}

/// The first `visible` bytes of the text without secrets, also without those that go beyond.
pub(super) fn redacted(text: &str, visible: usize) -> String {
    PROCESS.redact(text, visible)
}

/// Whether nothing of this text needs to be hidden.
pub(super) fn is_clean(text: &str) -> bool {
    redacted(text, text.len()) == text
}

/// The secrets that are known, for all who talk to AWS at the same time.
#[derive(Debug, Default)]
struct Redaction(RwLock<Known>);

impl Redaction {
    /// Remembers a secret, or that it is still in use.
    fn learn(&self, secret: &str, kind: Kind) {
        let secret = start_of(secret, MAX_SECRET_BYTES);
        if !self.known().touch(secret) {
            self.0
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .add(secret, kind);
        }
    }

    fn learn_signature(&self, signature: &str) {
        let signature = start_of(signature, MAX_SECRET_BYTES);
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .add_signature(signature);
    }

    fn redact(&self, text: &str, visible: usize) -> String {
        let mut secrets = patterns::find(text);
        let known = self.known();
        views::each(text, |view| known.find(view, &mut secrets));
        drop(known);
        without(text, secrets, visible)
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first `bytes` of a text, or a little less.
fn start_of(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

fn without(text: &str, mut secrets: Vec<Range<usize>>, visible: usize) -> String {
    let visible = text.floor_char_boundary(visible);
    secrets.sort_unstable_by_key(|range| range.start);
    let mut shown = String::with_capacity(visible);
    // Up to where the text is shown or redacted, and whether anything was redacted yet.
    let (mut end, mut has_redacted) = (0, false);
    for secret in secrets
        .into_iter()
        .take_while(|secret| secret.start < visible)
    {
        if secret.end <= end {
            continue;
        }
        let between = text.get(end..secret.start).unwrap_or_default();
        let is_one = between.len() <= MIN_GAP_BYTES && !between.contains(' ');
        if !(has_redacted && is_one) {
            shown.push_str(between);
            shown.push_str(REDACTED);
            has_redacted = true;
        }
        // With the padding of base64.
        let padding = text
            .bytes()
            .skip(secret.end)
            .take_while(|byte| *byte == b'=')
            .count();
        end = secret.end + padding;
    }
    shown.push_str(text.get(end..visible).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests;
