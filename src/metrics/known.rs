//! Values that were written before, known by what they are made of.

/// Values of one slot of a line, by their parts: the same strings in memory, not equal ones, so that nothing is read to
/// tell. What repeats over a fleet is stored once, so equal ones are the same. A value that is not found is written anew.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    /// Of all entries, one after the other.
    parts: Vec<&'a str>,
    entries: Vec<Entry>,
}

/// Where a value stands in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    pub(super) place: usize,
    /// 0: there is none.
    pub(super) length: usize,
}

/// Pairs of values that are held, at most. Of three that meet at one pair the first is let go.
const PAIRS: usize = 1 << BITS;
const BITS: u32 = 7;

// === impl Known ===

impl<'a> Known<'a> {
    /// The last value that was made of these parts, perhaps.
    #[inline]
    pub(super) fn get(&mut self, parts: &[&'a str]) -> Option<&mut Entry> {
        let at = self.find(parts)?;
        self.entries.get_mut(at)
    }

    /// Holds a value; all of them are made of as many parts.
    pub(super) fn put(&mut self, parts: &[&'a str], place: usize, length: usize) {
        if self.entries.is_empty() {
            self.parts = vec![""; 2 * PAIRS * parts.len()];
            self.entries = vec![Entry::default(); 2 * PAIRS];
        }
        let at = self.find(parts).unwrap_or_else(|| {
            let at = pair_of(parts);
            let first = at * parts.len()..(at + 1) * parts.len();
            self.parts.copy_within(first.clone(), first.end);
            self.parts[first].copy_from_slice(parts);
            self.entries[at + 1] = self.entries[at];
            at
        });
        self.entries[at] = Entry { place, length };
    }

    #[inline]
    fn find(&self, parts: &[&str]) -> Option<usize> {
        let pair = pair_of(parts);
        [pair, pair + 1].into_iter().find(|at| {
            let held = self.parts.get(at * parts.len()..(at + 1) * parts.len()).unwrap_or_default();
            !held.is_empty() && held.iter().zip(parts).all(|(held, part)| std::ptr::eq(*held, *part))
        })
    }
}

/// The first of the two entries for these parts.
#[inline]
fn pair_of(parts: &[&str]) -> usize {
    let mix = |mixed: u64, part: &&str| (mixed ^ part.as_ptr().addr() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = parts.iter().fold(0, mix);
    2 * usize::try_from(mixed >> (u64::BITS - BITS)).unwrap_or_default()
}
