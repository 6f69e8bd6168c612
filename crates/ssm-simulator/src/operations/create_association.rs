//! `CreateAssociation`, for the document that scans for patches and installs them.

use serde_json::{Value, json};

use super::input::{self, Input};
use super::send_command::patch_order;
use crate::refusal::Refusal;
use crate::rows::AssociationTarget;
use crate::run_command::PATCH_DOCUMENT;
use crate::target::{AssociationOrder, SimulatedTarget};

const MAX_TARGETS: usize = 5;
const MAX_VALUES: usize = 50;

/// The association runs at once, as new associations do in AWS.
pub(super) fn create_association(
    target: &mut SimulatedTarget,
    input: &Input,
) -> Result<Value, Refusal> {
    let order = read_order(input)?;
    let association = target.create_association(order);
    Ok(json!({ "AssociationDescription": {
        "Name": association.name,
        "AssociationId": association.association_id,
        "AssociationVersion": association.association_version,
        "AssociationName": association.association_name,
        "Date": association.last_execution_date,
        "Targets": association.targets,
        "ScheduleExpression": association.schedule_expression,
        "Parameters": input.get("Parameters"),
        "Overview": {"Status": "Pending", "DetailedStatus": "Creating"},
    }}))
}

fn read_order(input: &Input) -> Result<AssociationOrder, Refusal> {
    let document = input::required_text(input, "Name")?;
    if document != PATCH_DOCUMENT {
        let message = format!("The simulated AWS creates associations of {PATCH_DOCUMENT} only.");
        return Err(Refusal::modelled("InvalidDocument", message));
    }
    let parameters = input.get("Parameters").and_then(Value::as_object);
    let empty = Input::new();
    Ok(AssociationOrder {
        name: input::text(input, "AssociationName")?.map(str::to_owned),
        schedule: input::text(input, "ScheduleExpression")?
            .unwrap_or_default()
            .to_owned(),
        targets: targets(input)?,
        patch: patch_order(parameters.unwrap_or(&empty))?,
    })
}

/// The instances that the association applies to. None of this fleet has a tag.
fn targets(input: &Input) -> Result<Vec<AssociationTarget>, Refusal> {
    let targets = input::objects(input, "Targets")?.unwrap_or_default();
    if targets.is_empty() || targets.len() > MAX_TARGETS {
        let message = format!("An association has 1 to {MAX_TARGETS} targets.");
        return Err(Refusal::modelled("InvalidTarget", message));
    }
    targets.into_iter().map(target_row).collect()
}

fn target_row(input: &Input) -> Result<AssociationTarget, Refusal> {
    let key = input::required_text(input, "Key")?;
    let values = input::texts(input, "Values", 0..=MAX_VALUES)?.unwrap_or_default();
    if key != "InstanceIds" {
        let message = "The simulated AWS knows targets of the key InstanceIds only.";
        return Err(Refusal::modelled("InvalidTarget", message));
    }
    Ok(AssociationTarget {
        key: key.to_owned(),
        values: values.into_iter().map(str::to_owned).collect(),
    })
}
