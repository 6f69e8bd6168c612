//! Wraps words for a terminal.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter};

/// Wraps words at the width, each line with the indentation.
pub(super) fn wrapped(words: &str, indent: &str, width: usize) -> Vec<String> {
    wrapped_after(words, indent, indent, width)
}

/// As [`wrapped`], with another indentation of the first line.
pub(super) fn wrapped_after(words: &str, first: &str, indent: &str, width: usize) -> Vec<String> {
    // Ids and paths are not broken: half of one is of no use to anybody who copies it.
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(indent)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(words, options);
    lines.into_iter().map(Cow::into_owned).collect()
}
