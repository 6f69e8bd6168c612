//! Every variable that the AWS SDK reads, each empty, with a space or a newline around it, and as
//! nonsense: either it counts as not set, or the program ends with 78 and the variable's name. It
//! never panics.

mod cases;
mod variables;

use super::parts::Authority;
use crate::support::{Aws, CREDENTIALS, run_with};
use cases::{cases, check};
use variables::{WITH_KEYS, WITHOUT_KEYS};

#[tokio::test(flavor = "multi_thread")]
async fn every_variable_counts_as_not_set_or_is_refused_by_name_and_none_panics() {
    // One certificate instead of the system's hundred makes each of the many runs quick.
    let aws = Aws::of(1).await;
    let authority = Authority::new();
    let mut complete: Vec<(&str, String)> = CREDENTIALS
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec();
    complete.push(("AWS_DEFAULT_REGION", "eu-west-1".to_owned()));
    complete.push(("AWS_ENDPOINT_URL_SSM", aws.url.clone()));
    complete.push(("AWS_ENDPOINT_URL_STS", aws.url.clone()));
    let all = WITH_KEYS.iter().flat_map(|variable| {
        // A refresh needs certificates, a region and an address of AWS. When the variable under
        // test counts as not set, another one must say them.
        let mut environment = complete.clone();
        if variable.name != "SSL_CERT_DIR" {
            environment.push(("SSL_CERT_FILE", authority.file()));
        }
        if variable.name == "AWS_DEFAULT_REGION" {
            environment.push(("AWS_REGION", "eu-west-1".to_owned()));
        }
        if variable.name.starts_with("AWS_ENDPOINT_URL_S") {
            environment.push(("AWS_ENDPOINT_URL", aws.url.clone()));
        }
        cases(variable, &environment, true)
    });
    check(all.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_variable_that_says_whence_credentials_come_is_held_to_its_form() {
    let authority = Authority::new();
    let all = WITHOUT_KEYS.iter().flat_map(|(variable, companions)| {
        let mut environment = vec![
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("SSL_CERT_FILE", authority.file()),
        ];
        environment.extend(
            companions
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        cases(variable, &environment, false)
    });
    check(all.collect()).await;
}

#[tokio::test]
async fn a_variable_that_is_not_text_is_refused_by_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_ssm-compliance-exporter"));
    command
        .arg("check-config")
        .env_clear()
        .env("AWS_REGION", OsStr::from_bytes(b"eu-\xff-1"));
    let output = command.output().await.unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{err}");
    assert!(
        err.starts_with("AWS_REGION: the value is not UTF-8 text\n  hint: "),
        "{err}"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let run = run_with(
        &[
            ("AWS_REGION", "x"),
            ("AWS_PROFILE", "y"),
            ("HTTPS_PROXY", "socks5://z"),
        ],
        &["check-config"],
    )
    .await;
    assert_eq!(run.code, Some(78));
    for name in ["AWS_REGION: ", "AWS_PROFILE: ", "HTTPS_PROXY: "] {
        assert!(run.err.contains(name), "{name} is not in {}", run.err);
    }
    assert_eq!(run.err.matches("\n  hint: ").count(), 3, "{}", run.err);
}
