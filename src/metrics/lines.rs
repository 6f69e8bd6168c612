//! Lines of one family, deflated while they are written.
//!
//! An encoder that is handed text searches it for what repeats. Who writes the lines knows: they have the same shape, and
//! most values are those of the line before, or of another one a little before that. So a line is written as copies of
//! lines before and as values that are new, and each goes into the text and into the deflate block alike. The text itself
//! is needed for its checksum, and to copy from; only its end is kept.

use bytes::Bytes;

use super::deflate::{Block, Sum};

/// Text is let go of when there is so much of it,
const MOST: usize = 32 * 1024;
/// but for its end.
const KEPT: usize = 4 * 1024;

/// Lines of one shape: fixed texts, and between them slots for values that are each closed by a byte that no value has.
#[derive(Debug)]
pub(super) struct Lines {
    block: Block,
    sum: crc32fast::Hasher,
    count: u64,
    /// The end of what was written.
    text: Vec<u8>,
    /// Bytes written before that; they are in `sum`.
    gone: usize,
    /// Where the line under way starts.
    line: usize,
    /// Where each value of the line before ends; up to `slot` those of the line under way.
    ends: Vec<usize>,
    slot: usize,
    /// What the line goes on with, still to be copied: a place in the text, and a length.
    from: usize,
    same: usize,
    /// The end of the text that is a copy, still to be deflated: its length, and from how far back.
    copied: usize,
    distance: usize,
    seen: Seen,
}

/// Where values stand that differed from those of the line before: the same value often comes again some lines later.
#[derive(Debug)]
struct Seen(Box<[usize; 1 << Self::BITS]>);

/// Deflated lines.
pub(super) struct Deflated {
    /// In segments.
    pub(super) bytes: Vec<Bytes>,
    /// Of their text.
    pub(super) sum: Sum,
    pub(super) count: u64,
}

// === impl Seen ===

impl Seen {
    const BITS: u32 = 8;

    /// The last place where a value like this stood in this slot, perhaps; notes the new one. Places count from 1.
    fn swap(&mut self, value: &[u8], slot: usize, place: usize) -> usize {
        let mut start = [0; 8];
        let length = value.len().min(8);
        start[..length].copy_from_slice(&value[..length]);
        let mixed = (u64::from_le_bytes(start) ^ (value.len() << 8 | slot) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let index = usize::try_from(mixed >> (u64::BITS - Self::BITS)).unwrap_or_default();
        std::mem::replace(&mut self.0[index], place)
    }
}

// === impl Lines ===

impl Lines {
    /// Lines with so many values each.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            block: Block::default(),
            sum: crc32fast::Hasher::new(),
            count: 0,
            text: Vec::new(),
            gone: 0,
            line: 0,
            ends: vec![0; slots],
            slot: 0,
            from: 0,
            same: 0,
            copied: 0,
            distance: 0,
            seen: Seen(Box::new([0; 1 << Seen::BITS])),
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

    /// A value that is closed by the byte `close`. One that `recurs` is worth looking for in lines further back.
    #[inline]
    pub(super) fn value(&mut self, value: &[u8], close: u8, recurs: bool) {
        if !self.same(value, close) {
            self.other_value(value, close, recurs);
            self.end_value();
        }
    }

    /// The value of the line that is being copied, if it is this one; otherwise nothing.
    #[inline]
    pub(super) fn same(&mut self, value: &[u8], close: u8) -> bool {
        let at = self.from + self.same;
        let same = self.count > 0 && self.stands_at(at, value, close);
        if same {
            self.same_again(value.len());
        }
        same
    }

    /// A value that is known to be that of the line before; it has this length.
    #[inline]
    pub(super) fn same_again(&mut self, length: usize) {
        self.same += length;
        self.end_value();
    }

    #[inline]
    fn end_value(&mut self) {
        self.ends[self.slot] = self.text.len() + self.same;
        self.slot += 1;
    }

    #[inline]
    fn stands_at(&self, at: usize, value: &[u8], close: u8) -> bool {
        let end = at + value.len();
        self.text.get(end) == Some(&close) && equal(value, &self.text[at..end])
    }

    /// A value that is not the one of the line that is being copied.
    #[inline]
    fn other_value(&mut self, value: &[u8], close: u8, recurs: bool) {
        if recurs {
            let place = self.gone + self.text.len() + self.same + 1;
            let last = self.seen.swap(value, self.slot, place).checked_sub(1 + self.gone);
            if let Some(last) = last.filter(|last| self.stands_at(*last, value, close)) {
                self.copy();
                (self.from, self.same) = (last, value.len());
                return;
            }
        }
        let common = common_prefix(value, &self.text[self.from + self.same..]);
        self.same += common;
        self.write(&value[common..]);
        // On from the end of this value in the line before.
        self.from = self.ends[self.slot];
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
        self.block.copied(&self.text, self.copied, self.distance);
        (self.copied, self.distance) = (0, 0);
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
        self.ends.iter_mut().for_each(|end| *end -= gone);
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
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::deflate::inflated;
    use super::*;

    /// Lines `NAME{a="...",b="..."} NUMBER`, as they come out of an inflater of others, and their checksum.
    fn written(lines: &[(String, String, u32)]) -> (String, Option<Deflated>) {
        let (mut out, mut before) = (Lines::new(3), None);
        for (a, b, number) in lines {
            out.fixed("NAME{a=\"");
            if before == Some(a) {
                out.same_again(a.len());
            } else {
                out.value(a.as_bytes(), b'"', false);
            }
            before = Some(a);
            out.fixed("\",b=\"");
            out.value(b.as_bytes(), b'"', true);
            out.fixed("\"} ");
            out.value(number.to_string().as_bytes(), b'\n', false);
            out.end();
        }
        let deflated = out.finish();
        let text = deflated.as_ref().map_or_else(Vec::new, |deflated| inflated(&deflated.bytes));
        (String::from_utf8(text).expect("UTF-8"), deflated)
    }

    fn expected(lines: &[(String, String, u32)]) -> String {
        let line = |(a, b, number): &(String, String, u32)| format!("NAME{{a=\"{a}\",b=\"{b}\"}} {number}\n");
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
    fn lines_longer_than_what_is_kept_come_out_as_they_went_in() {
        let lines: Vec<_> = (0..20).map(|n| ("x".repeat(n * 3000), "y".repeat(40_000 - n * 2000), 7)).collect();
        assert!(written(&lines).0 == expected(&lines));
    }

    proptest! {
        #[test]
        fn any_lines_come_out_as_they_went_in_with_their_checksum(
            lines in prop::collection::vec(("[ab]{0,20}", "(Patch|Association|[a-c]{0,9}|x{300})", 0_u32..30), 0..400)
        ) {
            let (text, deflated) = written(&lines);
            prop_assert_eq!(&text, &expected(&lines));
            let (sum, count) = deflated.map_or((Sum::default(), 0), |deflated| (deflated.sum, deflated.count));
            prop_assert_eq!((sum, count), (Sum::of(text.as_bytes()), lines.len() as u64));
        }
    }
}
