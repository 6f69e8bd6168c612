//! A node with the name by which messages call it, and the shape that a reader wants it to have.

use super::empty_lists;
use super::node::{Kind, Node};
use super::problem::Problems;

/// A node, and the dotted way to it; that of the whole file is empty.
pub(super) struct NamedNode {
    pub(super) path: String,
    pub(super) node: Node,
}

/// A scalar as written: variables are not replaced, and its type is not known.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A list whose items may have any shape.
pub(super) struct NodeList {
    pub(super) path: String,
    pub(super) line: usize,
    nodes: Vec<Node>,
}

// Each method takes the node as one shape. If the node has another one, that is a problem.
impl NamedNode {
    /// Whether it has no value, or no items.
    pub(super) fn is_empty(&self) -> bool {
        match &self.node.kind {
            Kind::Null => true,
            Kind::Scalar(text) => text.is_empty(),
            Kind::List(items) => items.is_empty(),
            Kind::Map(pairs) => pairs.is_empty(),
        }
    }

    pub(super) fn scalar(self, problems: &Problems) -> Option<Value> {
        let path = self.path;
        let line = self.node.line;
        match self.node.kind {
            Kind::Scalar(text) => return Some(Value { path, line, text }),
            Kind::Null => report_empty(&path, line, problems),
            Kind::List(_) => report_list(&path, line, problems),
            Kind::Map(_) => report_mapping(&path, line, problems),
        }
        None
    }

    /// The list. One without items is a problem too, unless that is its default. Whatever is wrong, it counts as a list without
    /// items and not as absent, so that nothing is said of the default that absence would mean.
    pub(super) fn list(self, problems: &Problems) -> NodeList {
        let path = self.path;
        let line = self.node.line;
        let nodes = match self.node.kind {
            Kind::List(nodes) if !nodes.is_empty() => nodes,
            other => {
                report_no_items(&other, &path, line, problems);
                Vec::new()
            }
        };
        NodeList { path, line, nodes }
    }

    /// The keys and values of a mapping.
    pub(super) fn pairs(self, problems: &Problems) -> Option<Vec<(Node, Node)>> {
        if let Kind::Map(pairs) = self.node.kind {
            return Some(pairs);
        }
        report_no_mapping(&self.path, self.node.line, problems);
        None
    }
}

impl NodeList {
    /// The items, each with its index in its name.
    pub(super) fn items(self) -> impl Iterator<Item = NamedNode> {
        // Indexes count from 0, as in the paths of most tools that read YAML and JSON.
        let list = self.path;
        let nodes = self.nodes.into_iter().enumerate();
        nodes.map(move |(index, node)| NamedNode {
            path: format!("{list}[{index}]"),
            node,
        })
    }
}

fn report_no_items(kind: &Kind, path: &str, line: usize, problems: &Problems) {
    match kind {
        Kind::Null => report_empty(path, line, problems),
        Kind::List(_) => report_empty_list(path, line, problems),
        Kind::Scalar(_) | Kind::Map(_) => report_no_list(path, line, problems),
    }
}

fn report_empty_list(path: &str, line: usize, problems: &Problems) {
    // Some would take it for "nothing" and others for "everything", so neither is guessed.
    if let Some(hint) = empty_lists::hint(path) {
        problems.add(line, format!("{path} is empty"), hint);
    }
}

fn report_empty(path: &str, line: usize, problems: &Problems) {
    let what = format!("{path} has no value");
    let hint = "give it one, or remove the key to use the default";
    problems.add(line, what, hint);
}

fn report_list(path: &str, line: usize, problems: &Problems) {
    let what = format!("{path} must be one value, not a list");
    problems.add(line, what, "remove the brackets");
}

fn report_mapping(path: &str, line: usize, problems: &Problems) {
    let what = format!("{path} must be one value, not a mapping");
    // A colon in a text without quotes begins a mapping.
    let hint = "check the indentation; text with `: ` in it needs quotes";
    problems.add(line, what, hint);
}

fn report_no_list(path: &str, line: usize, problems: &Problems) {
    let what = format!("{path} must be a list");
    let hint = "write one item per line, each after `- `, or put them in [brackets]";
    problems.add(line, what, hint);
}

fn report_no_mapping(path: &str, line: usize, problems: &Problems) {
    // The file as a whole has no key to call it by.
    let name = if path.is_empty() { "the file" } else { path };
    let what = format!("{name} must be a mapping");
    problems.add(line, what, "write its keys as `key: value`");
}
