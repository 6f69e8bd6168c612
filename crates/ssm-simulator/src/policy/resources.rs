//! The resources that a call needs permission for, as the Service Authorization Reference has them.

use serde_json::Value;

use crate::ids::short_baseline_id;
use crate::organization::partition_of;

/// What a call needs that is about no resource in particular. Only the same pattern matches it.
pub(crate) const EVERYTHING: &str = "*";

/// What the resources of an operation are.
#[derive(Clone, Copy)]
enum ResourceKind {
    /// Instances of EC2 and hybrid ones.
    Instance,
    /// A resource of SSM, as its ARN names the kind.
    OfSsm(&'static str),
}

const ASSOCIATION: ResourceKind = ResourceKind::OfSsm("association");
const BASELINE: ResourceKind = ResourceKind::OfSsm("patchbaseline");
const SETTING: ResourceKind = ResourceKind::OfSsm("servicesetting");

/// Operations of SSM that are about resources: the member of the request that names them, which is
/// one text or a list, and what they are.
const OPERATIONS: [(&str, &str, ResourceKind); 10] = [
    (
        "DescribeAssociationExecutionTargets",
        "AssociationId",
        ASSOCIATION,
    ),
    (
        "DescribeAssociationExecutions",
        "AssociationId",
        ASSOCIATION,
    ),
    (
        "DescribeInstanceAssociationsStatus",
        "InstanceId",
        ResourceKind::Instance,
    ),
    (
        "DescribeInstancePatchStates",
        "InstanceIds",
        ResourceKind::Instance,
    ),
    (
        "DescribeInstancePatches",
        "InstanceId",
        ResourceKind::Instance,
    ),
    ("GetPatchBaseline", "BaselineId", BASELINE),
    ("GetServiceSetting", "SettingId", SETTING),
    ("SendCommand", "InstanceIds", ResourceKind::Instance),
    ("StartAssociationsOnce", "AssociationIds", ASSOCIATION),
    ("UpdatePatchBaseline", "BaselineId", BASELINE),
];

/// The resources of an operation of SSM. `input` is what the request says.
pub(crate) fn resources_of(
    operation: &str,
    input: &Value,
    account: &str,
    region: &str,
) -> Vec<String> {
    let known = OPERATIONS.iter().find(|(name, ..)| *name == operation);
    let Some((_, member, kind)) = known else {
        return vec![EVERYTHING.to_owned()];
    };
    let arns = texts(&input[*member]).map(|id| kind.arn(account, region, id));
    let arns: Vec<String> = arns.collect();
    // A request that names nothing is about everything, until it is refused for that.
    if arns.is_empty() {
        return vec![EVERYTHING.to_owned()];
    }
    arns
}

/// The texts of a member, which may be one text or a list.
fn texts(member: &Value) -> impl Iterator<Item = &str> {
    let list = member.as_array().into_iter().flatten();
    list.chain([member]).filter_map(Value::as_str)
}

impl ResourceKind {
    fn arn(self, account: &str, region: &str, id: &str) -> String {
        let (service, kind) = match self {
            Self::Instance if !id.starts_with("mi-") => ("ec2", "instance"),
            Self::Instance => ("ssm", "managed-instance"),
            Self::OfSsm(kind) => ("ssm", kind),
        };
        let partition = partition_of(region);
        // Baselines may be named by ARN, and settings by a path.
        let name = match self {
            Self::OfSsm("patchbaseline") => short_baseline_id(id),
            _ => id.trim_start_matches('/'),
        };
        format!("arn:{partition}:{service}:{region}:{account}:{kind}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::resources_of;

    #[test]
    fn calls_about_resources_name_them_and_others_are_about_everything() {
        let resources =
            |operation, input| resources_of(operation, &input, "111122223333", "eu-west-1");
        assert_eq!(
            resources(
                "DescribeInstancePatchStates",
                json!({"InstanceIds": ["i-1a2b3c4d", "mi-0123456789abcdef0"]})
            ),
            [
                "arn:aws:ec2:eu-west-1:111122223333:instance/i-1a2b3c4d",
                "arn:aws:ssm:eu-west-1:111122223333:managed-instance/mi-0123456789abcdef0",
            ]
        );
        assert_eq!(
            resources(
                "GetPatchBaseline",
                json!({"BaselineId": "pb-0123456789abcdef0"})
            ),
            ["arn:aws:ssm:eu-west-1:111122223333:patchbaseline/pb-0123456789abcdef0"]
        );
        assert_eq!(resources("GetPatchBaseline", json!({})), ["*"]);
        assert_eq!(resources("ListAssociations", json!({})), ["*"]);
    }
}
