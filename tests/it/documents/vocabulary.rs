//! What there is to name: read from the program's help, the reference of the configuration, the
//! catalogue of metrics, the table of routes, the Makefile, the rules, and the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ssm_compliance_exporter::{config, metrics};

use super::markdown::Markdown;
use crate::support::{entries, root, run, rust_sources, text};

/// Folders whose files hold the words that documents may quote.
const SOURCES: [&str; 6] = ["src", "crates", "tests", "xtask", "alerts", "scripts"];

/// All that there is to name.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// The flags of each command; those without a command are under the empty name.
    pub(super) flags: BTreeMap<String, BTreeMap<String, bool>>,
    pub(super) keys: BTreeSet<String>,
    /// The values of the Helm chart.
    pub(super) chart_values: BTreeSet<String>,
    /// Each metric with its labels.
    pub(super) metrics: BTreeMap<String, BTreeSet<String>>,
    /// Each label that has a closed set of values, with them.
    pub(super) values: BTreeMap<String, BTreeSet<String>>,
    pub(super) records: BTreeSet<String>,
    /// The labels that rules add.
    pub(super) rule_labels: BTreeSet<String>,
    pub(super) alerts: BTreeSet<String>,
    pub(super) dashboards: BTreeSet<String>,
    pub(super) routes: BTreeSet<String>,
    pub(super) make_targets: BTreeSet<String>,
    /// Every file and folder, by its path.
    pub(super) files: BTreeSet<String>,
    /// Every word of the sources, and of what the configuration of others is written in.
    pub(super) words: BTreeSet<String>,
}

impl Vocabulary {
    pub(super) async fn read() -> Self {
        let mut vocabulary = Self {
            flags: flags().await,
            keys: keys(),
            chart_values: chart_values(),
            routes: routes(),
            make_targets: make_targets(),
            ..Self::default()
        };
        vocabulary.read_metrics();
        vocabulary.read_tree("");
        vocabulary.read_rules();
        vocabulary.read_words();
        vocabulary.dashboards = dashboards();
        vocabulary
    }

    /// The tables of the generated document, which are made from the catalogue.
    fn read_metrics(&mut self) {
        for row in Markdown::parse(&metrics::document()).rows {
            let cell = |place: usize| row.cells.get(place).map_or("", String::as_str);
            match row.headings[0].as_str() {
                "name" => self.read_metric(cell(0), cell(3)),
                "label" => self.read_values(&codes(cell(0)).collect::<String>(), cell(1)),
                label @ ("collector" | "reason") => self.read_values(label, cell(0)),
                "compliance_type" => self.read_values("reason", cell(1)),
                _ => {}
            }
        }
        assert!(self.metrics.len() > 40, "{:?}", self.metrics.keys());
        assert!(self.values.len() > 5, "{:?}", self.values);
    }

    fn read_metric(&mut self, name: &str, labels: &str) {
        let mut labels: BTreeSet<String> = codes(labels).collect();
        if !name.contains("aws_ssm_exporter_") {
            labels.extend(["account_id", "region"].map(str::to_owned));
        }
        self.metrics
            .extend(codes(name).map(|name| (name, labels.clone())));
    }

    fn read_values(&mut self, label: &str, values: &str) {
        let known = self.values.entry(label.to_owned()).or_default();
        known.extend(codes(values));
    }

    fn read_rules(&mut self) {
        for path in self.files.clone().iter().filter(|path| is_rules(path)) {
            for line in text(path).lines() {
                self.read_rule(line.trim_start().trim_start_matches("# "));
            }
        }
    }

    /// A line of the rules, also of one that is commented out.
    fn read_rule(&mut self, line: &str) {
        if let Some(record) = line.strip_prefix("- record: ") {
            self.records.insert(record.to_owned());
        } else if let Some(alert) = line.strip_prefix("- alert: ") {
            self.alerts.insert(alert.to_owned());
        } else if let Some(labels) = line.strip_prefix("labels: {") {
            let labels = labels.split(", ").filter_map(|pair| pair.split_once(':'));
            let names = labels.map(|(name, _)| name.to_owned());
            self.rule_labels.extend(names);
        }
    }

    fn read_tree(&mut self, folder: &str) {
        let here = if folder.is_empty() { "." } else { folder };
        for name in entries(here) {
            if matches!(
                name.as_str(),
                "target" | "node_modules" | ".git" | ".venv" | ".cache"
            ) {
                continue;
            }
            let path = format!("{folder}{name}");
            if root().join(&path).is_dir() {
                self.read_tree(&format!("{path}/"));
            }
            self.files.insert(path);
        }
    }

    fn read_words(&mut self) {
        let files: Vec<String> = self.files.iter().cloned().collect();
        for path in files.iter().filter(|path| is_source(path)) {
            self.add_words(&text(path));
        }
        // Configurations of other programs, which documents show in blocks and speak of.
        for path in documents(&self.files.clone())
            .iter()
            .filter(|path| extension(path) == Some("md"))
        {
            let blocks = Markdown::parse(&text(path)).blocks;
            for block in blocks.iter().filter(|block| block.language == "yaml") {
                self.add_words(&block.text);
            }
        }
    }

