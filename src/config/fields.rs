//! Reads one mapping of the file key by key: what is asked for is known, what is left over is a
//! problem.
//!
//! This knows shapes (value, list, section) and nothing of what a value means.

use std::collections::HashMap;

use super::node::{Kind, Node};
use super::problem::{Problems, shown};
use super::{reference, suggest};

/// Above this number of problems no key is suggested any more. Looking for the key that was meant
/// is slow, and a file of a million bytes has room for a hundred thousand wrong ones.
const MAX_PROBLEMS_WITH_SUGGESTION: usize = 1_000;

/// Longest key that a message repeats.
const MAX_SHOWN_KEY_CHARS: usize = 80;

/// One mapping being read.
pub(super) struct Fields<'p> {
    /// Dotted way to this mapping, empty at the top.
    path: String,
    /// Where the mapping starts.
    pub(super) line: usize,
    entries: Vec<Entry>,
    /// Every key asked for so far.
    known: Vec<&'static str>,
    problems: &'p Problems,
}

/// A key of the mapping that has not been asked for yet.
struct Entry {
    key: String,
    line: usize,
    node: Node,
}

/// A scalar as written: variables are not replaced, and its type is not known.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) text: String,
}

/// A list of scalars as written.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) items: Vec<Value>,
}

/// A list of mappings, each to be read like a section.
pub(super) struct MapList<'p> {
    pub(super) line: usize,
    pub(super) items: Vec<Fields<'p>>,
}

/// A list whose items have not been looked at.
struct UnreadList {
    path: String,
    line: usize,
    nodes: Vec<Node>,
}

impl<'p> Fields<'p> {
    /// Takes a node apart; nothing if it is not a mapping (then there is a problem).
    pub(super) fn open(node: Node, path: String, problems: &'p Problems) -> Option<Self> {
        let Kind::Map(pairs) = node.kind else {
            // The file as a whole has no key to call it by.
            let name = if path.is_empty() { "the file" } else { &path };
            let what = format!("{name} must be a mapping");
            problems.add(node.line, what, "write its keys as `key: value`");
            return None;
        };
        let mut fields = Self {
            path,
            line: node.line,
            entries: Vec::new(),
            known: Vec::new(),
            problems,
        };
        let mut first_lines = HashMap::new();
        for (key, node) in pairs {
            fields.add_entry(key, node, &mut first_lines);
        }
        Some(fields)
    }

    /// Adds an entry unless its key is of no use or was there before, which is a problem.
    fn add_entry(&mut self, key: Node, node: Node, first_lines: &mut HashMap<String, usize>) {
        let line = key.line;
        // YAML allows lists and mappings as keys.
        let Kind::Scalar(key) = key.kind else {
            self.problems
                .add(line, "a key must be a word", "write `key: value`");
            return;
        };
        // YAML parsers disagree on which of the two counts, so neither is chosen silently.
        if let Some(first) = first_lines.get(&key) {
            let path = self.path_of(&key);
            let what = format!("{path} is given twice, first on line {first}");
            self.problems.add(line, what, "keep one of them");
            return;
        }
        first_lines.insert(key.clone(), line);
        self.entries.push(Entry { key, line, node });
    }

    /// The scalar under `key`, if there is one.
    pub(super) fn value(&mut self, key: &'static str) -> Option<Value> {
        let entry = self.take(key)?;
        scalar(entry.node, self.path_of(key), self.problems)
    }

    /// The list of scalars under `key`, if there is one.
    pub(super) fn list(&mut self, key: &'static str) -> Option<List> {
        let list = self.take_list(key)?;
        // A bad item is a problem of its own; the others are read all the same.
        let mut items = Vec::with_capacity(list.nodes.len());
        for (index, node) in list.nodes.into_iter().enumerate() {
            let path = format!("{}[{index}]", list.path);
            items.extend(scalar(node, path, self.problems));
        }
        Some(List {
            path: list.path,
            line: list.line,
            items,
        })
    }

