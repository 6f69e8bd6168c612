//! Runs the `credential_process` of a profile, in place of the SDK's own provider for it.
//!
//! That one leaves the process and its children behind when it is given up, and takes in whatever
//! they write. Here the process leads a group of its own, which is killed as a whole at the end of
//! the attempt, however that comes; what it writes is bounded. Format: "Sourcing credentials with
//! an external process" of the AWS SDKs and Tools guide.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

use super::redaction::masking;
use super::resolution::Stage;

/// Credentials are less than 4 KiB, session token included.
const MAX_STDOUT_BYTES: usize = 64 * 1024;
/// How much of what the process complains about is kept.
const MAX_STDERR_BYTES: usize = 4 * 1024;
/// How much of that an error quotes, from its beginning and from its end.
const QUOTED_CHARS: usize = 60;
/// A child that outlives the process may hold its output open: what has been written by then is all
/// that is taken.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// The process groups that run now, of every source.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Kills every `credential_process` that runs, with its children: for the end of the program.
///
/// A process ends with its attempt anyway, but at the end of the program nobody may be left to end
/// the attempt.
pub fn end_credential_processes() {
    for group in running().iter().filter_map(|group| Pid::from_raw(*group)) {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The `credential_process` of a profile.
pub(super) struct CredentialProcess {
    pub(super) profile: String,
    /// May hold secrets among its arguments, so it is never shown.
    pub(super) command: String,
    pub(super) stage: Stage,
}

/// Why a process gave no credentials.
#[derive(Debug)]
pub(super) struct ProcessError(String);

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ProcessError {}

impl fmt::Debug for CredentialProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialProcess")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for CredentialProcess {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            self.credentials()
                .await
                .map_err(CredentialsError::provider_error)
        })
    }
}

impl CredentialProcess {
    async fn credentials(&self) -> Result<Credentials, ProcessError> {
        let _stage = self
            .stage
            .during(format!("credential_process of profile {}", self.profile));
        let output = self.output().await?;
        let wanted = "expected is JSON with Version 1, AccessKeyId and SecretAccessKey";
        read_credentials(&output).map_err(|what| self.failed(&format!("{what}: {wanted}")))
    }

    /// What the process writes to stdout, if it ends well.
    async fn output(&self) -> Result<Vec<u8>, ProcessError> {
        let mut child = self.start()?;
        let _group = Group::of(&child);
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(self.failed("cannot be read from"));
        };
        let mut written = Written::default();
        let status = written.read_to_the_end(&mut child, stdout, stderr).await;
        if written.stdout.len() > MAX_STDOUT_BYTES {
            return Err(self.failed(&format!(
                "printed more than {} KiB",
                MAX_STDOUT_BYTES / 1024
            )));
        }
        match status {
            Ok(status) if status.success() => Ok(written.stdout),
            Ok(status) => Err(self.failed(&format!(
                "{}: {}",
                how_ended(status),
                quoted(&written.stderr)
            ))),
            Err(error) => Err(self.failed(&format!("cannot be waited for: {error}"))),
        }
    }

    fn start(&self) -> Result<Child, ProcessError> {
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let spawned = command.process_group(0).kill_on_drop(true).spawn();
        spawned.map_err(|error| self.failed(&format!("cannot be started: sh: {error}")))
    }

    fn failed(&self, how: &str) -> ProcessError {
        ProcessError(format!(
            "credential_process of profile {} {how}",
            self.profile
        ))
    }
}

/// What a process has written so far.
#[derive(Default)]
struct Written {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Written {
    /// Reads until the process has ended, or has written too much.
    async fn read_to_the_end(
        &mut self,
        child: &mut Child,
        mut stdout: ChildStdout,
        mut stderr: ChildStderr,
    ) -> io::Result<ExitStatus> {
        let Self {
            stdout: output,
            stderr: complaint,
        } = self;
        let reading = async {
            let output = async {
                read_head(&mut stdout, MAX_STDOUT_BYTES + 1, output).await?;
                if output.len() > MAX_STDOUT_BYTES {
                    Err(ErrorKind::FileTooLarge.into())
                } else {
                    Ok(())
                }
            };
            let complaint = async {
                read_head(&mut stderr, MAX_STDERR_BYTES, complaint).await?;
                // A full pipe would stop the process, so the rest is read and thrown away.
                tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await
            };
            tokio::try_join!(output, complaint).map(drop)
        };
        let mut reading = pin!(reading);
        tokio::select! {
            status = child.wait() => {
                let _ = timeout(OUTPUT_GRACE, reading).await;
                status
            }
            read = &mut reading => {
                read?;
                child.wait().await
            }
        }
    }
}

async fn read_head(
    from: impl AsyncRead + Unpin,
    bytes: usize,
    into: &mut Vec<u8>,
) -> io::Result<()> {
    from.take(u64::try_from(bytes).unwrap_or(u64::MAX))
        .read_to_end(into)
        .await
        .map(drop)
}

/// A running process with all its children; killed when dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let group = child
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        running().extend(group.map(|group| group.as_raw_nonzero().get()));
        Self(group)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let Some(group) = self.0 else { return };
        // It has mostly ended by itself.
        let _ = kill_process_group(group, Signal::KILL);
        running().remove(&group.as_raw_nonzero().get());
    }
}

