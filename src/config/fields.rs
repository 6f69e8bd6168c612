//! Reads one mapping of the file key by key: what is asked for is known, what is left over is a
//! problem.
//!
//! Knows shapes (value, list, section) and nothing of what a value means.

use std::collections::HashMap;

use super::node::{Kind, Node};
use super::problem::{Problems, shown};
use super::{reference, suggest};

/// Looking for the key that was meant is slow, and a file of a million bytes has room for a hundred
/// thousand wrong ones.
const MAX_SUGGESTIONS: usize = 1_000;

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

struct Entry {
    key: String,
    line: usize,
    node: Node,
}

/// A scalar as written: variables not replaced, type not known.
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

impl<'p> Fields<'p> {
    /// Takes a node apart; nothing if it is not a mapping (then there is a problem).
    pub(super) fn open(node: Node, path: String, problems: &'p Problems) -> Option<Self> {
        let Kind::Map(pairs) = node.kind else {
            let name = if path.is_empty() { "the file" } else { &path };
            problems.add(
                node.line,
                format!("{name} must be a mapping"),
                "write its keys as `key: value`",
            );
            return None;
        };
        let mut fields = Self {
            path,
            line: node.line,
            entries: Vec::new(),
            known: Vec::new(),
            problems,
        };
        let mut seen = HashMap::new();
        for (key, node) in pairs {
            let line = key.line;
            let Kind::Scalar(key) = key.kind else {
                problems.add(line, "a key must be a word", "write `key: value`");
                continue;
            };
            if let Some(first) = seen.insert(key.clone(), line) {
                let what = format!(
                    "{} is given twice, first on line {first}",
                    fields.path_of(&key)
                );
                problems.add(line, what, "keep one of them");
                seen.insert(key, first);
                continue;
            }
            fields.entries.push(Entry { key, line, node });
        }
        Some(fields)
    }

    /// The scalar under `key`, if there is one.
    pub(super) fn value(&mut self, key: &'static str) -> Option<Value> {
        let entry = self.take(key)?;
        scalar(entry.node, self.path_of(key), self.problems)
    }

    /// The list of scalars under `key`, if there is one.
    pub(super) fn list(&mut self, key: &'static str) -> Option<List> {
        let entry = self.take(key)?;
        let path = self.path_of(key);
        let (line, nodes) = sequence(entry.node, &path, self.problems)?;
        let item = |(index, node)| scalar(node, format!("{path}[{index}]"), self.problems);
        let items = nodes.into_iter().enumerate().filter_map(item).collect();
        Some(List { path, line, items })
    }

    /// The list of mappings under `key`, if there is one: where it starts, and its items.
    pub(super) fn maps(&mut self, key: &'static str) -> Option<(usize, Vec<Fields<'p>>)> {
        let entry = self.take(key)?;
        let path = self.path_of(key);
        let (line, nodes) = sequence(entry.node, &path, self.problems)?;
        let problems = self.problems;
        let open = |(index, node)| Fields::open(node, format!("{path}[{index}]"), problems);
        Some((
            line,
            nodes.into_iter().enumerate().filter_map(open).collect(),
        ))
    }

    /// The mapping under `key`, if there is one.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Fields<'p>> {
        let entry = self.take(key)?;
        // Keys under a heading are often commented out one by one until none is left.
        let node = match entry.node.kind {
            Kind::Null => Node {
                line: entry.line,
                kind: Kind::Map(Vec::new()),
            },
            _ => entry.node,
        };
        let mut fields = Fields::open(node, self.path_of(key), self.problems)?;
        fields.line = entry.line;
        Some(fields)
    }

    /// Reports what nobody asked for.
    pub(super) fn close(self) {
        for entry in &self.entries {
            let place = if self.path.is_empty() {
                String::new()
            } else {
                format!(" in {}", self.path)
            };
            let what = format!("unknown key {}{place}", shown(&entry.key));
            self.problems.add(entry.line, what, self.hint(&entry.key));
        }
    }

    fn hint(&self, key: &str) -> String {
        if key == "<<" {
            return "merge keys are not supported, write the keys out".to_owned();
        }
        let elsewhere: Vec<String> = reference::paths_of(key)
            .map(|path| format!("`{path}`"))
            .collect();
        if !elsewhere.is_empty() {
            return format!("did you mean {}?", elsewhere.join(" or "));
        }
        let is_worth_it = self.problems.count() < MAX_SUGGESTIONS;
        match suggest::nearest(key, self.known.iter().copied().filter(|_| is_worth_it)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", self.known.join(", ")),
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Entry> {
        self.known.push(key);
        let position = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(position))
    }

    fn path_of(&self, key: &str) -> String {
        let key: String = key.chars().take(80).flat_map(char::escape_debug).collect();
        if self.path.is_empty() {
            key
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

fn scalar(node: Node, path: String, problems: &Problems) -> Option<Value> {
    match node.kind {
        Kind::Scalar(text) => {
            return Some(Value {
                path,
                line: node.line,
                text,
            });
        }
        Kind::Null => report_empty(&path, node.line, problems),
        Kind::List(_) => {
            problems.add(
                node.line,
                format!("{path} must be one value, not a list"),
                "remove the brackets",
            );
        }
        Kind::Map(_) => {
            let hint = "check the indentation; text with `: ` in it needs quotes";
            problems.add(
                node.line,
                format!("{path} must be one value, not a mapping"),
                hint,
            );
        }
    }
    None
}

fn sequence(node: Node, path: &str, problems: &Problems) -> Option<(usize, Vec<Node>)> {
    match node.kind {
        Kind::List(nodes) => return Some((node.line, nodes)),
        Kind::Null => report_empty(path, node.line, problems),
        Kind::Scalar(_) | Kind::Map(_) => {
            let hint = "write one item per line, each after `- `, or put them in [brackets]";
            problems.add(node.line, format!("{path} must be a list"), hint);
        }
    }
    None
}

fn report_empty(path: &str, line: usize, problems: &Problems) {
    problems.add(
        line,
        format!("{path} has no value"),
        "give it one, or remove the key to use the default",
    );
}
