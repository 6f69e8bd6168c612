//! A deflate encoder for the lines of one family, which differ from the line before in a value or two.
//!
//! A general encoder hashes every position to find what repeats. Here it is known: the line before, up to the value that
//! differs, and on from the end of that value. So lines are compared, not searched, and written with one Huffman code made
//! for this text (hexadecimal ids, long matches) instead of a code per block. Any text comes out right; only lines that are
//! alike come out small. Blocks are as RFC 1951, section 3.2.7, has them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use bytes::{BufMut, BytesMut};

/// Shorter matches cost more than their bytes.
const SHORTEST: usize = 5;
const LONGEST: usize = 258;
/// The reach of deflate.
const WINDOW: usize = 32 * 1024;

const END_OF_BLOCK: usize = 256;
const LITERALS_AND_LENGTHS: usize = 286;
const DISTANCES: usize = 30;

/// Base and extra bits of the length codes 257 to 285.
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// Base and extra bits of the distance codes.
const DISTANCE_BASES: [(u16, u8); DISTANCES] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];

/// The order in which the lengths of the code of code lengths are written.
const CODE_LENGTH_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Bits in the order in which they are written, and how many.
#[derive(Clone, Copy, Debug, Default)]
struct Code {
    bits: u32,
    count: u8,
}

/// Compresses one text after another, each by itself.
#[derive(Debug)]
pub(super) struct LineDeflater {
    literals: Vec<Code>,
    /// By length of match: code and extra bits.
    lengths: Vec<Code>,
    distances: Vec<Code>,
    /// What every block starts with: its kind and its codes.
    head: Vec<Code>,
}

/// Where values began that differed from the line before: the same value often comes again some lines later.
struct Seen([u32; Self::PLACES]);

impl Seen {
    const PLACES: usize = 1024;

    /// The last place at which the text went on as it does at `at`, perhaps; notes `at`.
    fn swap(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let next: [u8; 4] = text.get(at..at + 4)?.try_into().ok()?;
        let hash = u32::from_le_bytes(next).wrapping_mul(0x9e37_79b1) >> 22;
        let place = self.0.get_mut(hash as usize)?;
        let last = std::mem::replace(place, u32::try_from(at + 1).unwrap_or(0));
        // Only what goes on the same way is worth leaving the line before.
        (last as usize).checked_sub(1).filter(|last| text.get(*last..*last + 4) == Some(&next[..]))
    }
}

/// Bits on their way out, lowest first.
struct Bits<'a> {
    out: &'a mut BytesMut,
    held: u64,
    count: u32,
}

// === impl Bits ===

impl Bits<'_> {
    fn put(&mut self, code: Code) {
        self.held |= u64::from(code.bits) << self.count;
        self.count += u32::from(code.count);
        if self.count >= 32 {
            self.out.put_u32_le(u32::try_from(self.held & u64::from(u32::MAX)).unwrap_or_default());
            self.held >>= 32;
            self.count -= 32;
        }
    }

    /// An empty stored block: it ends on a byte.
    fn flush(mut self) {
        self.put(Code { bits: 0, count: 3 });
        while self.count > 0 {
            self.out.put_u8(u8::try_from(self.held & 0xff).unwrap_or_default());
            self.held >>= 8;
            self.count = self.count.saturating_sub(8);
        }
        self.out.put_slice(&[0, 0, 0xff, 0xff]);
    }
}

// === impl LineDeflater ===

impl Default for LineDeflater {
    fn default() -> Self {
        let literal_counts = code_lengths(&literal_weights());
        let distance_counts = code_lengths(&distance_weights());
        let (literals, distances) = (codes(&literal_counts), codes(&distance_counts));
        let lengths = (0..=LONGEST).map(|length| length_code(length, &literals)).collect();
        let head = head(&literal_counts, &distance_counts);
        Self { literals, lengths, distances, head }
    }
}

