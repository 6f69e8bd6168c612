//! Files of any text, and the forms of single values.

use std::time::Duration;

use fuzzing::Fuzz;

use super::{env, fixtures, parse};
use crate::config::forms::{format_duration, is_account_id};
use crate::config::interpolate::replace;
use crate::config::problem::Fault;
use crate::config::{Config, ConfigError, parse_duration, reference, tag_label};

/// What the environment holds, and no message may tell.
const SECRETS: [&str; 2] = ["s3cret-from-env", "hunter2 hunter2"];

const SIGNS: [&str; 64] = [
    ": ",
    "\n",
    "\n  ",
    "\n    ",
    "\n  - ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "'",
    "\"",
    "|",
    ">",
    "|2-",
    "? ",
    "!",
    "!!str ",
    "~",
    "null",
    "true",
    "<<: *a",
    "#",
    " # ",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "\t",
    "\r",
    "\r\n",
    "\u{85}",
    "\u{2028}",
    "$",
    "$$",
    "${",
    "}",
    "${REGION}",
    "${EXTERNAL_ID}",
    "${BAD_SECRET}",
    "${INJECTED}",
    "${INTERVAL}",
    "${UNSET}",
    "${1}",
    "$${A}",
    "5m",
    "1h30m",
    "0s",
    "1e3",
    "0.001",
    "1000",
    "eu-west-1",
    "cn-north-1",
    "all",
    "111122223333",
    "arn:aws:iam::111122223333:role/x",
    "arn:aws-cn:iam::",
    "Patch",
    "Custom:*",
    "{a,b}",
    "ou-ab12-cdefgh34",
    "http://127.0.0.1:4566",
];

fn words() -> Vec<String> {
    let parts = reference::KEYS.iter().flat_map(|key| key.path.split('.'));
    let keys = parts.map(|part| format!("{}: ", part.replace("[]", "")));
    let signs = SIGNS.iter().map(|sign| (*sign).to_owned());
    keys.chain(signs).collect()
}

fn examples() -> Vec<String> {
    let files = fixtures(".ok.yaml")
        .into_iter()
        .chain(fixtures(".bad.yaml"));
    files
        .map(|(_, text)| text)
        .filter(|text| text.len() < 4000)
        .collect()
}

#[test]
fn any_file_is_valid_or_refused_with_its_problems_and_without_secrets() {
    Fuzz::of("configuration")
        .words(words())
        .examples(examples())
        .max_bytes(64 * 1024)
        .check(|input| {
            let text = std::str::from_utf8(input).ok()?;
            let read = parse(text);
            check_below_comment(text, &read);
            Some(
                read.map(|config| check_valid(&config))
                    .map_err(|error| check_refusal(text, &error)),
            )
        });
}

/// What a valid configuration promises to the rest of the program.
fn check_valid(config: &Config) -> usize {
    let refresh = &config.refresh;
    assert!(refresh.interval >= Duration::from_secs(1), "{refresh:?}");
    assert!(
        refresh.stale_after >= refresh.interval && refresh.full_every >= refresh.interval,
        "{refresh:?}"
    );
    assert!(
        (0.001..=1000.0).contains(&config.api.requests_per_second),
        "{:?}",
        config.api
    );
    assert!(
        !config.accounts.is_empty() || config.organization.is_some(),
        "{config:?}"
    );
    for account in &config.accounts {
        assert!(
            account.account_id.as_deref().is_none_or(is_account_id),
            "{account:?}"
        );
        assert!(
            account.role_arn.is_some() || account.external_id.is_none(),
            "{account:?}"
        );
    }
    let mut labels: Vec<String> = config
        .instance_tags
        .iter()
        .map(|key| tag_label(key))
        .collect();
    labels.sort();
    labels.dedup();
    assert_eq!(labels.len(), config.instance_tags.len(), "{labels:?}");
    let shown = format!("{config:?}");
    let external_ids = config
        .accounts
        .iter()
        .filter(|account| account.external_id.is_some());
    external_ids.count().min(2) + shown.len() / 256
}

