//! `StartAssociationsOnce`.

use serde_json::{Value, json};

use super::executions::find_association;
use super::input::{self, Input};
use crate::refusal::Refusal;
use crate::rows::Association;
use crate::target::SimulatedTarget;

const MAX_ASSOCIATION_IDS: usize = 10;

pub(super) fn start_associations(
    target: &mut SimulatedTarget,
    input: &Input,
) -> Result<Value, Refusal> {
    let ids = input::texts(input, "AssociationIds", 1..=MAX_ASSOCIATION_IDS)?
        .ok_or_else(|| Refusal::missing("associationIds"))?;
    // An unknown association keeps all others from starting.
    let associations: Vec<Association> = ids
        .into_iter()
        .map(|id| {
            input::check_uuid("AssociationIds", id)?;
            find_association(target, id)
        })
        .collect::<Result<_, Refusal>>()?;
    for association in &associations {
        target.start_association(association);
    }
    Ok(json!({}))
}
