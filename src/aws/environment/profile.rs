//! The AWS profile: where its files are, and what they say.
//!
//! The files are read here and handed to the SDK's parser as text. The SDK would read them on the
//! thread that runs everything else, and would take a key without a value for a value.

use std::io;
use std::path::{Path, PathBuf};

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::EnvConfigFileKind;
use aws_types::os_shim_internal::Env;

use super::files;
use super::problems::Problems;
use super::profile_text::{self, DEFAULT_PROFILE};
use super::value_forms::{any, unpadded};
use super::variables::{Setting, Variables};
use crate::config::forms::{Fault, shown};

/// Which profile is meant, and where it is written.
#[derive(Clone, Debug)]
pub(super) struct ProfileFiles {
    name: ProfileName,
    config: Option<FilePath>,
    credentials: Option<FilePath>,
}

#[derive(Clone, Debug)]
struct ProfileName {
    name: String,
    /// Whether `AWS_PROFILE` names it.
    is_chosen: bool,
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

const PROFILE_VARIABLE: &str = "AWS_PROFILE";

/// Keys whose values messages must not repeat.
const SECRET_KEYS: [&str; 4] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "external_id",
];

impl ProfileFiles {
    /// The profile and the files that these variables name, or else the usual ones.
    pub(super) fn named_by(variables: &Variables, problems: &Problems) -> Self {
        const CREDENTIALS: &str = "AWS_SHARED_CREDENTIALS_FILE";
        Self {
            name: ProfileName::of(variables, problems),
            config: FilePath::of("AWS_CONFIG_FILE", "config", variables, problems),
            credentials: FilePath::of(CREDENTIALS, "credentials", variables, problems),
        }
    }

    /// Reads both files. A file with a fault is reported, and counts as empty.
    pub(super) async fn read(&self, problems: &Problems) -> Profile {
        const CONFIG: EnvConfigFileKind = EnvConfigFileKind::Config;
        const CREDENTIALS: EnvConfigFileKind = EnvConfigFileKind::Credentials;
        let config = text_of(self.config.as_ref(), CONFIG, problems).await;
        let credentials = text_of(self.credentials.as_ref(), CREDENTIALS, problems).await;
        let name = &self.name.name;
        let both = [(CONFIG, config.as_str()), (CREDENTIALS, &credentials)];
        let merged = profile_text::parse(&both, name).await;
        let credentials = profile_text::parse(&[(CREDENTIALS, &credentials)], name).await;
        let profile = Profile {
            files: self.clone(),
            merged: merged.unwrap_or_default(),
            credentials: credentials.unwrap_or_default(),
        };
        self.check_chosen(&profile, problems);
        profile
    }

    /// A profile that somebody has asked for must be there.
    fn check_chosen(&self, profile: &Profile, problems: &Problems) {
        let ProfileName { name, is_chosen } = &self.name;
        if !is_chosen || name == DEFAULT_PROFILE || profile.has(name) {
            return;
        }
        problems.add(
            PROFILE_VARIABLE,
            format!("there is no profile {}", shown(name)),
            format!("add it to {}, or name another", self.file_names()),
        );
    }

    fn file_names(&self) -> String {
        let files = self.config.iter().chain(&self.credentials);
        let names: Vec<String> = files.map(|file| file.path.display().to_string()).collect();
        if names.is_empty() {
            "a file named by AWS_CONFIG_FILE".to_owned()
        } else {
            names.join(" or ")
        }
    }
}

impl ProfileName {
    fn of(variables: &Variables, problems: &Problems) -> Self {
        match variables.parsed(PROFILE_VARIABLE, problems, any) {
            Some(setting) => Self {
                name: setting.value,
                is_chosen: true,
            },
            None => Self {
                name: DEFAULT_PROFILE.to_owned(),
                is_chosen: false,
            },
        }
    }
}

impl Profile {
    pub(super) fn name(&self) -> &str {
        &self.files.name.name
    }

