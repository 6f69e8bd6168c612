//! Inputs that get past the front door of a parser: words of its format in any order, and examples
//! that were changed in some places.

use fastrand::Rng;

/// What is odd to any parser.
const ODD_WORDS: [&[u8]; 26] = [
    b"",
    b" ",
    b"\t",
    b"\n",
    b"\r\n",
    b"\0",
    b"\x1b[31m",
    b"\xff",
    b"\xc3\x28",
    b"\\",
    b"\"",
    b"'",
    b"%",
    b"%00",
    b"%zz",
    b"-1",
    b"0",
    b"4294967296",
    b"99999999999999999999",
    b"1e999",
    b"0.5",
    b"null",
    "\u{e4}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{1f600}".as_bytes(),
];

/// The most changes of an example.
const MAX_EDITS: usize = 6;
/// The most parts of an input that is made of nothing.
const MAX_PARTS: usize = 32;
const MAX_REMOVED_BYTES: usize = 24;
/// How often a word is repeated at most, so that whatever takes time for each pair of them shows.
const MAX_REPETITIONS: usize = 8192;

/// What inputs are made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Material {
    pub(crate) words: Vec<Vec<u8>>,
    pub(crate) examples: Vec<Vec<u8>>,
    pub(crate) max_bytes: usize,
}

impl Material {
    /// Any input of this material.
    pub(crate) fn input(&self, random: &mut Rng) -> Vec<u8> {
        let mut input = match random.usize(0..5) {
            0 | 1 => self.joined(random),
            _ => self.edited(random),
        };
        input.truncate(self.max_bytes);
        input
    }

    fn joined(&self, random: &mut Rng) -> Vec<u8> {
        let parts = random.usize(0..MAX_PARTS);
        (0..parts).flat_map(|_| self.part(random)).collect()
    }

    fn edited(&self, random: &mut Rng) -> Vec<u8> {
        let mut input = one_of(&self.examples, random).to_vec();
        for _ in 0..random.usize(1..=MAX_EDITS) {
            let from = random.usize(0..=input.len());
            let to = (from + removed_bytes(random)).min(input.len());
            input.splice(from..to, self.part(random));
        }
        input
    }

    fn part(&self, random: &mut Rng) -> Vec<u8> {
        match random.usize(0..100) {
            0 => self.repeated_word(random),
            1..15 => vec![random.u8(..)],
            15..30 => one_of(&ODD_WORDS, random).to_vec(),
            30..45 => piece(one_of(&self.examples, random), random),
            _ => one_of(&self.words, random).to_vec(),
        }
    }

    fn repeated_word(&self, random: &mut Rng) -> Vec<u8> {
        let word = one_of(&self.words, random);
        let most = self.max_bytes / word.len().max(1);
        word.repeat(random.usize(0..MAX_REPETITIONS).min(most))
    }
}

/// Half of the changes remove nothing.
fn removed_bytes(random: &mut Rng) -> usize {
    if random.bool() {
        0
    } else {
        random.usize(0..MAX_REMOVED_BYTES)
    }
}

fn one_of<'a>(texts: &'a [impl AsRef<[u8]>], random: &mut Rng) -> &'a [u8] {
    random.choice(texts).map_or(&[], AsRef::as_ref)
}

fn piece(text: &[u8], random: &mut Rng) -> Vec<u8> {
    let from = random.usize(0..=text.len());
    let to = random.usize(from..=text.len());
    text[from..to].to_vec()
}
