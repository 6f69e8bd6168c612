//! The AWS profile: which one is meant, and what its files say.
//!
//! The files are read here and handed to the SDK's parser as text. The SDK would read them on the
//! thread that runs everything else, and would take a key without a value for a value.

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::EnvConfigFileKind;
use aws_types::os_shim_internal::Env;

use super::problems::Problems;
use super::profile_file::{ProfileFile, text_of};
use super::profile_text::{self, DEFAULT_PROFILE};
use super::value_forms::{any, hidden};
use super::variable_reader::VariableReader;
use crate::config::forms::shown;

/// Which profile is meant, and where it is written.
#[derive(Clone, Debug)]
pub(super) struct ProfileFiles {
    name: ProfileName,
    config: Option<ProfileFile>,
    credentials: Option<ProfileFile>,
}

#[derive(Clone, Debug)]
struct ProfileName {
    name: String,
    /// Whether `AWS_PROFILE` names it.
    is_chosen: bool,
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
const CONFIG: EnvConfigFileKind = EnvConfigFileKind::Config;
const CREDENTIALS: EnvConfigFileKind = EnvConfigFileKind::Credentials;

/// Keys whose values messages must not repeat.
const SECRET_KEYS: [&str; 4] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "external_id",
];

impl ProfileFiles {
    /// The profile and the files that these variables name, or else the usual ones.
    pub(super) fn named_by(variables: VariableReader<'_>) -> Self {
        let name = ProfileName::of(variables);
        let config = ProfileFile::of("AWS_CONFIG_FILE", "config", variables);
        let variable = "AWS_SHARED_CREDENTIALS_FILE";
        let credentials = ProfileFile::of(variable, "credentials", variables);
        Self {
            name,
            config,
            credentials,
        }
    }

    /// The default profile of somebody who has no files.
    pub(super) fn of_nobody() -> Self {
        Self {
            name: ProfileName::default_one(),
            config: None,
            credentials: None,
        }
    }

    /// Reads both files. A file with a fault is reported, and counts as empty.
    pub(super) async fn read(&self, problems: &Problems) -> Profile {
        let config = text_of(self.config.as_ref(), CONFIG, problems).await;
        let credentials = text_of(self.credentials.as_ref(), CREDENTIALS, problems).await;
        let profile = self.parsed(&config, &credentials).await;
        self.check_chosen(&profile, problems);
        profile
    }

    /// Parses the texts of both files.
    async fn parsed(&self, config: &str, credentials: &str) -> Profile {
        let name = &self.name.name;
        // A text with a fault is empty by now, so neither of these fails.
        let both = [(CONFIG, config), (CREDENTIALS, credentials)];
        let merged = profile_text::parse(&both, name).await;
        let credentials = profile_text::parse(&[(CREDENTIALS, credentials)], name).await;
        Profile {
            files: self.clone(),
            merged: merged.unwrap_or_default(),
            credentials: credentials.unwrap_or_default(),
        }
    }

    /// A profile that somebody has asked for must be there.
    fn check_chosen(&self, profile: &Profile, problems: &Problems) {
        if !self.name.must_be_there() || profile.has(profile.name()) {
            return;
        }
        problems.add(
            PROFILE_VARIABLE,
            format!("there is no profile {}", shown(profile.name())),
            format!("add it to {}, or name another", self.file_names()),
        );
    }

    fn file_names(&self) -> String {
        let names: Vec<String> = self.files().map(ProfileFile::name).collect();
        if names.is_empty() {
            "a file named by AWS_CONFIG_FILE".to_owned()
        } else {
            names.join(" or ")
        }
    }

    fn files(&self) -> impl Iterator<Item = &ProfileFile> {
        self.config.iter().chain(&self.credentials)
    }
}

impl ProfileName {
    fn of(variables: VariableReader<'_>) -> Self {
        match variables.parsed(PROFILE_VARIABLE, any) {
            Some(setting) => Self {
                name: setting.value,
                is_chosen: true,
            },
            None => Self::default_one(),
        }
    }

    fn default_one() -> Self {
        Self {
            name: DEFAULT_PROFILE.to_owned(),
            is_chosen: false,
        }
    }

    /// AWS's tools do without the default profile, even where `AWS_PROFILE` names it.
    fn must_be_there(&self) -> bool {
        self.is_chosen && self.name != DEFAULT_PROFILE
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
        let key = EnvConfigValue::new().profile("endpoint_url");
        let key = key.service_id(service_id);
        // The variables were read before, by our own rules.
        let no_variables = Env::default();
        let (url, _) = key.load(&no_variables, Some(&self.merged))?;
        Some(url.into_owned())
    }

    /// The file in which a key of the selected profile stands, for messages.
    pub(super) fn file_name_of(&self, key: &str) -> Option<String> {
        self.file_of(self.name(), key).map(ProfileFile::name)
    }

    /// Where a key stands, for messages.
    pub(super) fn place(&self, profile: &str, key: &str) -> String {
        let place = format!("{key} of profile {}", shown(profile));
        match self.file_of(profile, key) {
            Some(file) => format!("{}: {place}", file.name()),
            None => place,
        }
    }

    fn file_of(&self, profile: &str, key: &str) -> Option<&ProfileFile> {
        // If both files have the key, the credentials file wins.
        if self.is_in_credentials(profile, key) {
            self.files.credentials.as_ref()
        } else {
            self.files.config.as_ref()
        }
    }

    fn is_in_credentials(&self, profile: &str, key: &str) -> bool {
        let profile = self.credentials.get_profile(profile);
        profile.is_some_and(|profile| profile.get(key).is_some())
    }
}

/// The value of a key, as messages may show it.
pub(super) fn shown_value(key: &str, text: &str) -> String {
    if SECRET_KEYS.contains(&key) {
        hidden(text)
    } else {
        shown(text)
    }
}
