//! What the actions of EC2 answer.

use crate::ids;
use crate::model::REBOOT_INSTANCES;
use crate::refusal::Refusal;
use crate::sts::Form;
use crate::target::SimulatedTarget;

/// The result of an action, in XML.
pub(crate) fn answer(
    action: &str,
    form: &Form,
    target: &mut SimulatedTarget,
) -> Result<String, Refusal> {
    if action != REBOOT_INSTANCES {
        let message = format!("The action {action} is not valid for this web service.");
        return Err(Refusal::modelled("InvalidAction", message));
    }
    let ids = form.list("InstanceId");
    if ids.is_empty() {
        let message = "The request must contain the parameter InstanceId";
        return Err(Refusal::modelled("MissingParameter", message));
    }
    // A single wrong id keeps all other instances from rebooting.
    for id in &ids {
        check_instance(target, id)?;
    }
    for id in &ids {
        target.reboot(id);
    }
    Ok("<return>true</return>".to_owned())
}

fn check_instance(target: &SimulatedTarget, id: &str) -> Result<(), Refusal> {
    if !ids::is_instance_id(id) || !id.starts_with("i-") {
        let message = format!("Invalid id: \"{id}\"");
        return Err(Refusal::modelled("InvalidInstanceID.Malformed", message));
    }
    if target.find(id).is_some_and(|slot| target.is_listed(slot)) {
        return Ok(());
    }
    let message = format!("The instance ID '{id}' does not exist");
    Err(Refusal::modelled("InvalidInstanceID.NotFound", message))
}
