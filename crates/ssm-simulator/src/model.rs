//! What AWS's service models declare of each simulated operation. What the operations answer is
//! for `operations` and `sts`.

/// The namespace of SSM in `X-Amz-Target`.
pub(crate) const SSM_NAMESPACE: &str = "AmazonSSM";
/// The member of a request that asks for a page size.
pub(crate) const PAGE_SIZE_MEMBER: &str = "MaxResults";
/// The member of requests and answers that holds the token.
pub(crate) const TOKEN_MEMBER: &str = "NextToken";

/// An operation of SSM that answers with a list.
#[derive(Debug)]
pub(crate) struct ListOperation {
    pub(crate) name: &'static str,
    /// The member of the answer that holds the rows.
    pub(crate) list: &'static str,
    pub(crate) page_sizes: PageSizes,
}

/// How many rows a page may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageSizes {
    /// The size of a page where the request does not ask for one.
    pub(crate) default: usize,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

// The bounds are those of the service model. Of the defaults, AWS documents only that of
// DescribeInstanceInformation.
pub(crate) const DESCRIBE_INSTANCE_INFORMATION: ListOperation = list_operation(
    "DescribeInstanceInformation",
    "InstanceInformationList",
    page_sizes(10, 5, 50),
);
pub(crate) const LIST_COMPLIANCE_SUMMARIES: ListOperation = list_operation(
    "ListComplianceSummaries",
    "ComplianceSummaryItems",
    page_sizes(50, 1, 50),
);
pub(crate) const LIST_RESOURCE_COMPLIANCE_SUMMARIES: ListOperation = list_operation(
    "ListResourceComplianceSummaries",
    "ResourceComplianceSummaryItems",
    page_sizes(50, 1, 50),
);
pub(crate) const LIST_COMPLIANCE_ITEMS: ListOperation = list_operation(
    "ListComplianceItems",
    "ComplianceItems",
    page_sizes(50, 1, 50),
);
pub(crate) const DESCRIBE_INSTANCE_PATCH_STATES: ListOperation = list_operation(
    "DescribeInstancePatchStates",
    "InstancePatchStates",
    page_sizes(50, 10, 100),
);
pub(crate) const DESCRIBE_PATCH_BASELINES: ListOperation = list_operation(
    "DescribePatchBaselines",
    "BaselineIdentities",
    page_sizes(50, 1, 100),
);
pub(crate) const LIST_ASSOCIATIONS: ListOperation =
    list_operation("ListAssociations", "Associations", page_sizes(50, 1, 50));
pub(crate) const DESCRIBE_INSTANCE_PATCHES: ListOperation = list_operation(
    "DescribeInstancePatches",
    "Patches",
    page_sizes(50, 10, 100),
);
pub(crate) const DESCRIBE_INSTANCE_ASSOCIATIONS_STATUS: ListOperation = list_operation(
    "DescribeInstanceAssociationsStatus",
    "InstanceAssociationStatusInfos",
    page_sizes(50, 1, 50),
);
pub(crate) const DESCRIBE_ASSOCIATION_EXECUTIONS: ListOperation = list_operation(
    "DescribeAssociationExecutions",
    "AssociationExecutions",
    page_sizes(50, 1, 50),
);
pub(crate) const DESCRIBE_ASSOCIATION_EXECUTION_TARGETS: ListOperation = list_operation(
    "DescribeAssociationExecutionTargets",
    "AssociationExecutionTargets",
    page_sizes(50, 1, 50),
);
pub(crate) const LIST_COMMAND_INVOCATIONS: ListOperation = list_operation(
    "ListCommandInvocations",
    "CommandInvocations",
    page_sizes(50, 1, 50),
);
pub(crate) const DESCRIBE_MAINTENANCE_WINDOWS: ListOperation = list_operation(
    "DescribeMaintenanceWindows",
    "WindowIdentities",
    page_sizes(50, 10, 100),
);
pub(crate) const DESCRIBE_MAINTENANCE_WINDOW_EXECUTIONS: ListOperation = list_operation(
    "DescribeMaintenanceWindowExecutions",
    "WindowExecutions",
    page_sizes(50, 10, 100),
);

