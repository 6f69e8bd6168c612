//! Finds any of many phrases in a text without looking for each of them.

use std::collections::HashMap;
use std::ops::Range;

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
        // Two secrets may be indexed as the same phrase, so only one occurrence is removed.
        if let Some(at) = phrases.iter().position(|known| **known == *phrase) {
            phrases.swap_remove(at);
        }
        if phrases.is_empty() {
            self.0.remove(head);
        }
    }

    /// Where phrases stand in a text.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        // Often no secret is searched for this way, and then the text need not be walked through.
        if self.0.is_empty() {
            return found;
        }
        for start in 0..text.len() {
            let rest = &text.as_bytes()[start..];
            let lengths = self.lengths_at(rest);
            found.extend(lengths.map(|length| start..start + length));
        }
        found
    }

    /// The lengths of the phrases that `text` begins with.
    fn lengths_at(&self, text: &[u8]) -> impl Iterator<Item = usize> {
        let head = text.first_chunk::<HEAD_BYTES>();
        let phrases = head.and_then(|head| self.0.get(head));
        phrases
            .into_iter()
            .flatten()
            .filter(|phrase| text.starts_with(phrase.as_bytes()))
            .map(|phrase| phrase.len())
    }
}
