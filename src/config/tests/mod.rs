//! The format as its users meet it: fixtures with their full messages, and text that nobody would
//! write.

mod accounts;
mod draft;
mod files;
mod fuzz;
mod hostile;
mod reference;
mod variables;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn env(name: &str) -> Option<String> {
    match name {
        "ROLE_ACCOUNT" => Some("111122223333".to_owned()),
        "EXTERNAL_ID" => Some("s3cret-from-env".to_owned()),
        "REGION" => Some("eu-central-1".to_owned()),
        "INTERVAL" => Some("2m".to_owned()),
        "YES" => Some("true".to_owned()),
        "RATE" => Some("0.5".to_owned()),
        "BAD_SECRET" => Some("hunter2 hunter2".to_owned()),
        "INJECTED" => Some("x\nrefresh: {interval: 2s}".to_owned()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, "test.yaml", env)
}

fn message(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// The fixtures whose names end in `suffix`, with their text.
fn fixtures(suffix: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.to_string_lossy().ends_with(suffix));
    paths.sort();
    assert!(!paths.is_empty(), "no fixture ends in {suffix}");
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// Compares with the file at `path`, or writes it if `UPDATE_DOCS` is set.
fn compare(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        actual,
        expected,
        "{} is stale; run again with UPDATE_DOCS=1 and look at the change",
        path.display()
    );
}

/// A file that sets one key of the table, with the other keys that its section needs.
fn file_with(key: &crate::config::reference::Key, value: &str) -> String {
    match key.path.split_once('.') {
        Some(("accounts[]", name)) => {
            let role = if ["external_id", "role_session_name"].contains(&name) {
                ", role_arn: \"arn:aws:iam::111122223333:role/x\""
            } else {
                ""
            };
            format!("accounts: [{{{name}: {value}{role}}}]")
        }
        Some(("organization", "role_name")) => {
            format!("organization: {{role_name: {value}, regions: [eu-west-1]}}")
        }
        Some(("organization", "regions")) => {
            format!("organization: {{role_name: x, regions: {value}}}")
        }
        Some(("organization", name)) => {
            format!("organization: {{role_name: x, regions: [eu-west-1], {name}: {value}}}")
        }
        Some((section, name)) => format!("{section}: {{{name}: {value}}}"),
        None if key.path == "tag_compliance" => {
            format!("instance_tags: [Name, Team]\ntag_compliance: {value}")
        }
        None => format!("{}: {value}", key.path),
    }
}

#[test]
fn good_files_resolve_to_the_configuration_beside_them() {
    for (path, text) in fixtures(".ok.yaml") {
        let config = parse(&text).unwrap_or_else(|error| panic!("{}:\n{error}", path.display()));
        compare(&path.with_extension("txt"), &format!("{config:#?}\n"));
    }
}

#[test]
fn bad_files_give_the_messages_beside_them() {
    for (path, text) in fixtures(".bad.yaml") {
        let name = path.file_name().unwrap().to_string_lossy();
        let error = Config::parse(&text, &name, env).expect_err(&name);
        compare(&path.with_extension("txt"), &format!("{error}\n"));
    }
}

#[test]
fn messages_keep_the_wording_rules() {
    for (path, text) in fixtures(".bad.yaml") {
        for problem in parse(&text).unwrap_err().problems() {
            let what = problem.what();
            assert!(
                !what.is_empty() && !what.ends_with('.') && !what.contains('\n'),
                "{}: {what}",
                path.display()
            );
            assert!(
                !problem.hint().contains('\n'),
                "{}: {}",
                path.display(),
                problem.hint()
            );
            assert!(
                problem
                    .line()
                    .is_some_and(|line| line >= 1 && line <= text.lines().count().max(1)),
                "{what}"
            );
        }
    }
}
