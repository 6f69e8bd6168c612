//! What the documents for contributors name is there: tests, files and folders.

use crate::support::{root, rust_sources, text};

const DOCUMENTS: [&str; 2] = ["CONTRIBUTING.md", "docs/architecture.md"];

/// Folders whose files the documents name by their whole path.
const FOLDERS: [&str; 7] = [
    "alerts", "crates", "deploy", "docs", "src", "tests", "xtask",
];

/// What stands between backticks in a document.
fn codes(document: &str) -> Vec<String> {
    let text = text(document);
    // Blocks of code are between three of them.
    let prose: String = text.split("```").step_by(2).collect();
    prose
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn is_path(code: &str) -> bool {
    let first = code.split('/').next().unwrap_or_default();
    code.contains('/') && FOLDERS.contains(&first) && !code.contains(['*', '<', ' '])
}

/// Names of tests are sentences, and no other name is as long.
fn is_test(code: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    code.bytes().all(is_name) && code.matches('_').count() >= 4
}

#[test]
fn every_path_that_a_document_names_is_there() {
    for document in DOCUMENTS {
        for path in codes(document).iter().filter(|code| is_path(code)) {
            assert!(root().join(path).exists(), "{document} names {path}");
        }
    }
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let code: String = ["src", "tests", "crates"]
        .into_iter()
        .flat_map(|folder| rust_sources(folder).into_values())
        .collect();
    let named: Vec<String> = DOCUMENTS
        .iter()
        .flat_map(|document| codes(document))
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
