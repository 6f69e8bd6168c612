//! Lines of one family, deflated while they are written.
//!
//! An encoder that is handed text searches it for what repeats. Who writes the lines knows: they have the same shape, and
//! most values are those of the line before, or of another one a little before that. So a line is written as copies of
//! lines before and as values that are new, and each goes into the text and into the deflate block alike. The text itself
//! is needed for its checksum, and to copy from; only its end is kept.

use bytes::Bytes;

use super::deflate::{Block, Sum};
use super::known::Known;

/// Text is let go of when there is so much of it,
const MOST: usize = 32 * 1024;
/// but for its end.
const KEPT: usize = 4 * 1024;

/// Lines of one shape: fixed texts, and between them slots for values that are each closed by a byte that no value has.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    block: Block,
    sum: crc32fast::Hasher,
    count: u64,
    /// The end of what was written.
    text: Vec<u8>,
    /// Bytes written before that; they are in `sum`.
    gone: usize,
    /// Where the line under way starts.
    line: usize,
    slots: Vec<Slot<'a>>,
    /// Of the line under way.
    slot: usize,
    /// What the line goes on with, still to be copied: a place in the text, and a length.
    from: usize,
    same: usize,
    /// The end of the text that is a copy, still to be deflated: its length, and from how far back.
    copied: usize,
    distance: usize,
    scratch: Vec<u8>,
}

/// A place for a value in each line.
#[derive(Debug, Default)]
struct Slot<'a> {
    /// Where the value ends in the line before, or in the line under way if it has come there.
    end: usize,
    /// Values that were here, by what they were made of.
    known: Known<'a>,
}

/// Deflated lines.
pub(super) struct Deflated {
    /// In segments.
    pub(super) bytes: Vec<Bytes>,
    /// Of their text.
    pub(super) sum: Sum,
    pub(super) count: u64,
}

// === impl Lines ===

impl<'a> Lines<'a> {
    /// No line yet.
    pub(super) fn new() -> Self {
        Self {
            block: Block::default(),
            sum: crc32fast::Hasher::new(),
            count: 0,
            text: Vec::new(),
            gone: 0,
            line: 0,
            slots: Vec::new(),
            slot: 0,
            from: 0,
            same: 0,
            copied: 0,
            distance: 0,
            scratch: Vec::new(),
        }
    }

    /// A text that every line has at this place.
    #[inline]
    pub(super) fn fixed(&mut self, text: &str) {
        if self.count > 0 {
            self.same += text.len();
        } else {
            self.write(text.as_bytes());
        }
    }

    /// A value that is closed by the byte `close`.
    #[inline]
    pub(super) fn value(&mut self, value: &[u8], close: u8) {
        let at = self.from + self.same;
        if self.count > 0 && self.stands_at(at, value, close) {
            self.same += value.len();
        } else {
            self.other_value(value);
        }
        self.end_value();
    }

    /// A value of one byte that is closed by the byte `close`.
    #[inline]
    pub(super) fn byte(&mut self, value: u8, close: u8) {
        let at = self.from + self.same;
        if self.count > 0 && self.text.get(at..at + 2) == Some(&[value, close]) {
            self.same_again(1);
        } else {
            self.new_value(&[value]);
        }
    }

    /// A value that is most likely not the one of the line before.
    #[inline]
    pub(super) fn new_value(&mut self, value: &[u8]) {
        self.other_value(value);
        self.end_value();
    }

    /// A value that is known to stand where the line is copied from; it has this length.
    #[inline]
    pub(super) fn same_again(&mut self, length: usize) {
        self.same += length;
        self.end_value();
    }

