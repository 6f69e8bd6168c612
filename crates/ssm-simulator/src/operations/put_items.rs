//! `PutComplianceItems`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::input::{self, Input};
use crate::effects::ItemUpload;
use crate::refusal::Refusal;
use crate::rows::{ExecutionSummary, Item};
use crate::target::SimulatedTarget;

const MAX_ITEMS: usize = 10_000;
const STATUSES: [&str; 2] = ["COMPLIANT", "NON_COMPLIANT"];
const SEVERITIES: [&str; 6] = [
    "CRITICAL",
    "HIGH",
    "MEDIUM",
    "LOW",
    "INFORMATIONAL",
    "UNSPECIFIED",
];

/// What all items of one request have in common.
struct Common<'a> {
    resource_id: &'a str,
    compliance_type: &'a str,
    execution: ExecutionSummary,
}

pub(super) fn put_items(target: &mut SimulatedTarget, input: &Input) -> Result<Value, Refusal> {
    let common = Common::read(input)?;
    let items = input::objects(input, "Items")?.ok_or_else(|| Refusal::missing("items"))?;
    if items.len() > MAX_ITEMS {
        let constraint = format!("Member must have length less than or equal to {MAX_ITEMS}");
        return Err(Refusal::constraint("items", "items", constraint));
    }
    let items: Vec<Item> = items
        .into_iter()
        .map(|item| common.item(item))
        .collect::<Result<_, Refusal>>()?;
    let upload_type = input::text(input, "UploadType")?.unwrap_or("COMPLETE");
    input::check_enum("uploadType", upload_type, &["COMPLETE", "PARTIAL"])?;
    let upload = ItemUpload {
        compliance_type: common.compliance_type.to_owned(),
        items,
        is_partial: upload_type == "PARTIAL",
    };
    if target.put_items(common.resource_id, upload) {
        Ok(json!({}))
    } else {
        Err(Refusal::bare("InvalidResourceId"))
    }
}

impl<'a> Common<'a> {
    fn read(input: &'a Input) -> Result<Self, Refusal> {
        let resource_id = input::required_text(input, "ResourceId")?;
        if input::required_text(input, "ResourceType")? != "ManagedInstance" {
            return Err(Refusal::bare("InvalidResourceType"));
        }
        Ok(Self {
            resource_id,
            compliance_type: compliance_type(input)?,
            execution: execution(input)?,
        })
    }

    fn item(&self, input: &Input) -> Result<Item, Refusal> {
        let severity = input::required_text(input, "Severity")?;
        input::check_enum("items.1.member.severity", severity, &SEVERITIES)?;
        let status = input::required_text(input, "Status")?;
        input::check_enum("items.1.member.status", status, &STATUSES)?;
        Ok(Item {
            compliance_type: self.compliance_type.to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: self.resource_id.to_owned(),
            id: input::text(input, "Id")?.unwrap_or_default().to_owned(),
            title: input::text(input, "Title")?.unwrap_or_default().to_owned(),
            status: status.to_owned(),
            severity: severity.to_owned(),
            execution_summary: self.execution.clone(),
            details: details(input)?,
        })
    }
}

/// `Association`, `Patch`, or `Custom:` and a word.
fn compliance_type(input: &Input) -> Result<&str, Refusal> {
    const PATTERN: &str = r"[A-Za-z0-9_\-]\w+|Custom:[a-zA-Z0-9_\-]\w+";
    let name = input::required_text(input, "ComplianceType")?;
    let word = name.strip_prefix("Custom:").unwrap_or(name);
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let rest = word.strip_prefix('-').unwrap_or(word);
    if word.len() >= 2 && name.len() <= 100 && rest.chars().all(is_letter) {
        return Ok(name);
    }
    Err(input::wrong_pattern("ComplianceType", name, PATTERN))
}

fn execution(input: &Input) -> Result<ExecutionSummary, Refusal> {
    let summary = match input.get("ExecutionSummary") {
        None | Some(Value::Null) => return Err(Refusal::missing("executionSummary")),
        Some(value) => value
            .as_object()
            .ok_or_else(|| input::wrong_type("ExecutionSummary"))?,
    };
    let execution_time = match summary.get("ExecutionTime") {
        None | Some(Value::Null) => {
            return Err(Refusal::missing("executionSummary.executionTime"));
        }
        Some(value) => value
            .as_f64()
            .ok_or_else(|| input::wrong_type("ExecutionTime"))?,
    };
    Ok(ExecutionSummary {
        execution_time,
        execution_id: input::text(summary, "ExecutionId")?.map(str::to_owned),
        execution_type: input::text(summary, "ExecutionType")?.map(str::to_owned),
    })
}

fn details(input: &Input) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(details) = input.get("Details").and_then(Value::as_object) else {
        return Ok(BTreeMap::new());
    };
    details
        .keys()
        .map(|key| {
            let value = input::text(details, key)?.unwrap_or_default();
            Ok((key.clone(), value.to_owned()))
        })
        .collect()
}
