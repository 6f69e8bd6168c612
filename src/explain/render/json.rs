//! JSON, of a documented and versioned form: `docs/explain.md` describes each key.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::report::Report;
use crate::explain::evidence::ReadFailure;
use crate::explain::explanation::{Explanation, Fact, FactValue, Finding, Since, Step};
use crate::explain::moment;
use crate::explain::words;
use crate::model::Timestamp;

/// The version of the form. It changes when a key goes or means something else.
const VERSION: u32 = 1;

/// Writes explanations as JSON.
pub fn render_json(report: &Report<'_>) -> String {
    let form = ReportForm {
        version: VERSION,
        generated: report.now.map(moment::rfc3339),
        explanations: report.explanations.iter().map(explanation_form).collect(),
        notes: cleaned(report.notes),
        calls: cleaned(report.calls),
    };
    // Only a map whose keys are no texts could fail, and there is none.
    let mut text = serde_json::to_string_pretty(&form).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct ReportForm<'a> {
    version: u32,
    generated: Option<String>,
    explanations: Vec<ExplanationForm<'a>>,
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<String>,
}

#[derive(Serialize)]
struct ExplanationForm<'a> {
    account_id: String,
    account_name: Option<String>,
    region: String,
    resource_id: String,
    name: Option<String>,
    computer_name: Option<String>,
    platform_name: Option<String>,
    platform_version: Option<String>,
    verdict: &'static str,
    findings: Vec<FindingForm<'a>>,
    unread: Vec<UnreadForm>,
    again: String,
}

#[derive(Serialize)]
struct FindingForm<'a> {
    cause: &'static str,
    effect: &'static str,
    compliance_type: Option<String>,
    sentence: String,
    evidence: EvidenceForm<'a>,
    since: Option<SinceForm>,
    remedy: RemedyForm,
    verification: Vec<StepForm>,
    runbook: Option<String>,
}

#[derive(Serialize)]
struct SinceForm {
    time: String,
    meaning: &'static str,
}

#[derive(Serialize)]
struct RemedyForm {
    summary: &'static str,
    steps: Vec<StepForm>,
}

#[derive(Serialize)]
struct StepForm {
    text: String,
    commands: Vec<String>,
    paths: Vec<String>,
}

#[derive(Serialize)]
struct UnreadForm {
    action: String,
    reason: &'static str,
    detail: String,
}

/// Facts, each under its name.
struct EvidenceForm<'a>(&'a [Fact]);

/// A row, each cell under the name of its column.
struct RowForm<'a> {
    columns: &'a [&'static str],
    cells: &'a [String],
}

impl Serialize for EvidenceForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for fact in self.0 {
            match &fact.value {
                FactValue::Text(text) => map.serialize_entry(fact.name, &words::lines(text))?,
                FactValue::Time(time) => map.serialize_entry(fact.name, &moment::rfc3339(*time))?,
                FactValue::Table { columns, rows } => {
                    map.serialize_entry(fact.name, &row_forms(columns, rows))?;
                }
            }
        }
        map.end()
    }
}

impl Serialize for RowForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.cells.iter().map(|cell| words::line(cell));
        serializer.collect_map(self.columns.iter().zip(cells))
    }
}

fn row_forms<'a>(columns: &'a [&'static str], rows: &'a [Vec<String>]) -> Vec<RowForm<'a>> {
    rows.iter()
        .map(|cells| RowForm { columns, cells })
        .collect()
}

fn explanation_form(explanation: &Explanation) -> ExplanationForm<'_> {
    let target = &explanation.target;
    let listing = explanation.listing.as_ref();
    ExplanationForm {
        account_id: words::line(&target.account_id),
        account_name: target.account_name.as_deref().and_then(given),
        region: words::line(&target.region),
        resource_id: words::line(&explanation.resource_id),
        name: listing.and_then(|row| given(&row.name)),
        computer_name: listing.and_then(|row| given(&row.computer_name)),
        platform_name: listing.and_then(|row| given(&row.platform_name)),
        platform_version: listing.and_then(|row| given(&row.platform_version)),
        verdict: explanation.verdict.as_str(),
        findings: explanation.findings.iter().map(finding_form).collect(),
        unread: explanation.unread.iter().map(unread_form).collect(),
        again: words::line(&explanation.again),
    }
}

fn finding_form(finding: &Finding) -> FindingForm<'_> {
    FindingForm {
        cause: finding.cause.as_str(),
        effect: finding.effect.as_str(),
        compliance_type: given(&finding.compliance_type),
        sentence: words::line(&finding.sentence),
        evidence: EvidenceForm(&finding.evidence),
        since: finding.since.as_ref().map(since_form),
        remedy: RemedyForm {
            summary: finding.cause.remedy(),
            steps: finding.remedy.iter().map(step_form).collect(),
        },
        verification: finding.verification.iter().map(step_form).collect(),
        runbook: finding.cause.runbook_url(),
    }
}

fn since_form(since: &Since) -> SinceForm {
    SinceForm {
        time: time_form(since.time),
        meaning: since.meaning,
    }
}

fn step_form(step: &Step) -> StepForm {
    StepForm {
        text: words::line(&step.text),
        commands: cleaned(&step.commands),
        paths: cleaned(&step.paths),
    }
}

fn unread_form(failure: &ReadFailure) -> UnreadForm {
    UnreadForm {
        action: format!("ssm:{}", failure.operation.as_str()),
        reason: failure.reason.as_str(),
        detail: words::line(&failure.detail),
    }
}

fn time_form(time: Timestamp) -> String {
    moment::rfc3339(time)
}

/// A text, unless AWS did not give it.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| words::line(text))
}

fn cleaned(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| words::line(text)).collect()
}
