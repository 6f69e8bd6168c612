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

/// Whether reading goes on after an event.
type Step = Result<(), ReadingEnd>;

impl ReadingEnd {
    // What a second document holds would otherwise be ignored without a word.
    const SECOND_DOCUMENT: Self = Self {
        what: "a second YAML document starts here",
        hint: "keep one document per file",
    };
    // The anchor of a node is known once the node has ended.
    const ALIAS_INSIDE_ANCHOR: Self = Self {
        what: "this alias stands inside its own anchor",
        hint: "an alias can only stand after the end of what it names",
    };
    const TOO_MUCH: Self = Self {
        what: "the file holds too much, aliases counted in full",
        hint: "write the values out instead of nesting aliases",
    };
    const TOO_DEEP: Self = Self {
        what: "values are nested too deeply",
        hint: "the configuration needs four levels",
    };
}

/// The tree of `text`, or nothing if it is empty or if reading had to stop (then there is a
/// problem).
pub(super) fn read(text: &str, problems: &Problems) -> Option<Node> {
    let mut builder = TreeBuilder::default();
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.read(event, span.start.line(), problems)?,
            Err(error) => {
                report_syntax(&error, problems);
                return None;
            }
        }
    }
    builder.root
}

/// A file that says nothing.
pub(super) fn empty_mapping() -> Node {
    let kind = Kind::Map(Vec::new());
    Node { line: 1, kind }
}

fn report_syntax(error: &ScanError, problems: &Problems) {
    let what = match error.info().as_str() {
        "" => "this is not YAML".to_owned(),
        detail => format!("this is not YAML: {detail}"),
    };
    let hint = "look at the indentation (spaces, no tabs), the quotes and the brackets here and just above";
    // Lines count from 1, but the parser may say 0 at the very beginning.
    problems.add(error.marker().line().max(1), what, hint);
}

// === impl TreeBuilder ===

impl TreeBuilder {
    /// Takes an event that stands on `line`; `None` if reading cannot go on, which is a problem.
    fn read(&mut self, event: Event<'_>, line: usize, problems: &Problems) -> Option<()> {
        if has_tag(&event) {
            report_tag(line, problems);
        }
        if let Err(end) = self.take(event, line) {
            problems.add(line, end.what, end.hint);
            return None;
        }
        Some(())
    }

    fn take(&mut self, event: Event<'_>, line: usize) -> Step {
        match event {
            Event::DocumentStart(..) => self.start_document(),
            Event::Scalar(text, style, anchor, _) => self.add_scalar(text, style, line, anchor),
            Event::SequenceStart(_, anchor, _) => {
                self.start(OpenNode::new(Shape::List, line, anchor))
            }
            Event::MappingStart(_, anchor, _) => {
                self.start(OpenNode::new(Shape::Map, line, anchor))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.add_copy(anchor),
            // The others have no content, such as the end of the text.
            _ => Ok(()),
        }
    }

    fn start_document(&mut self) -> Step {
        self.documents += 1;
        if self.documents > 1 {
            return Err(ReadingEnd::SECOND_DOCUMENT);
        }
        Ok(())
    }

    fn start(&mut self, node: OpenNode) -> Step {
        self.spend(1)?;
        self.check_depth(1)?;
        self.open.push(node);
        Ok(())
    }

    fn end(&mut self) -> Step {
        match self.open.pop() {
            Some(open) => self.add(open.anchor, open.close()),
            // The parser ends only what it has started.
            None => Ok(()),
        }
    }

    fn add_scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        line: usize,
        anchor: usize,
    ) -> Step {
        // The cost is known before the text is copied out of the parser's buffer.
        self.spend(scalar_cost(&text))?;
        let kind = scalar_kind(text.into_owned(), style);
        self.add(anchor, Node { line, kind })
    }

    /// Hands a finished node to the one around it, and keeps a copy if it has an anchor. The parser
    /// numbers anchors from 1 and gives 0 to a node without one.
    fn add(&mut self, anchor: usize, node: Node) -> Step {
        if anchor != 0 {
            self.keep(anchor, &node)?;
        }
        self.place(node);
        Ok(())
    }

    /// Keeps a copy of a node for the aliases that may follow.
    fn keep(&mut self, anchor: usize, node: &Node) -> Step {
        let size = node.size();
        // The copy is what costs memory, so it is counted too.
        self.spend(size.cost)?;
        let node = node.clone();
        self.anchors.insert(anchor, AnchoredNode { node, size });
        Ok(())
    }

    fn place(&mut self, node: Node) {
        // A node with nothing around it is the file itself.
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.root = Some(node),
        }
    }

    /// Adds what an alias stands for, unless a copy of that would exceed the limits.
    fn add_copy(&mut self, anchor: usize) -> Step {
        let size = self.size_of(anchor)?;
        // Both limits hold before the copy is made.
        self.check_depth(size.height)?;
        self.spend(size.cost)?;
        if let Some(anchored) = self.anchors.get(&anchor) {
            let copy = anchored.node.clone();
            self.place(copy);
        }
        Ok(())
    }

    fn size_of(&self, anchor: usize) -> Result<TreeSize, ReadingEnd> {
        match self.anchors.get(&anchor) {
            Some(anchored) => Ok(anchored.size),
            None => Err(ReadingEnd::ALIAS_INSIDE_ANCHOR),
        }
    }

    fn spend(&mut self, cost: usize) -> Step {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > MAX_COST {
            return Err(ReadingEnd::TOO_MUCH);
        }
        Ok(())
    }

    fn check_depth(&self, height: usize) -> Step {
        if self.open.len() + height > MAX_DEPTH {
            return Err(ReadingEnd::TOO_DEEP);
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

fn scalar_kind(text: String, style: ScalarStyle) -> Kind {
    // Only plain scalars can be null; `"null"` is text.
    if style == ScalarStyle::Plain && is_null(&text) {
        Kind::Null
    } else {
        Kind::Scalar(text)
    }
}

/// Whether YAML's core schema reads the text as the absence of a value.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn has_tag(event: &Event<'_>) -> bool {
    match event {
        Event::Scalar(.., tag) | Event::SequenceStart(.., tag) | Event::MappingStart(.., tag) => {
            tag.is_some()
        }
        _ => false,
    }
}

fn report_tag(line: usize, problems: &Problems) {
    // Tags are refused and not ignored, because their author expects them to do something.
    let what = "YAML tags are not used here";
    let hint = "remove the word that starts with an exclamation mark";
    problems.add(line, what, hint);
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
