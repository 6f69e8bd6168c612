//! The Huffman codes of a block (RFC 1951, section 3.2).

use std::sync::{Arc, LazyLock};

/// The longest match.
pub(super) const LONGEST: usize = 258;
/// The reach of deflate.
pub(super) const WINDOW: usize = 32 * 1024;
/// The most bits of a code, without extra bits.
pub(super) const LONGEST_CODE: u8 = 15;

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
    lengths: [Code; LONGEST + 1],
    distances: [Code; DISTANCES],
    /// What ends a block.
    pub(super) end: Code,
    /// What a block starts with: its kind and its codes.
    pub(super) head: Vec<Code>,
}

/// What a block is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Symbol {
    Literal(u8),
    /// So many bytes, which stand there once more, so far back.
    Match {
        length: u16,
        distance: u16,
    },
}

/// The codes that need no words (RFC 1951, section 3.2.6): for blocks that are smaller than the words would be.
pub(super) static FIXED: LazyLock<Arc<Codes>> = LazyLock::new(|| {
    let lengths = |symbol| match symbol {
        0..=143 | 280.. => 8,
        144..=255 => 9,
        _ => 7,
    };
    let literals: Vec<u8> = (0..288).map(lengths).collect();
    Arc::new(Codes::of(&literals, &[5; DISTANCES], vec![Code::bits(0, 1), Code::bits(1, 2)]))
});

// === impl Symbol ===

impl Symbol {
    pub(super) fn of_match(length: usize, distance: usize) -> Self {
        let short = |size: usize| u16::try_from(size).unwrap_or_default();
        Self::Match { length: short(length), distance: short(distance) }
    }
}

// === impl Codes ===

impl Codes {
    /// The shortest for symbols that come as often as these do. Every other symbol has a code as well.
    pub(super) fn for_symbols_like(symbols: &[Symbol]) -> Self {
        let (mut literals, mut distances) = ([1; LITERALS_AND_LENGTHS], [1; DISTANCES]);
        literals[END_OF_BLOCK] += SEEN;
        for symbol in symbols {
            match symbol {
                Symbol::Literal(byte) => literals[usize::from(*byte)] += SEEN,
                Symbol::Match { length, distance } => {
                    literals[length_symbol(usize::from(*length))] += SEEN;
                    distances[distance_symbol(usize::from(*distance))] += SEEN;
                }
            }
        }
        let (literals, distances) = (code_lengths(&literals, LONGEST_CODE), code_lengths(&distances, LONGEST_CODE));
        Self::of(&literals, &distances, head(&literals, &distances))
    }

    fn of(literals: &[u8], distances: &[u8], head: Vec<Code>) -> Self {
        let (literals, distances) = (codes(literals), codes(distances));
        let with_extra_bits = |length: usize| {
            let symbol = length_symbol(length.max(usize::from(LENGTHS[0].0)));
            literals[symbol].and_offset(length, LENGTHS[symbol - END_OF_BLOCK - 1])
        };
        Self {
            end: literals[END_OF_BLOCK],
            literals: std::array::from_fn(|byte| literals[byte]),
            lengths: std::array::from_fn(with_extra_bits),
            distances: std::array::from_fn(|symbol| distances[symbol]),
            head,
        }
    }

    /// The code of a match, length and distance with their extra bits. 20 bits and 28 at most.
    #[inline]
    pub(super) fn a_match(&self, length: usize, distance: usize) -> [Code; 2] {
        let symbol = distance_symbol(distance);
        [self.lengths[length], self.distances[symbol].and_offset(distance, DISTANCE_BASES[symbol])]
    }
}

// === impl Code ===

impl Code {
    fn bits(bits: usize, count: u8) -> Self {
        Self { bits: u32::try_from(bits).unwrap_or_default(), count }
    }

    /// Both, this one first; of 32 bits at most.
    #[inline]
    pub(super) fn then(self, next: Self) -> Self {
        Self { bits: self.bits | next.bits << self.count, count: self.count + next.count }
    }

    /// This code, and after it how far the value is from its base, in the extra bits there are.
    #[inline]
    fn and_offset(self, value: usize, (base, extra): (u16, u8)) -> Self {
        let offset = u32::try_from(value.saturating_sub(usize::from(base))).unwrap_or_default();
        Self { bits: self.bits | offset << self.count, count: self.count + extra }
    }
}

/// The weight of a symbol that came once, against one that did not come.
const SEEN: u32 = 8;

fn length_symbol(length: usize) -> usize {
    END_OF_BLOCK + LENGTHS.partition_point(|(base, _)| usize::from(*base) <= length)
}

