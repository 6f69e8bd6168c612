//! Real processes of a `credential_process`, with a limit short enough for tests.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_credential_types::provider::ProvideCredentials;

use crate::aws::credential_process::{CredentialProcess, end_credential_processes};
use crate::aws::provider_error::to_source_error;
use crate::aws::resolution::{Load, Resolver};
use crate::model::FailureReason;

/// Held by each test, because ending the processes of the program ends those of all tests.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Writes down the process ids of its child and of itself, and waits for ever.
const HANGS: &str = "sleep 600 & echo $! >> pids; echo $$ >> pids; wait";

fn resolver(directory: &Path, script: &str, limit: Duration) -> Resolver {
    let command = format!("cd '{}'; {script}", directory.display());
    let load: Arc<Load> = Arc::new(move |stage| {
        let process = CredentialProcess {
            profile: "dev".to_owned(),
            command: command.clone(),
            stage,
        };
        Box::pin(async move {
            process
                .provide_credentials()
                .await
                .map_err(|error| to_source_error(&error))
        })
    });
    Resolver::with_limit(load, limit)
}

fn pids(directory: &Path) -> Vec<u32> {
    let text = fs::read_to_string(directory.join("pids")).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

/// Whether a process has ended; nobody need have waited for it yet.
fn is_gone(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_none_or(|rest| rest.trim().is_empty() || rest.trim().starts_with('Z'))
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(10), "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_process_that_hangs_ends_with_its_attempt_and_the_next_one_follows() {
    let _alone = ALONE.lock().await;
    let directory = tempfile::tempdir().expect("a directory");
    let resolver = resolver(directory.path(), HANGS, Duration::from_millis(500));
    for attempt in 1..=2 {
        let error = resolver.resolve().await.expect_err("hangs");
        assert_eq!(error.reason, FailureReason::Timeout);
        assert_eq!(
            error.detail,
            "credential_process of profile dev did not answer within 0.5 s"
        );
        let pids = pids(directory.path());
        assert_eq!(pids.len(), 2 * attempt, "the shell and its child");
        until("gone", || pids.iter().all(|pid| is_gone(*pid))).await;
        // It is up to the machine to wait for the child, but the shell is our own child.
        let shells: Vec<_> = pids
            .iter()
            .skip(1)
            .step_by(2)
            .map(|pid| Path::new("/proc").join(pid.to_string()))
            .collect();
        until("waited for", || shells.iter().all(|shell| !shell.exists())).await;
    }
}

#[tokio::test]
async fn a_process_whose_attempt_is_given_up_is_ended() {
    let _alone = ALONE.lock().await;
    let directory = tempfile::tempdir().expect("a directory");
    let resolver = resolver(directory.path(), HANGS, Duration::from_mins(1));
    {
        let mut attempt = std::pin::pin!(resolver.resolve());
        tokio::select! {
            _ = &mut attempt => panic!("it hangs"),
            () = until("started", || pids(directory.path()).len() == 2) => {}
        }
    }
    until("gone", || {
        pids(directory.path()).iter().all(|pid| is_gone(*pid))
    })
    .await;
}

#[tokio::test]
async fn the_end_of_the_program_ends_what_runs() {
    let _alone = ALONE.lock().await;
    let directory = tempfile::tempdir().expect("a directory");
    let resolver = resolver(directory.path(), HANGS, Duration::from_mins(1));
    let end = async {
        until("started", || pids(directory.path()).len() == 2).await;
        end_credential_processes();
    };
    let (answer, ()) = tokio::join!(resolver.resolve(), end);
    assert!(
        answer
            .expect_err("killed")
            .detail
            .contains("was ended by signal 9")
    );
    until("the child is gone", || {
        pids(directory.path()).into_iter().all(is_gone)
    })
    .await;
}

#[tokio::test]
async fn what_holds_the_output_open_is_not_waited_for() {
    let _alone = ALONE.lock().await;
    let directory = tempfile::tempdir().expect("a directory");
    let print = r#"echo '{"Version": 1, "AccessKeyId": "id", "SecretAccessKey": "s"}'"#;
    let script = format!("sleep 600 & echo $! >> pids; {print}");
    let resolver = resolver(directory.path(), &script, Duration::from_mins(1));
    let start = Instant::now();
    assert_eq!(
        resolver
            .resolve()
            .await
            .expect("credentials")
            .access_key_id(),
        "id"
    );
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    until("gone", || {
        pids(directory.path()).iter().all(|pid| is_gone(*pid))
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_complaints_is_read_and_thrown_away() {
    let _alone = ALONE.lock().await;
    let directory = tempfile::tempdir().expect("a directory");
    let script = "head -c 100000000 /dev/zero >&2; echo later >&2; exit 5";
    let error = resolver(directory.path(), script, Duration::from_mins(1))
        .resolve()
        .await
        .expect_err("fails");
    assert!(
        error.detail.contains("exited with code 5") && error.detail.len() < 400,
        "{error}"
    );
}