    /// A value that is closed by the byte `close`, and made of these parts, which often come together: it is looked for
    /// among those that were, and only made if it is not there.
    #[inline]
    pub(super) fn made_of(&mut self, parts: &[&'a str], close: u8, make: impl FnOnce(&mut Vec<u8>)) {
        let here = self.gone + self.text.len() + self.same;
        if self.slot == self.slots.len() {
            self.slots.push(Slot::default());
        }
        let known = self.slots[self.slot].known.get(parts);
        if let Some(known) = known.filter(|known| known.place >= self.gone && known.length > 0) {
            let place = known.place - self.gone;
            let length = known.length;
            known.place = here;
            if place != self.from + self.same {
                self.copy();
                self.from = place;
            }
            return self.same_again(length);
        }
        let mut value = std::mem::take(&mut self.scratch);
        value.clear();
        make(&mut value);
        self.slots[self.slot].known.put(parts, here, value.len());
        self.value(&value, close);
        self.scratch = value;
    }

    #[inline]
    fn end_value(&mut self) {
        let end = self.text.len() + self.same;
        match self.slots.get_mut(self.slot) {
            Some(slot) => slot.end = end,
            None => self.slots.push(Slot { end, ..Slot::default() }),
        }
        self.slot += 1;
    }

    #[inline]
    fn stands_at(&self, at: usize, value: &[u8], close: u8) -> bool {
        let end = at + value.len();
        self.text.get(end) == Some(&close) && equal(value, &self.text[at..end])
    }

    /// A value that is not the one of the line that is being copied.
    #[inline]
    fn other_value(&mut self, value: &[u8]) {
        let common = common_prefix(value, &self.text[self.from + self.same..]);
        self.same += common;
        // On from the end of this value in the line before, or from where both end alike.
        let end = self.slots.get(self.slot).map_or(0, |slot| slot.end);
        let rest = &value[common..];
        let alike = common_suffix(rest, &self.text[..end]);
        self.write(&rest[..rest.len() - alike]);
        (self.from, self.same) = (end - alike, alike);
    }

    /// Ends a line; the next one is copied from it.
    #[inline]
    pub(super) fn end(&mut self) {
        self.fixed("\n");
        self.count += 1;
        self.slot = 0;
        self.copy();
        self.from = std::mem::replace(&mut self.line, self.text.len());
        self.block.seal();
        if self.text.len() > MOST {
            self.forget();
        }
    }

    /// Appends what is new.
    #[inline]
    fn write(&mut self, new: &[u8]) {
        self.copy();
        self.deflate_copied();
        self.block.literals(new);
        self.text.extend_from_slice(new);
    }

    /// Appends what is the same.
    #[inline]
    fn copy(&mut self) {
        let distance = self.text.len() - self.from;
        if self.same > 0 && self.distance != distance {
            self.deflate_copied();
            self.distance = distance;
        }
        self.text.extend_from_within(self.from..self.from + self.same);
        self.copied += self.same;
        self.from += self.same;
        self.same = 0;
    }

    #[inline]
    fn deflate_copied(&mut self) {
        if self.copied > 0 {
            self.block.copied(&self.text, self.copied, self.distance);
            (self.copied, self.distance) = (0, 0);
        }
    }

    /// Lets go of the text but for its end and the last line.
    fn forget(&mut self) {
        self.deflate_copied();
        let gone = self.from.min(self.text.len() - KEPT);
        self.sum.update(&self.text[..gone]);
        self.text.drain(..gone);
        self.gone += gone;
        self.from -= gone;
        self.line -= gone;
        self.slots.iter_mut().for_each(|slot| slot.end -= gone);
    }

    /// Everything, if there is anything.
    pub(super) fn finish(mut self) -> Option<Deflated> {
        self.deflate_copied();
        self.sum.update(&self.text);
        let sum = Sum::new(self.sum.finalize(), (self.gone + self.text.len()) as u64);
        (self.count > 0).then(|| Deflated { bytes: self.block.finish(), sum, count: self.count })
    }
}

/// Whether two texts of one length are the same. Values are short: a call of `memcmp` costs more than the comparison.
#[inline]
fn equal(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<8>(), b.first_chunk::<8>(), a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a_first), Some(b_first), Some(a_last), Some(b_last)) => {
            a_first == b_first && a_last == b_last && (a.len() <= 16 || a[8..a.len() - 8] == b[8..b.len() - 8])
        }
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

