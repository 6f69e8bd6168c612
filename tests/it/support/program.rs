//! The program itself, in an environment that has nothing of the machine's.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::in_time;

/// How a run of the program ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Credentials that the simulator takes for those of its first account.
pub(crate) const CREDENTIALS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIAKNOWNKEYID"),
    ("AWS_SECRET_ACCESS_KEY", "known-secret-key"),
];

/// The program with these arguments, in an environment that has nothing of the machine's.
pub(crate) fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssm-compliance-exporter"));
    command
        .args(arguments)
        .env_clear()
        // The program finds neither a profile nor the identity of the machine.
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs the program to its end, without credentials.
pub(crate) async fn run(arguments: &[&str]) -> Run {
    run_with(&[], arguments).await
}

/// Runs the program to its end.
pub(crate) async fn run_with(environment: &[(&str, &str)], arguments: &[&str]) -> Run {
    let output = in_time("the program", command(arguments, environment).output())
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The address in the log line that tells it, in either log format.
fn told_address(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("addresses")?;
    rest.trim_start_matches(['"', '=', ':'])
        .split(['"', ' '])
        .next()
}

/// A server that runs until it is dropped or is told to stop.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Program {
    /// Starts the program on a free port, and waits until it listens.
    pub(crate) async fn start(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::start_with(command(&on_a_free_port(arguments), environment), true).await
    }

    /// Starts the program in the same way, but nobody reads its log once it listens.
    pub(crate) async fn start_unread(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::start_with(command(&on_a_free_port(arguments), environment), false).await
    }

    /// Starts a command that says on which address it listens, as the program does.
    pub(crate) async fn start_with(mut command: Command, reads_on: bool) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let (listening, address) = oneshot::channel();
        let written = Arc::clone(&log);
        tokio::spawn(async move {
            let mut listening = Some(listening);
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((address, listening)) =
                    told_address(&line).and_then(|it| Some((it, listening.take()?)))
                {
                    let _ = listening.send(address.parse().unwrap());
                    if !reads_on {
                        // The pipe stays open, and is full at some time.
                        return std::future::pending().await;
                    }
                }
                let mut log = written.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let address = in_time("start of the program", address).await;
        let address =
            address.unwrap_or_else(|_| panic!("the program ended: {}", log.lock().unwrap()));
        Self {
            child,
            address,
            log,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Everything that it has written to stderr so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Sends a signal by name, with kill(1).
    pub(crate) async fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.pid().to_string()])
            .status()
            .await
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end of the program.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        in_time("end of the program", self.child.wait())
            .await
            .unwrap()
    }

    /// A line of `/proc/PID/status`, in kilobytes or as a plain number.
    pub(crate) fn status(&self, key: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap();
        line.trim_start_matches(':')
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }
}

fn on_a_free_port<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--web.listen-address", "127.0.0.1:0"]].concat()
}