impl LineDeflater {
    /// Appends `text` to `out` as blocks that refer to nothing before them and end on a byte.
    pub(super) fn append(&self, text: &[u8], out: &mut BytesMut) {
        out.reserve(text.len() / 8 + 128);
        let mut bits = Bits { out, held: 0, count: 0 };
        for code in &self.head {
            bits.put(*code);
        }
        let mut seen = Seen([0; Seen::PLACES]);
        let (mut before, mut start) = (0, 0);
        while start < text.len() {
            let end = memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at + 1);
            self.line(text, start..end, before, &mut seen, &mut bits);
            before = start;
            start = end;
        }
        bits.put(self.literals[END_OF_BLOCK]);
        bits.flush();
    }

    /// Writes a line as what it has in common with the one `before`, or with another that has the same value, and what it
    /// has with none.
    fn line(&self, text: &[u8], line: Range<usize>, before: usize, seen: &mut Seen, bits: &mut Bits<'_>) {
        let (mut at, mut other) = (line.start, before);
        while at < line.end {
            let common = self.common(text, at, other, &line, bits);
            (at, other) = (at + common, other + common);
            if let Some(same) = seen.swap(text, at).filter(|same| *same < line.start) {
                let common = self.common(text, at, same, &line, bits);
                if common > 0 {
                    (at, other) = (at + common, same + common);
                    continue;
                }
            }
            // What differs ends where the value does, in both; without another value there is nothing more to compare with.
            let Some(skip) = memchr(b'"', &text[other..line.start]) else {
                self.literal(&text[at..line.end], bits);
                return;
            };
            other += skip;
            let rest = memchr(b'"', &text[at..line.end]).unwrap_or(line.end - at);
            self.literal(&text[at..at + rest], bits);
            at += rest;
        }
    }

    /// Writes what the line has from `at` on in common with the text from `other` on; says how much that is.
    fn common(&self, text: &[u8], at: usize, other: usize, line: &Range<usize>, bits: &mut Bits<'_>) -> usize {
        let common = common_prefix(&text[at..line.end], &text[other..line.start]);
        if common >= SHORTEST && at - other <= WINDOW {
            self.matched(common, at - other, bits);
        } else {
            self.literal(&text[at..at + common], bits);
        }
        common
    }

    fn literal(&self, text: &[u8], bits: &mut Bits<'_>) {
        for byte in text {
            bits.put(self.literals[usize::from(*byte)]);
        }
    }

    fn matched(&self, mut length: usize, distance: usize, bits: &mut Bits<'_>) {
        let symbol = DISTANCE_BASES.partition_point(|(base, _)| usize::from(*base) <= distance) - 1;
        let (base, extra) = DISTANCE_BASES[symbol];
        let offset = Code { bits: u32::try_from(distance - usize::from(base)).unwrap_or_default(), count: extra };
        while length > 0 {
            // Never leaves a rest that is too short for a match.
            let part = if length > LONGEST && length < LONGEST + 3 { LONGEST - 3 } else { length.min(LONGEST) };
            bits.put(self.lengths[part]);
            bits.put(self.distances[symbol]);
            bits.put(offset);
            length -= part;
        }
    }
}

/// The first place of a byte. Values are short: a search that starts slowly loses.
fn memchr(byte: u8, text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let pattern = u64::from_le_bytes([byte; 8]);
    for (number, word) in words.iter().enumerate() {
        let differences = u64::from_le_bytes(*word) ^ pattern;
        let zero = differences.wrapping_sub(0x0101_0101_0101_0101) & !differences & 0x8080_8080_8080_8080;
        if zero != 0 {
            return Some(number * 8 + zero.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|other| *other == byte).map(|at| words.len() * 8 + at)
}

/// How many bytes two texts have in common from their start.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let ((a_words, _), (b_words, _)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (number, (a, b)) in a_words.iter().zip(b_words).enumerate() {
        let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if difference != 0 {
            return number * 8 + difference.trailing_zeros() as usize / 8;
        }
    }
    let whole = a_words.len().min(b_words.len()) * 8;
    whole + a[whole..].iter().zip(&b[whole..]).take_while(|(a, b)| a == b).count()
}

