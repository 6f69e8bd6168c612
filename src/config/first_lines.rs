//! Remembers where things stand first, for messages such as "given twice, first on line 7".

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// The line on which each thing of the file stands first, by what makes two of them the same.
#[derive(Debug)]
pub(super) struct FirstLines<K>(HashMap<K, usize>);

impl<K: Eq + Hash> FirstLines<K> {
    pub(super) fn new() -> Self {
        Self(HashMap::new())
    }

    /// Notes a thing that stands on `line`. Returns the line of the first one like it, if this is a
    /// repetition.
    pub(super) fn note(&mut self, key: K, line: usize) -> Option<usize> {
        match self.0.entry(key) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(free) => {
                free.insert(line);
                None
            }
        }
    }
}
