//! What `--help` says, and what each command says of its own.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::FaultKind;

use super::PROGRAM;
use crate::support::run;

pub(super) async fn help(words: &[&str]) -> String {
    let run = run(&[words, &["--help"]].concat()).await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    run.out
}

/// The names of all commands, as the program lists them.
pub(super) async fn commands() -> Vec<String> {
    let help = help(&[]).await;
    let (_, list) = help.split_once("\nCommands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    // What goes on from the line before is indented further.
    let rows = list.lines().filter_map(|line| line.strip_prefix("  "));
    let rows = rows.filter(|line| !line.starts_with(' '));
    let names = rows.map(|line| line.split(' ').next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

/// The long flags that the help of a command lists.
pub(super) async fn flags(words: &[&str]) -> BTreeSet<String> {
    let help = help(words).await;
    let lines = help.lines().map(str::trim_start);
    let flags = lines.filter_map(|line| line.find("--").filter(|at| *at < 6).map(|at| &line[at..]));
    let names = flags.filter_map(|line| line.split([' ', '[', '=']).next());
    names.map(str::to_owned).collect()
}

/// The lines below a title, to the next empty one.
fn section<'a>(help: &'a str, title: &str) -> Vec<&'a str> {
    let (_, section) = help
        .split_once(&format!("\n{title}:\n"))
        .unwrap_or_else(|| panic!("no {title} in {help}"));
    section
        .lines()
        .take_while(|line| line.starts_with("  "))
        .collect()
}

#[tokio::test]
async fn every_command_says_what_it_is_for_with_an_example_and_its_exit_codes() {
    let mut firsts = BTreeMap::new();
    let commands = commands().await;
    assert!(commands.len() >= 8, "{commands:?}");
    for command in &commands {
        let help = help(&[command]).await;
        let first = help.lines().next().unwrap().to_owned();
        assert!(first.len() > 20, "{command}: {first}");
        if let Some(other) = firsts.insert(first.clone(), command) {
            panic!("{command} and {other}: {first}");
        }
        let example = format!("{PROGRAM} {command}");
        let examples = section(&help, "Examples");
        assert!(
            examples.iter().any(|line| line.contains(&example)),
            "{command}: {examples:?}"
        );
        let codes = section(&help, "Exit codes");
        for code in ["  0 ", "  1 ", "  2 "] {
            assert!(
                codes.iter().any(|line| line.starts_with(code)),
                "{command}: {codes:?}"
            );
        }
    }
    let own = help(&[]).await;
    assert!(section(&own, "Examples").len() > 1 && section(&own, "Exit codes").len() > 3);
}

#[tokio::test]
async fn the_kinds_of_faults_are_in_the_help_of_the_commands_that_simulate() {
    for command in ["demo", "simulate"] {
        let help = help(&[command]).await;
        for kind in FaultKind::ALL {
            let row = format!("\n  {} ", kind.name());
            assert!(help.contains(&row), "{command}: {}", kind.name());
        }
    }
}

#[tokio::test]
async fn no_help_speaks_of_what_the_command_does_not_do() {
    for (command, foreign) in [
        ("healthcheck", "listen on"),
        ("healthcheck", "pages about instances"),
        ("demo", "AWS credentials"),
        ("simulate", "--config.file"),
        ("simulate", "--web."),
        ("once", "--web."),
        ("plan", "--output.file"),
    ] {
        let help = help(&[command]).await;
        assert!(!help.contains(foreign), "{command}: {foreign} in {help}");
    }
}
