//! Keeps secrets out of what is logged or shown of AWS's words.
//!
//! Whoever answers may repeat what it was sent, whatever the error code says: an endpoint that is not AWS, a proxy in
//! between, AWS itself when a signature is wrong. So texts are searched for the values of secrets, plain and encoded.
//! Credentials are learned when they become known, everything else from the requests that carry it.
//!
//! There is one memory of secrets for the whole process, because there is one log for all targets.

mod patterns;
mod request;
mod views;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock, RwLockReadGuard};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use views::View;

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";
/// Shorter secrets are not searched for: they would be found in any text, and the holes would tell what they are.
const MIN_SECRET_BYTES: usize = 8;
/// External ids may be as short as the names that people give them; from here on they are searched for as whole words.
const MIN_WORD_BYTES: usize = 4;
/// No more of one secret is remembered. Tokens have hundreds of bytes, signed assertions some thousands.
const MAX_SECRET_BYTES: usize = 16 * 1024;
/// Secrets that are remembered: for some hundred roles those of the last hours.
const MAX_SECRETS: usize = 2048;
/// Signatures that are remembered; each request has one of its own.
const MAX_SIGNATURES: usize = 1024;
/// Letters and digits of a token or key that give it away. Who repeats a secret may leave parts of it out.
const PIECE_BYTES: usize = 8;
/// Redacted parts that are closer to each other are one.
const MIN_GAP_BYTES: usize = PIECE_BYTES;

type Piece = [u8; PIECE_BYTES];

static KNOWN: LazyLock<Redaction> = LazyLock::new(Redaction::default);

/// Remembers the secrets of these credentials.
pub(super) fn learn_credentials(credentials: &Credentials) {
    KNOWN.learn(credentials.secret_access_key(), Kind::Opaque);
    if let Some(token) = credentials.session_token() {
        KNOWN.learn(token, Kind::Opaque);
    }
}

/// Remembers the secrets that this request carries.
pub(super) fn learn_request(request: &HttpRequest) {
    request::learn(&KNOWN, request);
}

/// The text without secrets.
pub(super) fn redacted(text: &str) -> String {
    KNOWN.redact(text, text.len())
}

/// The first `visible` bytes of the text without secrets, also without those that go beyond.
pub(super) fn redacted_start(text: &str, visible: usize) -> String {
    KNOWN.redact(text, visible)
}

/// How a secret is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Random: any part of it gives it away, and is in no text by chance.
    Opaque,
    /// Made by people, who use its parts elsewhere: recognised as a whole.
    Name,
}

/// The secrets that are known.
#[derive(Debug, Default)]
struct Redaction(RwLock<Known>);

#[derive(Default)]
struct Known {
    secrets: HashMap<Box<str>, Secret>,
    /// The pieces of opaque secrets and of signatures, and how often each of them occurs.
    pieces: HashMap<Piece, u32>,
    signatures: VecDeque<Box<str>>,
    /// Counts uses, so that the secret that was not used for longest is forgotten first.
    uses: AtomicU64,
}

/// How one secret is searched for.
struct Secret {
    search: Search,
    last_use: AtomicU64,
}

enum Search {
    /// By its pieces, which stand in [`Known::pieces`].
    Pieces,
    /// As a whole: small letters, with and without what is neither letter nor digit.
    Whole { exact: String, letters: String },
    /// As a whole word.
    Word(String),
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("secrets", &self.secrets.len()).finish_non_exhaustive()
    }
}

impl Redaction {
    /// Remembers a secret, or that it is still in use.
    fn learn(&self, secret: &str, kind: Kind) {
        let secret = start_of(secret, MAX_SECRET_BYTES);
        let Some(search) = Search::of(secret, kind) else { return };
        if !self.known().touch(secret) {
            self.0.write().unwrap_or_else(PoisonError::into_inner).add(secret, search);
        }
    }

