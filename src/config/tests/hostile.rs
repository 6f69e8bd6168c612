//! Text that nobody would write, which is refused in bounded time and without a panic.

use std::time::Duration;

use proptest::prelude::*;
use rustix::time::{ClockId, clock_gettime};

use super::{file_with, message, parse};
use crate::config::reference;

/// A text of `count` lines, each made from its number.
pub(super) fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

const TOO_MUCH: &str = "the file holds too much";
const TOO_DEEP: &str = "values are nested too deeply";

/// Texts of hostile structure, with what is said of them.
fn hostile_structures() -> Vec<(String, &'static str)> {
    let laughs = lines(60, |i| {
        format!("a{}: &a{} [*a{i}, *a{i}, *a{i}, *a{i}]", i + 1, i + 1)
    });
    let towers = lines(60, |i| {
        let open = "[".repeat(20);
        let close = "]".repeat(20);
        format!("t{}: &t{} {open}*t{i}{close}", i + 1, i + 1)
    });
    let long = "x".repeat(300_000);
    let aliases = "*a,".repeat(100_000);
    let open = "[".repeat(50);
    let close = "]".repeat(50);
    vec![
        (format!("a0: &a0 [x]\n{laughs}"), TOO_MUCH),
        (format!("t0: &t0 [x]\n{towers}"), TOO_DEEP),
        (format!("a: &a {long}\nb: [{aliases}]"), TOO_MUCH),
        (format!("a: &a {open}{close}"), TOO_DEEP),
        ("a: &a [*a]".to_owned(), "stands inside its own anchor"),
        ("[".repeat(100_000), "recursion limit"),
        ("{a: ".repeat(100_000), "recursion limit"),
        ("- ".repeat(100_000), TOO_DEEP),
        ("? ".repeat(100_000), TOO_DEEP),
    ]
}

/// Texts of hostile keys and values, with what is said of them.
fn hostile_values() -> Vec<(String, &'static str)> {
    let list = |key: &str, item: &str, count: usize| format!("{key}: [{}]", item.repeat(count));
    vec![
        (format!("{}: 1\n", "k".repeat(900_000)), "this is not YAML"),
        ("a: 1\n".repeat(10_000), "a is given twice"),
        (lines(2_000, |i| format!("kez{i}: 1")), "\nand 1900 more"),
        (lines(50_000, |i| format!("kez{i}: 1")), "\nand 49900 more"),
        (
            list("instance_tags", "a,", 50_000),
            "becomes the label tag_a",
        ),
        (list("instance_tags", "a,", 250_000), TOO_MUCH),
        (
            format!("compliance_types: [\"{}\"]", "{".repeat(250)),
            "is not a glob",
        ),
        (
            list("compliance_types", "\"*{a,b}*{c,d}*\",", 1_000),
            "has too many globs",
        ),
        (
            format!("refresh: {{interval: {}s}}", "9".repeat(500_000)),
            "is not a duration",
        ),
        ("x".repeat(2_000_000), "larger than 1 MiB"),
    ]
}

#[test]
fn hostile_files_are_refused_quickly() {
    let texts = hostile_structures().into_iter().chain(hostile_values());
    for (text, expected) in texts {
        let start = processor_time();
        let message = message(&text);
        assert!(message.contains(expected), "{text:.60}: {message:.300}");
        let took = processor_time().saturating_sub(start);
        assert!(took < Duration::from_secs(5), "{text:.60} took {took:?}");
    }
}

#[test]
fn an_expensive_but_allowed_filter_is_built_quickly() {
    let start = processor_time();
    let glob = format!("\"{}\",", "*{a,b}?[c-z]".repeat(20));
    let _ = parse(&format!("compliance_types: [{}]", glob.repeat(100)));
    let took = processor_time().saturating_sub(start);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// How long this thread has had the processor, which others that share it do not change.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Fragments of the format, so that random text gets past the parser's front door.
fn fragment() -> impl Strategy<Value = String> {
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
    fn any_mix_of_the_formats_fragments_is_read_or_refused_without_a_panic(
        fragments in proptest::collection::vec(fragment(), 0..40)
    ) {
        let _ = parse(&fragments.concat()).map_err(|error| error.to_string());
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
