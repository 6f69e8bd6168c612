//! `DeregisterManagedInstance`.

use serde_json::{Value, json};

use super::input::{self, Input};
use crate::refusal::Refusal;
use crate::target::SimulatedTarget;

/// Only hybrid nodes are registered. Instances of EC2 come and go with the machine.
pub(super) fn deregister(target: &mut SimulatedTarget, input: &Input) -> Result<Value, Refusal> {
    let id = input::instance_id(input)?;
    if !id.starts_with("mi-") {
        let pattern = r"^mi-[0-9a-f]{17}$";
        return Err(input::wrong_pattern("InstanceId", id, pattern));
    }
    if target.deregister(id) {
        return Ok(json!({}));
    }
    let message = format!("Instance {id} is not registered");
    Err(Refusal::modelled("InvalidInstanceId", message))
}
