//! Turns the paths of a crate into arrows between its files and between its folders.

use super::graph::Graph;
use super::modules::{Crate, Meaning, ModuleId};
use super::references::WrittenPath;

/// Files that gather a folder or a crate. They name what is in it, and it may name them.
const GATHERING_FILES: &[&str] = &["lib.rs", "main.rs", "mod.rs"];

/// One path of the source, and who names it.
pub(super) struct Reference<'a> {
    pub(super) from: ModuleId,
    pub(super) path: &'a WrittenPath,
    /// `None` if the path leads out of the crate.
    pub(super) meaning: Option<Meaning>,
}

/// Every import and every longer path of a crate.
pub(super) fn references(modules: &Crate) -> Vec<Reference<'_>> {
    let mut references = Vec::new();
    for (from, module) in modules.modules.iter().enumerate() {
        let imported = module.body.imports.iter().map(|import| &import.path);
        for path in imported.chain(&module.body.paths) {
            references.push(Reference {
                from,
                path,
                meaning: modules.resolve(from, path),
            });
        }
    }
    references
}

/// Which file takes what from which other file.
pub(super) fn file_graph(modules: &Crate) -> Graph {
    let mut graph = Graph::default();
    for reference in references(modules) {
        let Some(meaning) = reference.meaning else {
            continue;
        };
        let from = &modules.modules[reference.from].file;
        let to = &modules.modules[meaning.last()].file;
        if !gathers(from) && !gathers(to) {
            graph.add(from, to, last_segment(reference.path));
        }
    }
    graph
}

/// Which folder, or file beside `lib.rs`, takes what from which other one.
pub(super) fn folder_graph(modules: &Crate) -> Graph {
    let mut graph = Graph::default();
    for reference in references(modules) {
        let Some(from) = folder(modules, reference.from) else {
            continue;
        };
        let to = reference
            .meaning
            .and_then(|meaning| named_folder(modules, &meaning));
        if let Some(to) = to {
            graph.add(from, to, &reference.path.join("::"));
        }
    }
    graph
}

/// The folder that a path names: the first on its way. What that folder hands on from another one
/// is its own affair.
pub(super) fn named_folder<'a>(modules: &'a Crate, meaning: &Meaning) -> Option<&'a str> {
    meaning
        .route
        .iter()
        .find_map(|module| folder(modules, *module))
}

/// The folder of a module; `None` for the root of the crate.
pub(super) fn folder(modules: &Crate, module: ModuleId) -> Option<&str> {
    modules.modules[module].path.first().map(String::as_str)
}

fn gathers(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    GATHERING_FILES.contains(&name)
}

fn last_segment(path: &WrittenPath) -> &str {
    path.last().map_or("*", String::as_str)
}
