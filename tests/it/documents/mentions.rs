//! The names in a document, each with what it is a name of. What stands where decides that: the
//! program in front of a flag, the language of a block, the heading of a column.

use std::collections::BTreeSet;

use super::endpoints::{endpoint, prefixes, without_prefix};
use super::markdown::{Block, Markdown};
use super::{promql, shell};

/// A name of something that should exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mention {
    /// The words behind the exporter's name on a command line.
    CommandLine(Vec<String>),
    /// A flag of whichever command of the exporter.
    Flag(String),
    /// A flag behind a program that nobody knows.
    FlagOf(String),
    /// A whole configuration, as YAML.
    Configuration(String),
    Key(String),
    Metric(String),
    /// A label, of a metric if it stands in a selector.
    Label {
        metric: Option<String>,
        label: String,
    },
    LabelValue {
        label: String,
        value: String,
    },
    Record(String),
    Alert(String),
    Dashboard(String),
    Endpoint(String),
    MakeTarget(String),
    /// A file or a folder, by its path or, without a slash, by its name.
    File(String),
    /// What a link leads to.
    Link(String),
    /// A word in snake case.
    Word(String),
}

use Mention::{
    Alert, CommandLine, Configuration, Dashboard, Endpoint, File, Flag, FlagOf, Key, Link,
    MakeTarget, Metric, Record, Word,
};

/// The exporter's own program.
const PROGRAM: &str = "ssm-compliance-exporter";

/// Where the project's files are, for those who read elsewhere.
const REPOSITORY: &str =
    "https://github.com/ssm-compliance-exporter/ssm-compliance-exporter/blob/main/";

/// How names of files in this repository end.
const SOURCE_EXTENSIONS: [&str; 11] = [
    "css", "html", "json", "md", "mjs", "py", "rs", "sh", "toml", "yaml", "yml",
];

/// How names of other files end.
const OTHER_EXTENSIONS: [&str; 3] = ["conf", "log", "pem"];

/// Programs whose flags are their own.
const OTHERS: [&str; 19] = [
    "alertmanager",
    "amtool",
    "aws",
    "cargo",
    "curl",
    "docker",
    "dpkg",
    "git",
    "node",
    "node_exporter",
    "npm",
    "prometheus",
    "promtool",
    "python3",
    "rpm",
    "sed",
    "ssm-cli",
    "vmagent",
    "zypper",
];

/// How metrics of others begin.
const OTHER_METRICS: [&str; 5] = ["go_", "node_", "process_", "prometheus_", "scrape_"];

/// What YAML of others begins with: Prometheus, its rules, Alertmanager, Grafana, Kubernetes.
const FOREIGN_YAML: [&str; 6] = [
    "scrape_configs",
    "rule_files",
    "groups",
    "route",
    "routes",
    "apiVersion",
];

/// What stands before a path that the exporter answers.
const EXPORTER_HOSTS: [&str; 5] = [
    "localhost:10068",
    "127.0.0.1:10068",
    "//exporter.example",
    "$EXPORTER",
    "${EXPORTER}",
];

/// Every name in a Markdown document.
pub(super) fn of_markdown(text: &str, known_commands: &BTreeSet<&str>) -> BTreeSet<Mention> {
    let markdown = Markdown::parse(text);
    let mut mentions = of_text(text);
    mentions.extend(flags(&markdown.prose).map(Flag));
    mentions.extend(markdown.links.iter().map(|link| Link(link.clone())));
    for span in &markdown.spans {
        mentions.extend(of_span(span, known_commands));
    }
    for block in &markdown.blocks {
        mentions.extend(of_block(block));
    }
    for row in &markdown.rows {
        let cell = row.cells[0].split('`').nth(1).unwrap_or_default();
        mentions.extend(of_cell(&row.headings[0], cell));
    }
    let prefixes = prefixes(text);
    let mentions = mentions.into_iter();
    mentions.map(|it| without_prefix(it, &prefixes)).collect()
}

/// Every name in the rules: their comments are prose, their expressions are `PromQL`.
pub(super) fn of_yaml(text: &str, known_commands: &BTreeSet<&str>) -> BTreeSet<Mention> {
    let parts = text
        .lines()
        .map(|line| line.split_once("# ").unwrap_or((line, "")));
    let (rules, comments): (Vec<&str>, Vec<&str>) = parts.unzip();
    let mut mentions = of_markdown(&comments.join("\n"), known_commands);
    mentions.extend(of_plain_text(&rules.join("\n")));
    mentions.extend(of_text(text));
    mentions.extend(promql::labels(text));
    mentions
}

