//! Whether what a document names exists.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::mentions::Mention;
use super::vocabulary::{Vocabulary, anchors};

/// Labels that Prometheus gives to samples and alerts.
const OF_PROMETHEUS: [&str; 5] = ["__name__", "alertname", "instance", "job", "pod"];

/// What series of a histogram have behind its name.
const HISTOGRAM_ENDS: [&str; 3] = ["_bucket", "_sum", "_count"];

/// Whether a label is among those of a metric, or is one of the tags that it may have.
fn has_label(labels: &BTreeSet<String>, label: &str) -> bool {
    let is_tag = label.starts_with("tag_") && labels.contains("tag_*");
    is_tag || labels.contains(label)
}

impl Vocabulary {
    /// Whether what `document` names exists.
    pub(super) fn knows(&self, document: &str, mention: &Mention) -> bool {
        match mention {
            Mention::CommandLine(words) => self.knows_command_line(words),
            Mention::Flag(flag) => self.knows_flag(flag),
            // It should stand behind its program.
            Mention::FlagOf(_) => false,
            // The program itself is asked about these.
            Mention::Configuration(_) => true,
            Mention::Key(key) => self.keys.contains(key.trim_end_matches("[]")),
            Mention::Metric(name) => self.knows_metric(name),
            Mention::Label { metric, label } => self.knows_label(metric.as_deref(), label),
            Mention::LabelValue { label, value } => self
                .values
                .get(label)
                .is_none_or(|values| values.contains(value)),
            Mention::Record(name) => self.records.contains(name),
            Mention::Alert(name) => self.alerts.contains(name),
            Mention::Dashboard(uid) => uid.is_empty() || self.dashboards.contains(uid),
            Mention::Endpoint(path) => self.knows_endpoint(path),
            Mention::MakeTarget(name) => self.make_targets.contains(name),
            Mention::File(path) => self.knows_file(document, path),
            Mention::Link(link) => self.knows_link(document, link),
            Mention::Word(word) => self.words.contains(word.trim_matches('_')),
        }
    }

    fn knows_flag(&self, flag: &str) -> bool {
        let mut flags = self.flags.values().flat_map(|flags| flags.keys());
        flags.any(|known| known == flag || flag.ends_with('.') && known.starts_with(flag))
    }

    fn knows_command_line(&self, words: &[String]) -> bool {
        let mut command = "";
        let mut is_value = false;
        for word in words {
            let (flag, value) = word
                .split_once('=')
                .map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
            if std::mem::take(&mut is_value) {
                continue;
            }
            if flag.starts_with("--") {
                let Some(takes_value) = self.flag_of(command, flag) else {
                    return false;
                };
                is_value = takes_value && value.is_none();
            } else if command.is_empty() {
                if !self.flags.contains_key(word) {
                    return false;
                }
                command = word;
            }
        }
        true
    }

    /// Whether a flag takes a value; nothing if the command has no such flag.
    fn flag_of(&self, command: &str, flag: &str) -> Option<bool> {
        self.flags.get(command)?.get(flag).copied()
    }

    fn knows_metric(&self, name: &str) -> bool {
        // One that stands for all that begin like it.
        if name.ends_with('_') {
            return self.metrics.keys().any(|metric| metric.starts_with(name));
        }
        let histogram = HISTOGRAM_ENDS.iter().find_map(|end| name.strip_suffix(end));
        self.metrics.contains_key(name) || histogram.is_some_and(|it| self.metrics.contains_key(it))
    }

    fn knows_label(&self, metric: Option<&str>, label: &str) -> bool {
        let is_anywhere = || self.metrics.values().any(|labels| has_label(labels, label));
        let is_known = match metric.map(|metric| self.metrics.get(metric)) {
            Some(Some(labels)) => has_label(labels, label),
            // That there is no such metric is found elsewhere.
            Some(None) => true,
            None => self.rule_labels.contains(label) || is_anywhere(),
        };
        is_known || OF_PROMETHEUS.contains(&label)
    }

    fn knows_endpoint(&self, path: &str) -> bool {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = path.trim_end_matches(['.', ':', '*']);
        let is_instance = path.starts_with("/instances/");
        is_instance || self.routes.contains(path)
    }

    fn knows_file(&self, document: &str, path: &str) -> bool {
        let path = path.trim_end_matches('/').trim_start_matches("./");
        let is_end = |file: &String| {
            file.rsplit('/')
                .next()
                .is_some_and(|name| matches(name, path))
        };
        let from_here = resolved(document, path);
        self.files
            .iter()
            .any(|file| matches(file, path) || matches(file, &from_here))
            || !path.contains('/') && self.files.iter().any(is_end)
    }

    fn knows_link(&self, document: &str, link: &str) -> bool {
        if link.contains("://") || link.starts_with("mailto:") {
            return true;
        }
        let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
        let path = match path {
            "" => document.to_owned(),
            path => resolved(document, path),
        };
        let is_anchor = || anchors(&path).iter().any(|anchor| anchor == fragment);
        self.files.contains(&path) && (fragment.is_empty() || is_anchor())
    }
}

/// A path as it is seen from a document, from the root of the repository.
fn resolved(document: &str, path: &str) -> String {
    let mut resolved = PathBuf::from(document);
    resolved.pop();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(resolved.pop()),
            Component::Normal(name) => resolved.push(name),
            _ => {}
        }
    }
    resolved.to_string_lossy().into_owned()
}

/// Whether a name is that of a pattern, in which `*` stands for any letters.
fn matches(name: &str, pattern: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else {
        return name == pattern;
    };
    let Some(rest) = name.strip_prefix(start) else {
        return false;
    };
    let mut ends = rest.char_indices().map(|(at, _)| &rest[at..]).chain([""]);
    ends.any(|rest| matches(rest, end))
}