/// How many bytes two texts have in common from their start.
#[inline]
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let same = |common: usize| a.len() > common && b.len() > common && a[common] == b[common];
    let mut common = 0;
    while let (Some(a), Some(b)) = (a[common..].first_chunk(), b[common..].first_chunk()) {
        // The first byte that differs is the lowest one that is not zero.
        let different = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if different != 0 {
            return common + different.trailing_zeros() as usize / 8;
        }
        common += 8;
    }
    while same(common) {
        common += 1;
    }
    common
}

/// How many bytes two texts have in common at their ends.
#[inline]
fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::deflate::inflated;
    use super::*;

    /// Lines `NAME{a="...",b="..."} NUMBER`, as they come out of an inflater of others, and their checksum.
    fn written(lines: &[(String, impl AsRef<str>, u32)]) -> (String, Option<Deflated>) {
        let (mut out, mut before) = (Lines::new(), None);
        for (a, b, number) in lines {
            out.fixed("NAME{a=\"");
            if before == Some(a) {
                out.same_again(a.len());
            } else {
                out.value(a.as_bytes(), b'"');
            }
            before = Some(a);
            // Two parts, of which one is the same object in all lines.
            let (name, value) = ("b", b.as_ref());
            out.made_of(&[name, value], b'"', |out| out.extend_from_slice(format!("\",{name}=\"{value}").as_bytes()));
            out.fixed("\"} ");
            out.value(number.to_string().as_bytes(), b'\n');
            out.end();
        }
        let deflated = out.finish();
        let text = deflated.as_ref().map_or_else(Vec::new, |deflated| inflated(&deflated.bytes));
        (String::from_utf8(text).expect("UTF-8"), deflated)
    }

    fn expected(lines: &[(String, impl AsRef<str>, u32)]) -> String {
        let line = |(a, b, number): &(String, _, u32)| {
            format!("NAME{{a=\"{a}\",b=\"{}\"}} {number}\n", AsRef::<str>::as_ref(b))
        };
        lines.iter().map(line).collect::<Vec<_>>().concat()
    }

    #[test]
    fn lines_that_differ_in_a_value_become_small() {
        let lines: Vec<_> = (0..2000).map(|id| (format!("i-{id:017x}"), "Patch".repeat(10), 1)).collect();
        let (text, deflated) = written(&lines);
        assert_eq!(text, expected(&lines));
        let deflated = deflated.expect("lines").bytes.concat().len();
        assert!(deflated * 15 < text.len(), "{deflated} of {}", text.len());
    }

    #[test]
    fn what_values_have_in_common_at_either_end_is_not_written_again() {
        let lines: Vec<_> =
            (0..2000).map(|id| (format!("{}{id}{}", "x".repeat(id % 50), "y".repeat(50)), String::new(), 1)).collect();
        let (text, deflated) = written(&lines);
        assert_eq!(text, expected(&lines));
        let deflated = deflated.expect("lines").bytes.concat().len();
        assert!(deflated < 2000 * 10, "{deflated}");
    }

    #[test]
    fn lines_longer_than_what_is_kept_come_out_as_they_went_in() {
        let lines: Vec<_> = (0..20).map(|n| ("x".repeat(n * 3000), "y".repeat(40_000 - n * 2000), 7)).collect();
        assert!(written(&lines).0 == expected(&lines));
    }

    proptest! {
        #[test]
        fn any_lines_come_out_as_they_went_in_with_their_checksum(
            words in prop::collection::vec("(Patch|Association|[a-c]{0,9}|x{300})", 1..40),
            lines in prop::collection::vec(("[ab]{0,20}", any::<prop::sample::Index>(), 0_u32..30), 0..400),
        ) {
            // Of words that repeat, each is one object, as it is in a fleet.
            let lines: Vec<_> = lines.into_iter().map(|(a, b, number)| (a, b.get(&words), number)).collect();
            let (text, deflated) = written(&lines);
            prop_assert_eq!(&text, &expected(&lines));
            let (sum, count) = deflated.map_or((Sum::default(), 0), |deflated| (deflated.sum, deflated.count));
            prop_assert_eq!((sum, count), (Sum::of(text.as_bytes()), lines.len() as u64));
        }
    }
}
