//! Splits Rust source text into tokens, so that comments and literals are never taken for code.
//!
//! Only what a reader of names needs is kept: numbers, literals and lifetimes are dropped.

use std::iter::Peekable;
use std::str::Chars;

/// One token of Rust code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier or a keyword.
    Name(String),
    /// `::`
    PathSeparator,
    /// `->` or `=>`, whose `>` closes no list of type arguments.
    Arrow,
    /// Any other sign.
    Sign(char),
}

impl Token {
    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(self, Self::Name(found) if found == name)
    }

    pub(super) fn is_sign(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }

    pub(super) fn opens(&self) -> bool {
        matches!(self, Self::Sign('(' | '[' | '{'))
    }

    pub(super) fn closes(&self) -> bool {
        matches!(self, Self::Sign(')' | ']' | '}'))
    }
}

/// The tokens of a source text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: text.chars().peekable(),
        tokens: Vec::new(),
    };
    while let Some(first) = lexer.rest.next() {
        lexer.read(first);
    }
    lexer.tokens
}

/// The position of the token after the bracket that closes the one at `open`.
pub(super) fn after_group(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth -= 1;
            if depth == 0 {
                return position + 1;
            }
        }
    }
    tokens.len()
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn read(&mut self, first: char) {
        match first {
            '/' if self.skip_if('/') => self.skip_line(),
            '/' if self.skip_if('*') => self.skip_block_comment(),
            '"' => self.skip_string(),
            '\'' => self.skip_character_or_lifetime(),
            ':' if self.skip_if(':') => self.tokens.push(Token::PathSeparator),
            '-' | '=' if self.skip_if('>') => self.tokens.push(Token::Arrow),
            _ if first.is_ascii_digit() => self.skip_number(),
            _ if is_name_character(first) => self.read_word(first),
            _ if first.is_whitespace() => {}
            _ => self.tokens.push(Token::Sign(first)),
        }
    }

    fn skip_if(&mut self, expected: char) -> bool {
        self.rest.next_if_eq(&expected).is_some()
    }

    fn skip_line(&mut self) {
        while self.rest.next().is_some_and(|character| character != '\n') {}
    }

    fn skip_block_comment(&mut self) {
        // Block comments nest in Rust.
        let mut depth = 1;
        while depth > 0 {
            match self.rest.next() {
                Some('*') if self.skip_if('/') => depth -= 1,
                Some('/') if self.skip_if('*') => depth += 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    fn skip_string(&mut self) {
        while let Some(character) = self.rest.next() {
            match character {
                '\\' => drop(self.rest.next()),
                '"' => return,
                _ => {}
            }
        }
    }

    /// Skips a string that ends with a quote and as many `#` as it began with.
    fn skip_raw_string(&mut self, hashes: usize) {
        loop {
            while self.rest.next().is_some_and(|character| character != '"') {}
            let closing = (0..hashes).take_while(|_| self.skip_if('#')).count();
            if closing == hashes || self.rest.peek().is_none() {
                return;
            }
        }
    }

    fn skip_character_or_lifetime(&mut self) {
        let first = self.rest.next();
        if first == Some('\\') {
            self.rest.next();
            while self.rest.next().is_some_and(|character| character != '\'') {}
            return;
        }
        // `'a'` is a character and `'a` a lifetime: only what follows tells them apart.
        if !self.skip_if('\'') && first.is_some_and(is_name_character) {
            self.word_from(String::new());
        }
    }

    fn skip_number(&mut self) {
        // A full stop is left alone: it may begin a range or the call of a method.
        self.word_from(String::new());
    }

    fn read_word(&mut self, first: char) {
        let word = self.word_from(first.to_string());
        let begins_raw = matches!(word.as_str(), "r" | "br" | "cr");
        let begins_literal = begins_raw || matches!(word.as_str(), "b" | "c");
        match self.rest.peek() {
            Some('"') if begins_raw => {
                self.rest.next();
                self.skip_raw_string(0);
            }
            Some('"') if begins_literal => {
                self.rest.next();
                self.skip_string();
            }
            Some('\'') if word == "b" => {
                self.rest.next();
                self.skip_character_or_lifetime();
            }
            Some('#') if begins_raw => self.read_raw(word),
            _ => self.tokens.push(Token::Name(word)),
        }
    }

    /// Reads on after `r#`, which begins a raw string or a raw identifier.
    fn read_raw(&mut self, word: String) {
        let mut hashes = 0;
        while self.skip_if('#') {
            hashes += 1;
        }
        if self.skip_if('"') {
            self.skip_raw_string(hashes);
        } else {
            let identifier = self.word_from(word + "#");
            self.tokens.push(Token::Name(identifier));
        }
    }

    fn word_from(&mut self, mut word: String) -> String {
        while let Some(character) = self.rest.next_if(|next| is_name_character(*next)) {
            word.push(character);
        }
        word
    }
}

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
