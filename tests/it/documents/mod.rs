//! What documents name is there: commands, flags, keys, metrics, endpoints, targets of make, files,
//! alerts, dashboards and tests.

mod dependencies;
mod endpoints;
mod judge;
mod kinds;
mod markdown;
mod mentions;
mod promql;
mod shell;
mod vocabulary;

use std::collections::BTreeSet;

use tokio::sync::OnceCell;

use kinds::KINDS;
use mentions::Mention;
use vocabulary::{Vocabulary, documents, rust_code};

use crate::support::{run_with, text};
use crate::web::pki::Pki;

/// Documents that name tests.
const OF_CONTRIBUTORS: [&str; 3] = [
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/security.md",
];

/// Read once for all tests, because it has every word of the repository.
static VOCABULARY: OnceCell<Vocabulary> = OnceCell::const_new();

async fn vocabulary() -> &'static Vocabulary {
    VOCABULARY.get_or_init(Vocabulary::read).await
}

fn mentions_of(document: &str, vocabulary: &Vocabulary) -> BTreeSet<Mention> {
    let commands = vocabulary.flags.keys().map(String::as_str).collect();
    let text = text(document);
    match document.rsplit_once('.') {
        Some((_, "md")) => mentions::of_markdown(&text, &commands),
        Some((_, "yaml" | "yml")) => mentions::of_yaml(&text, &commands),
        _ => mentions::of_plain_text(&text),
    }
}

#[tokio::test]
async fn whatever_a_document_names_is_there() {
    let vocabulary = vocabulary().await;
    let documents = documents(&vocabulary.files);
    assert!(documents.len() > 50, "{documents:?}");
    let mut unknown = Vec::new();
    let mut count = 0;
    for document in documents {
        for mention in mentions_of(document, vocabulary) {
            count += 1;
            if !vocabulary.knows(document, &mention) {
                unknown.push(format!("{document} names {mention:?}"));
            }
        }
    }
    assert!(count > 1000, "only {count} names were found");
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[tokio::test]
async fn the_program_accepts_every_configuration_in_a_document() {
    let vocabulary = vocabulary().await;
    // The certificates that a file of TLS names lie beside it.
    let pki = Pki::new();
    let mut counts = [0, 0];
    for document in documents(&vocabulary.files) {
        for mention in mentions_of(document, vocabulary) {
            let (kind, flag, yaml) = match mention {
                Mention::Configuration(yaml) => (0, "--config.file", yaml),
                Mention::WebConfiguration(yaml) => (1, "--web.config.file", yaml),
                _ => continue,
            };
            let file = pki.write("file.yaml", &yaml);
            let environment = [("EXTERNAL_ID", "an-id"), ("AWS_REGION", "eu-west-1")];
            let arguments = ["check-config", flag, file.to_str().unwrap()];
            let checked = run_with(&environment, &arguments).await;
            assert_eq!(checked.code, Some(0), "{document}: {}\n{yaml}", checked.err);
            counts[kind] += 1;
        }
    }
    assert!(counts[0] > 2 && counts[1] > 0, "{counts:?} were found");
}

#[tokio::test]
async fn of_every_kind_a_name_that_is_not_there_is_found() {
    let vocabulary = vocabulary().await;
    let commands = vocabulary.flags.keys().map(String::as_str).collect();
    let unknown = |sentence: &str, name: &str| {
        let text = sentence.replace("NAME", name);
        let mentions = mentions::of_markdown(&text, &commands);
        assert!(name == "word" || !mentions.is_empty(), "no name in {text}");
        mentions
            .iter()
            .filter(|it| !vocabulary.knows("README.md", it))
            .count()
    };
    for (sentence, name, wrong) in KINDS {
        assert_eq!(unknown(sentence, name), 0, "{sentence} {name}");
        assert!(unknown(sentence, wrong) > 0, "{sentence} {wrong}");
    }
}

#[tokio::test]
async fn in_rules_and_dashboards_it_is_found_too() {
    let vocabulary = vocabulary().await;
    let commands = vocabulary.flags.keys().map(String::as_str).collect();
    let is_known = |mentions: BTreeSet<Mention>| {
        assert!(!mentions.is_empty());
        let mut mentions = mentions.iter();
        mentions.all(|it| vocabulary.knows("alerts/a.yaml", it))
    };
    let rule = "expr: aws_ssm_up # see `--log.level` \ndescription: say \"explain --patch\".";
    assert!(is_known(mentions::of_yaml(rule, &commands)));
    for (old, new) in [("_up", "_down"), ("--log", "--logs"), ("--patch", "--fix")] {
        let wrong = rule.replace(old, new);
        assert!(!is_known(mentions::of_yaml(&wrong, &commands)), "{wrong}");
    }
    let panel = r#"{"expr": "aws_ssm_up", "url": "/d/ssm-compliance-fleet?a"}"#;
    assert!(is_known(mentions::of_plain_text(panel)));
    let wrong = panel.replace("-fleet", "-fleets");
    assert!(!is_known(mentions::of_plain_text(&wrong)));
}

/// Names of tests are sentences, and no other name is as long.
fn is_test(code: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    code.bytes().all(is_name) && code.matches('_').count() >= 4
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let code = rust_code();
    let named: Vec<String> = OF_CONTRIBUTORS
        .iter()
        .flat_map(|document| markdown::spans(&text(document)))
        .collect();
    let tests: Vec<&String> = named.iter().filter(|code| is_test(code)).collect();
    assert!(tests.len() > 10, "{tests:?}");
    for test in tests {
        assert!(
            code.contains(&format!("fn {test}(")),
            "no test is called {test}"
        );
    }
}
