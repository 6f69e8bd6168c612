//! The AWS profile: where its files are, what they say.
//!
//! The files are read here and handed to the SDK as text. The SDK would read them on the thread
//! that runs everything else, and would take a key without a value for a value.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use super::files;
use super::variables::{Problems, Setting, Variables, any, unpadded};
use crate::config::forms::{Fault, shown};

/// The profile that is meant where none is named. It need not be there.
const DEFAULT_PROFILE: &str = "default";
/// Blanks of the format, as the SDK's parser knows them.
const BLANK: [char; 2] = [' ', '\t'];
const COMMENT: [char; 2] = ['#', ';'];

/// Which profile, and where it is written.
#[derive(Clone, Debug)]
pub(super) struct ProfileFiles {
    name: Setting<String>,
    config: Option<FilePath>,
    credentials: Option<FilePath>,
}

#[derive(Clone, Debug)]
struct FilePath {
    path: PathBuf,
    /// The variable that names it; none for the file where AWS's tools look by themselves.
    variable: Option<&'static str>,
}

/// The profile as it was read.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    files: ProfileFiles,
    /// What both files say together.
    merged: ProfileSet,
    /// What the credentials file says, to tell in messages where a key stands.
    credentials: ProfileSet,
}

impl ProfileFiles {
    pub(super) fn named_by(variables: &Variables, problems: &Problems) -> Self {
        let default = || Setting {
            value: DEFAULT_PROFILE.to_owned(),
            place: String::new(),
        };
        Self {
            name: variables
                .parsed("AWS_PROFILE", problems, any)
                .unwrap_or_else(default),
            config: file_path("AWS_CONFIG_FILE", "config", variables, problems),
            credentials: file_path(
                "AWS_SHARED_CREDENTIALS_FILE",
                "credentials",
                variables,
                problems,
            ),
        }
    }

    /// Reads both files. What is wrong with them is told, and then they count as empty.
    pub(super) async fn read(&self, problems: &Problems) -> Profile {
        let config = read(self.config.as_ref(), EnvConfigFileKind::Config, problems).await;
        let credentials = read(
            self.credentials.as_ref(),
            EnvConfigFileKind::Credentials,
            problems,
        )
        .await;
        let texts = EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, config)
            .with_contents(EnvConfigFileKind::Credentials, credentials.clone())
            .build();
        let only_credentials = EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Credentials, credentials)
            .build();
        let name = &self.name.value;
        let profile = Profile {
            files: self.clone(),
            merged: parse(&texts, name).await.unwrap_or_default(),
            credentials: parse(&only_credentials, name).await.unwrap_or_default(),
        };
        let is_chosen = !self.name.place.is_empty() && name != DEFAULT_PROFILE;
        if is_chosen && profile.merged.get_profile(name).is_none() {
            let what = format!("there is no profile {}", shown(name));
            problems.add(
                &self.name.place,
                what,
                format!("add it to {}, or name another", profile.file_names()),
            );
        }
        profile
    }
}

impl Profile {
    pub(super) fn name(&self) -> &str {
        &self.files.name.value
    }

    /// A key of the selected profile.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.of(self.name(), key)
    }

    /// A key of some profile.
    pub(super) fn of(&self, name: &str, key: &str) -> Option<&str> {
        self.merged.get_profile(name)?.get(key)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.merged.get_profile(name).is_some()
    }

    pub(super) fn has_sso_session(&self, session: &str) -> bool {
        self.merged.sso_session(session).is_some()
    }

    /// A key of an `sso-session`.
    pub(super) fn of_sso_session(&self, session: &str, key: &str) -> Option<&str> {
        self.merged.sso_session(session)?.get(key)
    }

    /// The endpoint of a service: its own, in a `services` section, before the profile's.
    pub(super) fn endpoint_url(&self, service_id: &str) -> Option<String> {
        let value = EnvConfigValue::new()
            .profile("endpoint_url")
            .service_id(service_id);
        value
            .load(&Env::default(), Some(&self.merged))
            .map(|(url, _)| url.into_owned())
    }

    /// A key of the selected profile, parsed. A bad one is a problem, and no value.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        let text = self.get(key)?;
        self.check(self.name(), key, text, problems, parse)
    }

    /// The same for the value of any profile.
    pub(super) fn check<T>(
        &self,
        profile: &str,
        key: &str,
        text: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        let place = self.place(profile, key);
        match unpadded(text).and_then(|()| parse(text)) {
            Ok(value) => Some(Setting { value, place }),
            Err(fault) => {
                // Whatever the key: it stands in files of secrets.
                let value = if is_secret(key) {
                    "the value (not shown)".to_owned()
                } else {
                    shown(text)
                };
                problems.add(place, format!("{value} {}", fault.what), fault.hint);
                None
            }
        }
    }

    /// Where a key stands, for messages.
    pub(super) fn place(&self, profile: &str, key: &str) -> String {
        let in_credentials = self
            .credentials
            .get_profile(profile)
            .is_some_and(|found| found.get(key).is_some());
        let file = if in_credentials {
            &self.files.credentials
        } else {
            &self.files.config
        };
        let file = file
            .as_ref()
            .map_or_else(String::new, |file| format!("{}: ", file.path.display()));
        format!("{file}{key} of profile {}", shown(profile))
    }

    fn file_names(&self) -> String {
        let files = [&self.files.config, &self.files.credentials];
        let names: Vec<String> = files
            .into_iter()
            .flatten()
            .map(|file| file.path.display().to_string())
            .collect();
        if names.is_empty() {
            "a file named by AWS_CONFIG_FILE".to_owned()
        } else {
            names.join(" or ")
        }
    }
}

