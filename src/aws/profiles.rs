//! The shared configuration files: which profile gives the credentials, and where its
//! `credential_process` is run.
//!
//! The SDK follows `source_profile` and assumes the roles of a chain by itself. Only the processes
//! are taken out of its hands: a third file, in memory and after the two on disk, gives each
//! profile that has a process a `credential_source`, which goes before it and is one of ours. What
//! would not come to the process stays as it is.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

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
    /// `AWS_PROFILE`, unless it is empty.
    pub(super) chosen: Option<String>,
}

/// A profile with a `credential_process` that the SDK would run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WithProcess {
    pub(super) profile: String,
    pub(super) command: String,
    /// The `credential_source` that stands for it.
    pub(super) source: String,
    /// Takes its base credentials from itself, to assume a role with them.
    is_own_source: bool,
}

/// What the selected profile comes to, for messages.
#[derive(Debug, Default)]
pub(super) struct Root<'a> {
    /// The last of the chain of profiles, whose credentials are the first to be loaded.
    pub(super) profile: &'a str,
    pub(super) is_sso: bool,
    pub(super) is_container: bool,
    pub(super) web_identity_token_file: Option<&'a str>,
    /// The roles on the way, and what must not be shown of them.
    pub(super) role_arns: Vec<&'a str>,
    pub(super) secrets: Vec<&'a str>,
}

const SSO_KEYS: [&str; 5] = [
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_account_id",
    "sso_role_name",
];

/// Where the two files are, as the SDK looks for them.
pub(super) fn paths() -> [PathBuf; 2] {
    let home = env::home_dir().unwrap_or_else(|| "~".into());
    let path = |variable: &str, name: &str| {
        let path =
            env::var_os(variable).map_or_else(|| PathBuf::from("~/.aws").join(name), PathBuf::from);
        path.strip_prefix("~")
            .map(|rest| home.join(rest))
            .unwrap_or(path)
    };
    [
        path("AWS_CONFIG_FILE", "config"),
        path("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    ]
}

/// Why a file that is there, or that is asked for by name, cannot be read. The SDK takes it for
/// empty.
pub(super) fn unreadable_file() -> Option<String> {
    let [config, credentials] = paths();
    [
        (config, "AWS_CONFIG_FILE"),
        (credentials, "AWS_SHARED_CREDENTIALS_FILE"),
    ]
    .iter()
    .find_map(|(path, variable)| {
        let error = fs::read_to_string(path).err()?;
        let is_asked_for = env::var_os(variable).is_some();
        let is_missing = error.kind() == std::io::ErrorKind::NotFound;
        (is_asked_for || !is_missing).then(|| format!("cannot read {}: {error}", path.display()))
    })
}

impl Profiles {
    /// Reads both files.
    pub(super) async fn load() -> Result<Self, ProfileFileLoadError> {
        let chosen = env::var("AWS_PROFILE")
            .ok()
            .filter(|name| !name.trim().is_empty());
        let name = chosen.clone().unwrap_or_else(|| "default".to_owned());
        #[expect(deprecated, reason = "the only type that it takes")]
        let files = ProfileFiles::default();
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

    /// The profiles with a process, in no order.
    pub(super) fn with_process(&self) -> Vec<WithProcess> {
        let profiles = self
            .set
            .profiles()
            .filter_map(|name| self.set.get_profile(name));
        let with_process = profiles
            .filter(|profile| comes_to_process(profile))
            .enumerate();
        with_process
            .filter_map(|(number, profile)| {
                Some(WithProcess {
                    profile: profile.name().to_owned(),
                    command: profile.get("credential_process")?.to_owned(),
                    source: format!("credential-process-{number}"),
                    is_own_source: profile.get("role_arn").is_some(),
                })
            })
            .collect()
    }

    /// Follows `source_profile` to its end, as the SDK does.
    pub(super) fn root(&self) -> Root<'_> {
        let mut root = Root {
            profile: self.selected(),
            ..Root::default()
        };
        let mut seen = Vec::new();
        while let Some(profile) = self
            .set
            .get_profile(root.profile)
            .filter(|profile| !seen.contains(&profile.name()))
        {
            seen.push(profile.name());
            let secrets = ["external_id", "aws_secret_access_key", "aws_session_token"];
            root.secrets
                .extend(secrets.iter().filter_map(|key| profile.get(key)));
            root.role_arns.extend(profile.get("role_arn"));
            root.web_identity_token_file = profile.get("web_identity_token_file");
            root.is_container = profile
                .get("credential_source")
                .is_some_and(|it| it.eq_ignore_ascii_case("EcsContainer"));
            root.is_sso = SSO_KEYS.iter().any(|key| profile.get(key).is_some());
            let next = profile
                .get("source_profile")
                .filter(|_| profile.get("role_arn").is_some());
            match next.filter(|_| root.web_identity_token_file.is_none()) {
                Some(next) if next != profile.name() => root.profile = next,
                _ => break,
            }
        }
        root
    }
}

/// Whether the SDK would run the process of this profile, once it comes to it.
fn comes_to_process(profile: &Profile) -> bool {
    let has = |key: &str| profile.get(key).is_some();
    let goes_before = [
        "credential_source",
        "web_identity_token_file",
        "login_session",
    ]
    .into_iter()
    .chain(SSO_KEYS);
    let takes_from_itself = profile.get("source_profile") == Some(profile.name());
    has("credential_process")
        && !goes_before.into_iter().any(has)
        && (!has("role_arn") || takes_from_itself)
}

/// Both files, and the one that puts our sources in the place of the processes.
#[expect(
    deprecated,
    reason = "the only type that the provider of profiles takes"
)]
pub(super) fn files(with_process: &[WithProcess]) -> ProfileFiles {
    FilesBuilder::new()
        .include_default_config_file(true)
        .include_default_credentials_file(true)
        .with_contents(ProfileFileKind::Config, sources(with_process))
        .build()
}

fn sources(with_process: &[WithProcess]) -> String {
    let mut text = String::new();
    for WithProcess {
        profile,
        source,
        is_own_source,
        ..
    } in with_process
    {
        // Next to a source_profile, which cannot be taken away, a credential_source would be an
        // error.
        let lines = if *is_own_source {
            format!(
                "[profile {profile}]\nsource_profile = {source}\n[profile {source}]\ncredential_source = {source}\n"
            )
        } else {
            format!("[profile {profile}]\ncredential_source = {source}\n")
        };
        // Writing to a string does not fail.
        let _ = text.write_str(&lines);
    }
    text
}