    fn add_words(&mut self, text: &str) {
        let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = text.split(|c| !is_of_word(c));
        self.words
            .extend(words.map(|word| word.trim_matches('_').to_owned()));
    }
}

/// Whether a file holds words that documents may quote.
fn is_source(path: &str) -> bool {
    // One file of these tests names what does not exist.
    let is_here = path == "tests/it/documents/kinds.rs";
    SOURCES.iter().any(|folder| path.starts_with(folder)) && has_text(path) && !is_here
}

fn has_text(path: &str) -> bool {
    matches!(
        extension(path),
        Some("rs" | "yaml" | "yml" | "py" | "sh" | "md")
    )
}

fn extension(path: &str) -> Option<&str> {
    Path::new(path).extension()?.to_str()
}

/// What is between backticks in a cell.
fn codes(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// What the help of the program and of each of its commands says.
async fn flags() -> BTreeMap<String, BTreeMap<String, bool>> {
    let help = run(&["--help"]).await.out;
    let mut flags = BTreeMap::from([(String::new(), flags_of(&help))]);
    for command in commands_of(&help) {
        let help = run(&[&command, "--help"]).await.out;
        flags.insert(command, flags_of(&help));
    }
    assert!(flags.len() > 8, "{flags:?}");
    flags
}

fn commands_of(help: &str) -> Vec<String> {
    let (_, commands) = help.split_once("\nCommands:\n").unwrap();
    let lines = commands.lines().take_while(|line| line.starts_with("  "));
    // Deeper lines go on with what the one above them says.
    let firsts = lines.filter_map(|line| line.strip_prefix("  "));
    let names = firsts.filter_map(|line| line.split(' ').next());
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Each flag, and whether it has a value.
fn flags_of(help: &str) -> BTreeMap<String, bool> {
    let lines = help
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'));
    let mut flags = BTreeMap::new();
    for line in lines {
        let words: Vec<&str> = line.split([' ', ',', '=']).collect();
        for (place, word) in words
            .iter()
            .enumerate()
            .filter(|(_, word)| word.starts_with("--"))
        {
            let next = words.get(place + 1).copied().unwrap_or_default();
            flags.insert((*word).to_owned(), next.starts_with('<'));
        }
    }
    flags
}

/// Every key with each of the headings above it.
fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for key in config::reference::KEYS {
        let path = key.path;
        let ends = path.match_indices('.').map(|(end, _)| end);
        keys.extend(ends.map(|end| path[..end].trim_end_matches("[]").to_owned()));
        keys.insert(path.to_owned());
    }
    keys
}

/// The table of the chart's README, which its own check holds to the chart.
fn chart_values() -> BTreeSet<String> {
    let readme = Markdown::parse(&text("deploy/helm/ssm-compliance-exporter/README.md"));
    let rows = readme.rows.iter().filter(|row| row.headings[0] == "value");
    let values: BTreeSet<String> = rows.flat_map(|row| codes(&row.cells[0])).collect();
    assert!(values.len() > 50, "{values:?}");
    values
}

/// The table of routes, which the server's own tests hold to its code.
fn routes() -> BTreeSet<String> {
    let source = text("src/http/mod.rs");
    let rows = source
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `"));
    let routes: BTreeSet<String> = rows
        .filter_map(|row| Some(row.split_once('`')?.0.to_owned()))
        .collect();
    assert!(routes.contains("/metrics"), "{routes:?}");
    routes
}

fn make_targets() -> BTreeSet<String> {
    let makefile = text("Makefile");
    let targets = makefile.lines().filter_map(|line| line.split_once(':'));
    let is_name = |name: &&str| {
        name.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    targets
        .map(|(name, _)| name)
        .filter(is_name)
        .map(str::to_owned)
        .collect()
}

fn dashboards() -> BTreeSet<String> {
    let files = entries("dashboards").into_iter();
    files
        .filter_map(|file| Some(file.strip_suffix(".json")?.to_owned()))
        .collect()
}

/// Every document of the project that people read, by its path.
pub(super) fn documents(files: &BTreeSet<String>) -> Vec<&str> {
    let paths = files.iter().map(String::as_str);
    paths.filter(|path| is_document(path)).collect()
}

fn is_document(path: &str) -> bool {
    let extension = extension(path);
    match path.split_once('/') {
        None | Some(("docs", _)) => extension == Some("md"),
        Some(("deploy", _)) => has_text(path) || extension == Some("json"),
        Some(("dashboards", name)) => name.starts_with("ssm-compliance-"),
        Some(("alerts", name)) => is_rules(path) || name.starts_with("alertmanager"),
        Some(_) => false,
    }
}

/// Whether a file has rules, and is not a test of them.
fn is_rules(path: &str) -> bool {
    let is_test = path.starts_with("alerts/tests/") || path.starts_with("alerts/demo/");
    path.starts_with("alerts/") && extension(path) == Some("yaml") && !is_test
}

/// The anchors of a Markdown document.
pub(super) fn anchors(path: &str) -> Vec<String> {
    Markdown::parse(&text(path)).anchors
}

/// Names of all tests and functions.
pub(super) fn rust_code() -> String {
    ["src", "tests", "crates"]
        .into_iter()
        .flat_map(|folder| rust_sources(folder).into_values())
        .collect()
}
