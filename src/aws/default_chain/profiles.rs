//! The shared configuration files as the SDK's provider of profiles reads them: which profile gives
//! the credentials, and which `credential_process` it would run.
//!
//! [`Environment`](crate::aws::environment::Environment) reads the same files to find what is wrong
//! with them, by stricter rules: a key without a value does not count there, and a file that hangs
//! is given up. What is read here must be what the provider reads, or the wrong process would be
//! run and the wrong profile blamed, so it is left to the SDK.
//!
//! The SDK follows `source_profile` and assumes the roles of a chain by itself. Only the processes
//! are taken out of its hands: a third file, in memory and after the two on disk, gives each
//! profile that has a process a `credential_source`, which goes before it and is one of ours. A
//! profile whose process the SDK would not run stays as it is.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use aws_config::profile::{self, Profile, ProfileFileLoadError, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

#[expect(
    deprecated,
    reason = "the names of these types in aws-config; the others are in a crate of its inside"
)]
use aws_config::profile::profile_file::{Builder as FilesBuilder, ProfileFileKind, ProfileFiles};

/// The profiles of both files.
#[derive(Debug)]
pub(super) struct Profiles {
    set: ProfileSet,
    /// The value of `AWS_PROFILE`, unless it is empty.
    pub(super) chosen: Option<String>,
}

/// A profile whose `credential_process` the SDK would run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProcessProfile {
    pub(super) profile: String,
    pub(super) command: String,
    /// The `credential_source` that stands for the process.
    pub(super) source: String,
    /// Whether the profile assumes a role with the credentials of its own process.
    is_own_source: bool,
}

/// Where the credentials of the selected profile come from, for messages.
#[derive(Debug, Default)]
pub(super) struct ChainRoot<'a> {
    /// The last of the chain of profiles, whose credentials are the first to be loaded.
    pub(super) profile: &'a str,
    pub(super) is_sso: bool,
    pub(super) is_container: bool,
    pub(super) web_identity_token_file: Option<&'a str>,
    /// The roles of all profiles of the chain.
    pub(super) role_arns: Vec<&'a str>,
    /// The values of all profiles of the chain that must not be shown.
    pub(super) secrets: Vec<&'a str>,
}

const SSO_KEYS: [&str; 5] = [
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_account_id",
    "sso_role_name",
];

/// Keys whose values must not be shown.
const SECRET_KEYS: [&str; 3] = ["external_id", "aws_secret_access_key", "aws_session_token"];

/// Keys that the SDK looks at before `credential_process`, besides those of SSO.
const KEYS_BEFORE_PROCESS: [&str; 3] = [
    "credential_source",
    "web_identity_token_file",
    "login_session",
];

/// The two files, `config` first, where the SDK looks for them.
pub(super) fn paths() -> [PathBuf; 2] {
    [
        path("AWS_CONFIG_FILE", "config"),
        path("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    ]
}

/// Both paths, for messages.
pub(super) fn paths_text() -> String {
    let [config, credentials] = paths();
    format!("{} or {}", config.display(), credentials.display())
}

fn path(variable: &str, default_name: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(path) => expanded(PathBuf::from(path)),
        None => home().join(".aws").join(default_name),
    }
}

fn expanded(path: PathBuf) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) => home().join(rest),
        Err(_) => path,
    }
}

/// Without a home directory messages show the path as AWS's documents write it.
fn home() -> PathBuf {
    env::home_dir().unwrap_or_else(|| "~".into())
}

/// Why a file that is there, or that is asked for by name, cannot be read. The SDK takes such a
/// file for empty.
pub(super) fn unreadable_file() -> Option<String> {
    let [config, credentials] = paths();
    fault_of_file(&config, "AWS_CONFIG_FILE")
        .or_else(|| fault_of_file(&credentials, "AWS_SHARED_CREDENTIALS_FILE"))
}

fn fault_of_file(path: &Path, variable: &str) -> Option<String> {
    let error = fs::read_to_string(path).err()?;
    // Most homes have only one of the two files, or none.
    let is_missing = error.kind() == io::ErrorKind::NotFound;
    let is_fault = !is_missing || env::var_os(variable).is_some();
    is_fault.then(|| format!("cannot read {}: {error}", path.display()))
}

impl Profiles {
    /// Reads both files.
    pub(super) async fn load() -> Result<Self, ProfileFileLoadError> {
        let chosen = chosen_profile();
        let name = chosen.clone().unwrap_or_else(|| "default".to_owned());
        #[expect(deprecated, reason = "the only type that it takes")]
        let files = ProfileFiles::default();
        // This blocks, for which the resolution has a thread of its own.
        let set = profile::load(&Fs::real(), &Env::real(), &files, Some(name.into())).await?;
        Ok(Self { set, chosen })
    }

    pub(super) fn selected(&self) -> &str {
        self.set.selected_profile()
    }

    /// Whether the selected profile exists.
    pub(super) fn has_selected(&self) -> bool {
        self.set.get_profile(self.selected()).is_some()
    }

