//! `RebootInstances`.

use super::instances::check_instance;
use crate::refusal::Refusal;
use crate::sts::Form;
use crate::target::SimulatedTarget;

pub(super) fn reboot(form: &Form, target: &mut SimulatedTarget) -> Result<String, Refusal> {
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
