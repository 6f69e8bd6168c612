//! One Huffman code, made for the text of a page, instead of a code per block (RFC 1951, section 3.2.7).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::LazyLock;

/// The longest match.
pub(super) const LONGEST: usize = 258;
/// The reach of deflate.
pub(super) const WINDOW: usize = 32 * 1024;
/// Distances up to here have their codes at hand: lines are some hundred bytes long.
const NEAR: usize = 1024;

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
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) count: u8,
}

/// The codes of everything that a block is made of.
#[derive(Debug)]
pub(super) struct Codes {
    /// By byte.
    pub(super) literals: [Code; 256],
    /// By length of match, with extra bits.
    pub(super) lengths: Vec<Code>,
    /// By distance, with extra bits, up to [`NEAR`].
    near: Vec<Code>,
    distances: Vec<Code>,
    /// What ends a block.
    pub(super) end: Code,
    /// What every block starts with: its kind and its codes.
    pub(super) head: Vec<Code>,
}

/// The same for every page.
pub(super) static CODES: LazyLock<Codes> = LazyLock::new(Codes::new);

// === impl Codes ===

impl Codes {
    fn new() -> Self {
        let literal_counts = code_lengths(&literal_weights());
        let distance_counts = code_lengths(&distance_weights());
        let (literals, distances) = (codes(&literal_counts), codes(&distance_counts));
        let lengths = (0..=LONGEST).map(|length| length_code(length, &literals)).collect();
        let near = (0..=NEAR).map(|distance| distance_code(distance, &distances)).collect();
        let head = head(&literal_counts, &distance_counts);
        Self {
            end: literals[END_OF_BLOCK],
            literals: std::array::from_fn(|byte| literals[byte]),
            lengths,
            near,
            distances,
            head,
        }
    }

    /// The code of a distance with its extra bits.
    #[inline]
    pub(super) fn distance(&self, distance: usize) -> Code {
        self.near.get(distance).copied().unwrap_or_else(|| distance_code(distance, &self.distances))
    }
}

/// Of symbols that hardly ever come: any rarer, and their codes would be longer than deflate allows.
const RARE: u32 = 3;

/// How often symbols come in a page of ten thousand instances, in hundreds, roughly: ids and times are most of what is new.
fn literal_weights() -> Vec<u32> {
    let weight = |symbol: usize| match u8::try_from(symbol) {
        Ok(b'0'..=b'9') => 1750,
        Ok(b'a'..=b'f') => 1400,
        Ok(b'.') => 400,
        Ok(b'-') => 250,
        Ok(b'i' | b'n' | b'p' | b'r' | b's' | b't' | b'u' | b'"' | b' ' | b'}') => 120,
        Ok(b'g'..=b'z') => 60,
        Ok(b'A'..=b'Z') => 20,
        Ok(b' '..=b'~' | b'\n') => 4,
        Ok(_) => RARE,
        Err(_) => match symbol - END_OF_BLOCK {
            // The end of a block; matches of up to 5 bytes, and of more than 195.
            0..=3 | 27.. => RARE,
            4..=20 => 200,
            _ => 550,
        },
    };
    (0..LITERALS_AND_LENGTHS).map(weight).collect()
}

/// The same for distances: a line is some hundred bytes long, the lines of an instance a thousand.
fn distance_weights() -> Vec<u32> {
    let weight = |base| match base {
        129 => 2700,
        193 | 257 | 769 | 1025 => 650,
        97 => 300,
        385 | 513 | 1537 | 2049 => 130,
        3073.. => 20,
        _ => RARE,
    };
    DISTANCE_BASES.iter().map(|(base, _)| weight(*base)).collect()
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

/// The code of a distance with its extra bits.
fn distance_code(distance: usize, distances: &[Code]) -> Code {
    let Some(symbol) = DISTANCE_BASES.partition_point(|(base, _)| usize::from(*base) <= distance).checked_sub(1) else {
        return Code::default();
    };
    let (base, extra) = DISTANCE_BASES[symbol];
    let offset = u32::try_from(distance - usize::from(base)).unwrap_or_default();
    Code { bits: distances[symbol].bits | offset << distances[symbol].count, count: distances[symbol].count + extra }
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
    use super::*;

    #[test]
    fn codes_are_complete_and_short_enough() {
        for (weights, longest) in [(literal_weights(), 15), (distance_weights(), 15)] {
            let lengths = code_lengths(&weights);
            assert!(lengths.iter().all(|length| (1..=longest).contains(length)), "{lengths:?}");
            let sum: f64 = lengths.iter().map(|length| 0.5_f64.powi(i32::from(*length))).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }
    }
}