/// Every problem has a place and one line of words that tells no secret. Returns the shapes of the
/// first ones.
fn check_refusal(text: &str, error: &ConfigError) -> Vec<String> {
    let problems = error.problems();
    assert!(!problems.is_empty());
    for problem in problems {
        let words = format!("{}{}", problem.what(), problem.hint());
        assert!(!words.chars().any(char::is_control), "{words:?}");
        assert!(words.len() < 2000, "{words}");
        assert!(
            problem
                .line()
                .is_none_or(|line| line >= 1 && line <= text.len() + 1),
            "{problem:?}"
        );
    }
    let message = error.to_string();
    for secret in SECRETS {
        assert!(
            !message.contains(secret) || text.contains(secret),
            "{message}"
        );
    }
    problems
        .iter()
        .take(2)
        .map(|problem| shape(problem.what()))
        .collect()
}

/// A message without what it quotes and counts.
fn shape(what: &str) -> String {
    let before_quote = what.split('"').next().unwrap_or_default();
    before_quote
        .chars()
        .filter(|character| !character.is_ascii_digit())
        .take(60)
        .collect()
}

/// A comment in the first line changes nothing but the numbers of the others.
fn check_below_comment(text: &str, read: &Result<Config, ConfigError>) {
    // These stand only at the very beginning.
    if text.starts_with(['%', '\u{feff}']) {
        return;
    }
    let below = parse(&format!("# a comment\n{text}"));
    match (read, below) {
        (Ok(config), Ok(below)) => assert_eq!(*config, below),
        (Err(error), Err(below)) => {
            let said = |error: &ConfigError, lines_above| {
                let problems = error.problems().iter();
                problems
                    .map(|problem| {
                        (
                            problem.line().map(|line| line + lines_above),
                            problem.what().to_owned(),
                        )
                    })
                    .collect::<Vec<_>>()
            };
            // Two lines that a message counts itself are not looked at.
            let is_counting = |said: &[(Option<usize>, String)]| {
                said.iter().any(|(_, what)| what.contains(" line "))
            };
            let (alone, below) = (said(error, 1), said(&below, 0));
            assert!(
                alone == below || is_counting(&alone),
                "{alone:?}\n{below:?}"
            );
        }
        (read, below) => panic!("alone {read:?}\nbelow a comment {below:?}"),
    }
}

#[test]
fn variables_are_replaced_as_a_slow_reading_does() {
    Fuzz::of("interpolation")
        .words([
            "$",
            "$$",
            "${",
            "}",
            "${REGION}",
            "${INTERVAL}",
            "${UNSET}",
            "${A B}",
            "REGION",
            "{",
            "x",
        ])
        .check(|input| {
            let text = std::str::from_utf8(input).ok()?;
            let replaced = replace(text, &env);
            assert_eq!(replaced.as_deref().ok(), slowly_replaced(text).as_deref());
            Some(
                replaced
                    .map(|text| text.len().min(20))
                    .map_err(|Fault { what, .. }| shape(&what)),
            )
        });
}

/// The text with its variables, character by character.
fn slowly_replaced(text: &str) -> Option<String> {
    let mut rest: Vec<char> = text.chars().rev().collect();
    let mut replaced = String::new();
    while let Some(character) = rest.pop() {
        match (character, rest.last()) {
            ('$', Some('$')) => {
                rest.pop();
                replaced.push('$');
            }
            ('$', Some('{')) => {
                rest.pop();
                let end = rest.iter().rposition(|character| *character == '}')?;
                let name: String = rest.split_off(end)[1..].iter().rev().collect();
                let is_name = name
                    .starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                    && name
                        .chars()
                        .all(|character| character.is_ascii_alphanumeric() || character == '_');
                replaced.push_str(&env(&name).filter(|_| is_name)?);
            }
            _ => replaced.push(character),
        }
    }
    Some(replaced)
}

#[test]
fn a_duration_is_written_as_it_is_read() {
    Fuzz::of("duration")
        .words([
            "y", "w", "d", "h", "m", "s", "ms", "us", ".", "0", "1", "90", "99", "100y", "1h30m",
            "1.5s", "+", "-", "e",
        ])
        .examples(["5m", "1h30m", "1.5s"])
        .check(|input| {
            let text = std::str::from_utf8(input).ok()?;
            match parse_duration(text) {
                Ok(duration) => {
                    assert!(
                        duration > Duration::ZERO
                            && duration <= Duration::from_hours(24 * 365 * 100),
                        "{duration:?}"
                    );
                    let written = format_duration(duration);
                    if duration.subsec_nanos() % 1_000_000 == 0 {
                        assert_eq!(parse_duration(&written), Ok(duration), "{written}");
                    }
                    Some(written.len())
                }
                Err(error) => {
                    assert!(!error.chars().any(char::is_control), "{error:?}");
                    None
                }
            }
        });
}