fn how_ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(127), _) => "exited with code 127, command not found".to_owned(),
        (Some(code), _) => format!("exited with code {code} (run it by hand to see why)"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "has ended without an exit code".to_owned(),
    }
}

/// Beginning and end of what a process complained about, on one line and without what looks like a
/// secret.
fn quoted(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect();
    let line: Vec<char> = masking::without_keys(&words.join(" ")).chars().collect();
    match line.len() {
        0 => "it said nothing on stderr".to_owned(),
        length if length <= 2 * QUOTED_CHARS => line.iter().collect(),
        length => {
            let (head, tail) = (&line[..QUOTED_CHARS], &line[length - QUOTED_CHARS..]);
            format!(
                "{} ... {}",
                head.iter().collect::<String>(),
                tail.iter().collect::<String>()
            )
        }
    }
}

/// Reads the JSON. What it is found to lack never quotes it, because it may hold secrets.
fn read_credentials(output: &[u8]) -> Result<Credentials, &'static str> {
    if output.trim_ascii().is_empty() {
        return Err("printed nothing");
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(output) else {
        return Err("did not print a JSON object");
    };
    // The SDKs do not mind the case of the names.
    let member = |name: &str| {
        members
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let text = |name: &str| {
        member(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    if member("Version").and_then(Value::as_u64) != Some(1) {
        return Err("printed no Version 1");
    }
    let id = text("AccessKeyId").ok_or("printed no AccessKeyId")?;
    let secret = text("SecretAccessKey").ok_or("printed no SecretAccessKey")?;
    let expiration = text("Expiration").map(time).transpose()?;
    Ok(Credentials::new(
        id,
        secret,
        text("SessionToken").map(str::to_owned),
        expiration,
        "CredentialProcess",
    ))
}

fn time(text: &str) -> Result<SystemTime, &'static str> {
    let time = DateTime::from_str(text, Format::DateTimeWithOffset).ok();
    time.and_then(|time| SystemTime::try_from(time).ok())
        .ok_or("printed an Expiration that is no RFC 3339 time")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"Version": 1, "AccessKeyId": "id", "SecretAccessKey": "s3cret"}"#;

    #[test]
    fn credentials_are_read_with_and_without_token_and_end() {
        let credentials = read_credentials(GOOD.as_bytes()).expect("good");
        assert_eq!(
            (credentials.access_key_id(), credentials.secret_access_key()),
            ("id", "s3cret")
        );
        assert_eq!(
            (credentials.session_token(), credentials.expiry()),
            (None, None)
        );
        for end in ["2030-01-02T03:04:05Z", "2030-01-02T05:04:05.000+02:00"] {
            let more = format!(r#", "SESSIONTOKEN": "token", "Expiration": "{end}"}}"#);
            let credentials = read_credentials(GOOD.replace('}', &more).as_bytes()).expect("good");
            assert_eq!(credentials.session_token(), Some("token"));
            let since_epoch = credentials
                .expiry()
                .expect("an end")
                .duration_since(SystemTime::UNIX_EPOCH);
            assert_eq!(
                since_epoch.expect("later").as_secs(),
                1_893_553_445,
                "{end}"
            );
        }
        let nulls = GOOD.replace('}', r#", "SessionToken": null, "Expiration": null}"#);
        assert!(read_credentials(nulls.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_is_quoted() {
        for (from, to, missing) in [
            ("Version", "version2", "Version"),
            ("1", "2", "Version"),
            ("1", "\"1\"", "Version"),
            ("AccessKeyId", "x", "AccessKeyId"),
            ("\"id\"", "7", "AccessKeyId"),
            ("\"s3cret\"", "\"\"", "SecretAccessKey"),
            (
                "\"s3cret\"",
                "\"s3cret\", \"Expiration\": \"s3cret\"",
                "Expiration",
            ),
            ("{", "[", "JSON"),
            (GOOD, " \n", "nothing"),
            (GOOD, "s3cret", "JSON"),
        ] {
            let what = read_credentials(GOOD.replacen(from, to, 1).as_bytes()).expect_err(to);
            assert!(what.contains(missing) && !what.contains("s3cret"), "{what}");
        }
    }

    #[test]
    fn the_way_in_which_a_process_ended_is_told() {
        assert!(how_ended(ExitStatus::from_raw(3 << 8)).starts_with("exited with code 3"));
        assert_eq!(how_ended(ExitStatus::from_raw(9)), "was ended by signal 9");
    }

    #[test]
    fn a_complaint_is_quoted_from_both_ends_on_one_line() {
        assert_eq!(quoted(b"a\n\x1bb\r\n"), "a b");
        assert_eq!(quoted(b" \n"), "it said nothing on stderr");
        let long = quoted(format!("first {} last", "x ".repeat(500)).as_bytes());
        assert!(
            long.starts_with("first x") && long.ends_with("x last") && long.chars().count() < 140,
            "{long}"
        );
        assert!(!quoted(b"export KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").contains("wJal"));
    }
}
