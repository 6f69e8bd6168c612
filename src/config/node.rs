//! A YAML tree whose every node knows its line.
//!
//! Scalars stay text, because what `5m` or `012` means depends on the key.

/// Bytes of text that cost as much as a node.
const BYTES_PER_COST: usize = 32;

/// One value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Counted from 1. An alias has the line of what it stands for, since that is the place to
    /// change.
    pub(super) line: usize,
    pub(super) kind: Kind,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// No value, `~` or `null`.
    Null,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// How large a tree is, in the terms that its reader limits.
#[derive(Clone, Copy)]
pub(super) struct TreeSize {
    /// Its nodes, where long text counts as several.
    pub(super) cost: usize,
    /// Its levels above the lowest scalar.
    pub(super) height: usize,
}

impl Node {
    /// Walks the whole tree. The recursion ends because the reader limits the depth of what it
    /// builds.
    pub(super) fn size(&self) -> TreeSize {
        match &self.kind {
            Kind::Null => TreeSize::leaf(1),
            Kind::Scalar(text) => TreeSize::leaf(scalar_cost(text)),
            Kind::List(items) => TreeSize::around(items),
            Kind::Map(pairs) => {
                TreeSize::around(pairs.iter().flat_map(|(key, value)| [key, value]))
            }
        }
    }
}

impl TreeSize {
    fn leaf(cost: usize) -> Self {
        Self { cost, height: 0 }
    }

    /// The size of a list or mapping of these children.
    fn around<'a>(children: impl IntoIterator<Item = &'a Node>) -> Self {
        // An empty one is a level too, because it opens brackets as any other does.
        let mut size = Self { cost: 1, height: 1 };
        for child in children {
            size.add_child(child.size());
        }
        size
    }

    fn add_child(&mut self, child: Self) {
        self.cost += child.cost;
        self.height = self.height.max(child.height + 1);
    }
}

/// What a scalar of this text costs.
pub(super) fn scalar_cost(text: &str) -> usize {
    // Copies of a long text cost memory as copies of nodes do.
    1 + text.len() / BYTES_PER_COST
}
