//! The command as its users meet it: exit codes, formats, and what goes to which stream.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use ssm_simulator::{Fault, FaultKind, Options};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::reading::REGION;
use crate::support::{Aws, CREDENTIALS, OWN, Run, Settings, command, in_time, run, run_with};

/// The environment in which the program reads the first target.
fn environment(aws: &Aws) -> Vec<(&'static str, String)> {
    let [key, secret] = CREDENTIALS.map(|(name, value)| (name, value.to_owned()));
    vec![
        key,
        secret,
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ENDPOINT_URL", aws.url.clone()),
    ]
}

fn borrowed<'a>(environment: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// A configuration file with only the first target, which may be asked quickly.
fn quick_file(aws: &Aws) -> (TempDir, String) {
    let settings = Settings {
        accounts: format!("accounts:\n  - regions: [{REGION}]\n"),
        ..Settings::default()
    };
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("exporter.yaml");
    std::fs::write(&path, settings.yaml(aws)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (directory, path)
}

/// Runs `explain` over the first target.
pub(super) async fn explain(aws: &Aws, arguments: &[&str]) -> Run {
    let (_directory, path) = quick_file(aws);
    let arguments = [&["explain", "--config.file", &path], arguments].concat();
    run_with(&CREDENTIALS, &arguments).await
}

/// A listed instance that is non-compliant for a type, or for none.
pub(super) fn instance(aws: &Aws, compliance_type: Option<&str>) -> String {
    let truth = aws.outline(OWN, REGION);
    let types = |id: &str| {
        let rows = truth.summaries.iter();
        let noncompliant =
            rows.filter(|row| row.resource_id == id && row.status == "NON_COMPLIANT");
        noncompliant
            .map(|row| row.compliance_type.as_str())
            .collect::<Vec<&str>>()
    };
    let is_meant = |id: &&str| match compliance_type {
        Some(wanted) => types(id).contains(&wanted),
        // Whatever else may be doubtful of it, it is online and was scanned.
        None => {
            types(id).is_empty() && truth.patch_states.iter().any(|row| row.instance_id == **id)
        }
    };
    let online = truth
        .instances
        .iter()
        .filter(|row| row.ping_status == "Online");
    let mut ids = online.map(|row| row.instance_id.as_str());
    ids.find(is_meant).unwrap().to_owned()
}

#[tokio::test]
async fn a_command_line_without_a_subject_or_with_two_is_wrong() {
    for arguments in [
        &["explain"][..],
        &["explain", "i-0123456789abcdef0", "--all-noncompliant"],
        &["explain", "--patch", "KB1", "--all-noncompliant"],
        &["explain", "--patch", ""],
        &["explain", ""],
        &["explain", "i-0123456789abcdef0", "--account-id", "1234"],
        &["explain", "i-0123456789abcdef0", "--output", "pdf"],
    ] {
        let Run { code, out, err } = run(arguments).await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
    }
    let help = run(&["explain", "--help"]).await.out;
    for part in ["Examples:", "Exit codes:", "--all-noncompliant", "CVE"] {
        assert!(help.contains(part), "{help}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_is_the_answer() {
    let aws = Aws::of(120).await;
    let (bad, good) = (instance(&aws, Some("Patch")), instance(&aws, None));
    let unknown = "i-0123456789abcdef0";
    for (ids, code) in [
        (&[good.as_str()][..], 0),
        (&[&bad], 1),
        (&[unknown], 3),
        (&[&good, &bad], 1),
        (&[&bad, unknown, &good], 3),
    ] {
        let run = explain(&aws, ids).await;
        assert_eq!(run.code, Some(code), "{ids:?}: {}\n{}", run.out, run.err);
        for id in ids.iter().filter(|id| **id != unknown) {
            assert!(run.out.contains(*id), "{}", run.out);
        }
        assert_eq!(
            run.err.contains("is not known"),
            ids.contains(&unknown),
            "{}",
            run.err
        );
    }
}

#[tokio::test]
async fn a_bad_configuration_is_one_of_explain_too() {
    let run = run(&["explain", "i-0123456789abcdef0"]).await;
    assert_eq!(run.code, Some(78), "{}", run.err);
    assert!(run.err.contains("no region"), "{}", run.err);
}

#[tokio::test]
async fn without_credentials_it_cannot_be_told() {
    let environment = [("AWS_REGION", REGION)];
    let run = run_with(&environment, &["explain", "i-0123456789abcdef0"]).await;
    assert_eq!((run.code, run.out.trim()), (Some(3), ""), "{}", run.err);
    assert!(
        run.err.contains("could not be asked: invalid_credentials"),
        "{}",
        run.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_format_has_the_finding_and_stderr_stays_quiet() {
    let aws = Aws::of(120).await;
    let id = instance(&aws, Some("Patch"));
    for format in ["text", "json", "markdown", "csv"] {
        let run = explain(&aws, &[&id, "--output", format]).await;
        assert_eq!((run.code, run.err.as_str()), (Some(1), ""), "{format}");
        assert!(
            run.out.contains(&id) && run.out.contains("Patch"),
            "{}",
            run.out
        );
        assert!(!run.out.contains('\u{1b}'), "no colours: {format}");
    }
    let run = explain(&aws, &[&id, "--output", "json"]).await;
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["explanations"][0]["resource_id"], id.as_str());
    assert_eq!(json["explanations"][0]["account_id"], OWN);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_stays_json_when_something_is_unknown_or_verbose() {
    let aws = Aws::of(60).await;
    let id = instance(&aws, Some("Patch"));
    let run = explain(
        &aws,
        &[&id, "i-0123456789abcdef0", "--output", "json", "--verbose"],
    )
    .await;
    assert_eq!(run.code, Some(3));
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["notes"].as_array().unwrap().len(), 1, "{}", run.out);
    let calls = json["calls"].as_array().unwrap();
    let told = run.err.lines().filter(|line| line.contains(" ms  "));
    assert_eq!(calls.len(), told.count());
    assert!(
        run.err.contains("i-0123456789abcdef0 is not known"),
        "{}",
        run.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn verbose_tells_each_call_with_its_purpose_and_time() {
    let aws = Aws::of(60).await;
    let id = instance(&aws, Some("Patch"));
    aws.clear();
    let run = explain(&aws, &[&id, "--verbose"]).await;
    let called: u64 = aws
        .counts()
        .iter()
        .filter(|row| row.operation != "GetCallerIdentity")
        .map(|row| row.count)
        .sum();
    let told = run
        .err
        .lines()
        .filter(|line| line.contains(" ms  ok"))
        .count();
    assert_eq!(told as u64, called, "{}", run.err);
    assert!(
        run.err
            .contains("DescribeInstancePatches  which patches are in a bad state"),
        "{}",
        run.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_call_is_named_by_its_action_and_the_rest_is_told() {
    let aws = Aws::of(120).await;
    let id = instance(&aws, Some("Patch"));
    aws.break_with([Fault::always(FaultKind::Deny).of("GetPatchBaseline")]);
    let run = explain(&aws, &[&id]).await;
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.out.contains("ssm:GetPatchBaseline"), "{}", run.out);
    // Where nothing at all may be called, it cannot be told, and each action is named.
    aws.break_with([Fault::always(FaultKind::Deny)]);
    let run = explain(&aws, &[&id]).await;
    assert_eq!(run.code, Some(3), "{}", run.out);
    let all = run.out + &run.err;
    for action in [
        "ssm:DescribeInstanceInformation",
        "ssm:ListResourceComplianceSummaries",
    ] {
        assert!(all.contains(action), "{all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_come_only_when_they_are_asked_for() {
    let aws = Aws::of(60).await;
    let id = instance(&aws, Some("Patch"));
    let is_coloured = async |arguments: &[&str], no_color: &str| {
        let mut environment = environment(&aws);
        environment.push(("NO_COLOR", no_color.to_owned()));
        let arguments = [&["explain", &id], arguments].concat();
        run_with(&borrowed(&environment), &arguments)
            .await
            .out
            .contains("\u{1b}[")
    };
    assert!(!is_coloured(&[], "").await, "it is no terminal");
    assert!(is_coloured(&["--color", "always"], "1").await);
    assert!(!is_coloured(&["--color", "never"], "").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fleet_is_reported_the_worst_first() {
    let aws = Aws::of(120).await;
    let run = explain(&aws, &["--all-noncompliant", "--output", "json"]).await;
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let json: Value = serde_json::from_str(&run.out).unwrap();
    let explanations = json["explanations"].as_array().unwrap();
    let truth = aws.outline(OWN, REGION);
    let noncompliant = truth.instances.iter().filter(|row| {
        let mut summaries = truth.summaries.iter();
        summaries.any(|summary| {
            summary.resource_id == row.instance_id && summary.status == "NON_COMPLIANT"
        })
    });
    assert_eq!(explanations.len(), noncompliant.count());
    assert!(
        explanations
            .iter()
            .all(|row| row["verdict"] == explanations[0]["verdict"])
    );
    let critical = |row: &Value| {
        let id = row["resource_id"].as_str().unwrap();
        let state = truth
            .patch_states
            .iter()
            .find(|state| state.instance_id == id);
        state.map_or(0, |state| state.critical_non_compliant_count)
    };
    assert!(explanations.is_sorted_by(|a, b| critical(a) >= critical(b)));
    let denied = Fault::always(FaultKind::Deny).of("DescribeInstanceInformation");
    aws.break_with([denied]);
    let run = explain(&aws, &["--all-noncompliant"]).await;
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(
        run.err.contains("could not be listed: access_denied"),
        "{}",
        run.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_is_well_is_compliant() {
    let aws = Aws::start(Options {
        instances: 30,
        noncompliant: 0.0,
        ghosts: 0.0,
        ..Options::default()
    })
    .await;
    let run = explain(&aws, &["--all-noncompliant"]).await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{}", run.out);
    assert!(
        run.out.contains("no listed instance is non-compliant"),
        "{}",
        run.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let aws = Aws::of(200).await;
    let (_directory, path) = quick_file(&aws);
    let arguments = ["explain", "--all-noncompliant", "--config.file", &path];
    let mut child = command(&arguments, &CREDENTIALS).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 100];
    in_time("the first bytes", out.read_exact(&mut first))
        .await
        .unwrap();
    drop(out);
    let output = in_time("the end", child.wait_with_output()).await.unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), err.as_str()), (Some(1), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_reading_says_so() {
    let aws = Aws::start(Options {
        instances: 60,
        latency: Duration::from_secs(5),
        ..Options::default()
    })
    .await;
    let environment = environment(&aws);
    let id = instance(&aws, Some("Patch"));
    for signal in ["INT", "TERM"] {
        aws.clear();
        let child = command(&["explain", &id], &borrowed(&environment))
            .spawn()
            .unwrap();
        let pid = child.id().unwrap().to_string();
        let asked = async {
            while aws.counts().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        in_time("the first request", asked).await;
        assert!(
            Command::new("kill")
                .args(["-s", signal, &pid])
                .status()
                .await
                .unwrap()
                .success()
        );
        let output = in_time("the end", child.wait_with_output()).await.unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{err}");
        assert!(err.starts_with("interrupted before"), "{err}");
        assert!(output.stdout.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_does_not_read_does_not_keep_the_program_from_ending() {
    let aws = Aws::of(300).await;
    let (_directory, path) = quick_file(&aws);
    // Far more than a pipe takes.
    let arguments = [
        "explain",
        "--all-noncompliant",
        "--output",
        "json",
        "--config.file",
        &path,
    ];
    let child = command(&arguments, &CREDENTIALS).spawn().unwrap();
    let pid = child.id().unwrap().to_string();
    let written = async {
        // It sleeps in a write once the pipe is full; then all calls have been made.
        let mut calls = 0;
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let now = aws.counts().iter().map(|row| row.count).sum::<u64>();
            if now > 0 && now == calls {
                break;
            }
            calls = now;
        }
    };
    in_time("the reading", written).await;
    assert!(
        Command::new("kill")
            .args(["-s", "INT", &pid])
            .status()
            .await
            .unwrap()
            .success()
    );
    let mut child = child;
    let status = in_time("the end", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(3));
}

#[tokio::test]
async fn the_line_that_the_demo_tells_to_try_explains_an_instance() {
    // The address is told in the log, the line on stdout.
    let mut demo = command(
        &[
            "demo",
            "--web.listen-address",
            "127.0.0.1:0",
            "--sim.drift",
            "0",
        ],
        &[],
    );
    demo.stderr(Stdio::null());
    let mut demo = demo.spawn().unwrap();
    let mut out = demo.stdout.take().unwrap();
    let mut said = String::new();
    let read = async {
        let mut bytes = [0; 4096];
        while !said
            .lines()
            .any(|line| line.contains(" explain i-") || line.contains(" explain mi-"))
            || !said.ends_with('\n')
        {
            let count = out.read(&mut bytes).await.unwrap();
            assert!(count > 0, "{said}");
            said.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
    };
    in_time("the demo's first lines", read).await;
    let line = said
        .lines()
        .find(|line| line.contains(" explain "))
        .unwrap();
    let output = Command::new("sh")
        .args(["-c", line])
        .env_clear()
        .env("HOME", "/nonexistent")
        .output();
    let output = in_time("the line", output).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}\n{text}");
    let id = line.rsplit(' ').next().unwrap();
    // One line for each reason, and it has several.
    let findings = text
        .lines()
        .filter(|line| line.starts_with(id) && line.matches("  ").count() > 2);
    assert!(findings.count() > 1, "{text}");
}
