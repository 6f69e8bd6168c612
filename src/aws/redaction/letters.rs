//! The letters and digits of a text. They are the same whatever separators an encoding or a line
//! break has put between the parts of a secret.

use super::runs::Place;
use super::views::View;

/// How many letters and digits of a secret give it away. Whoever repeats a secret may leave parts
/// of it out.
pub(super) const FRAGMENT_BYTES: usize = 8;

pub(super) type SecretFragment = [u8; FRAGMENT_BYTES];

/// The letters and digits of a text, in lower case.
pub(super) struct Letters {
    text: String,
    /// Where each of them stands in the text.
    places: Vec<usize>,
}

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let (places, text) = lower_letters(text).unzip();
        Self { text, places }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The part of the original text that some of the letters of a view stand for.
    pub(super) fn span(&self, view: &View, letters: Place) -> Option<Place> {
        let places = self.places.get(letters)?;
        view.span(*places.first()?..places.last()? + 1)
    }

    /// Every run of [`FRAGMENT_BYTES`] letters; the runs overlap, so that it does not matter where
    /// a secret was split.
    pub(super) fn fragments(&self) -> impl Iterator<Item = SecretFragment> {
        self.text
            .as_bytes()
            .windows(FRAGMENT_BYTES)
            // Every window has the length of a fragment, so none is lost here.
            .filter_map(|fragment| fragment.try_into().ok())
    }
}

/// The letters and digits of a text, and where they stand. No key or token of AWS has letters
/// outside ASCII.
fn lower_letters(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices()
        .filter(|(_, character)| character.is_ascii_alphanumeric())
        .map(|(at, letter)| (at, letter.to_ascii_lowercase()))
}
