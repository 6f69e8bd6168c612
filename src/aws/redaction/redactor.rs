//! What learns secrets and hides them again.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::letters::FRAGMENT_BYTES;
use super::memory::{SecretKind, SecretMemory};
use super::runs::Place;
use super::{patterns, views};

/// What stands in the place of a secret.
pub(super) const REDACTED: &str = "[redacted]";
/// Redacted parts of one word are shown as one if no more than this is between them.
const MAX_GAP_BYTES: usize = FRAGMENT_BYTES;
/// No more of one secret is remembered. Tokens have hundreds of bytes, signed assertions some
/// thousands.
const MAX_SECRET_BYTES: usize = 16 << 10;

/// Learns secrets and hides them, for all who talk to AWS at the same time.
#[derive(Debug, Default)]
pub(super) struct Redactor(RwLock<SecretMemory>);

impl Redactor {
    /// Remembers a secret, or that it is still in use.
    pub(super) fn learn(&self, secret: &str, kind: SecretKind) {
        let secret = start_of(secret, MAX_SECRET_BYTES);
        // Almost always the secret is known, and then nobody has to wait for the lock.
        if !self.memory().touch(secret) {
            self.memory_mut().add(secret, kind);
        }
    }

    pub(super) fn learn_signature(&self, signature: &str) {
        let signature = start_of(signature, MAX_SECRET_BYTES);
        self.memory_mut().add_signature(signature);
    }

    pub(super) fn redact(&self, text: &str, visible: usize) -> String {
        let mut secrets = patterns::find(text);
        let memory = self.memory();
        views::each(text, |view| memory.find(view, &mut secrets));
        // Others need not wait while the text is put together.
        drop(memory);
        without(text, secrets, visible)
    }

    pub(super) fn memory(&self) -> RwLockReadGuard<'_, SecretMemory> {
        // A panic elsewhere must not keep the log from being redacted, which is where it is
        // reported.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory_mut(&self) -> RwLockWriteGuard<'_, SecretMemory> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first `bytes` of a text, or a little less, so as not to cut a character.
fn start_of(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The first `visible` bytes of a text without the secrets that stand in these places.
fn without(text: &str, mut secrets: Vec<Place>, visible: usize) -> String {
    let visible = text.floor_char_boundary(visible);
    secrets.sort_unstable_by_key(|place| place.start);
    let mut redacted = RedactedText::new(text);
    for place in secrets {
        if place.start < visible {
            redacted.hide(&place);
        }
    }
    redacted.show_up_to(visible)
}

/// A text whose secrets are hidden from left to right.
struct RedactedText<'a> {
    text: &'a str,
    shown: String,
    /// Up to here the text is shown or hidden.
    end: usize,
    has_redacted: bool,
}

impl<'a> RedactedText<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            shown: String::with_capacity(text.len()),
            end: 0,
            has_redacted: false,
        }
    }

    fn hide(&mut self, place: &Place) {
        // The same secret may have been found in several ways.
        if place.end <= self.end {
            return;
        }
        let between = self.text.get(self.end..place.start).unwrap_or_default();
        // Parts of one secret are hidden as one, and not as a row of fragments that shows its
        // length.
        if !(self.has_redacted && is_inside_a_word(between)) {
            self.show_redacted_after(between);
        }
        self.end = place.end + padding_at(self.text, place.end);
    }

    fn show_redacted_after(&mut self, between: &str) {
        self.shown.push_str(between);
        self.shown.push_str(REDACTED);
        self.has_redacted = true;
    }

    fn show_up_to(mut self, visible: usize) -> String {
        // The last secret may go beyond what is visible, and then there is no rest.
        let rest = self.text.get(self.end..visible).unwrap_or_default();
        self.shown.push_str(rest);
        self.shown
    }
}

/// Whether what stands between two hidden parts is a part of the same secret.
fn is_inside_a_word(between: &str) -> bool {
    between.len() <= MAX_GAP_BYTES && !between.contains(' ')
}

/// How many bytes of base64 padding stand at a place. They belong to the digits before them.
fn padding_at(text: &str, at: usize) -> usize {
    text.bytes()
        .skip(at)
        .take_while(|byte| *byte == b'=')
        .count()
}
