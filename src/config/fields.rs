//! Reads one mapping of the file key by key: what is asked for is known, what is left over is a
//! problem.
//!
//! This knows shapes (value, list, section) and nothing of what a value means.

use super::first_lines::FirstLines;
use super::named_node::{NamedNode, NodeList, Value};
use super::node::{Kind, Node};
use super::problem::{Problems, shown};
use super::{reference, suggest};

/// Above this number of problems no key is suggested any more. Looking for the key that was meant
/// is slow, and a file of a million bytes has room for a hundred thousand wrong ones.
const MAX_PROBLEMS_WITH_SUGGESTION: usize = 1_000;

/// Longest key that a message repeats.
const MAX_SHOWN_KEY_CHARS: usize = 80;

/// One mapping being read.
pub(crate) struct Fields<'p> {
    /// Dotted way to this mapping, empty at the top.
    path: String,
    /// Where the mapping starts.
    pub(crate) line: usize,
    entries: Vec<Entry>,
    /// Every key asked for so far.
    known: Vec<&'static str>,
    /// Where else in the format a key stands, for the hint about one that is unknown here.
    elsewhere: FindPaths,
    problems: &'p Problems,
}

/// Says where in a format a key stands; nothing if it stands nowhere.
pub(super) type FindPaths = fn(&str) -> Option<String>;

/// A key of the mapping that has not been asked for yet.
struct Entry {
    key: String,
    line: usize,
    node: Node,
}

/// A list of scalars as written.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) items: Vec<Value>,
}

impl<'p> Fields<'p> {
    /// Takes a node apart; nothing if it is not a mapping (then there is a problem).
    pub(super) fn open(node: NamedNode, problems: &'p Problems) -> Option<Self> {
        Self::open_in(paths_elsewhere, node, problems)
    }

    /// The same for a file of another format.
    pub(super) fn open_in(
        elsewhere: FindPaths,
        node: NamedNode,
        problems: &'p Problems,
    ) -> Option<Self> {
        let mut fields = Self {
            path: node.path.clone(),
            line: node.node.line,
            entries: Vec::new(),
            known: Vec::new(),
            elsewhere,
            problems,
        };
        fields.add_entries(node.pairs(problems)?);
        Some(fields)
    }

    fn add_entries(&mut self, pairs: Vec<(Node, Node)>) {
        let mut first_lines = FirstLines::new();
        for (key, node) in pairs {
            self.add_entry(key, node, &mut first_lines);
        }
    }

    /// Adds an entry unless its key is of no use or was there before, which is a problem.
    fn add_entry(&mut self, key: Node, node: Node, first_lines: &mut FirstLines<String>) {
        let line = key.line;
        // YAML allows lists and mappings as keys.
        let Kind::Scalar(key) = key.kind else {
            let what = "a key must be a word";
            self.problems.add(line, what, "write `key: value`");
            return;
        };
        match first_lines.note(key.clone(), line) {
            Some(first) => self.report_repetition(&key, line, first),
            None => self.entries.push(Entry { key, line, node }),
        }
    }

    fn report_repetition(&self, key: &str, line: usize, first: usize) {
        // YAML parsers disagree on which of the two counts, so neither is chosen silently.
        let path = self.path_of(key);
        let what = format!("{path} is given twice, first on line {first}");
        self.problems.add(line, what, "keep one of them");
    }

    /// Reads the whole mapping, and reports the keys that `read` has not asked for.
    pub(crate) fn read<T>(mut self, read: fn(&mut Self) -> T) -> T {
        let value = read(&mut self);
        self.report_unread();
        value
    }

    fn report_unread(&self) {
        for entry in &self.entries {
            self.report_unknown(entry);
        }
    }

