//! Commands that only read.

use super::aws::{AwsCommand, Place};

/// Shows each compliance type of the instance with its status.
pub(in crate::explain) fn summaries(place: Place<'_>) -> String {
    AwsCommand::ssm("list-resource-compliance-summaries", place.region)
        .equal_filters(&[("InstanceId", place.instance_id)])
        .query("ResourceComplianceSummaryItems[].[ComplianceType,Status]")
        .line()
}

/// Shows the last operation on patches and how many are in a bad state.
pub(in crate::explain) fn patch_state(place: Place<'_>) -> String {
    AwsCommand::ssm("describe-instance-patch-states", place.region)
        .option("instance-ids", place.instance_id)
        .query(
            "InstancePatchStates[0].[Operation,OperationEndTime,MissingCount,FailedCount,\
             InstalledPendingRebootCount,InstalledRejectedCount]",
        )
        .line()
}

/// Lists the non-compliant items of one type.
pub(in crate::explain) fn items_of_type(place: Place<'_>, compliance_type: &str) -> String {
    AwsCommand::ssm("list-compliance-items", place.region)
        .option("resource-ids", place.instance_id)
        .verbatim("resource-types", "ManagedInstance")
        .equal_filters(&[
            ("ComplianceType", compliance_type),
            ("Status", "NON_COMPLIANT"),
        ])
        .query("ComplianceItems[].[Id,Severity,Title,ExecutionSummary.ExecutionTime]")
        .line()
}

/// Shows what each step of a command wrote on the instance.
pub(in crate::explain) fn command_output(place: Place<'_>, command_id: &str) -> String {
    AwsCommand::ssm("list-command-invocations", place.region)
        .option("command-id", command_id)
        .option("instance-id", place.instance_id)
        .flag("details")
        .query("CommandInvocations[].CommandPlugins[].[Name,Status,ResponseCode,Output]")
        .line()
}

/// Shows whether the agent answers, and when it last did.
pub(in crate::explain) fn ping_status(place: Place<'_>) -> String {
    AwsCommand::ssm("describe-instance-information", place.region)
        .filter("InstanceIds", place.instance_id)
        .query("InstanceInformationList[0].[PingStatus,LastPingDateTime,AgentVersion]")
        .line()
}

/// Shows the state of an EC2 instance and its instance profile.
pub(in crate::explain) fn ec2_state(place: Place<'_>) -> String {
    AwsCommand::ec2("describe-instances", place.region)
        .option("instance-ids", place.instance_id)
        .query("Reservations[].Instances[].[State.Name,IamInstanceProfile.Arn,PlatformDetails]")
        .line()
}

/// Shows the role of the account's default host management configuration.
pub(in crate::explain) fn default_host_management(place: Place<'_>) -> String {
    AwsCommand::ssm("get-service-setting", place.region)
        .option(
            "setting-id",
            "/ssm/managed-instance/default-ec2-instance-management-role",
        )
        .query("ServiceSetting.SettingValue")
        .line()
}

/// Lists the hybrid activations, with how many nodes each may still register.
pub(in crate::explain) fn activations(place: Place<'_>) -> String {
    AwsCommand::ssm("describe-activations", place.region)
        .query("ActivationList[].[ActivationId,IamRole,ExpirationDate,Expired,RegistrationsCount]")
        .line()
}
