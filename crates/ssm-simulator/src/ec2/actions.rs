//! Which action of EC2 answers what.

use super::{instances, reboot, regions};
use crate::model::{
    DESCRIBE_INSTANCE_STATUS, DESCRIBE_INSTANCES, DESCRIBE_REGIONS, REBOOT_INSTANCES,
};
use crate::refusal::Refusal;
use crate::sts::Form;
use crate::target::SimulatedTarget;

/// The result of an action, in XML. `enabled` are the regions of the account.
pub(crate) fn answer(
    action: &str,
    form: &Form,
    target: &mut SimulatedTarget,
    enabled: &[String],
) -> Result<String, Refusal> {
    match action {
        REBOOT_INSTANCES => reboot::reboot(form, target),
        DESCRIBE_INSTANCES => instances::instances(form, target),
        DESCRIBE_INSTANCE_STATUS => instances::statuses(form, target),
        DESCRIBE_REGIONS => regions::regions(form, enabled),
        unknown => {
            let message = format!("The action {unknown} is not valid for this web service.");
            Err(Refusal::modelled("InvalidAction", message))
        }
    }
}
