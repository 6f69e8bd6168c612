//! The secrets that were learned, and how each of them is found in a text.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::letters::{FRAGMENT_BYTES, Letters, SecretFragment};
use super::patterns;
use super::phrase_index::{HEAD_BYTES, PhraseIndex};
use super::runs::Place;
use super::views::View;

/// Shorter secrets are not searched for: they would be found in any text, and the gaps would reveal
/// them.
pub(super) const MIN_SECRET_BYTES: usize = 8;
/// External ids may be as short as the names that people give them. From this length on they are
/// searched for as whole words.
const MIN_WORD_BYTES: usize = HEAD_BYTES;
/// How many secrets are remembered: for some hundred roles those of the last hours.
pub(super) const MAX_SECRETS: usize = 2048;
/// How many signatures are remembered; each request has one of its own.
pub(super) const MAX_SIGNATURES: usize = 1024;

/// How a secret came about, which decides how it is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretKind {
    /// A random secret: any part of it gives it away, and none occurs in a text by chance.
    Opaque,
    /// A name that people have chosen: its parts occur elsewhere, so only the whole is hidden.
    Name,
}

/// The secrets that were learned.
#[derive(Default)]
pub(super) struct SecretMemory {
    secrets: HashMap<Box<str>, Secret>,
    signatures: VecDeque<Box<str>>,
    /// The fragments of opaque secrets and of signatures, and how often each of them occurs.
    fragments: HashMap<SecretFragment, u32>,
    /// Secrets that are searched for as a whole, in lower case.
    wholes: PhraseIndex,
    /// The letters and digits of the same secrets.
    bare_wholes: PhraseIndex,
    /// Secrets that are searched for as whole words, in lower case.
    words: PhraseIndex,
    /// Counts uses, so that the secret that has not been used for longest is forgotten first.
    uses: AtomicU64,
}

struct Secret {
    search: SearchMethod,
    last_use: AtomicU64,
}

/// How one secret is searched for.
#[derive(Clone, Copy)]
enum SearchMethod {
    ByFragments,
    AsWhole,
    AsWord,
}

impl Secret {
    // A secret is used far more often than it is learned, so noting a use must not need the lock
    // for writing.
    fn used(&self, number: u64) {
        self.last_use.store(number, Ordering::Relaxed);
    }

    fn last_use(&self) -> u64 {
        self.last_use.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for SecretMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only the count, because the dump of a memory of secrets would show all of them.
        f.debug_struct("SecretMemory")
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}

impl SearchMethod {
    /// `None` if the secret is too short to be searched for.
    fn of(secret: &str, kind: SecretKind) -> Option<Self> {
        match kind {
            // Of a shorter one a fragment would be nearly all, so the whole is searched for.
            SecretKind::Opaque if has_many_letters(secret) => Some(Self::ByFragments),
            _ if secret.len() >= MIN_SECRET_BYTES => Some(Self::AsWhole),
            SecretKind::Name if secret.len() >= MIN_WORD_BYTES => Some(Self::AsWord),
            _ => None,
        }
    }
}

/// Whether a secret is so long that a fragment is only a small part of it.
fn has_many_letters(secret: &str) -> bool {
    Letters::of(secret).text().len() >= 2 * FRAGMENT_BYTES
}

impl SecretMemory {
    /// Whether the secret is known. If so, it is marked as in use.
    pub(super) fn touch(&self, secret: &str) -> bool {
        match self.secrets.get(secret) {
            Some(known) => {
                known.used(self.next_use());
                true
            }
            None => false,
        }
    }