/// Every name in a text without markup, in which all flags are the exporter's.
pub(super) fn of_plain_text(text: &str) -> BTreeSet<Mention> {
    let mut mentions = of_text(text);
    mentions.extend(flags(text).map(Flag));
    mentions
}

/// Names that say by themselves what they are, wherever they stand.
fn of_text(text: &str) -> BTreeSet<Mention> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    let names = text
        .split(|c| !is_of_name(c))
        .map(|name| name.trim_matches(':'));
    let is_family = |mention: &Mention| match mention {
        // One in a regular expression stands for all that begin like it.
        Alert(name) => text.contains(&format!("{name}.+")),
        _ => false,
    };
    let mentions = names.filter_map(of_name);
    let mut mentions: BTreeSet<Mention> = mentions.filter(|it| !is_family(it)).collect();
    // Dashboards and alerts by team put a name into an address.
    let files = behind(text, REPOSITORY).filter(|path| !path.contains(['$', '{']));
    mentions.extend(files.map(|path| File(cut(path, "#?"))));
    mentions.extend(behind(text, "/d/").map(|uid| Dashboard(cut(uid, "?/"))));
    let pages = behind(text, "instance_url: \"").filter(|path| path.starts_with('/'));
    mentions.extend(pages.map(|path| Endpoint(path.to_owned())));
    for host in EXPORTER_HOSTS {
        let paths = behind(text, host).map(|rest| rest.strip_prefix(":10068").unwrap_or(rest));
        let paths = paths.filter(|path| path.starts_with('/'));
        mentions.extend(paths.map(|path| Endpoint(path.to_owned())));
    }
    mentions
}

fn of_name(name: &str) -> Option<Mention> {
    match name.strip_prefix("SsmCompliance") {
        Some(rest) if rest.starts_with(char::is_uppercase) => return Some(Alert(name.to_owned())),
        _ => {}
    }
    let is_record = name.matches(':').count() == 2 && name.contains("ssm");
    if is_record && !name.contains("::") {
        Some(Record(name.to_owned()))
    } else if name.starts_with("aws_ssm_") && !name.contains(':') {
        Some(Metric(name.to_owned()))
    } else {
        None
    }
}

/// What stands behind each occurrence of a text, up to the end of the word.
pub(super) fn behind<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let is_end = |c: char| {
        c.is_whitespace() || matches!(c, '`' | '"' | '\'' | '|' | '<' | '>' | ')' | ';' | ',')
    };
    let ends = text
        .match_indices(start)
        .map(move |(at, _)| &text[at + start.len()..]);
    ends.map(move |rest| rest.split(is_end).next().unwrap_or_default())
}

fn cut(text: &str, ends: &str) -> String {
    let text = text.split(|c| ends.contains(c)).next();
    // They may be the end of a sentence.
    let text = text.unwrap_or_default();
    text.trim_end_matches(['.', ',', ':']).to_owned()
}

/// Words that begin as flags do. Those that end with a dot stand for all that begin like them.
fn flags(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split_whitespace().map(flag_in);
    words.filter(|word| is_flag(word))
}

fn flag_in(word: &str) -> String {
    let word = word.trim_matches(|c: char| "()[],;:._'\"\\".contains(c));
    match word.strip_suffix('*') {
        Some(family) => family.to_owned(),
        None => cut(word, "="),
    }
}

fn is_flag(word: &str) -> bool {
    let name = word.strip_prefix("--").unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_lowercase())
}

fn of_span(span: &str, known_commands: &BTreeSet<&str>) -> Vec<Mention> {
    // What stands in front of a program, like a variable, is not a name of ours.
    let Some(words) = shell::commands(span).into_iter().next() else {
        return Vec::new();
    };
    let first = words[0].as_str();
    let has_flags = words.iter().any(|word| is_flag(word));
    if is_flag(first) {
        return flags(span).map(Flag).collect();
    }
    if let Some(path) = endpoint(span) {
        return vec![path];
    }
    let mentions = of_command(&words);
    let is_other = OTHERS.contains(&first) || !mentions.is_empty();
    if is_other {
        mentions
    } else if known_commands.contains(first) && words.len() > 1 {
        vec![CommandLine(words)]
    } else if has_flags {
        vec![FlagOf(span.to_owned())]
    } else {
        of_word(span).into_iter().collect()
    }
}

