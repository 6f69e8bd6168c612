//! `docs/dependencies.md` against the manifests, and the manifests against the code.

use std::collections::BTreeSet;

use super::markdown::Markdown;
use crate::support::{entries, root, rust_sources, text};

const DOCUMENT: &str = "docs/dependencies.md";
/// The folders of the packages that the program is linked from; the root is the empty one.
const OF_THE_PROGRAM: [&str; 2] = ["", "crates/ssm-simulator/"];

/// A line of a manifest that names a dependency.
#[derive(Debug)]
struct Dependency {
    name: String,
    is_for_tests: bool,
}

/// The folders of all packages, each with a slash behind it.
fn packages() -> Vec<String> {
    let crates = entries("crates").into_iter();
    let crates = crates.map(|name| format!("crates/{name}/"));
    [String::new(), "xtask/".to_owned()]
        .into_iter()
        .chain(crates)
        .collect()
}

/// The dependencies of a package on packages of others.
fn dependencies(package: &str) -> Vec<Dependency> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in text(&format!("{package}Cargo.toml")).lines() {
        if line.starts_with('[') {
            line.clone_into(&mut section);
        } else if section.ends_with("dependencies]") && !line.contains("path = ") {
            found.extend(dependency(line, section.contains("dev-")));
        }
    }
    assert!(!found.is_empty(), "{package}");
    found
}

fn dependency(line: &str, is_for_tests: bool) -> Option<Dependency> {
    let (name, _) = line.split_once(" = ").filter(|_| !line.starts_with('#'))?;
    let name = name.to_owned();
    Some(Dependency { name, is_for_tests })
}

/// The crates that the document names below a heading.
fn documented(heading: &str) -> BTreeSet<String> {
    let document = text(DOCUMENT);
    let (_, below) = document.split_once(&format!("\n## {heading}\n")).unwrap();
    let part = below.split("\n## ").next().unwrap();
    let mut names = BTreeSet::new();
    for row in Markdown::parse(part).rows {
        let name = row.cells[0].trim_matches('`').to_owned();
        assert!(row.cells[1].len() > 5, "no reason for {name}");
        assert!(names.insert(name), "twice: {row:?}");
    }
    names
}

#[test]
fn every_dependency_has_its_reason_and_every_reason_its_dependency() {
    let (mut program, mut beside) = (BTreeSet::new(), BTreeSet::new());
    for package in packages() {
        let is_of_program = OF_THE_PROGRAM.contains(&package.as_str());
        for Dependency { name, is_for_tests } in dependencies(&package) {
            let list = if is_of_program && !is_for_tests {
                &mut program
            } else {
                &mut beside
            };
            list.insert(name);
        }
    }
    assert_eq!(documented("The program"), program);
    // What the program needs may also be used beside it.
    let beside: BTreeSet<String> = beside.difference(&program).cloned().collect();
    assert_eq!(documented("Beside it"), beside);
}

/// Every word of the code of a package, comments left out.
fn words(package: &str, folders: &[&str]) -> BTreeSet<String> {
    let is_there = |folder: &&str| root().join(format!("{package}{folder}")).is_dir();
    let folders = folders.iter().filter(|folder| is_there(folder));
    let mut words = BTreeSet::new();
    for code in folders.flat_map(|folder| rust_sources(&format!("{package}{folder}")).into_values())
    {
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        words.extend(
            lines
                .flat_map(|line| line.split(|c| !is_of_word(c)))
                .map(str::to_owned),
        );
    }
    words
}

#[test]
fn no_dependency_is_unused() {
    let mut unused = Vec::new();
    for package in packages() {
        let code = words(&package, &["src"]);
        let with_tests = words(&package, &["src", "tests", "benches"]);
        for Dependency { name, is_for_tests } in dependencies(&package) {
            let code = if is_for_tests { &with_tests } else { &code };
            if !code.contains(&name.replace('-', "_")) {
                unused.push(format!("{package}Cargo.toml: {name}"));
            }
        }
    }
    assert!(unused.is_empty(), "{unused:?}");
}
