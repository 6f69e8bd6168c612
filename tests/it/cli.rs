//! The program as its users meet it: flags, files, exit codes, signals, and what its errors say.

mod completions;
mod flags;
mod help;
mod manual;
mod output_file;
mod plan;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, Instant};

use crate::support::{
    Aws, CREDENTIALS, Format, OTHER, OWN, Page, Program, Run, Settings, get, role, run, run_with,
};

const PROGRAM: &str = "ssm-compliance-exporter";
const PROGRAM_PATH: &str = env!("CARGO_BIN_EXE_ssm-compliance-exporter");
/// Exit code for a configuration that is wrong.
const BAD_CONFIGURATION: Option<i32> = Some(78);

/// A temporary directory with one file in it.
fn file(text: &str) -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("exporter.yaml");
    std::fs::write(&path, text).unwrap();
    (directory, path)
}

async fn check(text: &str) -> Run {
    let (_directory, path) = file(text);
    run(&["check-config", "--config.file", path.to_str().unwrap()]).await
}

/// Asserts that this is an error of the program itself: lower case, no full stop, and the way out
/// beneath.
fn assert_helps(run: &Run, names: &[&str]) {
    assert_eq!(run.out, "");
    for name in names {
        assert!(run.err.contains(name), "{name} is not in {}", run.err);
    }
    assert!(run.err.contains("\n  hint: "), "{}", run.err);
    assert!(
        run.err.lines().all(|line| !line.ends_with('.')),
        "{}",
        run.err
    );
}

#[tokio::test]
async fn a_flag_that_does_not_exist_or_has_a_bad_value_is_a_usage_error_that_names_it() {
    for arguments in [
        ["--web.listen-adress", ":10068"],
        ["--web.listen-address", "10068"],
        ["--web.telemetry-path", "metrics"],
        ["--web.route-prefix", "https://tools.example.com/ssm"],
        ["--web.route-prefix", "/a/../b"],
        ["--log.level", "loud"],
        ["demo", "--sim.fault=explode"],
        ["demo", "--sim.drift=7"],
    ] {
        let Run { code, err, .. } = run(&arguments).await;
        assert_eq!(code, Some(2), "{arguments:?}: {err}");
        let named = arguments.iter().find_map(|word| {
            word.starts_with("--")
                .then(|| word.split('=').next().unwrap())
        });
        assert!(err.contains(named.unwrap()), "{err}");
    }
}

