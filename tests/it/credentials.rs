//! Where credentials come from, and what the program says when there are none. It runs with the
//! real SDK in an environment and with files of its own.

mod messages;
mod process;
mod sources;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Aws, Format, Page, Run, run_with};

/// A home directory with a folder `.aws`.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(home.path(".aws/sso/cache")).unwrap();
        home
    }

    /// A home directory with this `.aws/config`.
    pub(crate) fn with(config: &str) -> Self {
        let home = Self::new();
        home.write(".aws/config", config);
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, contents: &str) {
        fs::write(self.path(name), contents).unwrap();
    }

    /// Adds a shell script, and a profile `dev` that runs it for its credentials.
    pub(crate) fn with_process(script: &str) -> Self {
        let home = Self::new();
        home.write(
            "process",
            &format!("#!/bin/sh\ncd '{}'\n{script}\n", home.0.path().display()),
        );
        fs::set_permissions(home.path("process"), fs::Permissions::from_mode(0o755)).unwrap();
        home.write(
            ".aws/config",
            &format!(
                "[profile dev]\ncredential_process = {}\n",
                home.text("process")
            ),
        );
        home
    }

    /// The process ids in a file that a script has written.
    pub(crate) fn pids(&self, name: &str) -> Vec<u32> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }
}

/// Shell code that prints credentials of the simulator's first account, as a `credential_process`
/// does.
pub(crate) const PRINT_CREDENTIALS: &str = r#"echo '{"Version": 1, "AccessKeyId": "AKIAKNOWNKEYID", "SecretAccessKey": "known-secret-key"}'"#;

/// The environment of a program with this home directory and this AWS, and what the test adds.
pub(crate) fn environment<'a>(
    home: &Home,
    aws: &Aws,
    more: &[(&'a str, &str)],
) -> Vec<(&'a str, String)> {
    let home = home.0.path().to_str().unwrap().to_owned();
    let own = [
        ("HOME", home),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_ENDPOINT_URL", aws.url.clone()),
    ];
    own.into_iter()
        .chain(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        )
        .collect()
}

pub(crate) fn borrowed<'a>(environment: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// Runs one refresh and ends.
pub(crate) async fn once(home: &Home, aws: &Aws, more: &[(&str, &str)]) -> Run {
    run_with(&borrowed(&environment(home, aws, more)), &["once"]).await
}

/// Why every collector failed. Empty if none did.
pub(crate) fn reason(run: &Run) -> String {
    let page =
        Page::read(&run.out, Format::Text).unwrap_or_else(|error| panic!("{error}: {}", run.err));
    let mut reasons = page
        .matching("aws_ssm_collector_error_info", &[])
        .map(|(series, _)| series.label("reason"));
    let first = reasons.next().unwrap_or_default().to_owned();
    assert!(reasons.all(|reason| reason == first), "{}", run.out);
    first
}

/// What the exporter itself says of failures in the log, without the lines of libraries.
pub(crate) fn failures(log: &str) -> String {
    log.lines()
        .filter(|line| line.contains("target_name="))
        .collect::<Vec<_>>()
        .join("\n")
}

pub(crate) fn is_running(pid: u32) -> bool {
    // A process that has ended but that nobody has waited for is a zombie, whose state is Z.
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"))
        .unwrap_or_default();
    status
        .rsplit(')')
        .next()
        .is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

/// A server that answers every request with what `answer` makes of it. If that is empty, it never
/// answers.
pub(crate) async fn serving(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = std::sync::Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = std::sync::Arc::clone(&answer);
            tokio::spawn(async move {
                let mut head = vec![0; 16 * 1024];
                let length = stream.read(&mut head).await.unwrap_or_default();
                let reply = answer(&String::from_utf8_lossy(&head[..length]));
                if reply.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _ = stream.write_all(reply.as_bytes()).await;
            });
        }
    });
    address
}

pub(crate) fn http(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

/// An address at which nobody listens.
pub(crate) async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}
