//! Finds any of many phrases in a text without looking for each of them.

use std::collections::HashMap;

use super::runs::Place;

/// How many of the first bytes of a phrase are looked up.
pub(super) const HEAD_BYTES: usize = 4;

type Head = [u8; HEAD_BYTES];

/// Phrases of at least [`HEAD_BYTES`], by their heads. Shorter ones are ignored.
#[derive(Default)]
pub(super) struct PhraseIndex(HashMap<Head, Vec<Box<str>>>);

impl PhraseIndex {
    pub(super) fn add(&mut self, phrase: &str) {
        if let Some(head) = phrase.as_bytes().first_chunk() {
            self.0.entry(*head).or_default().push(phrase.into());
        }
    }

    /// Removes one occurrence of a phrase.
    pub(super) fn remove(&mut self, phrase: &str) {
        let Some(head) = phrase.as_bytes().first_chunk::<HEAD_BYTES>() else {
            return;
        };
        let Some(phrases) = self.0.get_mut(head) else {
            return;
        };
        remove_one(phrases, phrase);
        if phrases.is_empty() {
            self.0.remove(head);
        }
    }

    /// Where phrases stand in a text.
    pub(super) fn find(&self, text: &str) -> Vec<Place> {
        // Often no secret is searched for this way, and then the text need not be walked through.
        if self.0.is_empty() {
            return Vec::new();
        }
        let starts = 0..text.len();
        starts.flat_map(|start| self.find_at(text, start)).collect()
    }

    fn find_at(&self, text: &str, start: usize) -> impl Iterator<Item = Place> {
        let lengths = self.lengths_at(&text.as_bytes()[start..]);
        lengths.map(move |length| start..start + length)
    }

    /// The lengths of the phrases that `text` begins with.
    fn lengths_at(&self, text: &[u8]) -> impl Iterator<Item = usize> {
        let phrases = self.with_head_of(text).iter();
        phrases
            .filter(|phrase| text.starts_with(phrase.as_bytes()))
            .map(|phrase| phrase.len())
    }

    fn with_head_of(&self, text: &[u8]) -> &[Box<str>] {
        let head = text.first_chunk::<HEAD_BYTES>();
        let phrases = head.and_then(|head| self.0.get(head));
        phrases.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Two secrets may be indexed as the same phrase, so only one occurrence is removed.
fn remove_one(phrases: &mut Vec<Box<str>>, phrase: &str) {
    if let Some(at) = phrases.iter().position(|known| **known == *phrase) {
        phrases.swap_remove(at);
    }
}