    fn next_use(&self) -> u64 {
        // It matters little if two uses at the same time are counted in the wrong order.
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    /// Remembers a secret, and forgets the one that has not been used for longest if there are too
    /// many.
    pub(super) fn add(&mut self, secret: &str, kind: SecretKind) {
        let Some(search) = SearchMethod::of(secret, kind) else {
            return;
        };
        // Two targets may have learned it at the same time. Its fragments must be counted once.
        if self.insert(secret, search) {
            self.index(secret, search);
            self.forget_surplus();
        }
    }

    /// Remembers a secret as used just now. `false` if it was known already.
    fn insert(&mut self, secret: &str, search: SearchMethod) -> bool {
        let last_use = AtomicU64::new(self.next_use());
        let noted = Secret { search, last_use };
        self.secrets.insert(secret.into(), noted).is_none()
    }

    fn index(&mut self, secret: &str, search: SearchMethod) {
        match search {
            SearchMethod::ByFragments => self.add_fragments(secret),
            SearchMethod::AsWhole => self.add_whole(secret),
            SearchMethod::AsWord => self.words.add(&as_in_view(secret)),
        }
    }

    fn add_whole(&mut self, secret: &str) {
        self.wholes.add(&as_in_view(secret));
        self.bare_wholes.add(&bare(secret));
    }

    fn forget_surplus(&mut self) {
        if self.secrets.len() > MAX_SECRETS
            && let Some(text) = self.oldest()
            && let Some(secret) = self.secrets.remove(&text)
        {
            self.remove_from_index(&text, secret.search);
        }
    }

    /// The secret that has not been used for longest.
    fn oldest(&self) -> Option<Box<str>> {
        let secrets = self.secrets.iter();
        let (text, _) = secrets.min_by_key(|(_, secret)| secret.last_use())?;
        Some(text.clone())
    }

    fn remove_from_index(&mut self, secret: &str, search: SearchMethod) {
        match search {
            SearchMethod::ByFragments => self.remove_fragments(secret),
            SearchMethod::AsWhole => self.remove_whole(secret),
            SearchMethod::AsWord => self.words.remove(&as_in_view(secret)),
        }
    }

    fn remove_whole(&mut self, secret: &str) {
        self.wholes.remove(&as_in_view(secret));
        self.bare_wholes.remove(&bare(secret));
    }

    /// Remembers the signature of a request, and forgets the oldest if there are too many.
    pub(super) fn add_signature(&mut self, signature: &str) {
        self.add_fragments(signature);
        self.signatures.push_back(signature.into());
        if let Some(oldest) = self.surplus_signature() {
            self.remove_fragments(&oldest);
        }
    }

    fn surplus_signature(&mut self) -> Option<Box<str>> {
        if self.signatures.len() > MAX_SIGNATURES {
            self.signatures.pop_front()
        } else {
            None
        }
    }

    fn add_fragments(&mut self, secret: &str) {
        for fragment in Letters::of(secret).fragments() {
            *self.fragments.entry(fragment).or_default() += 1;
        }
    }

    fn remove_fragments(&mut self, secret: &str) {
        for fragment in Letters::of(secret).fragments() {
            self.remove_fragment(fragment);
        }
    }

    fn remove_fragment(&mut self, fragment: SecretFragment) {
        let Some(count) = self.fragments.get_mut(&fragment) else {
            return;
        };
        // Other secrets may have the same fragment.
        *count -= 1;
        if *count == 0 {
            self.fragments.remove(&fragment);
        }
    }

    /// Adds to `found` the parts of the original text in which secrets stand in this view.
    pub(super) fn find(&self, view: &View, found: &mut Vec<Place>) {
        let lower = view.text().to_ascii_lowercase();
        let signatures = patterns::signatures(&lower);
        let wholes = self.wholes.find(&lower).into_iter();
        let places = signatures
            .chain(wholes)
            .chain(self.find_words(view, &lower));
        found.extend(places.filter_map(|place| view.span(place)));
        self.find_letters(view, &Letters::of(&lower), found);
    }

    fn find_words(&self, view: &View, lower: &str) -> impl Iterator<Item = Place> {
        let words = self.words.find(lower).into_iter();
        // A name may be short, and the beginning of many other words.
        words.filter(|place| view.is_word(place))
    }

    /// The same for secrets between whose letters something else may stand.
    fn find_letters(&self, view: &View, letters: &Letters, found: &mut Vec<Place>) {
        let bare_wholes = self.bare_wholes.find(letters.text()).into_iter();
        let places = bare_wholes.chain(self.find_fragments(letters));
        found.extend(places.filter_map(|place| letters.span(view, place)));
    }

    fn find_fragments(&self, letters: &Letters) -> impl Iterator<Item = Place> {
        // A fragment of a random secret does not occur by chance, so one match is enough.
        let fragments = letters.fragments().enumerate();
        fragments
            .filter(|(_, fragment)| self.fragments.contains_key(fragment))
            .map(|(start, _)| start..start + FRAGMENT_BYTES)
    }

    /// How many secrets, signatures and fragments are remembered.
    #[cfg(test)]
    pub(super) fn size(&self) -> [usize; 3] {
        [
            self.secrets.len(),
            self.signatures.len(),
            self.fragments.len(),
        ]
    }
}

/// A secret in lower case, as it stands in a view.
fn as_in_view(secret: &str) -> String {
    View::of(secret).text().to_ascii_lowercase()
}

/// The letters and digits of a secret, which encodings and line breaks do not change. Empty if too
/// little is left of it to be told from other texts.
fn bare(secret: &str) -> String {
    let letters = Letters::of(secret).into_text();
    if letters.len() >= MIN_SECRET_BYTES {
        letters
    } else {
        String::new()
    }
}