/// The operations of SSM that answer with one thing, and not with pages.
pub(crate) const GET_PATCH_BASELINE: &str = "GetPatchBaseline";
pub(crate) const GET_DEFAULT_PATCH_BASELINE: &str = "GetDefaultPatchBaseline";
pub(crate) const GET_PATCH_BASELINE_FOR_PATCH_GROUP: &str = "GetPatchBaselineForPatchGroup";
pub(crate) const GET_SERVICE_SETTING: &str = "GetServiceSetting";
pub(crate) const GET_COMMAND_INVOCATION: &str = "GetCommandInvocation";

/// The operations of SSM that change something.
pub(crate) const SEND_COMMAND: &str = "SendCommand";
pub(crate) const START_ASSOCIATIONS_ONCE: &str = "StartAssociationsOnce";
pub(crate) const UPDATE_PATCH_BASELINE: &str = "UpdatePatchBaseline";
pub(crate) const PUT_COMPLIANCE_ITEMS: &str = "PutComplianceItems";
pub(crate) const CREATE_ASSOCIATION: &str = "CreateAssociation";
pub(crate) const DEREGISTER_MANAGED_INSTANCE: &str = "DeregisterManagedInstance";

/// The actions of EC2.
pub(crate) const REBOOT_INSTANCES: &str = "RebootInstances";
pub(crate) const DESCRIBE_INSTANCES: &str = "DescribeInstances";
pub(crate) const DESCRIBE_INSTANCE_STATUS: &str = "DescribeInstanceStatus";
pub(crate) const DESCRIBE_REGIONS: &str = "DescribeRegions";
pub(crate) const EC2_ACTIONS: [&str; 4] = [
    REBOOT_INSTANCES,
    DESCRIBE_INSTANCES,
    DESCRIBE_INSTANCE_STATUS,
    DESCRIBE_REGIONS,
];

/// The actions of STS.
pub(crate) const GET_CALLER_IDENTITY: &str = "GetCallerIdentity";
pub(crate) const ASSUME_ROLE: &str = "AssumeRole";

/// The names of all operations, those of EC2 and STS last.
pub(crate) const OPERATION_NAMES: [&str; 31] = [
    DESCRIBE_INSTANCE_INFORMATION.name,
    LIST_COMPLIANCE_SUMMARIES.name,
    LIST_RESOURCE_COMPLIANCE_SUMMARIES.name,
    LIST_COMPLIANCE_ITEMS.name,
    DESCRIBE_INSTANCE_PATCH_STATES.name,
    DESCRIBE_PATCH_BASELINES.name,
    LIST_ASSOCIATIONS.name,
    DESCRIBE_INSTANCE_PATCHES.name,
    DESCRIBE_INSTANCE_ASSOCIATIONS_STATUS.name,
    DESCRIBE_ASSOCIATION_EXECUTIONS.name,
    DESCRIBE_ASSOCIATION_EXECUTION_TARGETS.name,
    LIST_COMMAND_INVOCATIONS.name,
    DESCRIBE_MAINTENANCE_WINDOWS.name,
    DESCRIBE_MAINTENANCE_WINDOW_EXECUTIONS.name,
    GET_PATCH_BASELINE,
    GET_DEFAULT_PATCH_BASELINE,
    GET_PATCH_BASELINE_FOR_PATCH_GROUP,
    GET_SERVICE_SETTING,
    GET_COMMAND_INVOCATION,
    SEND_COMMAND,
    START_ASSOCIATIONS_ONCE,
    UPDATE_PATCH_BASELINE,
    PUT_COMPLIANCE_ITEMS,
    CREATE_ASSOCIATION,
    DEREGISTER_MANAGED_INSTANCE,
    REBOOT_INSTANCES,
    DESCRIBE_INSTANCES,
    DESCRIBE_INSTANCE_STATUS,
    DESCRIBE_REGIONS,
    GET_CALLER_IDENTITY,
    ASSUME_ROLE,
];

const fn list_operation(
    name: &'static str,
    list: &'static str,
    page_sizes: PageSizes,
) -> ListOperation {
    ListOperation {
        name,
        list,
        page_sizes,
    }
}

const fn page_sizes(default: usize, min: usize, max: usize) -> PageSizes {
    PageSizes { default, min, max }
}
