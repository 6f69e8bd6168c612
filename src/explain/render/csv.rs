//! CSV after RFC 4180: one row for each finding, and one for each instance without any.

use super::report::Report;
use crate::explain::explanation::{Explanation, Fact, FactValue, Finding};
use crate::explain::moment;
use crate::explain::words;

/// The columns. `docs/explain.md` describes them.
const COLUMNS: [&str; 17] = [
    "account_id",
    "account_name",
    "region",
    "resource_id",
    "computer_name",
    "platform_name",
    "platform_version",
    "verdict",
    "compliance_type",
    "cause",
    "effect",
    "sentence",
    "since",
    "since_meaning",
    "evidence",
    "remedy",
    "unread",
];

/// The characters with which a cell would be a formula to a spreadsheet.
const FORMULA_STARTS: [char; 4] = ['=', '+', '-', '@'];

/// Writes explanations as CSV. Notes and calls have no place in it.
pub fn render_csv(report: &Report<'_>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let rows = report.explanations.iter().flat_map(rows);
    let header = COLUMNS.map(str::to_owned);
    for row in std::iter::once(header).chain(rows) {
        // Memory takes every byte, and all rows have as many cells.
        if writer.write_record(&row).is_err() {
            break;
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

type Row = [String; COLUMNS.len()];

fn rows(explanation: &Explanation) -> Vec<Row> {
    if explanation.findings.is_empty() {
        return vec![row(explanation, None)];
    }
    let findings = explanation.findings.iter();
    findings
        .map(|finding| row(explanation, Some(finding)))
        .collect()
}

fn row(explanation: &Explanation, finding: Option<&Finding>) -> Row {
    let target = &explanation.target;
    let listing = explanation.listing.as_ref();
    let since = finding.and_then(|finding| finding.since.as_ref());
    let cells = [
        target.account_id.clone(),
        target.account_name.clone().unwrap_or_default(),
        target.region.clone(),
        explanation.resource_id.clone(),
        listing
            .map(|it| it.computer_name.clone())
            .unwrap_or_default(),
        listing
            .map(|it| it.platform_name.clone())
            .unwrap_or_default(),
        listing
            .map(|it| it.platform_version.clone())
            .unwrap_or_default(),
        explanation.verdict.as_str().to_owned(),
        finding
            .map(|it| it.compliance_type.clone())
            .unwrap_or_default(),
        finding.map_or("", |it| it.cause.as_str()).to_owned(),
        finding.map_or("", |it| it.effect.as_str()).to_owned(),
        finding.map(|it| it.sentence.clone()).unwrap_or_default(),
        since.map(|it| moment::rfc3339(it.time)).unwrap_or_default(),
        since.map_or("", |it| it.meaning).to_owned(),
        finding.map(evidence).unwrap_or_default(),
        finding.map_or("", |it| it.cause.remedy()).to_owned(),
        unread(explanation),
    ];
    cells.map(|cell| safe_cell(&cell))
}

/// The facts on one line: `name=value; name=value`. Of a table, the first cell of each row.
fn evidence(finding: &Finding) -> String {
    let facts = finding.evidence.iter().map(fact);
    facts.collect::<Vec<_>>().join("; ")
}

fn fact(fact: &Fact) -> String {
    let value = match &fact.value {
        FactValue::Text(text) => text.clone(),
        FactValue::Time(time) => moment::rfc3339(*time),
        FactValue::Table { rows, .. } => {
            let first: Vec<&str> = rows
                .iter()
                .filter_map(|row| row.first())
                .map(String::as_str)
                .collect();
            first.join(" ")
        }
    };
    format!("{}={value}", fact.name)
}

fn unread(explanation: &Explanation) -> String {
    let actions = explanation.unread.iter();
    let actions: Vec<String> = actions
        .map(|failure| format!("ssm:{}", failure.operation.as_str()))
        .collect();
    actions.join(" ")
}

/// Makes a cell of one line that no spreadsheet takes for a formula.
fn safe_cell(cell: &str) -> String {
    let line = words::line(cell);
    if line.trim_start().starts_with(FORMULA_STARTS) {
        return format!("'{line}");
    }
    line
}