    fn learn_signature(&self, signature: &str) {
        let signature = start_of(signature, MAX_SECRET_BYTES);
        self.0.write().unwrap_or_else(PoisonError::into_inner).add_signature(signature);
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

impl Search {
    fn of(secret: &str, kind: Kind) -> Option<Self> {
        let exact: String = View::of(secret).text().to_ascii_lowercase();
        let letters = letters_of(&exact);
        match kind {
            Kind::Opaque if letters.len() >= 2 * PIECE_BYTES => Some(Self::Pieces),
            _ if secret.len() >= MIN_SECRET_BYTES && !exact.is_empty() => Some(Self::Whole { exact, letters }),
            Kind::Name if exact.len() >= MIN_WORD_BYTES => Some(Self::Word(exact)),
            _ => None,
        }
    }
}

impl Known {
    /// Whether the secret is known; it is in use, then.
    fn touch(&self, secret: &str) -> bool {
        let Some(known) = self.secrets.get(secret) else { return false };
        known.last_use.store(self.next_use(), Ordering::Relaxed);
        true
    }

    fn next_use(&self) -> u64 {
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    fn add(&mut self, secret: &str, search: Search) {
        let is_in_pieces = matches!(search, Search::Pieces);
        let known = Secret { search, last_use: AtomicU64::new(self.next_use()) };
        if self.secrets.insert(secret.into(), known).is_none() && is_in_pieces {
            self.count_pieces(secret);
        }
        if self.secrets.len() > MAX_SECRETS {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self.secrets.iter().min_by_key(|(_, secret)| secret.last_use.load(Ordering::Relaxed));
        let Some(oldest) = oldest.map(|(secret, _)| secret.clone()) else { return };
        let forgotten = self.secrets.remove(&oldest);
        if forgotten.is_some_and(|secret| matches!(secret.search, Search::Pieces)) {
            self.drop_pieces(&oldest);
        }
    }

    fn add_signature(&mut self, signature: &str) {
        self.count_pieces(signature);
        self.signatures.push_back(signature.into());
        if self.signatures.len() > MAX_SIGNATURES
            && let Some(oldest) = self.signatures.pop_front()
        {
            self.drop_pieces(&oldest);
        }
    }

    fn count_pieces(&mut self, secret: &str) {
        for piece in pieces_of(secret) {
            *self.pieces.entry(piece).or_default() += 1;
        }
    }

    fn drop_pieces(&mut self, secret: &str) {
        for piece in pieces_of(secret) {
            if let Some(count) = self.pieces.get_mut(&piece) {
                *count -= 1;
                if *count == 0 {
                    self.pieces.remove(&piece);
                }
            }
        }
    }

    /// Adds where secrets stand in the text of this view.
    fn find(&self, view: &View, found: &mut Vec<Range<usize>>) {
        let lower = view.to_lower();
        let letters = lower.letters();
        for (start, piece) in letters.text().as_bytes().windows(PIECE_BYTES).enumerate() {
            if self.pieces.contains_key(piece) {
                found.extend(letters.span(start..start + PIECE_BYTES));
            }
        }
        for secret in self.secrets.values() {
            match &secret.search {
                Search::Pieces => {}
                Search::Whole { exact, letters: bare } => {
                    found.extend(lower.places_of(exact).filter_map(|place| lower.span(place)));
                    // What is left of "a-b-c" would be found in any text.
                    if bare.len() >= MIN_SECRET_BYTES {
                        found.extend(letters.places_of(bare).filter_map(|place| letters.span(place)));
                    }
                }
                Search::Word(word) => {
                    let words = lower.places_of(word).filter(|place| lower.is_word(place));
                    found.extend(words.filter_map(|place| lower.span(place)));
                }
            }
        }
        found.extend(patterns::signatures(&lower).filter_map(|place| lower.span(place)));
    }
}

/// Overlapping runs of letters and digits, as small letters: how a secret is split or escaped does not matter.
fn pieces_of(secret: &str) -> Vec<Piece> {
    let letters = letters_of(&secret.to_ascii_lowercase());
    letters.as_bytes().windows(PIECE_BYTES).filter_map(|piece| piece.try_into().ok()).collect()
}

fn letters_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
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
    for secret in secrets.into_iter().take_while(|secret| secret.start < visible) {
        if secret.end <= end {
            continue;
        }
        if !has_redacted || secret.start > end + MIN_GAP_BYTES {
            shown.push_str(text.get(end..secret.start).unwrap_or_default());
            shown.push_str(REDACTED);
            has_redacted = true;
        }
        end = secret.end;
    }
    shown.push_str(text.get(end..visible).unwrap_or_default());
    shown
}

/// Whether nothing of this text needs to be hidden.
pub(super) fn is_clean(text: &str) -> bool {
    redacted(text) == text
}

#[cfg(test)]
mod tests;
