//! Which folder of `src/` may name what: the table of `docs/` on how the exporter is built, held
//! against the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// The clocks that the model must be told.
const CLOCKS: &[&str] = &["Instant", "SystemTime", "UNIX_EPOCH"];
/// AWS's SDK, and our folder around it.
const AWS: &[&str] = &["aws_*", "crate::aws"];

/// Folder, and what its sources must not name: crates and words, or folders of ours as
/// `crate::...`.
const TABLE: &[(&str, &[&[&str]])] = &[
    (
        "model",
        &[AWS, CLOCKS, &["tokio", "hyper", "prometheus_client"]],
    ),
    (
        "metrics",
        &[
            AWS,
            &["hyper", "crate::collect", "crate::config", "crate::http"],
        ],
    ),
    ("collect", &[AWS, &["hyper", "prometheus_client"]]),
    ("aws", &[&["hyper", "prometheus_client"]]),
    ("http", &[AWS, &["crate::collect"]]),
    ("config", &[AWS, &["tokio", "hyper"]]),
    ("explain", &[AWS, &["hyper"]]),
    (
        "sim",
        &[
            AWS,
            &[
                "crate::model",
                "crate::metrics",
                "crate::collect",
                "crate::http",
                "crate::config",
                "crate::explain",
                "crate::app",
            ],
        ],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// A source without comments, texts and its tests at the end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    let without_texts =
        lines.map(|line| line.split('"').step_by(2).collect::<Vec<_>>().join("\"\""));
    without_texts.collect::<Vec<_>>().join("\n")
}

/// Every word, and every path of ours: `crate::a::b` and `crate::{a, b}` name `crate::a` and so on.
fn names(code: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words = code.split(|c| !is_word(c)).map(str::to_owned);
    let ours = code.split("crate::").skip(1).flat_map(|rest| {
        let rest = rest
            .strip_prefix('{')
            .map_or(rest, |group| group.split("};").next().unwrap_or_default());
        let first = rest.split(|c: char| !is_word(c)).next().unwrap_or_default();
        let grouped = rest.split(", ").map(|part| {
            part.trim()
                .split(|c| !is_word(c))
                .next()
                .unwrap_or_default()
        });
        let firsts: Vec<String> = grouped
            .chain([first])
            .map(|name| format!("crate::{name}"))
            .collect();
        firsts
    });
    words.chain(ours).collect()
}

fn is(name: &str, forbidden: &str) -> bool {
    match forbidden.strip_suffix('*') {
        // Only crates are meant, and those are in the manifest.
        Some(start) => {
            let manifest = include_str!("../../Cargo.toml").lines();
            let mut crates = manifest.filter_map(|line| line.split(" = ").next());
            name.starts_with(start) && crates.any(|known| known.replace('-', "_") == name)
        }
        None => name == forbidden,
    }
}

#[test]
fn no_folder_names_what_it_must_not_know() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for (folder, forbidden) in TABLE {
        let test = |path: &PathBuf| {
            path.iter()
                .any(|part| part == "tests" || part == "tests.rs" || part == "testing.rs")
        };
        for path in sources(&root.join(folder))
            .into_iter()
            .filter(|path| !test(path))
        {
            let names = names(&code(&path));
            let bad = forbidden
                .concat()
                .into_iter()
                .filter(|bad| names.iter().any(|name| is(name, bad)));
            found.extend(bad.map(|bad| format!("{} names {bad}", path.display())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_unsafe_and_only_main_may_exit() {
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let code = code(&path);
        assert!(
            !names(&code).contains(&"unsafe".to_owned()),
            "{}",
            path.display()
        );
        assert!(
            path.ends_with("src/main.rs") || !code.contains("process::exit"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_name_is_found_wherever_it_stands() {
    let found =
        names("use crate::{aws::Base, config};\nlet x = crate::http::bind(tokio::spawn(a));\n");
    for name in ["crate::aws", "crate::config", "crate::http", "tokio"] {
        assert!(found.contains(&name.to_owned()), "{name}");
    }
    assert!(is("aws_sdk_ssm", "aws_*") && !is("aws_id", "aws_*") && !is("hyper_util", "hyper"));
}
