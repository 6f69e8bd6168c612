//! The two files that hold profiles: where they are, and their text.

use std::io;
use std::path::{Path, PathBuf};

use aws_runtime::env_config::file::EnvConfigFileKind;

use super::files;
use super::problems::Problems;
use super::profile_text;
use super::value_forms::any;
use super::variable_reader::VariableReader;

/// A file of profiles, and what has named it.
#[derive(Clone, Debug)]
pub(super) struct ProfileFile {
    path: PathBuf,
    /// The variable that names it; none for the file where AWS's tools look by themselves.
    variable: Option<&'static str>,
}

impl ProfileFile {
    /// The file that the variable names, or else the usual one.
    pub(super) fn of(
        variable: &'static str,
        default_name: &str,
        variables: VariableReader<'_>,
    ) -> Option<Self> {
        match variables.parsed(variable, any) {
            Some(named) => Some(Self::named(variable, &named.value, variables)),
            None => Self::usual(default_name, variables),
        }
    }

    /// Where AWS's tools look by themselves. Without a home there is no such place.
    fn usual(default_name: &str, variables: VariableReader<'_>) -> Option<Self> {
        Some(Self {
            path: home(variables)?.join(".aws").join(default_name),
            variable: None,
        })
    }

    fn named(variable: &'static str, path: &str, variables: VariableReader<'_>) -> Self {
        let path = expanded(Path::new(path), home(variables)).unwrap_or_else(|rest| {
            let what = "it begins with ~, and HOME is not set";
            let hint = "write the path in full";
            variables.problems.add(variable, what, hint);
            rest
        });
        Self {
            path,
            variable: Some(variable),
        }
    }

    /// The path, for messages.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The text of the file, if it can be read and parsed.
    async fn text(&self, kind: EnvConfigFileKind, problems: &Problems) -> Option<String> {
        let text = self.read(problems).await?;
        let Err(fault) = profile_text::check(kind, &text).await else {
            return Some(text);
        };
        let hint = "the file must be an AWS profile file: [sections] of `key = value`";
        problems.add(self.name(), fault, hint);
        None
    }

    async fn read(&self, problems: &Problems) -> Option<String> {
        match files::read_text(&self.path).await {
            // The SDK would take a key without a value for a value.
            Ok(text) => Some(profile_text::without_empty_values(&text)),
            Err(error) => {
                self.add_unreadable(&error, problems);
                None
            }
        }
    }

    fn add_unreadable(&self, error: &io::Error, problems: &Problems) {
        let name = self.name();
        if let Some(variable) = self.variable {
            problems.add(
                variable,
                format!("{name} cannot be read: {error}"),
                "name a file that can be read, or unset it",
            );
        } else if error.kind() == io::ErrorKind::TimedOut {
            let what = format!("cannot be read: {error}");
            problems.add(name, what, "see to its mount");
        }
        // Any other error is ignored where nobody has named the file: a home that belongs to
        // somebody else or is not there is common in containers.
    }
}

fn home(variables: VariableReader<'_>) -> Option<&Path> {
    variables.raw("HOME").map(Path::new)
}

/// The path with the home directory in the place of `~`. The error is the path without it, if there
/// is no home directory.
fn expanded(path: &Path, home: Option<&Path>) -> Result<PathBuf, PathBuf> {
    match (path.strip_prefix("~"), home) {
        (Err(_), _) => Ok(path.to_owned()),
        (Ok(rest), Some(home)) => Ok(home.join(rest)),
        (Ok(rest), None) => Err(rest.to_owned()),
    }
}

/// The text of a file, or nothing if there is no good one.
pub(super) async fn text_of(
    file: Option<&ProfileFile>,
    kind: EnvConfigFileKind,
    problems: &Problems,
) -> String {
    match file {
        Some(file) => file.text(kind, problems).await.unwrap_or_default(),
        None => String::new(),
    }
}
