//! `DescribeInstances` and `DescribeInstanceStatus`. All instances run, and none has a failed status
//! check: what is silent here has an agent that is.

use crate::ids;
use crate::refusal::Refusal;
use crate::rows::Instance;
use crate::sts::{Form, escape};
use crate::target::SimulatedTarget;

/// The state of an instance that runs.
const RUNNING: &str = "<code>16</code><name>running</name>";

pub(super) fn instances(form: &Form, target: &SimulatedTarget) -> Result<String, Refusal> {
    let rows: String = selected(form, target)?
        .iter()
        .map(|row| reservation(row, target))
        .collect();
    Ok(format!("<reservationSet>{rows}</reservationSet>"))
}

pub(super) fn statuses(form: &Form, target: &SimulatedTarget) -> Result<String, Refusal> {
    let rows: String = selected(form, target)?.iter().map(status).collect();
    Ok(format!("<instanceStatusSet>{rows}</instanceStatusSet>"))
}

/// The instances of the request, or all of EC2 if it names none. The answer is one page.
fn selected(form: &Form, target: &SimulatedTarget) -> Result<Vec<Instance>, Refusal> {
    let wanted = form.list("InstanceId");
    for id in &wanted {
        check_instance(target, id)?;
    }
    let slots: Vec<u32> = if wanted.is_empty() {
        (0..target.slot_count()).collect()
    } else {
        wanted.iter().filter_map(|id| target.find(id)).collect()
    };
    let rows = slots.into_iter().filter_map(|slot| target.instance(slot));
    let of_ec2 = rows.filter(|row| row.instance_id.starts_with("i-"));
    Ok(of_ec2.map(std::borrow::Cow::into_owned).collect())
}

fn reservation(row: &Instance, target: &SimulatedTarget) -> String {
    let id = escape(&row.instance_id);
    let platform = match row.platform_type.as_str() {
        "Windows" => "Windows",
        _ => "Linux/UNIX",
    };
    let account = &target.names.account;
    let address = escape(&row.ip_address);
    format!(
        "<item><ownerId>{account}</ownerId><instancesSet><item><instanceId>{id}</instanceId>\
         <instanceState>{RUNNING}</instanceState><privateIpAddress>{address}</privateIpAddress>\
         <platformDetails>{platform}</platformDetails><iamInstanceProfile>\
         <arn>arn:aws:iam::{account}:instance-profile/managed-instance</arn></iamInstanceProfile>\
         </item></instancesSet></item>"
    )
}

fn status(row: &Instance) -> String {
    let id = escape(&row.instance_id);
    let passed = "<status>ok</status>";
    format!(
        "<item><instanceId>{id}</instanceId><instanceState>{RUNNING}</instanceState>\
         <systemStatus>{passed}</systemStatus><instanceStatus>{passed}</instanceStatus></item>"
    )
}

/// Refuses what is not the id of an instance that runs.
pub(super) fn check_instance(target: &SimulatedTarget, id: &str) -> Result<(), Refusal> {
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
