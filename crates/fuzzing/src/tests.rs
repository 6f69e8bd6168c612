//! Faults of three kinds, planted where nobody would find them by chance, and found in time.

use std::hash::Hash;
use std::time::Duration;

use super::material::Material;
use super::search::{Finding, Search, Tally};

/// Long enough for a busy machine without optimisation.
const BUDGET: Duration = Duration::from_secs(20);

fn fault_in<O: Hash>(check: impl Fn(&[u8]) -> O, examples: &[&str]) -> Finding {
    search(check, examples, BUDGET).expect_err("a fault was planted")
}

fn search<O: Hash>(
    check: impl Fn(&[u8]) -> O,
    examples: &[&str],
    budget: Duration,
) -> Result<Tally, Finding> {
    let words = ["gzip", ";", "q=", ",", "0.", "1"];
    let search = Search {
        check: &check,
        material: Material {
            words: words.map(Into::into).to_vec(),
            examples: examples.iter().map(|&example| example.into()).collect(),
            max_bytes: 16 * 1024,
        },
        per_kilobyte: Duration::from_millis(5),
    };
    search.run(budget)
}

/// The fault is the one that was planted, and its input was made small.
fn check_planted_and_small(finding: &Finding) {
    assert!(finding.reason.contains("planted"), "{}", finding.reason);
    assert!(
        finding.input.len() < 40,
        "{:?}",
        finding.input.escape_ascii().to_string()
    );
}

#[test]
fn a_panic_on_one_byte_behind_a_word_is_found_and_made_small() {
    let finding = fault_in(
        |input| {
            let weight = input.split(|byte| *byte == b';').nth(1);
            assert_ne!(weight, Some(b"q=\xff".as_slice()), "planted");
        },
        &["gzip;q=0.5, identity"],
    );
    check_planted_and_small(&finding);
}

#[test]
fn an_overflow_is_found() {
    let finding = fault_in(
        |input| {
            let decimals = input.iter().filter(|byte| byte.is_ascii_digit());
            decimals.fold(0_u32, |sum, digit| {
                let sum = sum.checked_mul(10).expect("planted");
                sum.checked_add(u32::from(digit - b'0')).expect("planted")
            })
        },
        &["gzip;q=0.5"],
    );
    check_planted_and_small(&finding);
}

#[test]
fn time_that_grows_with_the_square_of_the_input_is_found() {
    let finding = fault_in(
        |input| {
            let text = String::from_utf8_lossy(input);
            let elements = text.split(',');
            elements
                .clone()
                .filter(|one| elements.clone().filter(|other| one == other).count() > 1)
                .count()
        },
        &["gzip, gzip"],
    );
    assert!(finding.reason.contains("bytes take"), "{}", finding.reason);
}

#[test]
fn what_leads_to_something_new_leads_further() {
    // Each step alone is likely; all of them at once would take ages.
    let finding = fault_in(
        |input| {
            let steps = [b"q=", b"0.", b";1", b"p;", b",1", b"=,"];
            let known = steps
                .iter()
                .take_while(|step| input.windows(2).any(|pair| pair == **step));
            let known = known.count();
            assert!(known < steps.len(), "planted");
            known
        },
        &[],
    );
    assert!(finding.reason.contains("planted"), "{}", finding.reason);
}

#[test]
fn where_there_is_no_fault_none_is_found() {
    let tally = search(|input| input.len() % 7, &[], Duration::from_millis(300)).expect("no fault");
    assert_eq!(tally.outcomes(), 7);
}
