//! The table of keys agrees with the reader and with the document.

use super::{file_with, message, parse};
use crate::config::{Config, reference};

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
