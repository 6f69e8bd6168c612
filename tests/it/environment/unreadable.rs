//! Files on a mount that is dead. A pipe that nobody writes to stands for one, because opening it
//! does not return.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tempfile::TempDir;

use crate::support::{CREDENTIALS, run_with};

/// The path that the message must name, and the environment that leads to it.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

/// The program gives up a file after 10 s; the rest is for a machine that is busy.
const MAX_START: Duration = Duration::from_secs(18);

fn pipe(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_file_that_never_opens_is_told_by_name() {
    let folder = TempDir::new().unwrap();
    let path = pipe(folder.path(), "exporter.yaml");
    let asked = Instant::now();
    let run = run_with(&[], &["check-config", "--config.file", &path]).await;
    assert_eq!(run.code, Some(78), "{}", run.err);
    assert!(
        run.err
            .starts_with(&format!("{path}: the configuration file cannot be read")),
        "{}",
        run.err
    );
    assert!(asked.elapsed() < MAX_START, "{:?}", asked.elapsed());
}

async fn is_told(names: &[&str], environment: &[(&str, &str)]) {
    let asked = Instant::now();
    let run = run_with(environment, &["check-config"]).await;
    assert_eq!(run.code, Some(78), "{}", run.err);
    for name in names {
        assert!(run.err.contains(name), "{name} is not in {}", run.err);
    }
    assert!(
        asked.elapsed() < MAX_START,
        "{names:?} took {:?}",
        asked.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_never_opens_is_told_by_name_and_does_not_hold_the_program() {
    let folder = TempDir::new().unwrap();
    let region = ("AWS_REGION", "eu-west-1");
    let config = pipe(folder.path(), "config");
    let token = pipe(folder.path(), "token");
    let bundle = pipe(folder.path(), "bundle");
    std::fs::create_dir(folder.path().join(".aws")).unwrap();
    let default = pipe(&folder.path().join(".aws"), "credentials");
    let role = ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x");
    let home = folder.path().to_str().unwrap();
    let cases: [Case<'_>; 4] = [
        (
            &["AWS_CONFIG_FILE", &config],
            &[region, ("AWS_CONFIG_FILE", &config)],
        ),
        (&[&default], &[region, ("HOME", home)]),
        (
            &["AWS_CA_BUNDLE", &bundle],
            &[
                region,
                CREDENTIALS[0],
                CREDENTIALS[1],
                ("AWS_CA_BUNDLE", &bundle),
            ],
        ),
        (
            &["SSL_CERT_FILE"],
            &[
                region,
                CREDENTIALS[0],
                CREDENTIALS[1],
                ("SSL_CERT_FILE", &bundle),
            ],
        ),
    ];
    join_all(
        cases
            .iter()
            .map(|(names, environment)| is_told(names, environment)),
    )
    .await;
    // A token is read anew before each refresh, because its mount may be back by then. So the
    // program starts, and names the file that hangs.
    let run = run_with(
        &[region, role, ("AWS_WEB_IDENTITY_TOKEN_FILE", &token)],
        &["check-config"],
    )
    .await;
    assert_eq!(run.code, Some(0), "{}", run.err);
}
