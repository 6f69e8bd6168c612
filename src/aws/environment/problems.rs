//! What is wrong with the environment and the profile, collected so that all of it is reported at
//! once.

use std::fmt;
use std::sync::{Mutex, MutexGuard};

use super::default_region::DefaultRegion;
use crate::config::forms::Fault;
use crate::locks::{locked, unlocked};

/// A setting of the environment or the profile that is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The variable, or the profile's key with its file.
    place: String,
    what: String,
    hint: String,
}

/// Collects problems.
// The list is behind a lock because the readers that add to it are copied and shared.
#[derive(Debug, Default)]
pub(super) struct Problems(Mutex<Vec<Problem>>);

/// Everything that is wrong with the environment and the profile. `Display` prints a line and a
/// hint for each problem.
#[derive(Debug)]
pub struct EnvironmentError {
    problems: Vec<Problem>,
    region: DefaultRegion,
}

impl EnvironmentError {
    /// The region all the same, so that whoever uses it can say what else is wrong.
    pub fn default_region(&self) -> &DefaultRegion {
        &self.region
    }
}

impl Problems {
    pub(super) fn add(
        &self,
        place: impl Into<String>,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let problem = Problem {
            place: place.into(),
            what: what.into(),
            hint: hint.into(),
        };
        self.list().push(problem);
    }

    /// Adds what is wrong with a value, which is `shown` as the caller has decided.
    pub(super) fn add_fault(&self, place: impl Into<String>, shown: &str, fault: Fault) {
        self.add(place, format!("{shown} {}", fault.what), fault.hint);
    }

    pub(super) fn into_list(self) -> Vec<Problem> {
        unlocked(self.0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// An error if there is any problem.
    pub(super) fn into_result(self, region: &DefaultRegion) -> Result<(), EnvironmentError> {
        let problems = self.into_list();
        if problems.is_empty() {
            return Ok(());
        }
        Err(EnvironmentError {
            problems,
            region: region.clone(),
        })
    }

    fn list(&self) -> MutexGuard<'_, Vec<Problem>> {
        locked(&self.0)
    }
}

impl Problem {
    /// The form for the log and the page.
    pub(super) fn on_one_line(&self) -> String {
        format!("{}: {}; {}", self.place, self.what, self.hint)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  hint: {}", self.place, self.what, self.hint)
    }
}

impl fmt::Display for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let newline = if index > 0 { "\n" } else { "" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for EnvironmentError {}
