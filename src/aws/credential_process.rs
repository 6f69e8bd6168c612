//! Runs the `credential_process` of a profile, in place of the SDK's own provider for it.
//!
//! The SDK's provider leaves the process and its children behind when it is given up, and takes in
//! whatever they write. Here the process leads a group of its own, which is killed as a whole at
//! the end of the attempt, however that comes, and what it writes is bounded. The format is that of
//! "Sourcing credentials with an external process" in the AWS SDKs and Tools guide.

mod answer;
mod group;
mod output;

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use tokio::process::{Child, Command};

use super::detail::words;
use super::redaction::masking;
use super::resolution::Stage;
use group::ProcessGroup;
pub use group::end_credential_processes;
use output::{MAX_STDOUT_BYTES, Pipes, ProcessOutput};

/// How much of what the process complains about an error quotes, from its beginning and from its
/// end.
const QUOTED_CHARS: usize = 60;

/// The `credential_process` of a profile.
pub(super) struct CredentialProcess {
    pub(super) profile: String,
    /// May hold secrets among its arguments, so it is never shown.
    pub(super) command: String,
    pub(super) stage: Stage,
}

/// Why a process has given no credentials.
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
        let name = format!("credential_process of profile {}", self.profile);
        let _stage = self.stage.during(name);
        let output = self.run().await?;
        let wanted = "expected is JSON with Version 1, AccessKeyId and SecretAccessKey";
        answer::read(&output).map_err(|what| self.failed(&format!("{what}: {wanted}")))
    }

    /// What the process writes to stdout, if it ends well.
    async fn run(&self) -> Result<Vec<u8>, ProcessError> {
        let mut child = self.start()?;
        // Kills the process and its children in whatever way this function is left.
        let _group = ProcessGroup::of(&child);
        let Some(pipes) = Pipes::of(&mut child) else {
            return Err(self.failed("cannot be read from"));
        };
        let mut output = ProcessOutput::default();
        let ended = output.read_to_the_end(&mut child, pipes).await;
        // Asked first, because reading too much ends in an error, too.
        if output.is_too_long() {
            return Err(self.printed_too_much());
        }
        match ended {
            Ok(status) if status.success() => Ok(output.stdout),
            Ok(status) => Err(self.ended_badly(status, &output.stderr)),
            Err(error) => Err(self.failed(&format!("cannot be waited for: {error}"))),
        }
    }

    fn printed_too_much(&self) -> ProcessError {
        let limit = MAX_STDOUT_BYTES / 1024;
        self.failed(&format!("printed more than {limit} KiB"))
    }

    fn ended_badly(&self, status: ExitStatus, complaint: &[u8]) -> ProcessError {
        let how = how_ended(status);
        self.failed(&format!("{how}: {}", quoted(complaint)))
    }

    fn start(&self) -> Result<Child, ProcessError> {
        self.shell()
            .spawn()
            .map_err(|error| self.failed(&format!("cannot be started: sh: {error}")))
    }

    fn shell(&self) -> Command {
        // The profile holds a command line with quotes and variables, which a shell has to read.
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.command])
            // A program that asks for a password must fail at once instead of waiting for an
            // answer.
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // The shell leads a group of its own, so that its children can be killed with it.
            .process_group(0)
            .kill_on_drop(true);
        command
    }

    fn failed(&self, how: &str) -> ProcessError {
        let profile = &self.profile;
        ProcessError(format!("credential_process of profile {profile} {how}"))
    }
}

fn how_ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        // The exit code of a shell that finds no such command.
        (Some(127), _) => "exited with code 127, command not found".to_owned(),
        (Some(code), _) => format!("exited with code {code} (run it by hand to see why)"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "has ended without an exit code".to_owned(),
    }
}

/// The beginning and the end of what a process has complained about, on one line and without what
/// looks like a secret.
fn quoted(complaint: &[u8]) -> String {
    let line = line_without_keys(complaint);
    if line.is_empty() {
        return "it said nothing on stderr".to_owned();
    }
    shortened(line)
}

fn line_without_keys(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let words: Vec<&str> = words(&text).collect();
    // Nobody knows the secrets of the process, so only their form can give them away.
    masking::without_keys(&words.join(" "))
}

/// Programs say what they are about first and what went wrong last, so the middle is left out.
fn shortened(line: String) -> String {
    // Counted in characters, because a cut between two bytes of one would not be text.
    let chars: Vec<char> = line.chars().collect();
    if chars.len() <= 2 * QUOTED_CHARS {
        return line;
    }
    let head: String = chars[..QUOTED_CHARS].iter().collect();
    let tail: String = chars[chars.len() - QUOTED_CHARS..].iter().collect();
    format!("{head} ... {tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

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
