//! YAML text as a tree whose every node knows its line, so that all problems of a file can be told
//! in one run.
//!
//! A typed deserializer stops at its first error; this only stops at broken syntax and at its
//! limits. Scalars stay text: what `5m` or `012` means is for whoever knows the key. Limits hold
//! before anything is copied, which makes aliases harmless: the "billion laughs" end at the limit
//! of [`MAX_COST`].

use std::collections::HashMap;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError};

use super::problem::Problems;

/// Levels of nesting; the format needs four.
const MAX_DEPTH: usize = 32;
/// What a tree may cost, aliases counted as what they stand for: room for thousands of accounts
/// with every region.
const MAX_COST: usize = 200_000;
/// Bytes of text that cost as much as a node.
const BYTES_PER_COST: usize = 32;

/// One value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Counted from 1. For an alias the line of what it stands for, since that is the place to
    /// change.
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// No value, `~` or `null`.
    Null,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// A list or mapping whose end has not been read yet.
struct Open {
    line: usize,
    anchor: usize,
    is_map: bool,
    /// Items of a list; keys and values in turn of a mapping.
    children: Vec<Node>,
}

/// What an alias stands for and what a copy of it costs.
struct Anchored {
    node: Node,
    cost: usize,
    height: usize,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Anchored>,
    cost: usize,
    documents: usize,
}

/// Why reading cannot go on.
struct Stop {
    what: &'static str,
    hint: &'static str,
}

/// The tree of `text`, or nothing if it is empty or if reading had to stop (then there is a
/// problem).
pub(super) fn read(text: &str, problems: &Problems) -> Option<Node> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                let line = span.start.line();
                if let Err(stop) = builder.take(event, line, problems) {
                    problems.add(line, stop.what, stop.hint);
                    return None;
                }
            }
            Err(error) => {
                report_syntax(&error, problems);
                return None;
            }
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
    problems.add(error.marker().line().max(1), what, hint);
}

// === impl Builder ===

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize, problems: &Problems) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(..) => self.document(),
            Event::Scalar(text, style, anchor, tag) => {
                report_tag(tag.is_some(), line, problems);
                self.spend(scalar_cost(&text))?;
                self.close(
                    Node {
                        line,
                        kind: scalar(text.into_owned(), style),
                    },
                    anchor,
                )
            }
            Event::SequenceStart(_, anchor, tag) => {
                report_tag(tag.is_some(), line, problems);
                self.enter(Open {
                    line,
                    anchor,
                    is_map: false,
                    children: Vec::new(),
                })
            }
            Event::MappingStart(_, anchor, tag) => {
                report_tag(tag.is_some(), line, problems);
                self.enter(Open {
                    line,
                    anchor,
                    is_map: true,
                    children: Vec::new(),
                })
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(),
            Event::Alias(id) => self.alias(id),
            _ => Ok(()),
        }
    }

    fn document(&mut self) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents > 1 {
            return Err(Stop {
                what: "a second YAML document starts here",
                hint: "keep one document per file",
            });
        }
        Ok(())
    }

    fn spend(&mut self, cost: usize) -> Result<(), Stop> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > MAX_COST {
            let hint = "write the values out instead of nesting aliases";
            return Err(Stop {
                what: "the file holds too much, aliases counted in full",
                hint,
            });
        }
        Ok(())
    }

    fn check_depth(&self, height: usize) -> Result<(), Stop> {
        if self.open.len() + height > MAX_DEPTH {
            return Err(Stop {
                what: "values are nested too deeply",
                hint: "the configuration needs four levels",
            });
        }
        Ok(())
    }

    fn enter(&mut self, open: Open) -> Result<(), Stop> {
        self.spend(1)?;
        self.check_depth(1)?;
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Stop> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let kind = if open.is_map {
            Kind::Map(pairs(open.children))
        } else {
            Kind::List(open.children)
        };
        self.close(
            Node {
                line: open.line,
                kind,
            },
            open.anchor,
        )
    }

    /// Hands a finished node to what it stands in, and keeps a copy if it has an anchor.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        if anchor != 0 {
            let (cost, height) = size(&node);
            self.spend(cost)?;
            self.anchors.insert(
                anchor,
                Anchored {
                    node: node.clone(),
                    cost,
                    height,
                },
            );
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn alias(&mut self, id: usize) -> Result<(), Stop> {
        let Some(anchored) = self.anchors.get(&id) else {
            let hint = "an alias can only stand after the end of what it names";
            return Err(Stop {
                what: "this alias stands inside its own anchor",
                hint,
            });
        };
        let (cost, height) = (anchored.cost, anchored.height);
        self.check_depth(height)?;
        self.spend(cost)?;
        let Some(node) = self.anchors.get(&id).map(|anchored| anchored.node.clone()) else {
            return Ok(());
        };
        self.close(node, 0)
    }
}

/// Only plain scalars can be null; `"null"` is text.
fn scalar(text: String, style: ScalarStyle) -> Kind {
    let is_null =
        style == ScalarStyle::Plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL");
    if is_null {
        Kind::Null
    } else {
        Kind::Scalar(text)
    }
}

fn report_tag(tagged: bool, line: usize, problems: &Problems) {
    if tagged {
        problems.add(
            line,
            "YAML tags are not used here",
            "remove the word that starts with an exclamation mark",
        );
    }
}

fn pairs(children: Vec<Node>) -> Vec<(Node, Node)> {
    let mut pairs = Vec::with_capacity(children.len() / 2);
    let mut children = children.into_iter();
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        pairs.push((key, value));
    }
    pairs
}

fn scalar_cost(text: &str) -> usize {
    1 + text.len() / BYTES_PER_COST
}

/// What the tree costs, and its levels above the first scalar. Recursion is bounded by
/// [`MAX_DEPTH`].
fn size(node: &Node) -> (usize, usize) {
    let sum = |all: &mut dyn Iterator<Item = &Node>| {
        all.map(size).fold((1, 1), |(cost, height), (c, h)| {
            (cost + c, height.max(h + 1))
        })
    };
    match &node.kind {
        Kind::Null => (1, 0),
        Kind::Scalar(text) => (scalar_cost(text), 0),
        Kind::List(items) => sum(&mut items.iter()),
        Kind::Map(pairs) => sum(&mut pairs.iter().flat_map(|(key, value)| [key, value])),
    }
}
