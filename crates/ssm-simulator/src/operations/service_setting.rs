//! `GetServiceSetting`, of which only the default host management configuration is simulated.

use serde_json::{Value, json};

use super::input::{self, Input};
use crate::refusal::Refusal;
use crate::target::SimulatedTarget;

/// The setting that names the role for instances without an instance profile.
const DEFAULT_HOST_ROLE_ID: &str = "/ssm/managed-instance/default-ec2-instance-management-role";
/// The value of that setting where no role is set.
const NO_ROLE: &str = "$None";

pub(super) fn service_setting(target: &SimulatedTarget, input: &Input) -> Result<Value, Refusal> {
    let id = input::required_text(input, "SettingId")?;
    let arn = setting_arn(target);
    // A setting is named by its path or by its ARN.
    if id != DEFAULT_HOST_ROLE_ID && id != arn {
        let message = format!("The specified service setting {id} was not found.");
        return Err(Refusal::modelled("ServiceSettingNotFound", message));
    }
    let role = target.default_host_role.as_deref();
    Ok(json!({
        "ServiceSetting": {
            "SettingId": DEFAULT_HOST_ROLE_ID,
            "SettingValue": role.unwrap_or(NO_ROLE),
            "LastModifiedDate": target.start,
            "LastModifiedUser": if role.is_some() { "operator" } else { "System" },
            "ARN": arn,
            "Status": if role.is_some() { "Customized" } else { "Default" },
        }
    }))
}

fn setting_arn(target: &SimulatedTarget) -> String {
    let names = &target.names;
    let path = DEFAULT_HOST_ROLE_ID;
    format!(
        "arn:aws:ssm:{}:{}:servicesetting{path}",
        names.region, names.account
    )
}
