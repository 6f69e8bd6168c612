//! A deflate block, written symbol by symbol by one who knows what repeats.

use std::sync::Arc;

use bytes::Bytes;

use super::codes::{Code, Codes, FIXED, LONGEST, LONGEST_CODE, Symbol, WINDOW};

/// Shorter matches cost more than their bytes.
const SHORTEST: usize = 4;

/// Room of a segment. Segments are of one size, so that those of a page that has gone make room for those of the next, and
/// large enough to be sent one by one.
const SEGMENT: usize = 128 * 1024;
/// What of it is left when another one is started, so that the last line does not make it grow.
const SPARE: usize = 2 * 1024;

/// Symbols that tell what the rest of a block will be like.
const SAMPLE: usize = 2 * 1024;

/// Blocks of fewer symbols do not repay the words for codes of their own.
const FEW: usize = 256;

/// A block under construction. Refers to nothing before itself.
///
/// Its first symbols are held back, and the codes made for them. The rest has the same codes: lines of one family are
/// alike, and to look at all of them first would take room for all of them.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Once it is known what they are for.
    codes: Option<Arc<Codes>>,
    sample: Vec<Symbol>,
    bits: Bits,
}

/// What was written.
#[derive(Debug, Default)]
struct Bits {
    segments: Vec<Bytes>,
    /// The segment under way.
    out: Vec<u8>,
    /// Bits on their way out, lowest first.
    held: u64,
    count: u32,
}

// === impl Block ===

impl Block {
    /// Bytes as they are.
    #[inline]
    pub(crate) fn literals(&mut self, bytes: &[u8]) {
        match &self.codes {
            Some(codes) => self.bits.literals(codes, bytes),
            None => self.hold_back(bytes.iter().map(|byte| Symbol::Literal(*byte))),
        }
    }

    /// The last bytes of `text`, which stand there once more, `distance` before.
    #[inline]
    pub(crate) fn copied(&mut self, text: &[u8], length: usize, distance: usize) {
        if length < SHORTEST || distance > WINDOW {
            return self.literals(&text[text.len() - length..]);
        }
        match &self.codes {
            Some(codes) if length <= LONGEST => self.bits.a_match(codes, length, distance),
            Some(codes) => parts(length).for_each(|part| self.bits.a_match(codes, part, distance)),
            None => self.hold_back(parts(length).map(|part| Symbol::of_match(part, distance))),
        }
    }

    #[cold]
    fn hold_back(&mut self, symbols: impl Iterator<Item = Symbol>) {
        self.sample.extend(symbols);
        if self.sample.len() >= SAMPLE {
            self.choose_codes();
        }
    }

    fn choose_codes(&mut self) -> Arc<Codes> {
        let sample = std::mem::take(&mut self.sample);
        let codes = if sample.len() < FEW { FIXED.clone() } else { Arc::new(Codes::for_symbols_like(&sample)) };
        for code in &codes.head {
            self.bits.put(*code);
            self.bits.spill();
        }
        for symbol in sample {
            match symbol {
                Symbol::Literal(byte) => self.bits.literals(&codes, &[byte]),
                Symbol::Match { length, distance } => self.bits.a_match(&codes, length.into(), distance.into()),
            }
        }
        Arc::clone(self.codes.insert(codes))
    }

    /// Starts another segment where one is full. To be called now and then: a segment is as long as it gets between.
    #[inline]
    pub(crate) fn seal(&mut self) {
        self.bits.seal();
    }

    /// Ends the block, and after it, with an empty stored block, on a byte.
    pub(crate) fn finish(mut self) -> Vec<Bytes> {
        let codes = self.codes.take().unwrap_or_else(|| self.choose_codes());
        self.bits.finish(codes.end)
    }
}

/// A length, in parts of at most [`LONGEST`]. Never leaves a rest that is too short for a match.
#[inline]
fn parts(mut left: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let part = if left > LONGEST && left < LONGEST + 3 { LONGEST - 3 } else { left.min(LONGEST) };
        left -= part;
        (part > 0).then_some(part)
    })
}

// === impl Bits ===

impl Bits {
    #[inline]
    fn literals(&mut self, codes: &Codes, bytes: &[u8]) {
        let code = |byte: u8| codes.literals[usize::from(byte)];
        // Two at once: each waits for the one before to know where it goes.
        let mut pairs = bytes.chunks_exact(2);
        for pair in &mut pairs {
            // Never all 64 bits: they could not be shifted out at once.
            if self.count >= u64::BITS - 2 * u32::from(LONGEST_CODE) {
                self.spill();
            }
            self.put(code(pair[0]).then(code(pair[1])));
        }
        self.spill();
        if let [last] = pairs.remainder() {
            self.put(code(*last));
            self.spill();
        }
    }

    #[inline]
    fn a_match(&mut self, codes: &Codes, length: usize, distance: usize) {
        for code in codes.a_match(length, distance) {
            self.put(code);
        }
        self.spill();
    }

    #[inline]
    fn seal(&mut self) {
        if self.out.len() >= SEGMENT - SPARE {
            let full = std::mem::replace(&mut self.out, Vec::with_capacity(SEGMENT));
            self.segments.push(full.into());
        }
    }

    fn finish(mut self, end: Code) -> Vec<Bytes> {
        self.put(end);
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

    #[test]
    fn the_longest_codes_fit_wherever_they_come() {
        let mut tried = 0;
        for (length, pad) in (SAMPLE..2 * SAMPLE).step_by(64).flat_map(|length| (0..16).map(move |pad| (length, pad))) {
            let mut block = Block::default();
            // Half of all bytes, a quarter, an eighth: the codes grow bit by bit.
            let ruler = |at: usize| b"0123456789abcdef"[at.trailing_zeros() as usize];
            let mut text: Vec<u8> = (1..=length).map(ruler).collect();
            // What fills the sample is taken whole: the longer it is, the less all other bytes weigh.
            block.literals(&text[..SAMPLE - 1]);
            block.literals(&text[SAMPLE - 1..]);
            let codes = block.codes.clone().expect("the sample is full");
            let is_longest = |byte: &u8| codes.literals[usize::from(*byte)].count == LONGEST_CODE;
            let strangers: Vec<u8> = (0..=255).filter(is_longest).collect();
            tried += strangers.len();
            let rest = [&b"0123456789abcdef"[..pad], &strangers].concat();
            text.extend_from_slice(&rest);
            block.literals(&rest);
            assert!(inflated(&block.finish()) == text, "{length}, {pad}");
        }
        assert!(tried > 1000, "there were hardly any of the longest codes: {tried}");
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