fn is_secret(key: &str) -> bool {
    [
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "external_id",
    ]
    .contains(&key)
}

fn file_path(
    variable: &'static str,
    default: &str,
    variables: &Variables,
    problems: &Problems,
) -> Option<FilePath> {
    let home = variables.raw("HOME").map(PathBuf::from);
    let Some(named) = variables.parsed(variable, problems, any) else {
        return Some(FilePath {
            path: home?.join(".aws").join(default),
            variable: None,
        });
    };
    let path = match Path::new(&named.value).strip_prefix("~") {
        Ok(rest) if home.is_none() => {
            problems.add(
                variable,
                "it begins with ~, and HOME is not set",
                "write the path in full",
            );
            rest.to_owned()
        }
        Ok(rest) => home?.join(rest),
        Err(_) => PathBuf::from(named.value),
    };
    Some(FilePath {
        path,
        variable: Some(variable),
    })
}

/// The text of a file that can be parsed.
async fn read(file: Option<&FilePath>, kind: EnvConfigFileKind, problems: &Problems) -> String {
    let Some(file) = file else {
        return String::new();
    };
    let name = file.path.display();
    match (files::read_text(&file.path).await, file.variable) {
        (Ok(text), _) => {
            let text = without_empty_values(&text);
            let alone = EnvConfigFiles::builder()
                .with_contents(kind, text.clone())
                .build();
            let Err(fault) = parse(&alone, DEFAULT_PROFILE).await else {
                return text;
            };
            let fault = with_key(&fault, &text);
            problems.add(
                name.to_string(),
                fault,
                "the file must be an AWS profile file: [sections] of `key = value`",
            );
        }
        (Err(error), Some(variable)) => {
            problems.add(
                variable,
                format!("{name} cannot be read: {error}"),
                "name a file that can be read, or unset it",
            );
        }
        // A home that others own or that is not there is common in containers.
        (Err(error), None) if error.kind() != std::io::ErrorKind::TimedOut => {}
        (Err(error), None) => problems.add(
            name.to_string(),
            format!("cannot be read: {error}"),
            "see to its mount",
        ),
    }
    String::new()
}

/// The profiles of texts, or in what line they are broken.
async fn parse(texts: &EnvConfigFiles, name: &str) -> Result<ProfileSet, String> {
    let name = Some(Cow::Owned(name.to_owned()));
    // Neither files nor environment are asked: the texts and the name are all that there is to
    // know.
    profile::load(&Fs::default(), &Env::default(), texts, name)
        .await
        .map_err(|error| {
            let text = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            let fault = text
                .split_once(" on ")
                .map_or(text.as_str(), |(_, fault)| fault);
            fault.split_whitespace().collect::<Vec<_>>().join(" ")
        })
}

/// Names the key whose value the broken line goes on with, if there is one: the parser says only
/// which line it is.
fn with_key(fault: &str, text: &str) -> String {
    let number = fault
        .strip_prefix("line ")
        .and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
    let mut above = text
        .lines()
        .take(number.unwrap_or_default())
        .collect::<Vec<_>>()
        .into_iter()
        .rev();
    let is_below_a_key = above.next().is_some_and(|line| line.starts_with(BLANK));
    match above
        .find(|line| is_key(line))
        .and_then(|line| line.split_once('='))
    {
        Some((key, _)) if is_below_a_key => {
            format!("{fault}, in the value of {}", shown(key.trim()))
        }
        _ => fault.to_owned(),
    }
}

/// Leaves out the keys without a value: as with variables, they count as not set. Lines keep their
/// numbers.
fn without_empty_values(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept = String::with_capacity(text.len());
    for (index, line) in lines.iter().enumerate() {
        if !(is_key(line) && has_empty_value(line) && !continues(&lines[index + 1..])) {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

fn is_key(line: &str) -> bool {
    !line.starts_with('[') && !line.starts_with(BLANK) && !line.starts_with(COMMENT)
}

fn has_empty_value(line: &str) -> bool {
    let comment = line
        .char_indices()
        .find(|(at, c)| COMMENT.contains(c) && line[..*at].ends_with(char::is_whitespace));
    let line = comment.map_or(line, |(at, _)| &line[..at]);
    line.split_once('=')
        .is_some_and(|(_, value)| value.trim_matches(BLANK).is_empty())
}

/// Whether the value goes on in the lines below its key.
fn continues(below: &[&str]) -> bool {
    let next = below
        .iter()
        .find(|line| !line.trim_matches(BLANK).is_empty() && !line.starts_with(COMMENT));
    next.is_some_and(|line| line.starts_with(BLANK))
}
