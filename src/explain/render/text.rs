//! Text for a terminal.
//!
//! Prose wraps. What is searched for or copied does not: the line that names id, type and cause,
//! commands, and paths.

use super::colours::Colours;
use super::report::{Report, machine_words, target_words};
use super::text_table::table;
use super::wrap::wrapped_after;
use crate::explain::explanation::{Explanation, Fact, FactValue, Finding, Step};
use crate::explain::moment;
use crate::explain::verdict::Verdict;
use crate::explain::words;
use crate::model::Timestamp;

/// The narrowest text that is still written, in columns.
const MIN_WIDTH: usize = 40;

/// How text is written.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// The width of the terminal, in columns.
    pub width: usize,
    /// Whether to use colours.
    pub colour: bool,
}

/// Lines that are being written.
struct Text {
    lines: Vec<String>,
    width: usize,
    colours: Colours,
    now: Option<Timestamp>,
}

/// Writes explanations as text.
pub fn render_text(report: &Report<'_>, style: &TextStyle) -> String {
    let mut text = Text {
        lines: Vec::new(),
        width: style.width.max(MIN_WIDTH),
        colours: Colours {
            is_on: style.colour,
        },
        now: report.now,
    };
    for explanation in report.explanations {
        text.explanation(explanation);
        text.blank();
    }
    text.list("Notes", report.notes);
    text.list("Calls", report.calls);
    text.finished()
}

/// What follows a verdict that is better than what is known.
fn doubt(explanation: &Explanation) -> &'static str {
    if explanation.verdict == Verdict::Compliant && explanation.is_doubtful() {
        "  (AWS says so, and it is doubtful)"
    } else {
        ""
    }
}

/// The facts of a finding that no finding above it has told already: all findings about patches
/// have the operation and its baseline in common.
fn news<'a>(explanation: &'a Explanation, finding: &'a Finding) -> Vec<&'a Fact> {
    let above = explanation.findings.iter();
    let above = above.take_while(|other| !std::ptr::eq(*other, finding));
    let told: Vec<&Fact> = above.flat_map(|other| &other.evidence).collect();
    let facts = finding.evidence.iter();
    facts.filter(|fact| !told.contains(fact)).collect()
}

// === impl Text ===

impl Text {
    fn explanation(&mut self, explanation: &Explanation) {
        self.head(explanation);
        for finding in &explanation.findings {
            self.blank();
            self.finding(explanation, finding);
        }
        self.unread(explanation);
        if explanation.needs_action() {
            self.afterwards(explanation);
        }
    }

    fn afterwards(&mut self, explanation: &Explanation) {
        self.blank();
        self.prose("Afterwards, to see that all is mended:", "  ");
        for step in explanation.verification() {
            self.step("- ", step);
        }
        let again = Step::new("All of this once more:").command(explanation.again.clone());
        self.step("- ", &again);
    }

    fn head(&mut self, explanation: &Explanation) {
        let verdict = explanation.verdict;
        let painted = self.colours.verdict(verdict, verdict.as_str());
        let id = self.colours.strong(&words::line(&explanation.resource_id));
        let doubt = doubt(explanation);
        self.lines.push(format!("{id}  {painted}{doubt}"));
        let machine = machine_words(explanation);
        if !machine.is_empty() {
            self.prose(&machine, "  ");
        }
        let target = target_words(explanation);
        if explanation.needs_action() {
            let credentials = format!("{target}: the commands need credentials of this account");
            self.prose(&credentials, "  ");
        } else {
            self.prose(&target, "  ");
        }
        self.nothing_found(explanation);
    }

    fn nothing_found(&mut self, explanation: &Explanation) {
        if !explanation.findings.is_empty() {
            return;
        }
        let sentence = match explanation.verdict {
            Verdict::Compliant => "Nothing is wrong.",
            _ => "Nothing was found, and too little was read to say that all is well.",
        };
        self.prose(sentence, "  ");
    }

