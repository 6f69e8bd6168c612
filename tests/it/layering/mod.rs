//! Which part of the workspace may name which: read from the sources, so that no arrow between two
//! folders can be added by accident.
//!
//! A source is split into tokens ([`tokens`]), freed from its tests ([`test_code`]) and searched
//! for declarations, imports and paths ([`references`]). Paths are then resolved as the compiler
//! does, also through what a module hands on ([`modules`]), and become arrows ([`arrows`],
//! [`graph`]). What is allowed stands in [`rules`].

mod arrows;
mod examples;
mod graph;
mod modules;
mod references;
mod repository;
mod rules;
mod test_code;
mod tokens;

use std::collections::BTreeSet;

use crate::support::{entries, text};
use arrows::{file_graph, folder_graph};
use modules::{Crate, product_code};
use repository::{crate_roots, exporter, is_test_file, sources};
use rules::{LAYERS, breaches, forbidden_words, layer_of};
use tokens::Token;

/// The roots of the two crates in `src/`.
const TOP_FILES: &[&str] = &["lib.rs", "main.rs"];

#[test]
fn no_folder_names_what_it_must_not_know() {
    let sources = sources();
    let library = exporter(&sources);
    let mut found = breaches(&library);
    for module in &library.modules {
        let Some(layer) = module.path.first().and_then(|folder| layer_of(folder)) else {
            continue;
        };
        let file = &module.file;
        let words = forbidden_words(layer, &product_code(&sources[file]));
        found.extend(
            words
                .iter()
                .map(|word| format!("{file} has the word {word}")),
        );
    }
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_folder_of_the_exporter_has_its_rules() {
    for entry in entries("src") {
        let module = entry.trim_end_matches(".rs");
        let is_known = TOP_FILES.contains(&entry.as_str()) || layer_of(module).is_some();
        assert!(is_known, "src/{entry} has no rules yet");
    }
}

#[test]
fn the_rules_let_a_layer_name_only_what_is_below_it() {
    let mut below = BTreeSet::new();
    for layer in LAYERS {
        for named in layer.may_name {
            let folder = named.split("::").next().unwrap_or_default();
            assert!(below.contains(folder), "{} may name {named}", layer.folder);
        }
        below.insert(layer.folder);
    }
}

#[test]
fn no_arrow_between_folders_runs_back_up() {
    let circles = folder_graph(&exporter(&sources())).report_of_circles();
    assert!(
        circles.is_empty(),
        "folders that name each other:\n{circles}"
    );
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    let sources = sources();
    let reports = crate_roots(&sources)
        .into_iter()
        .map(|root| file_graph(&Crate::read(&sources, root)).report_of_circles());
    let circles: Vec<String> = reports.filter(|report| !report.is_empty()).collect();
    let circles = circles.concat();
    assert!(
        circles.is_empty(),
        "files that import each other:\n{circles}"
    );
}

#[test]
fn nothing_escapes_this_test() {
    let sources = sources();
    let mut read = BTreeSet::new();
    for root in crate_roots(&sources) {
        let modules = Crate::read(&sources, root).modules;
        read.extend(modules.into_iter().map(|module| module.file));
    }
    for file in sources.keys() {
        let is_read = read.contains(file);
        assert!(
            is_read || is_test_file(file),
            "{file} is no module of its crate"
        );
    }
}

// A binary compiles the code of every future that it polls once more, and that would be most of ours.
#[test]
fn the_binary_only_calls_the_library() {
    let sources = sources();
    let binary = Crate::read(&sources, "src/main.rs");
    assert_eq!(binary.modules.len(), 1, "it declares a module");
    let code = product_code(&sources["src/main.rs"]);
    assert!(!names(&code, "async") && !names(&code, "await"));
}

#[test]
fn the_simulator_knows_nothing_of_the_exporter() {
    for (file, source) in sources() {
        let names_exporter = names(&product_code(&source), "ssm_compliance_exporter");
        let is_simulator = file.starts_with("crates/ssm-simulator/");
        assert!(
            !(is_simulator && names_exporter),
            "{file} names the exporter"
        );
    }
    let manifest = text("crates/ssm-simulator/Cargo.toml");
    let dependencies = dependency_lines(&manifest);
    let on_exporter = dependencies
        .iter()
        .find(|line| line.contains("ssm-compliance-exporter"));
    assert_eq!(on_exporter, None);
}

/// The lines of a manifest that say something about dependencies, without comments.
fn dependency_lines(manifest: &str) -> Vec<&str> {
    let mut in_dependencies = false;
    let mut lines = Vec::new();
    for line in manifest.lines() {
        let said = line.split('#').next().unwrap_or_default();
        if said.starts_with('[') {
            in_dependencies = said.contains("dependencies");
        }
        if in_dependencies {
            lines.push(said);
        }
    }
    lines
}

#[test]
fn nothing_is_unsafe_and_nothing_exits_by_itself() {
    for (file, source) in sources() {
        let code = product_code(&source);
        assert!(!names(&code, "unsafe"), "{file} is unsafe");
        assert!(!exits(&code), "{file} exits");
    }
}

fn names(code: &[Token], word: &str) -> bool {
    code.iter().any(|token| token.is_name(word))
}

/// Whether the code has `process::exit`, or imports `exit` from there.
fn exits(code: &[Token]) -> bool {
    let names_process = names(code, "process");
    let calls_exit = |pair: &[Token]| pair[0] == Token::PathSeparator && pair[1].is_name("exit");
    names_process && code.windows(2).any(calls_exit)
}
