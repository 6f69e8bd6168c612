//! One run of the program for each value of a variable.

use futures_util::StreamExt as _;
use futures_util::stream::iter;

use super::variables::Fate::{self, Ignored, Refused};
use super::variables::Variable;
use crate::support::{Run, run_with};

/// How many programs run at the same time.
const MAX_PROGRAMS: usize = 2;

/// One value of a variable, and what the program must do with it.
pub(super) struct Case {
    name: &'static str,
    value: String,
    expected: Fate,
    /// All variables of the program, this one among them.
    environment: Vec<(&'static str, String)>,
    /// Whether to refresh as well. That takes longer, so it is done once for each kind of value,
    /// and only where the environment has everything that a refresh needs.
    refreshes: bool,
}

/// A case for each value that is worth trying.
pub(super) fn cases(
    variable: &Variable,
    environment: &[(&'static str, String)],
    is_complete: bool,
) -> Vec<Case> {
    let name = variable.name;
    let mut others = environment.to_vec();
    others.retain(|(other, _)| *other != name);
    let case = |(value, expected): (String, Fate)| {
        let is_first_of_its_kind =
            value.is_empty() || variable.bad.first() == Some(&value.as_str());
        let mut environment = others.clone();
        environment.push((name, value.clone()));
        Case {
            name,
            value,
            expected,
            environment,
            refreshes: is_complete && is_first_of_its_kind,
        }
    };
    values(variable).into_iter().map(case).collect()
}

fn values(variable: &Variable) -> Vec<(String, Fate)> {
    let Variable { fate, good, .. } = *variable;
    let mut values = vec![(format!(" {good}"), fate), (format!("{good}\n"), fate)];
    values.extend(variable.bad.iter().map(|bad| ((*bad).to_owned(), fate)));
    values.push((String::new(), variable.fate_if_empty()));
    values
}

async fn run_case(case: &Case, command: &str) -> Run {
    let environment: Vec<(&str, &str)> = case
        .environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    run_with(&environment, &[command]).await
}

/// What is wrong with the way the program took a value, if anything is.
async fn complaint(case: Case) -> Option<String> {
    let checked = run_case(&case, "check-config").await;
    let told = |run: &Run, what: &str| {
        Some(format!(
            "{}={:?} {what}: {:?} {}",
            case.name, case.value, run.code, run.err
        ))
    };
    if checked.err.contains("panicked")
        || checked.err.contains("hunter2")
        || checked.code == Some(101)
    {
        return told(&checked, "panics or tells a secret");
    }
    let names_it = checked.err.starts_with(&format!("{}: ", case.name))
        || checked.err.contains(&format!("\n{}: ", case.name));
    match case.expected {
        Refused
            if checked.code == Some(78)
                && (names_it || case.value.is_empty() && checked.err.contains(case.name)) =>
        {
            None
        }
        Refused => told(&checked, "is not refused by name"),
        Ignored if checked.code != Some(0) => told(&checked, "counts as set"),
        Ignored if !case.refreshes => None,
        Ignored => {
            let once = run_case(&case, "once").await;
            if once.code == Some(0) {
                None
            } else {
                told(&once, "breaks a refresh")
            }
        }
    }
}

/// Fails with every case in which the program does something else.
pub(super) async fn check(cases: Vec<Case>) {
    let found: Vec<String> = iter(cases)
        .map(complaint)
        .buffer_unordered(MAX_PROGRAMS)
        .filter_map(async |told| told)
        .collect()
        .await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}
