//! `credential_process`: what it may print, how it may end, and that it never outlives the attempt
//! for which it was started.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::{Home, PRINT_CREDENTIALS, borrowed, environment, failures, is_running, once, reason};
use crate::support::{Aws, PATIENCE, Program, get, in_time};

const DEV: (&str, &str) = ("AWS_PROFILE", "dev");

/// A script that writes down its own process id and that of its child, and then waits for ever.
const HANGS: &str = "sleep 600 &\necho $! >> pids\necho $$ >> pids\necho $$ >> started\nwait";

async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_fails_is_named_with_its_profile_and_how_it_ended() {
    let aws = Aws::of(1).await;
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let json = r#"{"Version": 1, "AccessKeyId": "AKIAKNOWNKEYID"}"#;
    let cases: Vec<(String, &str)> = vec![
        (
            "echo 'the vault is locked' >&2; exit 3".to_owned(),
            "exited with code 3",
        ),
        (
            "echo 'the vault is locked' >&2; exit 3".to_owned(),
            "the vault is locked",
        ),
        (format!("echo 'got {secret}' >&2; exit 3"), "got <redacted>"),
        ("exit 3".to_owned(), "said nothing"),
        ("kill -9 $$".to_owned(), "exited with code 137"),
        (
            "no-such-program --secret s3cret".to_owned(),
            "exited with code 127",
        ),
        ("true".to_owned(), "printed nothing"),
        (format!("echo {secret}"), "did not print a JSON object"),
        (format!("echo '{json}'"), "printed no SecretAccessKey"),
        ("cat /dev/zero".to_owned(), "printed more than 64 KiB"),
        (
            "head -c 20000000 /dev/zero | tr '\\0' x >&2; exit 4".to_owned(),
            "exited with code 4",
        ),
        (
            "yes 'line after line' | head -c 20000000 >&2; exit 4".to_owned(),
            "line after line",
        ),
    ];
    let runs = cases.into_iter().map(|(script, said)| {
        let aws = &aws;
        async move {
            let run = once(&Home::with_process(&script), aws, &[DEV]).await;
            let log = failures(&run.err);
            assert_eq!(reason(&run), "invalid_credentials", "{script}: {log}");
            assert!(
                log.contains("credential_process of profile dev"),
                "{script}: {log}"
            );
            assert!(log.contains(said), "{script}: {said} is missing in {log}");
            assert!(
                run.err.len() < 20_000,
                "{script}: {} bytes in the log",
                run.err.len()
            );
            for hidden in [secret, "s3cret", "AKIAKNOWNKEYID"] {
                assert!(!log.contains(hidden), "{script}: {hidden} is in {log}");
            }
        }
    });
    join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_hangs_holds_up_nobody_and_ends_with_the_exporter() {
    let aws = Aws::of(1).await;
    let home = Home::with_process(HANGS);
    let accounts = "accounts:\n  - regions: [eu-west-1, us-east-1]\n";
    home.write(
        "exporter.yaml",
        &format!("refresh:\n  interval: 1s\n  stale_after: 5s\n{accounts}"),
    );
    let environment = environment(&home, &aws, &[DEV]);
    let arguments = ["serve", "--config.file", &home.text("exporter.yaml")];
    let mut program = Program::start(&borrowed(&environment), &arguments).await;
    until("started", || home.pids("started").len() == 1).await;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        let healthy = get(program.address, "/-/healthy", "");
        assert_eq!(
            tokio::time::timeout(Duration::from_secs(1), healthy)
                .await
                .expect("at once")
                .code,
            200
        );
        sleep(Duration::from_millis(100)).await;
    }
    let pids = home.pids("pids");
    assert_eq!(
        (home.pids("started").len(), pids.len()),
        (1, 2),
        "one for both targets"
    );
    assert!(pids.iter().all(|pid| is_running(*pid)));
    program.signal("TERM").await;
    assert!(program.ended().await.success());
    until("the process and its child are gone", || {
        pids.iter().all(|pid| !is_running(*pid))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_process_leaves_behind_outlives_a_run() {
    let aws = Aws::of(1).await;
    for redirection in ["", ">/dev/null 2>&1"] {
        let home = Home::with_process(&format!(
            "sleep 600 {redirection} &\necho $! >> pids\n{PRINT_CREDENTIALS}"
        ));
        let run = in_time("once", once(&home, &aws, &[DEV])).await;
        assert_eq!(run.code, Some(0), "{}", run.err);
        let pids = home.pids("pids");
        assert_eq!(pids.len(), 1);
        until("the child is gone", || {
            pids.iter().all(|pid| !is_running(*pid))
        })
        .await;
    }
}

/// Opening a FIFO that nobody writes to hangs, as a file on a dead mount does.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_that_hangs_holds_up_nobody_and_is_read_when_it_is_there() {
    let aws = Aws::of(1).await;
    let home = Home::new();
    let made = tokio::process::Command::new("mkfifo")
        .arg(home.path("token"))
        .status()
        .await
        .unwrap();
    assert!(made.success());
    let accounts = "accounts:\n  - regions: [eu-west-1, us-east-1, eu-west-2, eu-central-1]\n";
    home.write(
        "exporter.yaml",
        &format!("refresh:\n  interval: 1s\n  stale_after: 5s\n{accounts}"),
    );
    let token = home.text("token");
    let arn = crate::support::role(crate::support::OWN);
    let more = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()),
        ("AWS_ROLE_ARN", arn.as_str()),
    ];
    let environment = environment(&home, &aws, &more);
    let arguments = ["serve", "--config.file", &home.text("exporter.yaml")];
    let mut program = Program::start(&borrowed(&environment), &arguments).await;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        let healthy = get(program.address, "/-/healthy", "");
        assert_eq!(
            tokio::time::timeout(Duration::from_secs(1), healthy)
                .await
                .expect("at once")
                .code,
            200
        );
        sleep(Duration::from_millis(100)).await;
    }
    // The simulator knows no web identities, so it refuses every token that arrives. That is enough
    // to see that the token was sent.
    home.write("there", "a.web.token");
    let (fifo, there) = (home.path("token"), home.path("there"));
    let opened = tokio::task::spawn_blocking(move || {
        let mut written = std::fs::OpenOptions::new().write(true).open(&fifo)?;
        std::fs::rename(there, fifo)?;
        std::io::Write::write_all(&mut written, b"a.web.token")
    });
    in_time("somebody reads", opened).await.unwrap().unwrap();
    until("the token is used", || {
        program
            .log()
            .contains("cannot assume the role with the web identity token")
    })
    .await;
    program.signal("TERM").await;
    assert!(program.ended().await.success());
}
