//! A target of fuzzing.

use std::hash::Hash;
use std::time::Duration;

use super::budget::{budget, seed};
use super::corpus::{self, Named};
use super::material::Material;
use super::search::{Finding, Search};

/// The longest input, in bytes, unless a target says otherwise: as much as the server reads of the
/// head of a request.
const MAX_INPUT_BYTES: usize = 16 * 1024;
/// What a kilobyte of input may take, unless a target says otherwise.
const PER_KILOBYTE: Duration = Duration::from_millis(5);

/// A target of fuzzing: what its inputs are made of, and how much each may cost.
///
/// # Examples
/// ```
/// fuzzing::Fuzz::of("numbers")
///     .words(["1", "-", "."])
///     .examples(["-1.5"])
///     .check(|input| {
///         let number: Option<f64> = std::str::from_utf8(input).ok().and_then(|text| text.parse().ok());
///         if let Some(number) = number.filter(|number| number.is_finite()) {
///             assert_eq!(number.to_string().parse(), Ok(number));
///         }
///         number.is_some()
///     });
/// ```
#[derive(Debug)]
pub struct Fuzz {
    name: &'static str,
    material: Material,
    per_kilobyte: Duration,
}

impl Fuzz {
    /// A target, by the name of its folder in `tests/fuzz/corpus`.
    pub fn of(name: &'static str) -> Self {
        let material = Material {
            max_bytes: MAX_INPUT_BYTES,
            ..Material::default()
        };
        Self {
            name,
            material,
            per_kilobyte: PER_KILOBYTE,
        }
    }

    /// The words of the format: names, signs, and values on the edge of what is allowed.
    pub fn words(mut self, words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let words = words.into_iter().map(|word| word.as_ref().to_vec());
        self.material.words.extend(words);
        self
    }

    /// Whole inputs, good ones and bad ones.
    pub fn examples(mut self, examples: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let examples = examples
            .into_iter()
            .map(|example| example.as_ref().to_vec());
        self.material.examples.extend(examples);
        self
    }

    /// The longest input, in bytes.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.material.max_bytes = bytes;
        self
    }

    /// How much of the processor a kilobyte of input may take, on top of a tenth of a second.
    pub fn per_kilobyte(mut self, time: Duration) -> Self {
        self.per_kilobyte = time;
        self
    }

    /// Tries inputs for as many seconds as `FUZZ_SECONDS` says, or else for a moment. `check` panics
    /// if an input shows a fault, and returns what it has led to, in a form that is the same for
    /// inputs that are alike.
    ///
    /// # Panics
    /// If an input is a fault or takes too long. The input is kept in the corpus of the target.
    #[expect(clippy::print_stdout, reason = "a test tells what it has tried")]
    pub fn check<O: Hash>(self, check: impl Fn(&[u8]) -> O) {
        let Self {
            name,
            mut material,
            per_kilobyte,
        } = self;
        let corpus = corpus::read(name);
        for known in &corpus {
            try_known(name, known, &check);
        }
        material
            .examples
            .extend(corpus.into_iter().map(|known| known.input));
        let search = Search {
            check: &check,
            material,
            per_kilobyte,
        };
        match search.run(budget()) {
            Ok(tally) => println!("fuzzed {name} with the seed {}: {tally}", seed()),
            Err(finding) => report(name, &finding),
        }
    }
}

/// Tries an input of the corpus. Its name is told if it is a fault again.
#[expect(
    clippy::print_stdout,
    reason = "a test that fails shows what it has printed"
)]
fn try_known<O>(target: &str, known: &Named, check: &impl Fn(&[u8]) -> O) {
    println!("trying tests/fuzz/corpus/{target}/{}", known.name);
    check(&known.input);
}

#[expect(clippy::panic, reason = "this is how a test fails")]
fn report(name: &str, finding: &Finding) {
    let path = corpus::keep(name, &finding.input);
    let Finding { input, reason } = finding;
    panic!(
        "{name} has a fault: {reason}\ninput: b\"{}\"\nkept as {}: give it a name that says what it is, and keep it when the fault is mended",
        input.escape_ascii(),
        path.display()
    );
}
