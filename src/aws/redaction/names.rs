//! Finding any of many names in a text without looking for each of them.

use std::collections::HashMap;
use std::ops::Range;

/// Names are found by their beginning.
pub(super) const HEAD_BYTES: usize = 4;

type Head = [u8; HEAD_BYTES];

/// Names of at least [`HEAD_BYTES`].
#[derive(Default)]
pub(super) struct Names(HashMap<Head, Vec<Box<str>>>);

impl Names {
    pub(super) fn add(&mut self, name: &str) {
        if let Some(head) = name.as_bytes().first_chunk() {
            self.0.entry(*head).or_default().push(name.into());
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        let Some(head) = name.as_bytes().first_chunk::<HEAD_BYTES>() else {
            return;
        };
        let Some(names) = self.0.get_mut(head) else {
            return;
        };
        if let Some(at) = names.iter().position(|known| **known == *name) {
            names.swap_remove(at);
        }
        if names.is_empty() {
            self.0.remove(head);
        }
    }

    /// Where names stand in a text.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.0.is_empty() {
            return found;
        }
        for (start, head) in text.as_bytes().windows(HEAD_BYTES).enumerate() {
            let names = self.0.get(head).into_iter().flatten();
            let here = names.filter(|name| text.as_bytes()[start..].starts_with(name.as_bytes()));
            found.extend(here.map(|name| start..start + name.len()));
        }
        found
    }
}
