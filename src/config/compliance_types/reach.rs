//! Whether a glob matches any name that a compliance type can have.
//!
//! AWS documents three kinds of names: `Patch`, `Association` and `Custom:NAME`. There are too many
//! of the third to try them all, so the glob's automaton is walked with all of them at once.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::slice;

use globset::Glob;
use regex_automata::nfa::thompson::{self, NFA, State, Transition, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;

/// The limit of the API reference for the name of a compliance type, in characters.
const MAX_TYPE_CHARS: usize = 100;
/// Largest automaton of a glob. One of the longest globs has a tenth of it.
const MAX_AUTOMATON_BYTES: usize = 1 << 20;

const CUSTOM: &str = "Custom:";

/// The characters of a custom type's name after the first one, after its pattern in the API
/// reference: `Custom:[a-zA-Z0-9_\-]\w+`.
const NAME_BYTES: [RangeInclusive<u8>; 4] = [b'a'..=b'z', b'A'..=b'Z', b'0'..=b'9', b'_'..=b'_'];
/// The one that may only be the first.
const HYPHEN: RangeInclusive<u8> = b'-'..=b'-';

/// Whether the glob matches the name of any type.
pub(super) fn matches_a_type(glob: &Glob) -> bool {
    match automaton(glob) {
        Some(automaton) => {
            let start = Walk::start(&automaton);
            start.matches("Patch") || start.matches("Association") || start.matches_custom_type()
        }
        // The filter cannot be built either, and says so.
        None => true,
    }
}

fn automaton(glob: &Glob) -> Option<NFA> {
    // These are the settings with which `globset` compiles the expression of a glob itself.
    let syntax = syntax::Config::new().utf8(false).dot_matches_new_line(true);
    let config = thompson::Config::new()
        .utf8(false)
        .nfa_size_limit(Some(MAX_AUTOMATON_BYTES))
        .which_captures(WhichCaptures::None);
    let mut compiler = thompson::Compiler::new();
    compiler.syntax(syntax).configure(config);
    compiler.build(glob.regex()).ok()
}

/// Where in the automaton one can be after the characters so far.
struct Walk<'a> {
    automaton: &'a NFA,
    states: BTreeSet<StateID>,
}

impl<'a> Walk<'a> {
    fn start(automaton: &'a NFA) -> Self {
        Self::of(automaton, vec![automaton.start_anchored()])
    }

    /// All states that can be reached from these without another character.
    fn of(automaton: &'a NFA, mut unvisited: Vec<StateID>) -> Self {
        let mut states = BTreeSet::new();
        while let Some(state) = unvisited.pop() {
            if states.insert(state) {
                unvisited.extend(free_steps(automaton.state(state)));
            }
        }
        Self { automaton, states }
    }

    /// One character further, which may be any of these.
    fn step(&self, bytes: &[RangeInclusive<u8>]) -> Self {
        let states = self.states.iter();
        let next = states.flat_map(|state| paid_steps(self.automaton.state(*state), bytes));
        Self::of(self.automaton, next.collect())
    }

    fn after(&self, text: &str) -> Self {
        let start = Self::of(self.automaton, self.states.iter().copied().collect());
        text.bytes()
            .fold(start, |walk, byte| walk.step(&[byte..=byte]))
    }

    fn matches(&self, name: &str) -> bool {
        self.after(name).is_at_end()
    }

    fn matches_custom_type(&self) -> bool {
        let mut first_bytes = NAME_BYTES.to_vec();
        first_bytes.push(HYPHEN);
        let mut walk = self.after(CUSTOM).step(&first_bytes);
        for _ in CUSTOM.len() + 1..MAX_TYPE_CHARS {
            walk = walk.step(&NAME_BYTES);
            if walk.is_at_end() {
                return true;
            }
        }
        false
    }

    fn is_at_end(&self) -> bool {
        let mut states = self.states.iter();
        states.any(|state| matches!(self.automaton.state(*state), State::Match { .. }))
    }
}

/// The states that follow without a character. A glob's expression has no assertions but those of
/// its beginning and its end, and a name is walked from the one to the other.
fn free_steps(state: &State) -> Vec<StateID> {
    match state {
        State::Look { next, .. } | State::Capture { next, .. } => vec![*next],
        State::Union { alternates } => alternates.to_vec(),
        State::BinaryUnion { alt1, alt2 } => vec![*alt1, *alt2],
        _ => Vec::new(),
    }
}

/// The states that follow if the next character is any of these.
fn paid_steps(state: &State, bytes: &[RangeInclusive<u8>]) -> Vec<StateID> {
    match state {
        State::ByteRange { trans } => next_states(slice::from_ref(trans), bytes),
        State::Sparse(sparse) => next_states(&sparse.transitions, bytes),
        State::Dense(dense) => {
            let bytes = bytes.iter().cloned().flatten();
            bytes.filter_map(|byte| dense.matches_byte(byte)).collect()
        }
        _ => Vec::new(),
    }
}

fn next_states(transitions: &[Transition], bytes: &[RangeInclusive<u8>]) -> Vec<StateID> {
    let transitions = transitions.iter().copied();
    let open = transitions.filter(|it| is_open(*it, bytes));
    open.map(|transition| transition.next).collect()
}

fn is_open(transition: Transition, bytes: &[RangeInclusive<u8>]) -> bool {
    let mut ranges = bytes.iter();
    ranges.any(|range| transition.start <= *range.end() && *range.start() <= transition.end)
}
