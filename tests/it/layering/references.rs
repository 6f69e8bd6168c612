//! Reads from the tokens of a module what it declares, what it imports, and which paths it names.

use std::collections::BTreeSet;

use super::tokens::{Token, after_group};

/// Keywords after which the name of an item stands.
const ITEM_KEYWORDS: &[&str] = &[
    "const", "enum", "fn", "static", "struct", "trait", "type", "union",
];

/// A path as it is written. The leading `::` of a global path is an empty first segment.
pub(super) type WrittenPath = Vec<String>;

/// A name that a `use` brings into a module.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    /// What the module calls it; `None` for everything behind a `*`.
    pub(super) name: Option<String>,
    pub(super) path: WrittenPath,
}

/// What stands between the braces of one module, or in its file.
#[derive(Debug, Default)]
pub(super) struct ModuleBody {
    /// Modules that have a file of their own.
    pub(super) declared: Vec<String>,
    /// Modules whose body stands here.
    pub(super) inline: Vec<(String, ModuleBody)>,
    /// Names of the items that are defined here.
    pub(super) items: BTreeSet<String>,
    pub(super) imports: Vec<Import>,
    /// Paths of at least two segments within the code.
    pub(super) paths: Vec<WrittenPath>,
}

impl ModuleBody {
    pub(super) fn read(tokens: &[Token]) -> Self {
        let mut reader = BodyReader {
            tokens,
            position: 0,
            depth: 0,
            body: Self::default(),
        };
        while reader.position < tokens.len() {
            reader.step();
        }
        reader.body
    }
}

struct BodyReader<'a> {
    tokens: &'a [Token],
    position: usize,
    /// How many braces are open: items of the module itself stand behind none.
    depth: usize,
    body: ModuleBody,
}

impl BodyReader<'_> {
    fn step(&mut self) {
        let start = self.position;
        match &self.tokens[start] {
            Token::Name(keyword) if keyword == "mod" => self.read_module(),
            Token::Name(keyword) if keyword == "use" => self.read_import(),
            Token::Name(keyword) if keyword == "pub" => self.skip_visibility(),
            Token::Name(_) => self.read_path(),
            Token::PathSeparator => self.read_global_path(),
            Token::Sign('{') => self.enter(),
            Token::Sign('}') => self.leave(),
            Token::Sign(_) | Token::Arrow => {}
        }
        if self.position == start {
            self.position += 1;
        }
    }

    fn enter(&mut self) {
        self.depth += 1;
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn name_at(&self, position: usize) -> Option<&str> {
        match self.tokens.get(position)? {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }

    fn is_sign_at(&self, position: usize, sign: char) -> bool {
        self.tokens
            .get(position)
            .is_some_and(|token| token.is_sign(sign))
    }

    /// `mod name;` or `mod name { ... }`
    fn read_module(&mut self) {
        let Some(name) = self.name_at(self.position + 1).map(str::to_owned) else {
            return;
        };
        let after_name = self.position + 2;
        if self.is_sign_at(after_name, '{') {
            let end = after_group(self.tokens, after_name);
            let body = ModuleBody::read(&self.tokens[after_name + 1..end - 1]);
            self.body.inline.push((name, body));
            self.position = end;
        } else {
            self.body.declared.push(name);
            self.position = after_name;
        }
    }

    fn read_import(&mut self) {
        self.position += 1;
        // `impl Trait + use<'a>` imports nothing.
        if !self.is_sign_at(self.position, '<') {
            self.read_use_tree(Vec::new());
        }
    }

    /// Reads one branch of a `use` and stops at the sign that ends it.
    fn read_use_tree(&mut self, prefix: WrittenPath) {
        let mut path = prefix;
        let mut alias = None;
        if path.is_empty() && self.tokens.get(self.position) == Some(&Token::PathSeparator) {
            path.push(String::new());
        }
        while let Some(token) = self.tokens.get(self.position) {
            match token {
                Token::Sign('{') => return self.read_use_group(&path),
                Token::Sign('*') => {
                    self.position += 1;
                    self.body.imports.push(Import { name: None, path });
                    return;
                }
                Token::Name(name) if name == "as" => {
                    alias = self.name_at(self.position + 1).map(str::to_owned);
                    self.position += 1;
                }
                // `a::{self}` names `a` itself.
                Token::Name(name) if name == "self" && !path.is_empty() => {}
                Token::Name(name) => path.push(name.clone()),
                Token::PathSeparator => {}
                _ => break,
            }
            self.position += 1;
        }
        let name = alias.or_else(|| path.last().cloned());
        if name.is_some() {
            self.body.imports.push(Import { name, path });
        }
    }

    fn read_use_group(&mut self, prefix: &WrittenPath) {
        let end = after_group(self.tokens, self.position);
        self.position += 1;
        while self.position < end - 1 {
            let start = self.position;
            self.read_use_tree(prefix.clone());
            // What ends a branch is a comma, or a sign that only macros have here.
            if self.position == start || self.is_sign_at(self.position, ',') {
                self.position += 1;
            }
        }
        self.position = end;
    }

    /// `pub(in crate::a)` says who may see an item, and depends on nobody.
    fn skip_visibility(&mut self) {
        self.position += 1;
        let scope = self.name_at(self.position + 1);
        let is_scope = matches!(scope, Some("crate" | "in" | "self" | "super"));
        if self.is_sign_at(self.position, '(') && is_scope {
            self.position = after_group(self.tokens, self.position);
        }
    }

    fn read_global_path(&mut self) {
        let before = self
            .position
            .checked_sub(1)
            .map(|before| &self.tokens[before]);
        // `<A as B>::c` and `a::<B>::c` go on with a path that has begun before.
        if before.is_some_and(|token| token.is_sign('>')) {
            return;
        }
        self.position += 1;
        self.read_segments(vec![String::new()]);
    }

    fn read_path(&mut self) {
        let keyword = self.name_at(self.position).unwrap_or_default();
        if self.depth == 0 && ITEM_KEYWORDS.contains(&keyword) {
            let item = self.name_at(self.position + 1).map(str::to_owned);
            self.body.items.extend(item);
            self.position += 1;
        } else {
            self.read_segments(Vec::new());
        }
    }

    fn read_segments(&mut self, mut path: WrittenPath) {
        while let Some(name) = self.name_at(self.position) {
            path.push(name.to_owned());
            self.position += 1;
            if self.tokens.get(self.position) != Some(&Token::PathSeparator) {
                break;
            }
            self.position += 1;
        }
        if path.len() > 1 {
            self.body.paths.push(path);
        }
    }
}
