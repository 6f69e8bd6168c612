//! Every branch in all formats, as files that a reader can look at.

use std::fs;
use std::path::{Path, PathBuf};

use super::cases::BRANCHES;
use super::evidence::hours_ago;
use crate::explain::{
    Context, Evidence, Report, TextStyle, explain, render_csv, render_json, render_markdown,
    render_text,
};

/// Set to anything, the files are written anew.
const UPDATE_VARIABLE: &str = "UPDATE_GOLDEN";

type Render = fn(&Report<'_>) -> String;

/// The ending of each file, and what it holds.
const FORMATS: [(&str, Render); 5] = [
    ("txt", |report| render_text(report, &style(120))),
    ("narrow.txt", |report| render_text(report, &style(60))),
    ("json", render_json),
    ("md", render_markdown),
    ("csv", render_csv),
];

fn style(width: usize) -> TextStyle {
    TextStyle {
        width,
        colour: false,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/explain")
}

/// Renders an explanation in every format.
pub(super) fn rendered(evidence: &Evidence) -> Vec<(&'static str, String)> {
    let now = hours_ago(0);
    let explanations = [explain(evidence, &Context { now })];
    let report = Report {
        explanations: &explanations,
        now,
        ..Report::default()
    };
    FORMATS
        .iter()
        .map(|(ending, render)| (*ending, render(&report)))
        .collect()
}

#[test]
fn every_branch_is_written_as_its_golden_files_show() {
    let is_update = std::env::var_os(UPDATE_VARIABLE).is_some();
    let mut stale = Vec::new();
    for branch in BRANCHES {
        for (ending, text) in rendered(&(branch.evidence)()) {
            let file = folder().join(format!("{}.{ending}", branch.name));
            if is_update {
                fs::write(&file, &text).expect("the folder can be written");
            } else if fs::read_to_string(&file).ok().as_deref() != Some(&*text) {
                stale.push(file);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "set {UPDATE_VARIABLE}=1 and look at the changes of {stale:#?}"
    );
}

#[test]
fn no_golden_file_is_left_of_a_branch_that_is_gone() {
    for entry in fs::read_dir(folder()).expect("there is a folder") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        let branch = name.split('.').next().unwrap_or_default();
        assert!(BRANCHES.iter().any(|it| it.name == branch), "{name}");
    }
}
