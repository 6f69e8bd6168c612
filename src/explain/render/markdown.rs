//! Markdown for a ticket (`CommonMark` with GitHub's tables).

use super::report::{Report, machine_words, target_words};
use crate::explain::explanation::{Explanation, Fact, FactValue, Finding, Step};
use crate::explain::moment;
use crate::explain::words;
use crate::model::Timestamp;

/// The characters that mean something in Markdown or HTML.
const SPECIAL: &[char] = &[
    '\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '(', ')', '#', '+', '!', '|', '~', '&',
];

/// How many rows are shown of one table: tickets have limits of their own.
const MAX_SHOWN_ROWS: usize = 100;

/// Paragraphs that are being written.
struct Markdown {
    blocks: Vec<String>,
    now: Option<Timestamp>,
}

/// Writes explanations as Markdown.
pub fn render_markdown(report: &Report<'_>) -> String {
    let mut markdown = Markdown {
        blocks: Vec::new(),
        now: report.now,
    };
    for explanation in report.explanations {
        markdown.explanation(explanation);
    }
    markdown.list("Notes", report.notes);
    markdown.list("Calls", report.calls);
    let mut text = markdown.blocks.join("\n\n");
    text.push('\n');
    text
}

/// Makes a text plain: none of its characters means anything.
pub(super) fn escaped(text: &str) -> String {
    let line = words::line(text);
    let mut plain = String::new();
    // At the beginning of a line these would make a list, a heading or a rule of it.
    if line.starts_with(['-', '=', ':']) {
        plain.push('\\');
    }
    for c in line.chars() {
        match c {
            // Trackers would notify whoever is called so.
            '@' => plain.push_str("&#64;"),
            c if SPECIAL.contains(&c) => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

/// Puts lines between fences that none of them can end.
fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", lines.join("\n"))
}

fn longest_run(line: &str) -> usize {
    let runs = line.split(|c| c != '`');
    runs.map(str::len).max().unwrap_or(0)
}

/// Indents a block, so that it belongs to the list entry before it.
fn indented(block: &str, indent: &str) -> String {
    let lines = block.lines().map(|line| format!("{indent}{line}"));
    lines.collect::<Vec<_>>().join("\n")
}

// === impl Markdown ===

impl Markdown {
    fn explanation(&mut self, explanation: &Explanation) {
        let id = escaped(&explanation.resource_id);
        let verdict = escaped(explanation.verdict.as_str());
        self.blocks.push(format!("## {id}: {verdict}"));
        let machine = machine_words(explanation);
        let target = escaped(&target_words(explanation));
        self.blocks.push(match machine.as_str() {
            "" => format!("In {target}."),
            machine => format!("{}, in {target}.", escaped(machine)),
        });
        for finding in &explanation.findings {
            self.finding(finding);
        }
        self.unread(explanation);
        if explanation.needs_action() {
            self.afterwards(explanation);
        }
    }

    fn afterwards(&mut self, explanation: &Explanation) {
        self.blocks
            .push("### Afterwards, to see that all is mended".to_owned());
        for step in explanation.verification() {
            self.step("- ", step);
        }
        let again = Step::new("All of this once more:").command(explanation.again.clone());
        self.step("- ", &again);
    }

    fn finding(&mut self, finding: &Finding) {
        let cause = escaped(finding.cause.as_str());
        let title = match finding.compliance_type.as_str() {
            "" => cause,
            compliance_type => format!("{}: {cause}", escaped(compliance_type)),
        };
        self.blocks.push(format!("### {title}"));
        self.blocks.push(format!("{}.", escaped(&finding.sentence)));
        self.facts(finding);
        for fact in &finding.evidence {
            self.wide_fact(fact);
        }
        self.remedy(finding);
    }

    /// The facts that fit in one line each, and since when.
    fn facts(&mut self, finding: &Finding) {
        let facts = finding.evidence.iter();
        let mut lines: Vec<String> = facts.filter_map(|fact| self.narrow_fact(fact)).collect();
        if let Some(since) = &finding.since {
            let time = moment::with_age(since.time, self.now);
            let since = escaped(&format!("{time}: {}", since.meaning));
            lines.push(format!("- since: {since}"));
        }
        if !lines.is_empty() {
            self.blocks.push(lines.join("\n"));
        }
    }

    fn narrow_fact(&self, fact: &Fact) -> Option<String> {
        let value = match &fact.value {
            FactValue::Text(text) if !text.contains('\n') => escaped(text),
            FactValue::Time(time) => escaped(&moment::with_age(*time, self.now)),
            FactValue::Text(_) | FactValue::Table { .. } => return None,
        };
        Some(format!("- {}: {value}", escaped(fact.name)))
    }

    fn wide_fact(&mut self, fact: &Fact) {
        match &fact.value {
            FactValue::Text(text) if text.contains('\n') => {
                self.blocks.push(format!("{}:", escaped(fact.name)));
                let lines: Vec<String> = text.lines().map(words::line).collect();
                self.blocks.push(fenced("text", &lines));
            }
            FactValue::Table { columns, rows } => self.table(columns, rows),
            FactValue::Text(_) | FactValue::Time(_) => {}
        }
    }

    fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        let cells = columns.iter().map(|column| escaped(column));
        let mut lines = vec![table_line(cells)];
        lines.push(format!("|{}", "---|".repeat(columns.len())));
        for row in rows.iter().take(MAX_SHOWN_ROWS) {
            lines.push(table_line(row.iter().map(|cell| escaped(cell))));
        }
        self.blocks.push(lines.join("\n"));
        if let Some(rest) = rows.len().checked_sub(MAX_SHOWN_ROWS).filter(|it| *it > 0) {
            self.blocks
                .push(format!("and {rest} more (--output json has all)"));
        }
    }

    fn remedy(&mut self, finding: &Finding) {
        let summary = escaped(finding.cause.remedy());
        let runbook = finding.cause.runbook_url();
        let runbook = runbook.map_or_else(String::new, |url| format!(" ([runbook]({url}))"));
        self.blocks.push(format!("**To do**: {summary}{runbook}"));
        for (number, step) in (1..).zip(&finding.remedy) {
            self.step(&format!("{number}. "), step);
        }
    }

    fn step(&mut self, mark: &str, step: &Step) {
        self.blocks.push(format!("{mark}{}", escaped(&step.text)));
        let indent = " ".repeat(mark.len());
        if !step.commands.is_empty() {
            let commands: Vec<String> = step.commands.iter().map(|it| words::line(it)).collect();
            self.blocks
                .push(indented(&fenced("sh", &commands), &indent));
        }
        if !step.paths.is_empty() {
            let paths: Vec<String> = step.paths.iter().map(|path| words::line(path)).collect();
            self.blocks.push(indented(&fenced("text", &paths), &indent));
        }
    }

    fn unread(&mut self, explanation: &Explanation) {
        let failures = explanation.unread.iter();
        let lines: Vec<String> = failures
            .map(|failure| {
                let operation = failure.operation.as_str();
                let reason = failure.reason.summary();
                format!("ssm:{operation}: {reason} ({})", failure.detail)
            })
            .collect();
        self.list(
            "Could not be read, so that something may be missing",
            &lines,
        );
    }

    fn list(&mut self, title: &str, entries: &[String]) {
        if entries.is_empty() {
            return;
        }
        let lines = entries.iter().map(|entry| format!("- {}", escaped(entry)));
        self.blocks.push(format!("**{title}**"));
        self.blocks.push(lines.collect::<Vec<_>>().join("\n"));
    }
}

pub(super) fn table_line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |", cells.join(" | "))
}
