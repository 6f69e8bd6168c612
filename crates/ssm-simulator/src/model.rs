//! What AWS's service models declare of each simulated operation. What the operations answer is
//! for `operations` and `sts`.

use crate::refusal::Refusal;

/// The namespace of SSM in `X-Amz-Target`.
pub(crate) const SSM_NAMESPACE: &str = "AmazonSSM";
/// The namespace of Organizations in `X-Amz-Target`.
pub(crate) const ORGANIZATIONS_NAMESPACE: &str = "AWSOrganizationsV20161128";

/// The namespace of the Resource Groups Tagging API in `X-Amz-Target`.
pub(crate) const TAGGING_NAMESPACE: &str = "ResourceGroupsTaggingAPI_20170126";

/// An operation that answers with a list.
#[derive(Debug)]
pub(crate) struct ListOperation {
    pub(crate) name: &'static str,
    /// The member of the answer that holds the rows.
    pub(crate) list: &'static str,
    pub(crate) page_sizes: PageSizes,
    pub(crate) paging: &'static Paging,
}

/// How a service asks for pages, and how it refuses wrong requests for them.
#[derive(Debug)]
pub(crate) struct Paging {
    /// The member of a request that asks for a page size.
    pub(crate) size_member: &'static str,
    /// The member of requests and answers that holds the token.
    pub(crate) token_member: &'static str,
    /// Whether the last page has an empty token instead of none.
    pub(crate) ends_with_empty_token: bool,
    /// Refuses a page size, given as text, and what it should be.
    pub(crate) refuse_size: fn(&str, &str) -> Refusal,
    pub(crate) refuse_token: fn() -> Refusal,
}

/// The pages of SSM.
pub(crate) const SSM_PAGING: Paging = Paging {
    size_member: "MaxResults",
    token_member: "NextToken",
    ends_with_empty_token: false,
    refuse_size: Refusal::wrong_page_size,
    refuse_token: Refusal::invalid_next_token,
};

const ORGANIZATIONS_PAGING: Paging = Paging {
    refuse_size: |_, _| Refusal::invalid_input("You specified an invalid value for MaxResults."),
    refuse_token: || Refusal::invalid_input("You specified an invalid value for NextToken."),
    ..SSM_PAGING
};

const ACCOUNT_PAGING: Paging = Paging {
    refuse_token: || Refusal::common("ValidationException", "The NextToken is not valid."),
    ..SSM_PAGING
};

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

const TAGGING_PAGING: Paging = Paging {
    size_member: "ResourcesPerPage",
    token_member: "PaginationToken",
    ends_with_empty_token: true,
    refuse_size: |_, _| {
        let message = "ResourcesPerPage must be between 1 and 100.";
        Refusal::modelled("InvalidParameterException", message)
    },
    refuse_token: || {
        let message = "The specified PaginationToken has expired.";
        Refusal::modelled("PaginationTokenExpiredException", message)
    },
};

/// The operations of Organizations.
pub(crate) const LIST_ROOTS: ListOperation = organizations_list("ListRoots", "Roots");
pub(crate) const LIST_ORGANIZATIONAL_UNITS_FOR_PARENT: ListOperation =
    organizations_list("ListOrganizationalUnitsForParent", "OrganizationalUnits");
pub(crate) const LIST_ACCOUNTS: ListOperation = organizations_list("ListAccounts", "Accounts");
pub(crate) const LIST_ACCOUNTS_FOR_PARENT: ListOperation =
    organizations_list("ListAccountsForParent", "Accounts");

/// The operation of Account Management.
pub(crate) const LIST_REGIONS: ListOperation = ListOperation {
    paging: &ACCOUNT_PAGING,
    ..list_operation("ListRegions", "Regions", page_sizes(50, 1, 50))
};
/// The path of that operation, which is named by nothing else.
pub(crate) const LIST_REGIONS_PATH: &str = "/listRegions";

/// The operation of the Resource Groups Tagging API.
pub(crate) const GET_RESOURCES: ListOperation = ListOperation {
    paging: &TAGGING_PAGING,
    ..list_operation(
        "GetResources",
        "ResourceTagMappingList",
        page_sizes(50, 1, 100),
    )
};

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

/// The names of all operations, those of other services than SSM last.
pub(crate) const OPERATION_NAMES: [&str; 37] = [
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
    LIST_ROOTS.name,
    LIST_ORGANIZATIONAL_UNITS_FOR_PARENT.name,
    LIST_ACCOUNTS.name,
    LIST_ACCOUNTS_FOR_PARENT.name,
    LIST_REGIONS.name,
    GET_RESOURCES.name,
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
        paging: &SSM_PAGING,
    }
}

const fn organizations_list(name: &'static str, list: &'static str) -> ListOperation {
    ListOperation {
        paging: &ORGANIZATIONS_PAGING,
        ..list_operation(name, list, page_sizes(20, 1, 20))
    }
}

const fn page_sizes(default: usize, min: usize, max: usize) -> PageSizes {
    PageSizes { default, min, max }
}
