//! The ARN of a role.

use crate::ids::is_account_id;

/// The parts of the ARN of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RoleArn<'a> {
    pub(super) partition: &'a str,
    pub(crate) account: &'a str,
    pub(super) name: &'a str,
}

impl<'a> RoleArn<'a> {
    /// Reads `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
    pub(crate) fn parse(arn: &'a str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts[..] else {
            return None;
        };
        // There are partitions other than `aws`, for example `aws-cn`.
        if !partition.starts_with("aws") || !is_account_id(account) {
            return None;
        }
        // A role may have a path, which the ARN of its session leaves out.
        let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
        (!name.is_empty()).then_some(Self {
            partition,
            account,
            name,
        })
    }
}
