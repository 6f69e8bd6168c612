//! The format as its users meet it: fixtures with full messages, and text that nobody would write.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

mod accounts;

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

/// Fixtures whose names end in `suffix`, with their text.
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

// === fixtures ===

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

// === reference ===

#[test]
fn the_examples_of_the_document_are_valid() {
    let document = reference::document();
    let examples: Vec<&str> = document
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        assert!(parse(example).is_ok(), "{}", message(example));
    }
}

/// A file that sets one key of the table, and what that key's section needs besides.
fn file_with(key: &reference::Key, value: &str) -> String {
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
        None => format!("{}: {value}", key.path),
    }
}

#[test]
fn every_example_of_the_table_changes_the_configuration() {
    for key in reference::KEYS {
        let base = if key.path.starts_with("organization.") {
            parse("organization: {role_name: x, regions: [us-east-1]}").unwrap()
        } else {
            Config::default()
        };
        assert_ne!(
            parse(&file_with(key, key.example)).unwrap(),
            base,
            "{}",
            key.path
        );
    }
}

#[test]
fn every_default_of_the_table_is_the_default() {
    for key in reference::KEYS.iter().filter(|key| key.default != "-") {
        let base = if key.path.starts_with("organization.") {
            parse("organization: {role_name: x, regions: [eu-west-1]}").unwrap()
        } else {
            Config::default()
        };
        assert_eq!(
            parse(&file_with(key, key.default)).unwrap(),
            base,
            "{}",
            key.path
        );
    }
}

#[test]
fn every_key_that_is_read_is_in_the_table() {
    for (section, text) in [
        ("", "zzzzzzzzz: 1"),
        ("refresh.", "refresh: {zzzzzzzzz: 1}"),
        ("api.", "api: {zzzzzzzzz: 1}"),
        ("accounts[].", "accounts: [{zzzzzzzzz: 1}]"),
        (
            "organization.",
            "organization: {zzzzzzzzz: 1, role_name: x, regions: [eu-west-1]}",
        ),
        ("exposition.", "exposition: {zzzzzzzzz: 1}"),
    ] {
        let text = message(text);
        let (_, known) = text.split_once("the keys here are ").unwrap();
        for key in known.split(", ") {
            let path = format!("{section}{key}");
            let is_known = |known: &&str| {
                *known == path
                    || known
                        .strip_prefix(&path)
                        .is_some_and(|r| r.starts_with(['.', '[']))
            };
            assert!(
                reference::KEYS
                    .iter()
                    .map(|key| key.path)
                    .any(|known| is_known(&known)),
                "{path}"
            );
        }
    }
}

#[test]
fn paths_of_the_table_are_unique_and_described() {
    for (index, key) in reference::KEYS.iter().enumerate() {
        assert!(
            reference::KEYS[..index]
                .iter()
                .all(|other| other.path != key.path),
            "{}",
            key.path
        );
        assert!(
            !key.meaning.is_empty() && !key.kind.is_empty() && !key.example.is_empty(),
            "{}",
            key.path
        );
        assert!(
            !format!("{key:?}").contains('|'),
            "a bar would end the table's cell: {}",
            key.path
        );
    }
}

// === defaults and variables ===

#[test]
fn an_empty_file_means_the_same_as_no_file() {
    for text in [
        "",
        "\n",
        "# nothing\n",
        "---\n",
        "{}",
        "refresh:\napi:\nexposition:\n",
        "\u{feff}",
    ] {
        assert_eq!(parse(text).unwrap(), Config::default(), "{text:?}");
    }
}

#[test]
fn variables_change_values_and_never_the_structure() {
    let config =
        parse("accounts: [{account_name: a, role_arn: 'arn:aws:iam::${ROLE_ACCOUNT}:role/x'}]")
            .unwrap();
    assert_eq!(
        config.accounts[0].account_id.as_deref(),
        Some("111122223333")
    );
    assert!(
        message("accounts: [{account_name: '${INJECTED}'}]")
            .contains("accounts[0].account_name: \"${INJECTED}\"")
    );
    assert!(message("${REGION}: 1").contains("unknown key"));
}

#[test]
fn messages_never_show_what_a_variable_or_a_secret_holds() {
    let role = "role_arn: 'arn:aws:iam::111122223333:role/x'";
    for text in [
        format!("accounts: [{{external_id: '${{BAD_SECRET}}', {role}}}]"),
        format!("accounts: [{{external_id: 'hunter2 hunter2', {role}}}]"),
        "accounts: [{role_arn: '${BAD_SECRET}', external_id: ok}]".to_owned(),
        "api: {endpoint_url: '${BAD_SECRET}', attempt_timeout: '${BAD_SECRET}'}".to_owned(),
        "api: {endpoint_url: 'http://me:hunter2@example.com'}".to_owned(),
        "api: {endpoint_url: 'htp://me:hunter2@example.com'}".to_owned(),
    ] {
        assert!(!message(&text).contains("hunter2"), "{}", message(&text));
    }
    let config = parse(
        "accounts: [{external_id: '${EXTERNAL_ID}', role_arn: 'arn:aws:iam::111122223333:role/x'}]",
    );
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn only_the_first_hundred_problems_are_printed_and_the_others_counted() {
    for (count, end) in [
        (99, "kez98"),
        (100, "kez99"),
        (101, "\nand 1 more"),
        (50_000, "\nand 49900 more"),
    ] {
        let error = parse(&lines(count, |i| format!("kez{i}: 1"))).unwrap_err();
        let printed = error.to_string();
        assert_eq!(error.problems().len(), count);
        assert_eq!(printed.matches("unknown key").count(), count.min(100));
        let last = printed.rsplit("  hint: ").next().unwrap();
        assert!(
            if end.starts_with('\n') {
                last.ends_with(end)
            } else {
                printed.contains(end)
            },
            "{printed:.2000}"
        );
        assert!(!printed.contains("kez100\""), "{printed:.2000}");
    }
}

// === files ===

#[test]
fn a_file_that_cannot_be_read_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Config::load(&folder.path().join("gone.yaml"), env)
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("gone.yaml: the configuration file cannot be read: ")
            && missing.contains("\n  hint: ")
    );
    let is_folder = Config::load(folder.path(), env).unwrap_err().to_string();
    assert!(is_folder.contains("cannot be read"), "{is_folder}");
}