    /// The profiles whose process the SDK would run, in no order.
    pub(super) fn with_process(&self) -> Vec<ProcessProfile> {
        let profiles = self.all().filter(|profile| comes_to_process(profile));
        profiles
            .enumerate()
            .filter_map(|(number, profile)| ProcessProfile::of(profile, number))
            .collect()
    }

    fn all(&self) -> impl Iterator<Item = &Profile> {
        let names = self.set.profiles();
        names.filter_map(|name| self.set.get_profile(name))
    }

    /// Follows `source_profile` to its end, as the SDK does.
    pub(super) fn root(&self) -> ChainRoot<'_> {
        let mut root = ChainRoot {
            profile: self.selected(),
            ..ChainRoot::default()
        };
        let mut seen = Vec::new();
        // The SDK reports a circle as an error. Here it must only not loop for ever.
        while let Some(profile) = self.set.get_profile(root.profile)
            && !seen.contains(&profile.name())
        {
            seen.push(profile.name());
            root.add(profile);
            let Some(source) = next_profile(profile) else {
                break;
            };
            root.profile = source;
        }
        root
    }
}

/// The value of `AWS_PROFILE`, unless it is empty.
fn chosen_profile() -> Option<String> {
    let name = env::var("AWS_PROFILE").ok()?;
    (!name.trim().is_empty()).then_some(name)
}

impl<'a> ChainRoot<'a> {
    /// Takes over what the next profile of the chain says.
    fn add(&mut self, profile: &'a Profile) {
        self.secrets.extend(secrets_of(profile));
        self.role_arns.extend(profile.get("role_arn"));
        // Of these only what the last profile says matters, for it is the one that is asked.
        self.web_identity_token_file = profile.get("web_identity_token_file");
        self.is_container = is_of_container(profile);
        self.is_sso = has_any(profile, &SSO_KEYS);
    }
}

/// The profile from which this one takes the credentials to assume its role, if it is another one.
fn next_profile(profile: &Profile) -> Option<&str> {
    let source = profile.get("source_profile")?;
    let has_token = has(profile, "web_identity_token_file");
    (assumes_role(profile) && !has_token && source != profile.name()).then_some(source)
}

fn has(profile: &Profile, key: &str) -> bool {
    profile.get(key).is_some()
}

fn has_any(profile: &Profile, keys: &[&str]) -> bool {
    keys.iter().any(|key| has(profile, key))
}

fn assumes_role(profile: &Profile) -> bool {
    has(profile, "role_arn")
}

fn secrets_of(profile: &Profile) -> impl Iterator<Item = &str> {
    SECRET_KEYS.iter().filter_map(|key| profile.get(key))
}

fn is_of_container(profile: &Profile) -> bool {
    let source = profile.get("credential_source").unwrap_or_default();
    source.eq_ignore_ascii_case("EcsContainer")
}

/// Whether the SDK would run the process of this profile, once it comes to it.
fn comes_to_process(profile: &Profile) -> bool {
    let has_other_source = has_any(profile, &KEYS_BEFORE_PROCESS) || has_any(profile, &SSO_KEYS);
    has(profile, "credential_process") && !has_other_source && uses_own_credentials(profile)
}

/// A profile with a role takes the credentials for it from another profile first, unless it names
/// itself.
fn uses_own_credentials(profile: &Profile) -> bool {
    let takes_from_itself = profile.get("source_profile") == Some(profile.name());
    !assumes_role(profile) || takes_from_itself
}

impl ProcessProfile {
    fn of(profile: &Profile, number: usize) -> Option<Self> {
        Some(Self {
            profile: profile.name().to_owned(),
            command: profile.get("credential_process")?.to_owned(),
            // Each process needs a source of its own, and a number is a good value whatever the
            // profile is called.
            source: format!("credential-process-{number}"),
            is_own_source: assumes_role(profile),
        })
    }

    /// The section of the file in memory that puts our source in the place of the process.
    fn section(&self) -> String {
        let Self {
            profile, source, ..
        } = self;
        if self.is_own_source {
            // The source_profile cannot be taken away, and a credential_source beside it would be
            // an error. So it names a profile that has nothing but that source.
            format!(
                "[profile {profile}]\nsource_profile = {source}\n\
                 [profile {source}]\ncredential_source = {source}\n"
            )
        } else {
            format!("[profile {profile}]\ncredential_source = {source}\n")
        }
    }
}

/// Both files, and the one that puts our sources in the place of the processes.
#[expect(
    deprecated,
    reason = "the only type that the provider of profiles takes"
)]
pub(super) fn files(with_process: &[ProcessProfile]) -> ProfileFiles {
    let sections: String = with_process.iter().map(ProcessProfile::section).collect();
    FilesBuilder::new()
        .include_default_config_file(true)
        .include_default_credentials_file(true)
        // What comes last wins over the files.
        .with_contents(ProfileFileKind::Config, sections)
        .build()
}
