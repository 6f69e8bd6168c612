//! The text of profile files: what the SDK's parser says about it, and what must not reach the
//! parser.

use std::borrow::Cow;
use std::error::Error;

use aws_config::profile::{self, ProfileFileLoadError, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::config::forms::shown;

/// The profile that is meant where none is named. It need not be there.
pub(super) const DEFAULT_PROFILE: &str = "default";
/// The blanks of the format, as the SDK's parser knows them.
const BLANK: [char; 2] = [' ', '\t'];
/// The characters with which a comment begins.
const COMMENT: [char; 2] = ['#', ';'];

/// The profiles in these texts, or which line is broken.
pub(super) async fn parse(
    texts: &[(EnvConfigFileKind, &str)],
    selected: &str,
) -> Result<ProfileSet, String> {
    let mut files = EnvConfigFiles::builder();
    for (kind, text) in texts {
        files = files.with_contents(*kind, *text);
    }
    let selected = Some(Cow::Owned(selected.to_owned()));
    // These defaults are empty, so neither files nor environment are asked: the texts and the name
    // are all that there is to know.
    profile::load(&Fs::default(), &Env::default(), &files.build(), selected)
        .await
        .map_err(|error| fault_of(&error))
}

/// Whether a text can be parsed, and if not, why.
pub(super) async fn check(kind: EnvConfigFileKind, text: &str) -> Result<(), String> {
    match parse(&[(kind, text)], DEFAULT_PROFILE).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(with_key(&fault, text)),
    }
}

/// What the parser says, from the number of the line on: before that it names a file that it does
/// not know.
fn fault_of(error: &ProfileFileLoadError) -> String {
    // The outer error says only that a file could not be parsed.
    let text = match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    };
    from_line_number(&text)
}

fn from_line_number(text: &str) -> String {
    let fault = match text.split_once(" on ") {
        Some((_, fault)) => fault,
        None => text,
    };
    fault.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names the key whose value the broken line goes on with, if there is one: the parser says only
/// which line it is.
fn with_key(fault: &str, text: &str) -> String {
    match broken_key(fault, text) {
        Some(key) => format!("{fault}, in the value of {}", shown(key)),
        None => fault.to_owned(),
    }
}

fn broken_key<'a>(fault: &str, text: &'a str) -> Option<&'a str> {
    key_above(text, line_number(fault)?)
}

fn line_number(fault: &str) -> Option<usize> {
    let rest = fault.strip_prefix("line ")?;
    rest.split(':').next()?.parse().ok()
}

/// The key of whose value this line is a part.
fn key_above(text: &str, line_number: usize) -> Option<&str> {
    let lines: Vec<&str> = text.lines().take(line_number).collect();
    let (line, above) = lines.split_last()?;
    // Only a line that is indented belongs to the key above it.
    if !line.starts_with(BLANK) {
        return None;
    }
    name_of_last_key(above)
}

fn name_of_last_key<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let line = lines.iter().rev().find(|line| is_key(line))?;
    let (key, _) = line.split_once('=')?;
    Some(key.trim())
}

/// Leaves out the keys without a value, which count as not set, as variables do. Lines keep their
/// numbers.
pub(super) fn without_empty_values(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept = String::with_capacity(text.len());
    for (index, line) in lines.iter().enumerate() {
        if !is_key_without_value(line, &lines[index + 1..]) {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

fn is_key_without_value(line: &str, below: &[&str]) -> bool {
    // A key without a value may begin a section of its own, such as `s3 =`, whose keys are indented
    // below.
    is_key(line) && has_empty_value(line) && !continues(below)
}

fn is_key(line: &str) -> bool {
    !line.starts_with('[') && !line.starts_with(BLANK) && !line.starts_with(COMMENT)
}

fn has_empty_value(line: &str) -> bool {
    match without_comment(line).split_once('=') {
        Some((_, value)) => value.trim_matches(BLANK).is_empty(),
        None => false,
    }
}

/// The line up to its comment. Without white space before it, `#` is a part of the value.
fn without_comment(line: &str) -> &str {
    match comment_start(line) {
        Some(at) => &line[..at],
        None => line,
    }
}

fn comment_start(line: &str) -> Option<usize> {
    let mut signs = line.match_indices(COMMENT);
    let (at, _) = signs.find(|(at, _)| line[..*at].ends_with(char::is_whitespace))?;
    Some(at)
}

/// Whether the value goes on in the lines below its key.
fn continues(below: &[&str]) -> bool {
    let mut said = below.iter().filter(|line| says_something(line));
    said.next().is_some_and(|line| line.starts_with(BLANK))
}

/// Whether a line is neither blank nor a comment.
fn says_something(line: &str) -> bool {
    !line.trim_matches(BLANK).is_empty() && !line.starts_with(COMMENT)
}
