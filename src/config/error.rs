//! The error of a configuration file: every problem of it at once.

use std::error::Error;
use std::fmt;

use super::problem::{Problem, Problems};
use super::settings::Config;

/// Most problems that are printed; of the others only the number is. Nobody mends more in one go,
/// and a terminal or a log keeps no more.
const MAX_PRINTED_PROBLEMS: usize = 100;

/// Everything that is wrong with one configuration file.
///
/// Its `Display` prints the first hundred problems as `FILE:LINE: what is wrong`, each followed by
/// an indented `hint:` line where one helps, and then how many more there are. It does not end in a
/// newline.
#[derive(Debug)]
pub struct ConfigError {
    file: String,
    problems: Vec<Problem>,
    draft: Option<Box<Config>>,
}

impl ConfigError {
    /// The problems in the order of their lines; never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The problems of a file, and what is understood of it in spite of them.
    pub(crate) fn of(file: &str, problems: Problems, draft: Option<Config>) -> Self {
        Self {
            file: file.to_owned(),
            problems: problems.into_sorted(),
            draft: draft.map(Box::new),
        }
    }

    /// A single problem that ends the reading.
    pub(crate) fn new(
        file: &str,
        line: Option<usize>,
        what: impl Into<String>,
        hint: &str,
    ) -> Self {
        Self {
            file: file.to_owned(),
            problems: vec![Problem::new(line, what, hint)],
            draft: None,
        }
    }

    /// The configuration as far as it is understood, with defaults for what is bad, or nothing if
    /// the text is not understood at all. It is not to be used, but what else would be wrong with it
    /// can be looked for.
    pub(crate) fn draft(&self) -> Option<&Config> {
        self.draft.as_deref()
    }

    fn write_problems(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().take(MAX_PRINTED_PROBLEMS).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.write(&self.file, f)?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_problems(f)?;
        match self.problems.len().saturating_sub(MAX_PRINTED_PROBLEMS) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl Error for ConfigError {}
