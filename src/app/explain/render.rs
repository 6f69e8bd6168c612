//! How the answer is written, and for whom.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use super::options::{ColorWhen, ExplainOptions, OutputFormat};
use super::verbose::CallLog;
use crate::app::clock::wall_clock;
use crate::explain::{
    Context, Evidence, Explanation, PatchList, Report, TextStyle, explain, render_csv, render_json,
    render_markdown, render_text,
};
use crate::model::Timestamp;

/// The width of a text that does not go to a terminal.
const WIDTH_COLUMNS: usize = 100;

/// How the answer is written.
#[derive(Debug)]
pub(super) struct Layout {
    output: OutputFormat,
    style: TextStyle,
    now: Option<Timestamp>,
    calls: Arc<CallLog>,
}

impl Layout {
    pub(super) fn of(options: &ExplainOptions) -> Self {
        Self {
            output: options.output,
            style: TextStyle {
                width: terminal_width().unwrap_or(WIDTH_COLUMNS),
                colour: is_coloured(options.color),
            },
            now: wall_clock(),
            calls: Arc::new(CallLog::new(options.verbose)),
        }
    }

    /// Where the calls are noted.
    pub(super) fn calls(&self) -> &Arc<CallLog> {
        &self.calls
    }

    pub(super) fn explain(&self, evidence: &Evidence) -> Explanation {
        explain(evidence, &Context { now: self.now })
    }

    /// Writes explanations; a text without any is `none`. Notes and calls go to stderr as well, so
    /// only the formats that are kept have them, too.
    pub(super) fn explanations(
        &self,
        explanations: &[Explanation],
        notes: &[String],
        none: &str,
    ) -> String {
        if explanations.is_empty() && self.output == OutputFormat::Text {
            return none.to_owned();
        }
        let report = Report {
            explanations,
            notes,
            calls: &self.calls.lines(),
            now: self.now,
        };
        let without_notes = Report {
            notes: &[],
            calls: &[],
            ..report
        };
        match self.output {
            OutputFormat::Text => render_text(&without_notes, &self.style),
            OutputFormat::Json => render_json(&report),
            OutputFormat::Markdown => render_markdown(&report),
            OutputFormat::Csv => render_csv(&without_notes),
        }
    }

    /// Writes the instances on which a patch is a finding.
    pub(super) fn patch_list(&self, list: &PatchList<'_>) -> String {
        match self.output {
            OutputFormat::Text => list.text(),
            OutputFormat::Json => list.json(),
            OutputFormat::Markdown => list.markdown(),
            OutputFormat::Csv => list.csv(),
        }
    }
}

fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(width.0.into())
}

fn is_coloured(when: ColorWhen) -> bool {
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        // https://no-color.org: any value but the empty one.
        ColorWhen::Auto => {
            io::stdout().is_terminal()
                && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}