/// Two symbols share each doubling of the distance.
#[inline]
fn distance_symbol(distance: usize) -> usize {
    let before = distance.saturating_sub(1);
    if before < 4 {
        return before;
    }
    let doublings = before.ilog2() as usize;
    doublings * 2 + (before >> (doublings - 1) & 1)
}

/// The lengths of a Huffman code for these weights, none of them over `longest`.
fn code_lengths(weights: &[u32], longest: u8) -> Vec<u8> {
    let lengths = huffman_lengths(weights);
    if lengths.iter().all(|length| *length <= longest) {
        return lengths;
    }
    // The more alike the weights, the more alike the lengths.
    code_lengths(&weights.iter().map(|weight| weight.div_ceil(4)).collect::<Vec<_>>(), longest)
}

/// The lengths of the shortest code for these weights.
fn huffman_lengths(weights: &[u32]) -> Vec<u8> {
    let mut leaves: Vec<usize> = (0..weights.len()).collect();
    leaves.sort_by_key(|leaf| weights[*leaf]);
    // Nodes by number, leaves first; those that join two others come in the order of their weights.
    let mut weights = weights.to_vec();
    let mut parents = vec![usize::MAX; weights.len() * 2];
    let (mut leaves, mut joined) = (leaves.into_iter().peekable(), weights.len());
    let mut lightest = |weights: &[u32]| match leaves.peek() {
        Some(leaf) if weights.get(joined).is_none_or(|weight| weights[*leaf] <= *weight) => leaves.next(),
        _ => {
            joined += 1;
            Some(joined - 1)
        }
    };
    for _ in 1..weights.len() {
        if let (Some(a), Some(b)) = (lightest(&weights), lightest(&weights)) {
            (parents[a], parents[b]) = (weights.len(), weights.len());
            weights.push(weights[a] + weights[b]);
        }
    }
    let depth = |leaf: usize| {
        std::iter::successors(Some(leaf), |node| Some(parents[*node]).filter(|p| *p != usize::MAX)).count() - 1
    };
    (0..parents.len() / 2).map(|leaf| u8::try_from(depth(leaf)).unwrap_or(u8::MAX)).collect()
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

/// The head of a block with these codes, not the last of its stream.
fn head(literals: &[u8], distances: &[u8]) -> Vec<Code> {
    let runs = runs(&[literals, distances].concat());
    let mut weights = [0_u32; 19];
    for (symbol, _) in &runs {
        weights[*symbol] += 1;
    }
    // Symbols that do not come have no code.
    let used: Vec<usize> = (0..19).filter(|symbol| weights[*symbol] > 0).collect();
    let used_lengths = code_lengths(&used.iter().map(|symbol| weights[*symbol]).collect::<Vec<_>>(), 7);
    let mut lengths = [0_u8; 19];
    for (symbol, length) in used.iter().zip(used_lengths) {
        lengths[*symbol] = length;
    }
    let codes = codes(&lengths);
    let kind = [Code::bits(0, 1), Code::bits(2, 2)];
    let sizes = [(literals.len() - 257, 5), (distances.len() - 1, 5), (19 - 4, 4)];
    let mut head: Vec<Code> = kind.into_iter().chain(sizes.map(|(size, count)| Code::bits(size, count))).collect();
    head.extend(CODE_LENGTH_ORDER.map(|symbol| Code::bits(usize::from(lengths[symbol]), 3)));
    for (symbol, repeats) in runs {
        head.push(codes[symbol]);
        if symbol == 16 {
            head.push(Code::bits(repeats - 3, 2));
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn codes_are_complete_and_short_enough(mut weights in prop::collection::vec(1_u32..1_000_000, 2..286)) {
            // Weights like these make the longest codes there are.
            weights[..2].fill(1);
            for at in 2..weights.len().min(30) {
                weights[at] = weights[at - 1] + weights[at - 2];
            }
            let lengths = code_lengths(&weights, LONGEST_CODE);
            prop_assert!(lengths.iter().all(|length| (1..=LONGEST_CODE).contains(length)), "{lengths:?}");
            let sum: f64 = lengths.iter().map(|length| 0.5_f64.powi(i32::from(*length))).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }
    }

    #[test]
    fn every_distance_has_its_symbol() {
        for distance in 1..=WINDOW {
            let (base, extra) = DISTANCE_BASES[distance_symbol(distance)];
            assert!((0..1 << extra).contains(&(distance - usize::from(base))), "{distance}");
        }
    }
}