    /// A key of the selected profile.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.of(self.name(), key)
    }

    /// A key of some profile.
    pub(super) fn of(&self, name: &str, key: &str) -> Option<&str> {
        self.merged.get_profile(name)?.get(key)
    }

    /// Whether there is a profile of this name.
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
        // The variables were read before, by our own rules.
        let no_variables = Env::default();
        let (url, _) = value.load(&no_variables, Some(&self.merged))?;
        Some(url.into_owned())
    }

    /// A key of the selected profile, parsed. An invalid one is reported as a problem, and is no
    /// value.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        problems: &Problems,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        let text = self.get(key)?;
        self.check(self.name(), key, text, problems, parse)
    }

    /// Like `parsed`, for a value of any profile.
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
                problems.add_fault(place, &shown_value(key, text), fault);
                None
            }
        }
    }

    /// Where a key stands, for messages.
    pub(super) fn place(&self, profile: &str, key: &str) -> String {
        // If both files have the key, the credentials file wins.
        let of_credentials = self.credentials.get_profile(profile);
        let in_credentials = of_credentials.is_some_and(|found| found.get(key).is_some());
        let file = if in_credentials {
            &self.files.credentials
        } else {
            &self.files.config
        };
        let profile = shown(profile);
        match file {
            Some(file) => format!("{}: {key} of profile {profile}", file.path.display()),
            None => format!("{key} of profile {profile}"),
        }
    }
}

fn shown_value(key: &str, text: &str) -> String {
    if SECRET_KEYS.contains(&key) {
        "the value (not shown)".to_owned()
    } else {
        shown(text)
    }
}

impl FilePath {
    fn of(
        variable: &'static str,
        default_name: &str,
        variables: &Variables,
        problems: &Problems,
    ) -> Option<Self> {
        let home = variables.raw("HOME").map(Path::new);
        let Some(named) = variables.parsed(variable, problems, any) else {
            // Without a home there is no usual place.
            return Some(Self {
                path: home?.join(".aws").join(default_name),
                variable: None,
            });
        };
        let path = expanded(PathBuf::from(named.value), home);
        let path = path.unwrap_or_else(|rest| {
            problems.add(
                variable,
                "it begins with ~, and HOME is not set",
                "write the path in full",
            );
            rest
        });
        Some(Self {
            path,
            variable: Some(variable),
        })
    }

    fn add_unreadable(&self, error: &io::Error, problems: &Problems) {
        let name = self.path.display();
        if let Some(variable) = self.variable {
            problems.add(
                variable,
                format!("{name} cannot be read: {error}"),
                "name a file that can be read, or unset it",
            );
        } else if error.kind() == io::ErrorKind::TimedOut {
            problems.add(
                name.to_string(),
                format!("cannot be read: {error}"),
                "see to its mount",
            );
        }
        // Any other error is ignored where nobody has named the file: a home that belongs to
        // somebody else or is not there is common in containers.
    }
}

/// The path with the home directory in the place of `~`. The error is the path without it, if there
/// is no home directory.
fn expanded(path: PathBuf, home: Option<&Path>) -> Result<PathBuf, PathBuf> {
    match (path.strip_prefix("~"), home) {
        (Err(_), _) => Ok(path),
        (Ok(rest), Some(home)) => Ok(home.join(rest)),
        (Ok(rest), None) => Err(rest.to_owned()),
    }
}

/// The text of a file, if it can be read and parsed; otherwise nothing.
async fn text_of(file: Option<&FilePath>, kind: EnvConfigFileKind, problems: &Problems) -> String {
    let Some(file) = file else {
        return String::new();
    };
    let text = match files::read_text(&file.path).await {
        Ok(text) => profile_text::without_empty_values(&text),
        Err(error) => {
            file.add_unreadable(&error, problems);
            return String::new();
        }
    };
    if let Err(fault) = profile_text::check(kind, &text).await {
        problems.add(
            file.path.display().to_string(),
            fault,
            "the file must be an AWS profile file: [sections] of `key = value`",
        );
        return String::new();
    }
    text
}
