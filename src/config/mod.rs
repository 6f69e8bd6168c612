//! The configuration file: read once at start, and either wholly valid or refused with every
//! problem at once.
//!
//! Text becomes a tree with lines (`node`), the tree becomes the file as written (`raw`, by way of
//! `fields`), and that becomes a [`Config`] (`resolve`, `accounts`), where variables are replaced
//! and values get their types (`syntax`, `duration`). [`reference`](mod@reference) describes every
//! key and makes `docs/configuration.md`.
//!
//! Nothing here calls AWS or reads the environment by itself: the lookup is an argument. The
//! account id behind the environment's credentials, and a region that no entry gives, are found by
//! whoever connects to AWS.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

mod accounts;
mod compliance_types;
mod duration;
mod fields;
pub(crate) mod forms;
mod interpolate;
mod node;
mod problem;
mod raw;
pub mod reference;
mod region;
mod resolve;
mod secret;
mod suggest;
mod syntax;
#[cfg(test)]
mod tests;

pub use compliance_types::ComplianceTypes;
pub use problem::{ConfigError, Problem};
pub use secret::Secret;

use problem::Problems;

/// Largest file, in bytes; a thousand accounts need a tenth of it.
const LARGEST_FILE: u64 = 1 << 20;
/// How long reading the file may take.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// A valid configuration. [`Default`] is what no file means.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// When targets are read.
    pub refresh: Refresh,
    /// How AWS is called.
    pub api: Api,
    /// Accounts to read; empty only if `organization` is there.
    pub accounts: Vec<Account>,
    /// Compliance types to read.
    pub compliance_types: ComplianceTypes,
    /// Tag keys to copy; no two become the same label.
    pub instance_tags: Vec<String>,
    /// Accounts to find through AWS Organizations.
    pub organization: Option<Organization>,
    /// What is shown of what was read.
    pub exposition: Exposition,
}

/// When targets are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// From start to start of a target's refreshes.
    pub interval: Duration,
    /// Data is dropped this long after it was last confirmed; at least the interval.
    pub stale_after: Duration,
    /// Longest time between two complete readings; at least the interval.
    pub full_every: Duration,
}

/// How AWS is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// Ceiling per target over all SSM operations, from 0.001 to 1000.
    pub requests_per_second: f64,
    /// One attempt of one call.
    pub attempt_timeout: Duration,
    /// An `http` or `https` address to call instead of AWS, for every service and region.
    pub endpoint_url: Option<String>,
}

/// One entry of `accounts`. Each of its regions is a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Name to show; the account id if none.
    pub name: Option<String>,
    /// Twelve digits, from the role or `account_id`; unknown if neither is given.
    pub account_id: Option<String>,
    /// Regions to read; empty means the one of the environment or profile.
    pub regions: Vec<String>,
    /// Role to assume; none means the credentials of the default chain.
    pub role_arn: Option<String>,
    /// Name of the role's sessions; none means the exporter's own, and never there without a role.
    pub role_session_name: Option<String>,
    /// Sent with the role; never there without one.
    pub external_id: Option<Secret>,
}

/// Accounts to find through AWS Organizations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Role to assume in each member account, with its path if it has one.
    pub role_name: String,
    /// Role to assume for listing the organization; none means the credentials of the default
    /// chain.
    pub lister_role_arn: Option<String>,
    /// Organizational units to read, with their children; empty means all.
    pub include_ous: Vec<String>,
    /// Account ids to leave out.
    pub exclude_accounts: Vec<String>,
    /// Regions to read in each account; never empty.
    pub regions: Vec<String>,
    /// From listing to listing.
    pub refresh: Duration,
}

/// What is shown of what was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposition {
    /// Which instances get series of their own.
    pub instances: InstanceSeries,
    /// Whether resources that only the compliance APIs know are shown.
    pub include_unlisted: bool,
    /// Highest number of series of single patches per target; 0 is off.
    pub max_patch_info_series: usize,
}

/// Which instances get `aws_ssm_instance_*` series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InstanceSeries {
    /// Every instance.
    #[default]
    All,
    /// Instances with a non-compliant summary or an unreported type.
    Noncompliant,
    /// No instance: only counts per target.
    None,
}

// === impl Config ===

impl Config {
    /// Reads a file. `env` looks a variable up.
    ///
    /// # Errors
    /// The file cannot be read, is larger than 1 MiB, is not UTF-8, or holds problems: all of them
    /// are told.
    pub fn load(path: &Path, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let bytes = read_bytes(path).map_err(|error| unreadable(&name, &error))?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(text, &name, env),
            // A file that was cut is told as too large, wherever the cut fell.
            Err(_) if bytes.len() as u64 > LARGEST_FILE => Err(too_large(&name)),
            Err(error) => Err(not_utf8(&name, &bytes[..error.valid_up_to()])),
        }
    }

    /// Reads the text of a file that messages call `file_name`. `env` looks a variable up.
    ///
    /// # Errors
    /// The text holds problems: all of them are told, except that broken YAML is told alone.
    pub fn parse(
        text: &str,
        file_name: &str,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        if text.len() as u64 > LARGEST_FILE {
            return Err(too_large(file_name));
        }
        let problems = Problems::default();
        let file = raw::read(text, &problems);
        let config = resolve::resolve(
            &file,
            &resolve::Resolver {
                env: &env,
                problems: &problems,
            },
        );
        problems.into_result(file_name)?;
        Ok(config)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            refresh: Refresh::default(),
            api: Api::default(),
            accounts: vec![Account::default()],
            compliance_types: ComplianceTypes::default(),
            instance_tags: Vec::new(),
            organization: None,
            exposition: Exposition::default(),
        }
    }
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            interval: Duration::from_mins(5),
            stale_after: Duration::from_hours(1),
            full_every: Duration::from_hours(6),
        }
    }
}

impl Default for Api {
    fn default() -> Self {
        Self {
            requests_per_second: 5.0,
            attempt_timeout: Duration::from_secs(10),
            endpoint_url: None,
        }
    }
}

/// Reads a duration above zero as Prometheus and Go write it, for flags that take one.
///
/// # Errors
/// What is wrong with it, and how to write it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|fault| format!("{}; {}", fault.what, fault.hint))
}

/// Bounded in time, because opening a file on a dead mount never returns. The thread that hangs
/// there ends with the process.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    std::thread::Builder::new()
        .name("file-reader".to_owned())
        .spawn(move || {
            let _ = sender.send(read_bounded(&path));
        })?;
    receiver.recv_timeout(READ_TIMEOUT).unwrap_or_else(|_| {
        let what = format!(
            "it took longer than {} s; is its mount alive?",
            READ_TIMEOUT.as_secs()
        );
        Err(io::Error::new(io::ErrorKind::TimedOut, what))
    })
}

/// Bounded in size, because a device or a pipe has none to ask for.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> ConfigError {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "check --config.file, or leave it out to run without a file",
        io::ErrorKind::PermissionDenied => "let the user that runs the exporter read the file",
        io::ErrorKind::IsADirectory => "give the file in this directory",
        _ => "check --config.file",
    };
    ConfigError::new(
        name,
        None,
        format!("the configuration file cannot be read: {error}"),
        hint,
    )
}

fn too_large(name: &str) -> ConfigError {
    ConfigError::new(
        name,
        None,
        "the configuration file is larger than 1 MiB",
        "check --config.file",
    )
}

fn not_utf8(name: &str, good: &[u8]) -> ConfigError {
    let line = good.split(|byte| *byte == b'\n').count();
    ConfigError::new(
        name,
        Some(line),
        "this is not UTF-8 text",
        "save the file as UTF-8",
    )
}