/// A span of one word, or of a key with its value.
fn of_word(span: &str) -> Option<Mention> {
    let word = span.split_once(": ").map_or(span, |(key, _)| key);
    if word.is_empty() || word.contains([' ', '(', '{', '<', '"', '$', '%', '=']) {
        return None;
    }
    let is_snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_path = word.contains('/') || has_extension(word, &SOURCE_EXTENSIONS);
    if is_path {
        return is_file(word).then(|| File(word.to_owned()));
    }
    let parts: Vec<&str> = word
        .split('.')
        .map(|part| part.trim_end_matches("[]"))
        .collect();
    let is_snake = parts
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(is_snake));
    let is_number = parts[0].starts_with(|c: char| c.is_ascii_digit());
    let is_metric = OTHER_METRICS.iter().any(|start| word.starts_with(start));
    let is_other = is_number || is_metric || has_extension(word, &OTHER_EXTENSIONS);
    if !is_snake || is_other || word.starts_with("aws_ssm_") {
        None
    } else if parts.len() > 1 {
        Some(Key(word.to_owned()))
    } else {
        word.trim_matches('_')
            .contains('_')
            .then(|| Word(word.to_owned()))
    }
}

fn has_extension(word: &str, extensions: &[&str]) -> bool {
    word.rsplit_once('.')
        .is_some_and(|(_, end)| extensions.contains(&end))
}

/// Whether a path is one of this repository, and not of a machine or an address.
fn is_file(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let is_folder = crate::support::root().join(first).is_dir() && !first.is_empty();
    !path.contains(':') && (!path.contains('/') || is_folder)
}

fn of_cell(heading: &str, cell: &str) -> Option<Mention> {
    if cell.is_empty() {
        return None;
    }
    let cell = cell.to_owned();
    match heading {
        "command" => Some(CommandLine(cell.split(' ').map(str::to_owned).collect())),
        "key" if !cell.starts_with('.') && !cell.ends_with("[]") && cell.contains('.') => {
            Some(Key(cell))
        }
        "flag" => Some(Flag(cell)),
        "path" => Some(Endpoint(cell)),
        "file" => Some(File(cell)),
        _ => None,
    }
}

fn of_block(block: &Block) -> Vec<Mention> {
    match block.language.as_str() {
        "sh" => of_script(&block.text),
        "console" => of_script(&shell::typed(&block.text)),
        "promql" => promql::labels(&block.text),
        "yaml" => of_yaml_block(&block.text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whose YAML it is shows in its outermost keys.
fn of_yaml_block(text: &str) -> Option<Mention> {
    let keys = text
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let keys: Vec<&str> = keys
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    let is_foreign = keys.iter().any(|key| FOREIGN_YAML.contains(key));
    (!is_foreign).then(|| Configuration(text.to_owned()))
}

fn of_script(script: &str) -> Vec<Mention> {
    let commands = shell::commands(script);
    commands
        .iter()
        .flat_map(|words| of_command(words))
        .collect()
}

/// The names on a command line of any program.
fn of_command(words: &[String]) -> Vec<Mention> {
    let program = words[0].rsplit('/').next().unwrap_or_default();
    let mut mentions: Vec<Mention> = match program {
        PROGRAM => vec![CommandLine(words[1..].to_vec())],
        "cargo" if words.get(1).is_some_and(|word| word == "run") => {
            let behind = words.iter().position(|word| word == "--");
            let behind = behind.map_or(words.len(), |at| at + 1);
            vec![CommandLine(words[behind..].to_vec())]
        }
        "make" => words[1..]
            .iter()
            .filter(|word| {
                !word.contains(['=', '-']) || word.contains('-') && !word.starts_with('-')
            })
            .map(|word| MakeTarget(word.clone()))
            .collect(),
        _ => Vec::new(),
    };
    let is_command = !mentions.is_empty() || words.len() > 1;
    let arguments = words.iter().flat_map(|word| word.split('='));
    let paths = arguments.filter(|path| path.contains('/') && is_file(path));
    mentions.extend(
        paths
            .filter(|_| is_command)
            .map(|path| File(path.to_owned())),
    );
    mentions
}