    fn finding(&mut self, explanation: &Explanation, finding: &Finding) {
        self.finding_line(explanation, finding);
        for fact in news(explanation, finding) {
            self.fact(fact);
        }
        if let Some(since) = &finding.since {
            let time = moment::with_age(since.time, self.now);
            self.named("since", &format!("{time}: {}", since.meaning));
        }
        self.named("to do", finding.cause.remedy());
        for (number, step) in (1..).zip(&finding.remedy) {
            self.step(&format!("{number}. "), step);
        }
        if let Some(url) = finding.cause.runbook_url() {
            self.verbatim(&format!("runbook  {url}"), "  ");
        }
    }

    /// The line to search for. It is never wrapped.
    fn finding_line(&mut self, explanation: &Explanation, finding: &Finding) {
        let id = words::line(&explanation.resource_id);
        let compliance_type = words::line(words::or(&finding.compliance_type, "-"));
        let cause = self.colours.effect(finding.effect, finding.cause.as_str());
        let sentence = words::line(&finding.sentence);
        self.lines
            .push(format!("{id}  {compliance_type}  {cause}  {sentence}"));
    }

    fn fact(&mut self, fact: &Fact) {
        match &fact.value {
            FactValue::Time(time) => self.named(fact.name, &moment::with_age(*time, self.now)),
            FactValue::Text(text) if text.contains('\n') => {
                self.named(fact.name, "");
                self.block(text);
            }
            FactValue::Text(text) => self.named(fact.name, &words::line(text)),
            FactValue::Table { columns, rows } => {
                self.named(fact.name, "");
                self.lines.extend(table(columns, rows, "    ", self.width));
            }
        }
    }

    fn step(&mut self, mark: &str, step: &Step) {
        let indent = " ".repeat(4 + mark.len());
        let first = format!("    {mark}");
        let words = words::line(&step.text);
        self.lines
            .extend(wrapped_after(&words, &first, &indent, self.width));
        for command in &step.commands {
            self.verbatim(command, &indent);
        }
        for path in &step.paths {
            self.verbatim(path, &indent);
        }
    }

    fn unread(&mut self, explanation: &Explanation) {
        if explanation.unread.is_empty() {
            return;
        }
        self.blank();
        self.prose("Could not be read, so that something may be missing:", "  ");
        for failure in &explanation.unread {
            let operation = failure.operation.as_str();
            let words = format!(
                "ssm:{operation}: {} ({}); look at {}",
                failure.reason.summary(),
                words::line(&failure.detail),
                failure.reason.look_at()
            );
            self.lines
                .extend(wrapped_after(&words, "    - ", "      ", self.width));
        }
    }

    fn list(&mut self, title: &str, entries: &[String]) {
        if entries.is_empty() {
            return;
        }
        self.lines.push(self.colours.strong(title));
        for entry in entries {
            let words = words::line(entry);
            self.lines
                .extend(wrapped_after(&words, "  - ", "    ", self.width));
        }
    }

    /// A name, and after it what it names, wrapped.
    fn named(&mut self, name: &str, value: &str) {
        let words = format!("{name}  {value}");
        self.prose(words.trim_end(), "  ");
    }

    fn prose(&mut self, words: &str, indent: &str) {
        let hanging = format!("{indent}  ");
        let words = words::line(words);
        self.lines
            .extend(wrapped_after(&words, indent, &hanging, self.width));
    }

    fn block(&mut self, text: &str) {
        for line in text.lines() {
            self.verbatim(line, "    | ");
        }
    }

    fn verbatim(&mut self, line: &str, indent: &str) {
        self.lines.push(format!("{indent}{}", words::line(line)));
    }

    fn blank(&mut self) {
        self.lines.push(String::new());
    }

    fn finished(self) -> String {
        let mut text = self.lines.join("\n").trim_end().to_owned();
        text.push('\n');
        text
    }
}