#[test]
fn files_that_are_not_text_are_refused_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin1.yaml");
    fs::write(&path, b"refresh: {}\n# caf\xe9\n").unwrap();
    let text = Config::load(&path, env).unwrap_err().to_string();
    assert!(
        text.contains("latin1.yaml:2: this is not UTF-8 text"),
        "{text}"
    );
    fs::write(&path, "# é\n".repeat(300_000)).unwrap();
    assert!(
        Config::load(&path, env)
            .unwrap_err()
            .to_string()
            .contains("larger than 1 MiB")
    );
    fs::write(&path, "refresh: {interval: 1m}\r\n").unwrap();
    assert_eq!(
        Config::load(&path, env).unwrap().refresh.interval,
        Duration::from_mins(1)
    );
}

// === hostile text ===

/// `count` lines, each made from its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn hostile_files_are_refused_quickly() {
    let laughs = lines(60, |i| {
        format!("a{}: &a{} [*a{i}, *a{i}, *a{i}, *a{i}]", i + 1, i + 1)
    });
    let towers = lines(60, |i| {
        format!(
            "t{}: &t{} {}*t{i}{}",
            i + 1,
            i + 1,
            "[".repeat(20),
            "]".repeat(20)
        )
    });
    let too_much = "the file holds too much";
    let too_deep = "values are nested too deeply";
    for (text, expected) in [
        (format!("a0: &a0 [x]\n{laughs}"), too_much),
        (format!("t0: &t0 [x]\n{towers}"), too_deep),
        (
            format!(
                "a: &a {}\nb: [{}]",
                "x".repeat(300_000),
                "*a,".repeat(100_000)
            ),
            too_much,
        ),
        (
            format!("a: &a {}{}", "[".repeat(50), "]".repeat(50)),
            too_deep,
        ),
        ("a: &a [*a]".to_owned(), "stands inside its own anchor"),
        ("[".repeat(100_000), "recursion limit"),
        ("{a: ".repeat(100_000), "recursion limit"),
        ("- ".repeat(100_000), too_deep),
        ("? ".repeat(100_000), too_deep),
        (format!("{}: 1\n", "k".repeat(900_000)), "this is not YAML"),
        ("a: 1\n".repeat(10_000), "a is given twice"),
        (lines(2_000, |i| format!("kez{i}: 1")), "\nand 1900 more"),
        (lines(50_000, |i| format!("kez{i}: 1")), "\nand 49900 more"),
        (
            format!("instance_tags: [{}]", "a,".repeat(50_000)),
            "becomes the label tag_a",
        ),
        (
            format!("instance_tags: [{}]", "a,".repeat(250_000)),
            too_much,
        ),
        (
            format!("compliance_types: [\"{}\"]", "{".repeat(250)),
            "is not a glob",
        ),
        (
            format!("compliance_types: [{}]", "\"*{a,b}*{c,d}*\",".repeat(1_000)),
            "has too many globs",
        ),
        (
            format!("refresh: {{interval: {}s}}", "9".repeat(500_000)),
            "is not a duration",
        ),
        ("x".repeat(2_000_000), "larger than 1 MiB"),
    ] {
        let start = Instant::now();
        let message = message(&text);
        assert!(message.contains(expected), "{text:.60}: {message:.300}");
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{text:.60} took {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn an_expensive_but_allowed_filter_is_built_quickly() {
    let start = Instant::now();
    let glob = format!("\"{}\",", "*{a,b}?[c-z]".repeat(20));
    let _ = parse(&format!("compliance_types: [{}]", glob.repeat(100)));
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

/// Pieces of the format, so that random text gets past the parser's front door.
fn piece() -> impl Strategy<Value = String> {
    let keys: Vec<String> = reference::KEYS
        .iter()
        .flat_map(|key| key.path.split('.'))
        .map(|part| part.replace("[]", ""))
        .collect();
    let signs = [
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&a ",
        "*a",
        "'",
        "\"",
        "|",
        ">",
        "!",
        "~",
        "<<",
        "#",
        "$",
        "${",
        "}",
        "5m",
        "0",
        "eu-west-1",
        "arn:aws:iam::111122223333:role/x",
        "Custom:*",
        "ou-",
        "---\n",
        "é",
    ];
    prop_oneof![
        proptest::sample::select(keys),
        proptest::sample::select(signs.map(str::to_owned).to_vec()),
        ".{0,4}".prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,200}") {
        let _ = parse(&text).map_err(|error| error.to_string());
    }

    #[test]
    fn any_mix_of_the_formats_pieces_is_read_or_refused_without_a_panic(
        pieces in proptest::collection::vec(piece(), 0..40)
    ) {
        let _ = parse(&pieces.concat()).map_err(|error| error.to_string());
    }

    #[test]
    fn any_value_of_any_key_is_read_or_refused_without_a_panic(
        key in proptest::sample::select(reference::KEYS), value in any::<String>()
    ) {
        let quoted = serde_json::to_string(&value).unwrap_or_default();
        for value in [quoted.clone(), format!("[{quoted}]")] {
            let _ = parse(&file_with(&key, &value)).map_err(|error| error.to_string());
        }
    }
}
