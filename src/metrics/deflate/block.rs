//! A deflate block, written symbol by symbol by one who knows what repeats.

use bytes::Bytes;

use super::codes::{CODES, Code, Codes, LONGEST, WINDOW};

/// Shorter matches cost more than their bytes.
const SHORTEST: usize = 4;

/// Bytes of a segment, roughly. Segments are of one size, so that those of a page that has gone make room for those of the
/// next, and large enough to be sent one by one.
const SEGMENT: usize = 64 * 1024;

/// A block under construction. Refers to nothing before itself.
#[derive(Debug)]
pub(crate) struct Block {
    codes: &'static Codes,
    segments: Vec<Bytes>,
    /// The segment under way.
    out: Vec<u8>,
    /// Bits on their way out, lowest first.
    held: u64,
    count: u32,
}

impl Default for Block {
    fn default() -> Self {
        let mut block = Self { codes: &CODES, segments: Vec::new(), out: Vec::new(), held: 0, count: 0 };
        for code in &block.codes.head {
            block.put(*code);
            block.spill();
        }
        block
    }
}

impl Block {
    /// Bytes as they are.
    #[inline]
    pub(crate) fn literals(&mut self, bytes: &[u8]) {
        // Three codes of 15 bits fit beside the 7 that are held.
        for bytes in bytes.chunks(3) {
            for byte in bytes {
                self.put(self.codes.literals[usize::from(*byte)]);
            }
            self.spill();
        }
    }

    /// The last bytes of `text`, which stand there once more, `distance` before.
    #[inline]
    pub(crate) fn copied(&mut self, text: &[u8], length: usize, distance: usize) {
        if length < SHORTEST || distance > WINDOW {
            return self.literals(&text[text.len() - length..]);
        }
        let distance = self.codes.distance(distance);
        let mut left = length;
        while left > 0 {
            // Never leaves a rest that is too short for a match.
            let part = if left > LONGEST && left < LONGEST + 3 { LONGEST - 3 } else { left.min(LONGEST) };
            // 20 bits and 28.
            self.put(self.codes.lengths[part]);
            self.put(distance);
            self.spill();
            left -= part;
        }
    }

    /// Starts another segment where one is full. To be called now and then: a segment is as long as it gets between.
    #[inline]
    pub(crate) fn seal(&mut self) {
        if self.out.len() >= SEGMENT {
            let full = std::mem::replace(&mut self.out, Vec::with_capacity(SEGMENT + SEGMENT / 64));
            self.segments.push(full.into());
        }
    }

    /// Ends the block, and after it, with an empty stored block, on a byte.
    pub(crate) fn finish(mut self) -> Vec<Bytes> {
        self.put(self.codes.end);
        self.put(Code { bits: 0, count: 3 });
        self.spill();
        if self.count > 0 {
            self.put(Code { bits: 0, count: 7 });
            self.spill();
        }
        self.out.extend_from_slice(&[0, 0, 0xff, 0xff]);
        self.out.shrink_to_fit();
        self.segments.push(self.out.into());
        self.segments
    }

    #[inline]
    fn put(&mut self, code: Code) {
        self.held |= u64::from(code.bits) << self.count;
        self.count += u32::from(code.count);
    }

    /// Holds whole bytes no longer. All eight are written, and those that are not whole yet written over: to ask how many
    /// there are would take longer.
    #[inline]
    fn spill(&mut self) {
        let whole = self.count / 8;
        let length = self.out.len() + whole as usize;
        self.out.extend_from_slice(&self.held.to_le_bytes());
        self.out.truncate(length);
        self.held >>= whole * 8;
        self.count %= 8;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::inflated;
    use super::*;

    #[test]
    fn copies_of_every_length_and_from_beyond_the_window_come_out_right() {
        for length in (1..600).chain([32_760, 32_768, 32_769, 70_000]) {
            let (line, mut block) = ("x".repeat(length), Block::default());
            block.literals(line.as_bytes());
            let text = line.repeat(2);
            block.copied(text.as_bytes(), length, length);
            assert!(inflated(&block.finish()) == text.as_bytes(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_literals_and_copies_come_out_as_they_went_in(
            steps in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..50), 0_usize..1000, 1_usize..2000), 0..100)
        ) {
            let (mut text, mut block) = (Vec::new(), Block::default());
            for (literals, length, distance) in steps {
                text.extend_from_slice(&literals);
                block.literals(&literals);
                let distance = distance.min(text.len());
                if distance > 0 {
                    for _ in 0..length {
                        text.push(text[text.len() - distance]);
                    }
                    block.copied(&text, length, distance);
                }
            }
            prop_assert_eq!(inflated(&block.finish()), text);
        }
    }
}