// === codes ===

/// How often symbols come in the text of a page, roughly.
fn literal_weights() -> Vec<u32> {
    let weight = |symbol: usize| match u8::try_from(symbol) {
        Ok(b'0'..=b'9') => 700,
        Ok(b'a'..=b'f') => 600,
        Ok(b'"' | b'-' | b'.') => 60,
        Ok(b'g'..=b'z' | b'A'..=b'Z' | b'_') => 40,
        Ok(b' '..=b'~' | b'\n') => 10,
        Ok(_) => 1,
        Err(_) if symbol == END_OF_BLOCK => 4,
        Err(_) => 150,
    };
    (0..LITERALS_AND_LENGTHS).map(weight).collect()
}

/// Lines are some hundred bytes long.
fn distance_weights() -> Vec<u32> {
    DISTANCE_BASES.iter().map(|(base, _)| if (65..=385).contains(base) { 200 } else { 4 }).collect()
}

/// The lengths of a Huffman code for these weights.
fn code_lengths(weights: &[u32]) -> Vec<u8> {
    let mut parents = vec![usize::MAX; weights.len() * 2];
    let mut heap: BinaryHeap<_> = weights.iter().enumerate().map(|(node, weight)| Reverse((*weight, node))).collect();
    let mut next = weights.len();
    while let (Some(Reverse((a_weight, a))), Some(Reverse((b_weight, b)))) = (heap.pop(), heap.pop()) {
        (parents[a], parents[b]) = (next, next);
        heap.push(Reverse((a_weight + b_weight, next)));
        if heap.len() == 1 {
            break;
        }
        next += 1;
    }
    let depth = |leaf: usize| {
        std::iter::successors(Some(leaf), |node| Some(parents[*node]).filter(|p| *p != usize::MAX)).count() - 1
    };
    (0..weights.len()).map(|leaf| u8::try_from(depth(leaf)).unwrap_or(u8::MAX)).collect()
}

/// The canonical codes of these lengths (RFC 1951, section 3.2.2), turned round as they are written highest bit first.
fn codes(lengths: &[u8]) -> Vec<Code> {
    let mut next = [0_u32; 17];
    let mut code = 0;
    for length in 1..=15_u8 {
        let shorter = lengths.iter().filter(|other| **other == length - 1 && length > 1).count();
        code = (code + u32::try_from(shorter).unwrap_or_default()) << 1;
        next[usize::from(length)] = code;
    }
    let mut code_of = |length: u8| {
        let code = next[usize::from(length)];
        next[usize::from(length)] += 1;
        let bits = if length == 0 { 0 } else { code.reverse_bits() >> (32 - u32::from(length)) };
        Code { bits, count: length }
    };
    lengths.iter().map(|length| code_of(*length)).collect()
}

/// The code of a length of match with its extra bits.
fn length_code(length: usize, literals: &[Code]) -> Code {
    let Some(symbol) = LENGTHS.partition_point(|(base, _)| usize::from(*base) <= length).checked_sub(1) else {
        return Code::default();
    };
    let (base, extra) = LENGTHS[symbol];
    let code = literals[END_OF_BLOCK + 1 + symbol];
    let offset = u32::try_from(length - usize::from(base)).unwrap_or_default();
    Code { bits: code.bits | offset << code.count, count: code.count + extra }
}

