//! An instance is found by its id or its name, in whichever target it is.

use std::path::PathBuf;

use ssm_simulator::{Fault, FaultKind};
use tempfile::TempDir;

use super::program::{explain, instance};
use super::reading::REGION;
use crate::support::{Aws, CREDENTIALS, OTHER, OWN, Run, Settings, run_with};

/// The three targets of the usual settings.
fn file(aws: &Aws) -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("exporter.yaml");
    std::fs::write(&path, Settings::default().yaml(aws)).unwrap();
    (directory, path)
}

async fn explain_in_all(aws: &Aws, arguments: &[&str]) -> Run {
    let (_directory, path) = file(aws);
    let path = path.to_str().unwrap();
    let arguments = [&["explain", "--config.file", path], arguments].concat();
    run_with(&CREDENTIALS, &arguments).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_found_in_whichever_target_it_is() {
    let aws = Aws::of(40).await;
    for (account, region, shown) in [(OWN, "us-east-1", OWN), (OTHER, REGION, "production")] {
        let id = &aws.outline(account, region).instances[7].instance_id;
        let run = explain_in_all(&aws, &[id]).await;
        assert!(
            run.out.contains(id) && run.out.contains(region),
            "{}\n{}",
            run.out,
            run.err
        );
        assert!(run.out.contains(shown), "{}", run.out);
        assert_eq!(run.err, "");
        // Elsewhere it is not looked for.
        let run = explain_in_all(&aws, &[id, "--account-id", account, "--region", region]).await;
        assert!(run.out.contains(id), "{}", run.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_targets_that_are_asked_for_are_asked() {
    let aws = Aws::of(40).await;
    let id = &aws.outline(OWN, "us-east-1").instances[7].instance_id;
    let run = explain_in_all(&aws, &[id, "--account-id", OTHER]).await;
    assert_eq!(run.code, Some(3), "{}", run.out);
    let asked: Vec<_> = aws
        .requests()
        .into_iter()
        .filter(|row| row.operation.contains("Compliance"))
        .collect();
    assert!(!asked.is_empty());
    assert!(asked.iter().all(|row| row.account == OTHER), "{asked:?}");
    let run = explain_in_all(&aws, &[id, "--region", "eu-north-1"]).await;
    assert_eq!(run.code, Some(78), "{}", run.out);
    assert!(run.err.contains("--region"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_cannot_be_asked_may_have_what_is_unknown_elsewhere() {
    let aws = Aws::of(40).await;
    aws.break_with(["deny:AssumeRole".parse().unwrap()]);
    let hidden = &aws.outline(OTHER, REGION).instances[3].instance_id;
    let run = explain_in_all(&aws, &[hidden]).await;
    assert_eq!((run.code, run.out.trim()), (Some(3), ""));
    assert!(run.err.contains("is not known"), "{}", run.err);
    assert!(
        run.err
            .contains("production/eu-west-1 could not be asked: assume_role_failed"),
        "{}",
        run.err
    );
    // What is found is told without that.
    let found = instance(&aws, Some("Patch"));
    let run = explain_in_all(&aws, &[&found]).await;
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let denied = Fault::always(FaultKind::Deny);
    aws.break_with([denied]);
    let run = explain_in_all(&aws, &[&found]).await;
    assert_eq!(run.code, Some(3));
    assert!(
        run.err
            .contains("may be in 111122223333/us-east-1, which did not tell: ssm:"),
        "{}",
        run.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_name_is_accepted_where_it_is_unambiguous() {
    let aws = Aws::of(40).await;
    let id = instance(&aws, Some("Patch"));
    let rename = |account: &str, id: &str, name: &str| {
        let mut resource = aws.resource(account, REGION, id).unwrap();
        resource.instance.as_mut().unwrap().computer_name = name.to_owned();
        aws.replace(account, REGION, id, Some(resource));
    };
    rename(OWN, &id, "db-primary.example.com");
    for name in [
        "db-primary.example.com",
        "DB-Primary.example.com",
        "db-primary",
    ] {
        let run = explain_in_all(&aws, &[name]).await;
        assert_eq!(run.code, Some(1), "{name}: {}", run.err);
        assert!(run.out.contains(&id), "{}", run.out);
    }
    let other = aws.outline(OTHER, REGION).instances[5].instance_id.clone();
    rename(OTHER, &other, "db-primary.example.org");
    let run = explain_in_all(&aws, &["db-primary"]).await;
    assert_eq!((run.code, run.out.trim()), (Some(3), ""));
    for part in [
        "2 instances are called db-primary",
        &id,
        &other,
        "production/eu-west-1",
        "hint",
    ] {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
    // The region and the account make it unambiguous again.
    let run = explain_in_all(&aws, &["db-primary", "--account-id", OWN]).await;
    assert_eq!(run.code, Some(1), "{}", run.err);
    let run = explain_in_all(&aws, &["no-such-computer"]).await;
    assert_eq!(run.code, Some(3));
    assert!(
        run.err.contains("no-such-computer is not known"),
        "{}",
        run.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ghost_is_explained_from_what_aws_still_keeps() {
    let aws = Aws::of(40).await;
    let id = instance(&aws, Some("Patch"));
    aws.stop(OWN, REGION, &id);
    let run = explain(&aws, &[&id]).await;
    assert!(run.out.contains(&id), "{}\n{}", run.out, run.err);
    assert!(run.out.contains("terminated"), "{}", run.out);
}
