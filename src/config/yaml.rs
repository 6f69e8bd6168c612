//! Reads YAML text into a tree of [`Node`]s.
//!
//! A typed deserializer stops at its first error; this one only stops at broken syntax and at its
//! limits, so that all problems of a file can be reported in one run. The limits hold before
//! anything is copied, which makes aliases harmless: the "billion laughs" end at [`MAX_COST`].

use std::borrow::Cow;
use std::collections::HashMap;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError};

use super::node::{Kind, Node, TreeSize, scalar_cost};
use super::problem::Problems;

/// Levels of nesting; the format needs four.
const MAX_DEPTH: usize = 32;
/// What a tree may cost, with aliases counted as what they stand for. This leaves room for
/// thousands of accounts with every region.
const MAX_COST: usize = 200_000;

/// A list or mapping whose end has not been read yet.
struct OpenNode {
    line: usize,
    anchor: usize,
    shape: Shape,
    /// The items of a list; the keys and values of a mapping in turn.
    children: Vec<Node>,
}

#[derive(Clone, Copy)]
enum Shape {
    List,
    Map,
}

/// What an alias stands for, and the size of each copy of it.
struct AnchoredNode {
    node: Node,
    size: TreeSize,
}

/// Builds the tree from the parser's events.
#[derive(Default)]
struct TreeBuilder {
    open: Vec<OpenNode>,
    root: Option<Node>,
    /// By the parser's number of the anchor, which counts from 1.
    anchors: HashMap<usize, AnchoredNode>,
    cost: usize,
    documents: usize,
}

/// Why reading cannot go on.
struct ReadingEnd {
    what: &'static str,
    hint: &'static str,
}

/// The tree of `text`, or nothing if it is empty or if reading had to stop (then there is a
/// problem).
pub(super) fn read(text: &str, problems: &Problems) -> Option<Node> {
    let mut builder = TreeBuilder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                report_syntax(&error, problems);
                return None;
            }
        };
        let line = span.start.line();
        if let Err(end) = builder.take(event, line, problems) {
            problems.add(line, end.what, end.hint);
            return None;
        }
    }
    builder.root
}

fn report_syntax(error: &ScanError, problems: &Problems) {
    let detail = error.info();
    let what = if detail.is_empty() {
        "this is not YAML".to_owned()
    } else {
        format!("this is not YAML: {detail}")
    };
    let hint = "look at the indentation (spaces, no tabs), the quotes and the brackets here and just above";
    // Lines count from 1, but the parser may say 0 at the very beginning.
    problems.add(error.marker().line().max(1), what, hint);
}

// === impl TreeBuilder ===

impl TreeBuilder {
    fn take(
        &mut self,
        event: Event<'_>,
        line: usize,
        problems: &Problems,
    ) -> Result<(), ReadingEnd> {
        match event {
            Event::DocumentStart(..) => self.start_document(),
            Event::Scalar(text, style, anchor, tag) => {
                report_tag(tag.is_some(), line, problems);
                self.add_scalar(text, style, line, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                report_tag(tag.is_some(), line, problems);
                self.start(OpenNode::new(Shape::List, line, anchor))
            }
            Event::MappingStart(_, anchor, tag) => {
                report_tag(tag.is_some(), line, problems);
                self.start(OpenNode::new(Shape::Map, line, anchor))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.add_copy(anchor),
            // The others have no content, such as the end of the text.
            _ => Ok(()),
        }
    }

    fn start_document(&mut self) -> Result<(), ReadingEnd> {
        self.documents += 1;
        // What a second document holds would be ignored without a word.
        if self.documents > 1 {
            return Err(ReadingEnd {
                what: "a second YAML document starts here",
                hint: "keep one document per file",
            });
        }
        Ok(())
    }

    fn start(&mut self, node: OpenNode) -> Result<(), ReadingEnd> {
        self.spend(1)?;
        self.check_depth(1)?;
        self.open.push(node);
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadingEnd> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let anchor = open.anchor;
        self.add(open.close(), anchor)
    }

    fn add_scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        line: usize,
        anchor: usize,
    ) -> Result<(), ReadingEnd> {
        // The cost is known before the text is copied out of the parser's buffer.
        self.spend(scalar_cost(&text))?;
        let kind = scalar_kind(text.into_owned(), style);
        self.add(Node { line, kind }, anchor)
    }

    /// Hands a finished node to the one around it, and keeps a copy if it has an anchor. The parser
    /// numbers anchors from 1 and gives 0 to a node without one.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), ReadingEnd> {
        if anchor != 0 {
            let size = node.size();
            self.spend(size.cost)?;
            // The copy is what costs memory, so it is counted too.
            let node = node.clone();
            self.anchors.insert(anchor, AnchoredNode { node, size });
        }
        // A node with nothing around it is the file itself.
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }

    /// Adds what an alias stands for, unless a copy of that would exceed the limits.
    fn add_copy(&mut self, anchor: usize) -> Result<(), ReadingEnd> {
        // The anchor of a node is known once the node has ended.
        let Some(size) = self.anchors.get(&anchor).map(|anchored| anchored.size) else {
            return Err(ReadingEnd {
                what: "this alias stands inside its own anchor",
                hint: "an alias can only stand after the end of what it names",
            });
        };
        // Both limits hold before the copy is made.
        self.check_depth(size.height)?;
        self.spend(size.cost)?;
        match self.anchors.get(&anchor) {
            Some(anchored) => self.add(anchored.node.clone(), 0),
            None => Ok(()),
        }
    }

    fn spend(&mut self, cost: usize) -> Result<(), ReadingEnd> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > MAX_COST {
            return Err(ReadingEnd {
                what: "the file holds too much, aliases counted in full",
                hint: "write the values out instead of nesting aliases",
            });
        }
        Ok(())
    }

    fn check_depth(&self, height: usize) -> Result<(), ReadingEnd> {
        if self.open.len() + height > MAX_DEPTH {
            return Err(ReadingEnd {
                what: "values are nested too deeply",
                hint: "the configuration needs four levels",
            });
        }
        Ok(())
    }
}

impl OpenNode {
    fn new(shape: Shape, line: usize, anchor: usize) -> Self {
        Self {
            line,
            anchor,
            shape,
            children: Vec::new(),
        }
    }

    fn close(self) -> Node {
        let kind = match self.shape {
            Shape::List => Kind::List(self.children),
            Shape::Map => Kind::Map(pairs(self.children)),
        };
        Node {
            line: self.line,
            kind,
        }
    }
}

/// Only plain scalars can be null; `"null"` is text.
fn scalar_kind(text: String, style: ScalarStyle) -> Kind {
    let is_plain = style == ScalarStyle::Plain;
    if is_plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
        Kind::Null
    } else {
        Kind::Scalar(text)
    }
}

/// Tags are refused and not ignored, because their author expects them to do something.
fn report_tag(has_tag: bool, line: usize, problems: &Problems) {
    if has_tag {
        let what = "YAML tags are not used here";
        let hint = "remove the word that starts with an exclamation mark";
        problems.add(line, what, hint);
    }
}

fn pairs(children: Vec<Node>) -> Vec<(Node, Node)> {
    let mut pairs = Vec::with_capacity(children.len() / 2);
    let mut children = children.into_iter();
    // The parser gives every key a value, if only an empty one.
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        pairs.push((key, value));
    }
    pairs
}