/// The head of a block with these codes, not the last of its stream.
fn head(literals: &[u8], distances: &[u8]) -> Vec<Code> {
    let runs = runs(&[literals, distances].concat());
    let mut weights = [0_u32; 19];
    for (symbol, _) in &runs {
        weights[*symbol] += 1;
    }
    // Symbols that do not come have no code.
    let used: Vec<usize> = (0..19).filter(|symbol| weights[*symbol] > 0).collect();
    let used_lengths = code_lengths(&used.iter().map(|symbol| weights[*symbol]).collect::<Vec<_>>());
    let mut lengths = [0_u8; 19];
    for (symbol, length) in used.iter().zip(used_lengths) {
        lengths[*symbol] = length;
    }
    let codes = codes(&lengths);
    let bits = |bits: usize, count: u8| Code { bits: u32::try_from(bits).unwrap_or_default(), count };
    let mut head =
        vec![bits(0, 1), bits(2, 2), bits(literals.len() - 257, 5), bits(distances.len() - 1, 5), bits(19 - 4, 4)];
    head.extend(CODE_LENGTH_ORDER.map(|symbol| bits(usize::from(lengths[symbol]), 3)));
    for (symbol, repeats) in runs {
        head.push(codes[symbol]);
        if symbol == 16 {
            head.push(bits(repeats - 3, 2));
        }
    }
    head
}

/// Lengths of codes, with 16 for three to six repeats of the one before.
fn runs(lengths: &[u8]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    for group in lengths.chunk_by(|a, b| a == b) {
        runs.push((usize::from(group[0]), 1));
        let mut left = group.len() - 1;
        while left >= 3 {
            let repeats = left.min(6);
            runs.push((16, repeats));
            left -= repeats;
        }
        runs.extend(std::iter::repeat_n((usize::from(group[0]), 1), left));
    }
    runs
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    /// What an inflater of others makes of our blocks.
    fn inflated(text: &[u8]) -> Vec<u8> {
        let mut out = BytesMut::new();
        LineDeflater::default().append(text, &mut out);
        // The end of a stream: an empty last block.
        out.put_slice(&[3, 0]);
        let mut inflated = Vec::new();
        flate2::read::DeflateDecoder::new(&out[..]).read_to_end(&mut inflated).expect("a deflate stream");
        inflated
    }

    #[test]
    fn codes_are_complete_and_short_enough() {
        for (weights, longest) in [(literal_weights(), 15), (distance_weights(), 15)] {
            let lengths = code_lengths(&weights);
            assert!(lengths.iter().all(|length| (1..=longest).contains(length)), "{lengths:?}");
            let sum: f64 = lengths.iter().map(|length| 0.5_f64.powi(i32::from(*length))).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }
    }

    #[test]
    fn lines_that_differ_in_a_value_become_small() {
        use std::fmt::Write as _;
        let mut text = String::new();
        for id in 0..256 {
            let _ = writeln!(
                text,
                "aws_ssm_instance_online{{account_id=\"111122223333\",region=\"eu-west-1\",instance_id=\"i-{id:017x}\"}} 1"
            );
        }
        let mut out = BytesMut::new();
        LineDeflater::default().append(text.as_bytes(), &mut out);
        assert!(out.len() * 12 < text.len(), "{} of {}", out.len(), text.len());
    }

    #[test]
    fn lines_longer_than_the_window_and_matches_of_every_length_come_out_right() {
        for length in (1..600).chain([32_760, 32_768, 32_769, 70_000]) {
            let line = format!("{}\n", "x".repeat(length));
            let text = format!("{line}{line}{line}y\n");
            assert!(inflated(text.as_bytes()) == text.as_bytes(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_as_they_went_in(text in prop::collection::vec(any::<u8>(), 0..3000)) {
            prop_assert_eq!(inflated(&text), text);
        }

        #[test]
        fn lines_that_look_like_samples_come_out_as_they_went_in(
            lines in prop::collection::vec(("[ab]{1,3}", "[a-f0-9\"\\\\]{0,40}", 0_u32..1000), 0..200)
        ) {
            let line = |(name, value, count): &(String, String, u32)| format!("{name}{{x=\"{value}\",y=\"z\"}} {count}\n");
            let text = lines.iter().map(line).collect::<Vec<_>>().concat();
            prop_assert_eq!(inflated(text.as_bytes()), text.as_bytes());
        }
    }
}
