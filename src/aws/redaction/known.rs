//! The memory of secrets, and how each of them is found.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::names::{HEAD_BYTES, Names};
use super::patterns;
use super::views::View;

/// Shorter secrets are not searched for: they would be found in any text, and the holes would tell
/// what they are.
pub(super) const MIN_SECRET_BYTES: usize = 8;
/// External ids may be as short as the names that people give them; from here on they are searched
/// for as whole words.
const MIN_WORD_BYTES: usize = HEAD_BYTES;
/// Secrets that are remembered: for some hundred roles those of the last hours.
pub(super) const MAX_SECRETS: usize = 2048;
/// Signatures that are remembered; each request has one of its own.
pub(super) const MAX_SIGNATURES: usize = 1024;
/// Letters and digits of a token or key that give it away. Who repeats a secret may leave parts of
/// it out.
pub(super) const PIECE_BYTES: usize = 8;

type SecretFragment = [u8; PIECE_BYTES];

/// How a secret is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Random: any part of it gives it away, and is in no text by chance.
    Opaque,
    /// Made by people, who use its parts elsewhere: recognised as a whole.
    Name,
}

/// The secrets that are known.
#[derive(Default)]
pub(super) struct Known {
    secrets: HashMap<Box<str>, Secret>,
    signatures: VecDeque<Box<str>>,
    /// The pieces of opaque secrets and of signatures, and how often each of them occurs.
    pieces: HashMap<SecretFragment, u32>,
    /// In small letters, as are the following.
    names: Names,
    /// Without what is neither letter nor digit.
    bare_names: Names,
    words: Names,
    /// Counts uses, so that the secret that was not used for longest is forgotten first.
    uses: AtomicU64,
}

struct Secret {
    search: Search,
    last_use: AtomicU64,
}

/// How one secret is searched for.
#[derive(Clone, Copy)]
enum Search {
    ByPieces,
    AsWhole,
    AsWord,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known")
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}

impl Search {
    fn of(secret: &str, kind: Kind) -> Option<Self> {
        match kind {
            Kind::Opaque if letters_of(secret).len() >= 2 * PIECE_BYTES => Some(Self::ByPieces),
            _ if secret.len() >= MIN_SECRET_BYTES => Some(Self::AsWhole),
            Kind::Name if secret.len() >= MIN_WORD_BYTES => Some(Self::AsWord),
            _ => None,
        }
    }
}

impl Known {
    /// How many secrets, signatures and pieces are remembered.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize, usize) {
        (self.secrets.len(), self.signatures.len(), self.pieces.len())
    }

    /// Whether the secret is known; it is in use, then.
    pub(super) fn touch(&self, secret: &str) -> bool {
        let Some(known) = self.secrets.get(secret) else {
            return false;
        };
        known.last_use.store(self.next_use(), Ordering::Relaxed);
        true
    }

    fn next_use(&self) -> u64 {
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn add(&mut self, secret: &str, kind: Kind) {
        let Some(search) = Search::of(secret, kind) else {
            return;
        };
        let known = Secret {
            search,
            last_use: AtomicU64::new(self.next_use()),
        };
        // Two may have learned it at the same time.
        if self.secrets.insert(secret.into(), known).is_some() {
            return;
        }
        match search {
            Search::ByPieces => self.add_pieces(secret),
            Search::AsWhole => {
                self.names.add(&exact(secret));
                self.bare_names.add(&bare(secret));
            }
            Search::AsWord => self.words.add(&exact(secret)),
        }
        if self.secrets.len() > MAX_SECRETS {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self
            .secrets
            .iter()
            .min_by_key(|(_, secret)| secret.last_use.load(Ordering::Relaxed));
        let Some((secret, search)) = oldest.map(|(text, secret)| (text.clone(), secret.search))
        else {
            return;
        };
        self.secrets.remove(&secret);
        match search {
            Search::ByPieces => self.remove_pieces(&secret),
            Search::AsWhole => {
                self.names.remove(&exact(&secret));
                self.bare_names.remove(&bare(&secret));
            }
            Search::AsWord => self.words.remove(&exact(&secret)),
        }
    }

    pub(super) fn add_signature(&mut self, signature: &str) {
        self.add_pieces(signature);
        self.signatures.push_back(signature.into());
        if self.signatures.len() > MAX_SIGNATURES
            && let Some(oldest) = self.signatures.pop_front()
        {
            self.remove_pieces(&oldest);
        }
    }

    fn add_pieces(&mut self, secret: &str) {
        for piece in pieces_of(secret) {
            *self.pieces.entry(piece).or_default() += 1;
        }
    }

    fn remove_pieces(&mut self, secret: &str) {
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
    pub(super) fn find(&self, view: &View, found: &mut Vec<Range<usize>>) {
        let lower = view.text().to_ascii_lowercase();
        found.extend(patterns::signatures(&lower).filter_map(|place| view.span(place)));
        found.extend(
            self.names
                .find(&lower)
                .into_iter()
                .filter_map(|place| view.span(place)),
        );
        let words = self
            .words
            .find(&lower)
            .into_iter()
            .filter(|place| view.is_word(place));
        found.extend(words.filter_map(|place| view.span(place)));

        let (letters, places) = letters_with_places(&lower);
        let span = |part: Range<usize>| {
            let places = places.get(part)?;
            view.span(*places.first()?..places.last()? + 1)
        };
        found.extend(self.bare_names.find(&letters).into_iter().filter_map(span));
        for (start, piece) in letters.as_bytes().windows(PIECE_BYTES).enumerate() {
            if self.pieces.contains_key(piece) {
                found.extend(span(start..start + PIECE_BYTES));
            }
        }
    }
}

/// As secrets stand in a view.
fn exact(secret: &str) -> String {
    View::of(secret).text().to_ascii_lowercase()
}

/// The same without what encodings and line breaks change; empty if too little is left of it to be
/// told from other texts.
fn bare(secret: &str) -> String {
    let letters = letters_of(secret);
    if letters.len() >= MIN_SECRET_BYTES {
        letters
    } else {
        String::new()
    }
}

fn letters_of(text: &str) -> String {
    letters_with_places(&text.to_ascii_lowercase()).0
}

/// The letters and digits of a text, and where each of them stands.
fn letters_with_places(text: &str) -> (String, Vec<usize>) {
    let letters = text
        .char_indices()
        .filter(|(_, character)| character.is_ascii_alphanumeric());
    letters.map(|(at, letter)| (letter, at)).unzip()
}

/// Overlapping runs of letters and digits, as small letters: how a secret is split or escaped does
/// not matter.
fn pieces_of(secret: &str) -> Vec<SecretFragment> {
    letters_of(secret)
        .as_bytes()
        .windows(PIECE_BYTES)
        .filter_map(|piece| piece.try_into().ok())
        .collect()
}