    /// The list of mappings under `key`, if there is one.
    pub(super) fn maps(&mut self, key: &'static str) -> Option<MapList<'p>> {
        let list = self.take_list(key)?;
        let mut items = Vec::with_capacity(list.nodes.len());
        for (index, node) in list.nodes.into_iter().enumerate() {
            let path = format!("{}[{index}]", list.path);
            items.extend(Fields::open(node, path, self.problems));
        }
        let line = list.line;
        Some(MapList { line, items })
    }

    /// The mapping under `key`, if there is one.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Fields<'p>> {
        let entry = self.take(key)?;
        let mut node = entry.node;
        // Keys under a heading are often commented out one by one until none is left.
        if node.kind == Kind::Null {
            node.kind = Kind::Map(Vec::new());
        }
        let mut fields = Fields::open(node, self.path_of(key), self.problems)?;
        // A mapping begins on the line below its key, but the key is where people look.
        fields.line = entry.line;
        Some(fields)
    }

    /// Reports what nobody asked for.
    pub(super) fn close(self) {
        let place = if self.path.is_empty() {
            String::new()
        } else {
            format!(" in {}", self.path)
        };
        for entry in &self.entries {
            let what = format!("unknown key {}{place}", shown(&entry.key));
            self.problems.add(entry.line, what, self.hint(&entry.key));
        }
    }

    /// What a key that nobody asked for was probably meant to be.
    fn hint(&self, key: &str) -> String {
        // A merge key is not part of YAML 1.2, but many a file has it from YAML 1.1.
        if key == "<<" {
            return "merge keys are not supported, write the keys out".to_owned();
        }
        // A key that another section has is more likely misplaced than misspelt.
        let elsewhere: Vec<String> = reference::paths_of(key)
            .map(|path| format!("`{path}`"))
            .collect();
        if !elsewhere.is_empty() {
            return format!("did you mean {}?", elsewhere.join(" or "));
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
    fn take_list(&mut self, key: &'static str) -> Option<UnreadList> {
        let entry = self.take(key)?;
        let path = self.path_of(key);
        let line = entry.node.line;
        let nodes = sequence(entry.node, &path, self.problems)?;
        Some(UnreadList { path, line, nodes })
    }

    fn path_of(&self, key: &str) -> String {
        // The key comes from the file: it may be long, and hold control characters.
        let short = key.chars().take(MAX_SHOWN_KEY_CHARS);
        let printable: String = short.flat_map(char::escape_debug).collect();
        if self.path.is_empty() {
            printable
        } else {
            format!("{}.{printable}", self.path)
        }
    }
}

fn scalar(node: Node, path: String, problems: &Problems) -> Option<Value> {
    let line = node.line;
    match node.kind {
        Kind::Scalar(text) => return Some(Value { path, line, text }),
        Kind::Null => report_empty(&path, line, problems),
        Kind::List(_) => {
            let what = format!("{path} must be one value, not a list");
            problems.add(line, what, "remove the brackets");
        }
        Kind::Map(_) => {
            let what = format!("{path} must be one value, not a mapping");
            // A colon in a text without quotes begins a mapping.
            let hint = "check the indentation; text with `: ` in it needs quotes";
            problems.add(line, what, hint);
        }
    }
    None
}

fn sequence(node: Node, path: &str, problems: &Problems) -> Option<Vec<Node>> {
    match node.kind {
        Kind::List(nodes) => return Some(nodes),
        Kind::Null => report_empty(path, node.line, problems),
        Kind::Scalar(_) | Kind::Map(_) => {
            let what = format!("{path} must be a list");
            let hint = "write one item per line, each after `- `, or put them in [brackets]";
            problems.add(node.line, what, hint);
        }
    }
    None
}

fn report_empty(path: &str, line: usize, problems: &Problems) {
    let what = format!("{path} has no value");
    let hint = "give it one, or remove the key to use the default";
    problems.add(line, what, hint);
}
