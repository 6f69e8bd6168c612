//! What `man` shows.

use std::io::Write;
use std::process::{Command, Stdio};

use ssm_simulator::FaultKind;

use super::PROGRAM_PATH;
use super::help::{commands, flags, help};
use crate::support::{Run, run};

async fn source() -> String {
    let Run { code, out, err } = run(&["man"]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    out
}

/// The page as a terminal shows it, without bold and underlined letters. There are no warnings.
fn rendered(source: &str) -> String {
    let mut groff = Command::new("groff")
        .args(["-ww", "-man", "-Tascii", "-P-cbou"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = groff.stdin.take().unwrap();
    input.write_all(source.as_bytes()).unwrap();
    drop(input);
    let output = groff.wait_with_output().unwrap();
    let warnings = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && warnings.is_empty(), "{warnings}");
    String::from_utf8(output.stdout).unwrap()
}

/// The words of a page, which may stand on any line.
fn words(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_manual_page_has_no_warnings_and_every_command_with_all_its_flags() {
    let page = rendered(&source().await);
    let has = |flag: &str| {
        let mut lines = page.lines().map(str::trim_start);
        lines.any(|line| line == flag || line.starts_with(&format!("{flag} ")))
    };
    for command in commands().await {
        assert!(page.contains(&format!("\n   {command}\n")), "{command}");
        for flag in flags(&[&command]).await.iter().filter(|it| *it != "--help") {
            assert!(has(flag), "{command} {flag}");
        }
    }
    assert!(has("-h, --help") && has("-V, --version"));
}

#[tokio::test]
async fn the_manual_page_says_what_the_help_says() {
    let page = words(&rendered(&source().await));
    for command in commands().await {
        let help = help(&[&command]).await;
        for line in help.lines().take_while(|line| !line.starts_with("Usage")) {
            assert!(page.contains(&words(line)), "{command}: {line}");
        }
        let (_, below) = help.split_once("Examples:\n").unwrap();
        for line in below.lines().take_while(|line| !line.is_empty()) {
            assert!(page.contains(&words(line)), "{command}: {line}");
        }
    }
    for fault in FaultKind::ALL {
        let text = words(&fault.description().replace('`', ""));
        assert_eq!(page.matches(&text).count(), 1, "{text}");
    }
}

#[tokio::test]
async fn nothing_of_the_manual_page_is_broken_at_the_end_of_a_line() {
    let page = rendered(&source().await);
    let mut broken: Vec<&str> = page.lines().filter(|line| line.ends_with('-')).collect();
    // A dash of its own is stdin.
    broken.retain(|line| !line.ends_with(" -"));
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn a_page_that_cannot_be_printed_is_a_failure_and_no_panic() {
    for arguments in [&["man"][..], &["completions", "bash"]] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = Command::new(PROGRAM_PATH)
            .args(arguments)
            .stdout(full)
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.starts_with("cannot write to stdout: "), "{err}");
    }
}
