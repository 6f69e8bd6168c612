//! The modules of a crate, and which of them a written path means.

use std::collections::{BTreeMap, BTreeSet};

use super::references::{Import, ModuleBody, WrittenPath};
use super::test_code::without_test_code;
use super::tokens::{Token, tokens};

/// Source texts by their path from the root of the repository.
pub(super) type Sources = BTreeMap<String, String>;

/// Position of a module in its [`Crate`].
pub(super) type ModuleId = usize;

/// The module of `lib.rs` or `main.rs`.
pub(super) const ROOT: ModuleId = 0;

/// The modules of one crate without those of its tests, as its `mod` declarations lead to them.
#[derive(Debug, Default)]
pub(super) struct Crate {
    pub(super) modules: Vec<Module>,
}

#[derive(Debug)]
pub(super) struct Module {
    /// Names from the root of the crate to this module.
    pub(super) path: Vec<String>,
    /// The file in which the module stands.
    pub(super) file: String,
    pub(super) body: ModuleBody,
    parent: ModuleId,
    children: BTreeMap<String, ModuleId>,
}

/// What a written path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The modules that the path leads through, the last of which is or defines what is meant.
    pub(super) route: Vec<ModuleId>,
    /// Whether the path ends at an item of the last module, and not at that module itself.
    is_item: bool,
}

impl Module {
    /// A module that is not yet tied to the others.
    fn new(path: Vec<String>, file: String, body: ModuleBody) -> Self {
        Self {
            path,
            file,
            body,
            parent: ROOT,
            children: BTreeMap::new(),
        }
    }
}

impl Meaning {
    fn module(id: ModuleId) -> Self {
        Self {
            route: vec![id],
            is_item: false,
        }
    }

    fn item_of(id: ModuleId) -> Self {
        Self {
            route: vec![id],
            is_item: true,
        }
    }

    pub(super) fn last(&self) -> ModuleId {
        self.route.last().copied().unwrap_or(ROOT)
    }
}

/// The code of a source text: no comments, no literals, no tests.
pub(super) fn product_code(text: &str) -> Vec<Token> {
    without_test_code(&tokens(text))
}

impl Crate {
    /// Follows the module declarations from the file of the crate's root.
    pub(super) fn read(sources: &Sources, root_file: &str) -> Self {
        let mut modules = Self::default();
        let body = ModuleBody::read(&product_code(&sources[root_file]));
        let root = Module::new(Vec::new(), root_file.to_owned(), body);
        modules.add(sources, ROOT, root);
        modules
    }

    /// Adds a module and all modules within it.
    fn add(&mut self, sources: &Sources, parent: ModuleId, mut module: Module) -> ModuleId {
        let id = self.modules.len();
        let mut within = Vec::new();
        for (name, body) in std::mem::take(&mut module.body.inline) {
            let file = module.file.clone();
            within.push((name, file, body));
        }
        for name in module.body.declared.clone() {
            let file = file_of(sources, &module.file, &name);
            let body = ModuleBody::read(&product_code(&sources[&file]));
            within.push((name, file, body));
        }
        let path = module.path.clone();
        module.parent = parent;
        self.modules.push(module);
        for (name, file, body) in within {
            let child = Module::new(joined(&path, &name), file, body);
            let child = self.add(sources, id, child);
            self.modules[id].children.insert(name, child);
        }
        id
    }

    /// What the path means where module `from` says it; `None` for what is not of this crate.
    pub(super) fn resolve(&self, from: ModuleId, path: &WrittenPath) -> Option<Meaning> {
        self.resolve_once(from, path, &mut BTreeSet::new())
    }

    /// `pending` holds the names under way: imports may lead back to themselves.
    fn resolve_once(
        &self,
        from: ModuleId,
        path: &WrittenPath,
        pending: &mut BTreeSet<(ModuleId, String)>,
    ) -> Option<Meaning> {
        let (first, mut rest) = path.split_first()?;
        let mut meaning = match first.as_str() {
            "crate" => Meaning::module(ROOT),
            "self" => Meaning::module(from),
            "super" => Meaning::module(self.modules[from].parent),
            name => self.lookup(from, name, pending)?,
        };
        while let Some((segment, after)) = rest.split_first() {
            if meaning.is_item {
                break;
            }
            let module = meaning.last();
            if segment == "super" {
                meaning = Meaning::module(self.modules[module].parent);
            } else {
                // A name that a macro defines stands nowhere, but it can only be an item.
                let found = self.lookup(module, segment, pending);
                let next = found.unwrap_or_else(|| Meaning::item_of(module));
                meaning.route.extend(next.route);
                meaning.is_item = next.is_item;
            }
            rest = after;
        }
        Some(meaning)
    }

    /// What a module calls `name`: a module within it, an item, or something that it imports.
    fn lookup(
        &self,
        module: ModuleId,
        name: &str,
        pending: &mut BTreeSet<(ModuleId, String)>,
    ) -> Option<Meaning> {
        let here = &self.modules[module];
        if let Some(child) = here.children.get(name) {
            return Some(Meaning::module(*child));
        }
        if here.body.items.contains(name) {
            return Some(Meaning::item_of(module));
        }
        let key = (module, name.to_owned());
        if !pending.insert(key.clone()) {
            return None;
        }
        let meaning = self.lookup_import(module, name, pending);
        pending.remove(&key);
        meaning
    }

    fn lookup_import(
        &self,
        module: ModuleId,
        name: &str,
        pending: &mut BTreeSet<(ModuleId, String)>,
    ) -> Option<Meaning> {
        let imports = &self.modules[module].body.imports;
        let named = imports
            .iter()
            .find(|import| import.name.as_deref() == Some(name));
        if let Some(Import { path, .. }) = named {
            return self.resolve_once(module, path, pending);
        }
        let globs = imports.iter().filter(|import| import.name.is_none());
        for glob in globs {
            let Some(source) = self.resolve_once(module, &glob.path, pending) else {
                continue;
            };
            if source.is_item {
                continue;
            }
            if let Some(meaning) = self.lookup(source.last(), name, pending) {
                return Some(meaning);
            }
        }
        None
    }
}

fn joined(path: &[String], name: &str) -> Vec<String> {
    let mut longer = path.to_vec();
    longer.push(name.to_owned());
    longer
}

/// The file of the module `name` that `declaring_file` declares.
fn file_of(sources: &Sources, declaring_file: &str, name: &str) -> String {
    let (folder, file_name) = declaring_file
        .rsplit_once('/')
        .unwrap_or(("", declaring_file));
    let folder = match file_name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => declaring_file.trim_end_matches(".rs").to_owned(),
    };
    let candidates = [
        format!("{folder}/{name}.rs"),
        format!("{folder}/{name}/mod.rs"),
    ];
    let found = candidates
        .into_iter()
        .find(|file| sources.contains_key(file));
    found.unwrap_or_else(|| panic!("{declaring_file} declares {name}, but its file is missing"))
}
