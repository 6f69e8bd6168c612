//! Reads a [`Config`] from a file or from its text.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::error::ConfigError;
use super::interpolate::Env;
use super::problem::Problems;
use super::raw;
use super::resolve::{Resolver, resolve};
use super::settings::Config;

/// Largest file, in bytes; a thousand accounts need a tenth of it.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// How long reading the file may take.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

impl Config {
    /// Reads a file. `env` looks up an environment variable.
    ///
    /// # Errors
    /// The file cannot be read, is larger than 1 MiB, is not UTF-8, or holds problems, all of which
    /// the error has.
    pub fn load(path: &Path, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Self::load_over(&Self::default(), path, env)
    }

    /// Reads a file over `defaults`, which apply where the file says nothing.
    ///
    /// # Errors
    /// Those of [`load`](Self::load).
    pub fn load_over(
        defaults: &Self,
        path: &Path,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let bytes = read_bytes(path).map_err(|error| unreadable(&name, &error))?;
        let text = decode(&bytes, &name)?;
        parse_over(defaults, text, &name, &env)
    }

    /// Reads the text of a file that messages call `file_name`. `env` looks up an environment
    /// variable.
    ///
    /// # Errors
    /// The text holds problems. The error has all of them, except that broken YAML is reported
    /// alone.
    ///
    /// # Examples
    /// ```
    /// use ssm_compliance_exporter::config::Config;
    ///
    /// let text = "
    /// refresh:
    ///   interval: 10m
    /// accounts:
    ///   - regions: [eu-west-1, us-east-1]
    ///     role_arn: arn:aws:iam::${ACCOUNT}:role/ssm-compliance-exporter
    /// ";
    /// let env = |name: &str| (name == "ACCOUNT").then(|| "111122223333".to_owned());
    /// let config = Config::parse(text, "exporter.yaml", env)?;
    /// assert_eq!(config.refresh.interval.as_secs(), 600);
    /// assert_eq!(config.accounts[0].account_id.as_deref(), Some("111122223333"));
    /// # Ok::<(), ssm_compliance_exporter::config::ConfigError>(())
    /// ```
    ///
    /// Every problem is reported at once, with its line and a way out:
    /// ```
    /// use ssm_compliance_exporter::config::Config;
    ///
    /// let text = "refresh: {intervall: 10m}\naccounts: []\n";
    /// let error = Config::parse(text, "exporter.yaml", |_| None).unwrap_err();
    /// assert_eq!(error.problems().len(), 2);
    /// assert_eq!(error.problems()[0].hint(), "did you mean `interval`?");
    /// assert_eq!(error.problems()[1].line(), Some(2));
    /// ```
    pub fn parse(
        text: &str,
        file_name: &str,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        parse_over(&Self::default(), text, file_name, &env)
    }
}

fn parse_over(
    defaults: &Config,
    text: &str,
    file_name: &str,
    env: Env<'_>,
) -> Result<Config, ConfigError> {
    if is_too_large(text.as_bytes()) {
        return Err(too_large(file_name));
    }
    let problems = Problems::default();
    let Some(file) = raw::read(text, &problems) else {
        return Err(ConfigError::of(file_name, problems, None));
    };
    let resolver = Resolver {
        defaults,
        env,
        problems: &problems,
    };
    // Even a file with problems is resolved to its end, so that all of them are found.
    let config = resolve(&file, &resolver);
    if problems.count() > 0 {
        return Err(ConfigError::of(file_name, problems, Some(config)));
    }
    Ok(config)
}

/// The bytes of the file `name` as text.
fn decode<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, ConfigError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // Only the beginning of a file that is too large was read, and that may end in the middle
        // of a character.
        Err(_) if is_too_large(bytes) => Err(too_large(name)),
        Err(error) => Err(not_utf8(name, &bytes[..error.valid_up_to()])),
    }
}

/// Reads the file, or gives up when that takes too long. Of one that is larger than 1 MiB the
/// beginning is read.
pub(super) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let result = start_reading(path.to_owned())?;
    match result.recv_timeout(READ_TIMEOUT) {
        Ok(result) => result,
        Err(_) => Err(timed_out()),
    }
}

/// Reads on a thread of its own, because opening a file on a dead mount never returns. The thread
/// that hangs there ends with the process.
fn start_reading(path: PathBuf) -> io::Result<mpsc::Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = mpsc::channel();
    let reader = thread::Builder::new().name("file-reader".to_owned());
    reader.spawn(move || {
        // Nobody listens any more if it took too long.
        let _ = sender.send(read_bounded(&path));
    })?;
    Ok(receiver)
}

/// Stops reading behind the limit, because a device or a pipe has no size to ask for.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        // One byte more distinguishes a file that is too large from one that just fits.
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn is_too_large(bytes: &[u8]) -> bool {
    bytes.len() as u64 > MAX_FILE_BYTES
}

fn timed_out() -> io::Error {
    let seconds = READ_TIMEOUT.as_secs();
    let what = format!("it took longer than {seconds} s; is its mount alive?");
    io::Error::new(io::ErrorKind::TimedOut, what)
}

fn unreadable(name: &str, error: &io::Error) -> ConfigError {
    let what = format!("the configuration file cannot be read: {error}");
    ConfigError::new(name, None, what, unreadable_hint(error.kind()))
}

fn unreadable_hint(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "check its name, or leave it out to run without a file",
        io::ErrorKind::PermissionDenied => "let the user that runs the exporter read the file",
        io::ErrorKind::IsADirectory => "give the file in this directory",
        _ => "check its name and its mount",
    }
}

fn too_large(name: &str) -> ConfigError {
    let what = "the configuration file is larger than 1 MiB";
    ConfigError::new(name, None, what, "check that this is the right file")
}

fn not_utf8(name: &str, good: &[u8]) -> ConfigError {
    // The first bad byte is on the line behind the last newline before it.
    let line = good.split(|byte| *byte == b'\n').count();
    let what = "this is not UTF-8 text";
    ConfigError::new(name, Some(line), what, "save the file as UTF-8")
}