#[tokio::test]
async fn every_problem_of_a_file_is_told_at_once_with_line_and_hint() {
    let text = "refresh:\n  interval: 5\n  often: yes\napi:\n  requests_per_second: fast\n\
                accounts:\n  - regions: [eu-west-1, eu-west-1]\n";
    let run = check(text).await;
    assert_eq!(run.code, BAD_CONFIGURATION);
    assert_helps(
        &run,
        &[
            ".yaml:2: ",
            ".yaml:3: ",
            "often",
            ".yaml:5: ",
            "fast",
            ".yaml:7: ",
        ],
    );
    assert_eq!(run.err.matches("  hint: ").count(), 4, "{}", run.err);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_a_configuration_error_for_every_command() {
    let (_directory, path) = file("");
    let missing = path.with_extension("missing");
    for command in ["check-config", "once", "serve"] {
        let run = run(&[command, "--config.file", missing.to_str().unwrap()]).await;
        assert_eq!(run.code, BAD_CONFIGURATION, "{command}");
        assert_helps(&run, &[missing.to_str().unwrap()]);
    }
    let directory = run(&[
        "check-config",
        "--config.file",
        path.parent().unwrap().to_str().unwrap(),
    ])
    .await;
    assert_eq!(directory.code, BAD_CONFIGURATION);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read every file, so nothing can be made unreadable for it.
    if std::fs::read(&path).is_err() {
        let run = run(&["check-config", "--config.file", path.to_str().unwrap()]).await;
        assert_eq!(run.code, BAD_CONFIGURATION);
        assert_helps(&run, &[path.to_str().unwrap()]);
    }
}

#[tokio::test]
async fn a_variable_that_is_not_set_and_a_region_that_is_not_known_are_configuration_errors() {
    let run =
        check("accounts:\n  - regions: [eu-west-1]\n    account_name: ${NO_SUCH_VARIABLE}\n").await;
    assert_eq!(run.code, BAD_CONFIGURATION);
    assert_helps(&run, &["NO_SUCH_VARIABLE", "account_name"]);
    let run = check("refresh:\n  interval: 1m\n").await;
    assert_eq!(run.code, BAD_CONFIGURATION);
    assert_helps(&run, &["no region", "AWS_REGION"]);
}

#[tokio::test]
async fn a_good_file_is_confirmed_in_the_first_line() {
    let run = check("accounts:\n  - regions: [eu-west-1]\n").await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let first_line = run.out.lines().next().unwrap();
    assert!(
        first_line.ends_with("exporter.yaml is valid: 1 account, 1 target"),
        "{first_line}"
    );
}

#[tokio::test]
async fn a_busy_port_is_a_failure_that_names_the_port_and_the_flag() {
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let arguments = ["serve", "--web.listen-address", &address];
    let run = run_with(&[("AWS_REGION", "eu-west-1")], &arguments).await;
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(
        run.err.contains(&address) && run.err.contains("--web.listen-address"),
        "{}",
        run.err
    );
}

#[tokio::test]
async fn without_credentials_once_fails_and_page_and_log_say_why() {
    let run = run_with(&[("AWS_REGION", "eu-west-1")], &["once"]).await;
    assert_eq!(run.code, Some(1));
    let page = Page::read(&run.out, Format::Text).unwrap();
    let reasons = page.matching(
        "aws_ssm_collector_error_info",
        &[("reason", "invalid_credentials")],
    );
    assert_eq!(
        reasons.count(),
        page.count("aws_ssm_collector_success", &[])
    );
    assert!(run.err.contains("AWS_PROFILE"), "the way out: {}", run.err);
}

#[tokio::test]
async fn a_wrong_endpoint_is_a_failure_of_the_network() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let (_directory, path) = file(&format!(
        "api:\n  endpoint_url: http://{closed}\naccounts:\n  - regions: [eu-west-1]\n    role_arn: {}\n",
        role(OTHER)
    ));
    let run = run_with(
        &CREDENTIALS,
        &["once", "--config.file", path.to_str().unwrap()],
    )
    .await;
    assert_eq!(run.code, Some(1));
    let page = Page::read(&run.out, Format::Text).unwrap();
    assert_eq!(
        page.value("aws_ssm_up", &[("account_id", OTHER)]),
        Some(0.0)
    );
    assert_eq!(
        page.count("aws_ssm_collector_error_info", &[("reason", "network")]),
        7
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_printed_even_at_the_highest_level() {
    const EXTERNAL_ID: &str = "agreed-in-secret";
    let aws = Aws::of(5).await;
    // One account works and one is refused: both write much at this log level.
    for (external_id, code) in [(EXTERNAL_ID, 0), ("wrong-but-secret", 1)] {
        let accounts = format!(
            "accounts:\n  - regions: [eu-west-1]\n    role_arn: {}\n",
            role(OTHER)
        );
        let accounts = accounts + "    external_id: ${EXTERNAL_ID}\n";
        let (_directory, path) = file(
            &Settings {
                accounts,
                ..Settings::default()
            }
            .yaml(&aws),
        );
        if code == 1 {
            aws.break_with(["deny:AssumeRole".parse().unwrap()]);
        }
        let environment = [&CREDENTIALS[..], &[("EXTERNAL_ID", external_id)]].concat();
        let arguments = [
            "once",
            "--log.level",
            "trace",
            "--config.file",
            path.to_str().unwrap(),
        ];
        let run = run_with(&environment, &arguments).await;
        assert_eq!(run.code, Some(code), "{}", run.err);
        assert!(!run.err.is_empty());
        for secret in [external_id, CREDENTIALS[0].1, CREDENTIALS[1].1, "ASIA"] {
            assert!(
                !run.err.contains(secret) && !run.out.contains(secret),
                "{secret} in {}",
                run.err
            );
        }
    }
    let asked = aws
        .requests()
        .into_iter()
        .find(|request| request.operation == "AssumeRole")
        .unwrap();
    assert!(asked.body.contains(EXTERNAL_ID), "it was used");
}

#[tokio::test]
async fn a_health_check_asks_the_exporter_and_says_whom_it_asked() {
    let program = Program::start(&[], &["demo"]).await;
    let address = program.address.to_string();
    assert_eq!(
        run(&["healthcheck", "--web.listen-address", &address])
            .await
            .code,
        Some(0)
    );
    drop(program);
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let run = run(&["healthcheck", "--web.listen-address", &closed]).await;
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains(&closed), "{}", run.err);
    assert_eq!(
        run.err.matches("refused").count(),
        1,
        "the cause once: {}",
        run.err
    );
}

#[tokio::test]
async fn the_version_names_version_revision_and_compiler() {
    let run = run(&["--version"]).await;
    assert_eq!(run.code, Some(0));
    for part in [env!("CARGO_PKG_VERSION"), "revision", "rustc 1."] {
        assert!(run.out.contains(part), "{}", run.out);
    }
}

#[tokio::test]
async fn signals_end_the_program_well_and_soon_even_with_a_client_that_does_not_read() {
    for signal in ["TERM", "INT"] {
        let mut program = Program::start(&[], &["demo", "--sim.instances=60"]).await;
        // One client has sent half a request, and one takes no byte of its answer.
        let mut half = TcpStream::connect(program.address).await.unwrap();
        half.write_all(b"GET /metrics HT").await.unwrap();
        let mut deaf = TcpStream::connect(program.address).await.unwrap();
        deaf.write_all(
            "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
                .repeat(200)
                .as_bytes(),
        )
        .await
        .unwrap();
        assert_eq!(get(program.address, "/-/healthy", "").await.code, 200);
        let asked = Instant::now();
        program.signal(signal).await;
        let status = program.ended().await;
        assert_eq!(status.code(), Some(0), "SIG{signal}: {}", program.log());
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "SIG{signal} took {:?}",
            asked.elapsed()
        );
        drop((half, deaf));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_alone_is_configuration_enough() {
    let aws = Aws::of(5).await;
    let environment = [
        &CREDENTIALS[..],
        &[
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", aws.url.as_str()),
        ],
    ]
    .concat();
    let run = run_with(&environment, &["once"]).await;
    assert_eq!(run.code, Some(0), "{}", run.err);
    let page = Page::read(&run.out, Format::Text).unwrap();
    assert_eq!(
        page.value(
            "aws_ssm_up",
            &[("account_id", OWN), ("region", "us-east-1")]
        ),
        Some(1.0)
    );
    assert_eq!(page.count("aws_ssm_instance_info", &[]), 5);
}