    /// The scalar under `key`, if there is one.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<Value> {
        let entry = self.take(key)?;
        self.named(key, entry.node).scalar(self.problems)
    }

    /// The scalar under `key`, if there is one. Nothing, or an empty text, is the same as no key.
    pub(crate) fn nonempty_value(&mut self, key: &'static str) -> Option<Value> {
        let entry = self.take(key)?;
        let node = self.named(key, entry.node);
        (!node.is_empty()).then(|| node.scalar(self.problems))?
    }

    /// The scalars under `key`; none if there is no such key, or nothing under it.
    pub(crate) fn values(&mut self, key: &'static str) -> Vec<Value> {
        let Some(entry) = self.take(key) else {
            return Vec::new();
        };
        let node = self.named(key, entry.node);
        if node.is_empty() {
            return Vec::new();
        }
        let items = node.list(self.problems).items();
        items
            .filter_map(|item| item.scalar(self.problems))
            .collect()
    }

    /// Every scalar of this mapping with its key, where the keys are names of the user's own.
    pub(crate) fn named_values(&mut self) -> Vec<(String, Value)> {
        let entries = std::mem::take(&mut self.entries);
        let named = entries.into_iter().filter_map(|entry| {
            let node = self.named(&entry.key, entry.node);
            Some((entry.key, node.scalar(self.problems)?))
        });
        named.collect()
    }

    /// The list of scalars under `key`, if there is one.
    pub(super) fn list(&mut self, key: &'static str) -> Option<List> {
        let list = self.take_list(key)?;
        let path = list.path.clone();
        let line = list.line;
        // A bad item is a problem of its own; the others are read all the same.
        let values = list.items().filter_map(|item| item.scalar(self.problems));
        let items = values.collect();
        Some(List { path, line, items })
    }

    /// The list of mappings under `key`, if there is one.
    pub(super) fn maps<T>(
        &mut self,
        key: &'static str,
        read: fn(&mut Self) -> T,
    ) -> Option<Vec<T>> {
        let list = self.take_list(key)?;
        // All are opened before the first is read: of problems on one line, those of shape come
        // first.
        let mappings: Vec<Self> = list
            .items()
            .filter_map(|item| Fields::open_in(self.elsewhere, item, self.problems))
            .collect();
        let items = mappings.into_iter().map(|fields| fields.read(read));
        Some(items.collect())
    }

    /// The mapping under `key`, if there is one.
    pub(crate) fn section<T>(&mut self, key: &'static str, read: fn(&mut Self) -> T) -> Option<T> {
        let entry = self.take(key)?;
        let mut node = entry.node;
        // Keys under a heading are often commented out one by one until none is left.
        if node.kind == Kind::Null {
            node.kind = Kind::Map(Vec::new());
        }
        let mut fields = Fields::open_in(self.elsewhere, self.named(key, node), self.problems)?;
        // A mapping begins on the line below its key, but the key is where people look.
        fields.line = entry.line;
        Some(fields.read(read))
    }

    fn report_unknown(&self, entry: &Entry) {
        let key = shown(&entry.key);
        let what = match self.path.as_str() {
            "" => format!("unknown key {key}"),
            path => format!("unknown key {key} in {path}"),
        };
        self.problems.add(entry.line, what, self.hint(&entry.key));
    }

    /// What a key that nobody asked for was probably meant to be.
    fn hint(&self, key: &str) -> String {
        // A merge key is not part of YAML 1.2, but many a file has it from YAML 1.1.
        if key == "<<" {
            return "merge keys are not supported, write the keys out".to_owned();
        }
        // A key that another section has is more likely misplaced than misspelt.
        if let Some(paths) = (self.elsewhere)(key) {
            return format!("did you mean {paths}?");
        }
        match self.nearest_known(key) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", self.known.join(", ")),
        }
    }

    fn nearest_known(&self, key: &str) -> Option<&'static str> {
        if self.problems.count() >= MAX_PROBLEMS_WITH_SUGGESTION {
            return None;
        }
        suggest::nearest(key, &self.known)
    }

    fn take(&mut self, key: &'static str) -> Option<Entry> {
        // What was asked for is listed in the hint for an unknown key.
        self.known.push(key);
        let position = self.entries.iter().position(|entry| entry.key == key)?;
        // Whatever is left in the end was not asked for.
        Some(self.entries.remove(position))
    }

    /// The list under `key`, if there is one, whatever its items are.
    fn take_list(&mut self, key: &'static str) -> Option<NodeList> {
        let entry = self.take(key)?;
        Some(self.named(key, entry.node).list(self.problems))
    }

    fn named(&self, key: &str, node: Node) -> NamedNode {
        let path = self.path_of(key);
        NamedNode { path, node }
    }

    fn path_of(&self, key: &str) -> String {
        let key = printable(key);
        match self.path.as_str() {
            "" => key,
            path => format!("{path}.{key}"),
        }
    }
}

/// A key as messages show it. It comes from the file, so it may be long and hold control
/// characters.
fn printable(key: &str) -> String {
    let short = key.chars().take(MAX_SHOWN_KEY_CHARS);
    short.flat_map(char::escape_debug).collect()
}

/// Where in the format a key stands, for a message; nothing if it stands nowhere.
fn paths_elsewhere(key: &str) -> Option<String> {
    let paths: Vec<String> = reference::paths_of(key)
        .map(|path| format!("`{path}`"))
        .collect();
    if paths.is_empty() {
        return None;
    }
    Some(paths.join(" or "))
}
