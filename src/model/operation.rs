//! The AWS operations that are called.

/// An operation of AWS Systems Manager or, if its own documentation says so, of another service.
/// Its name is a value of the label `operation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Lists managed instances.
    DescribeInstanceInformation,
    /// Lists one summary per resource and compliance type.
    ListResourceComplianceSummaries,
    /// Counts resources per compliance type.
    ListComplianceSummaries,
    /// Returns the patch counts of up to 50 instances.
    DescribeInstancePatchStates,
    /// Lists patch baselines.
    DescribePatchBaselines,
    /// Lists State Manager associations.
    ListAssociations,
    /// Lists the compliance items of one resource.
    ListComplianceItems,
    /// Lists the patches of one instance.
    DescribeInstancePatches,
    /// Lists the associations of one instance.
    DescribeInstanceAssociationsStatus,
    /// Lists the executions of one association.
    DescribeAssociationExecutions,
    /// Lists the instances in one execution of an association.
    DescribeAssociationExecutionTargets,
    /// Returns the settings of a patch baseline.
    GetPatchBaseline,
    /// Returns the baseline that applies to a patch group.
    GetPatchBaselineForPatchGroup,
    /// Returns the baseline that applies to instances in no patch group.
    GetDefaultPatchBaseline,
    /// Lists the instances of a command, with what its steps wrote.
    ListCommandInvocations,
    /// Returns a setting of the account.
    GetServiceSetting,
    /// Lists the accounts of an organization.
    ListAccounts,
    /// Lists the accounts directly in an organizational unit.
    ListAccountsForParent,
    /// Lists the organizational units directly in another one.
    ListOrganizationalUnitsForParent,
    /// Lists the regions of an account.
    ListRegions,
    /// Lists resources with their tags: an operation of the Resource Groups Tagging API.
    GetResources,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 21] = [
        Self::DescribeInstanceInformation,
        Self::ListResourceComplianceSummaries,
        Self::ListComplianceSummaries,
        Self::DescribeInstancePatchStates,
        Self::DescribePatchBaselines,
        Self::ListAssociations,
        Self::ListComplianceItems,
        Self::DescribeInstancePatches,
        Self::DescribeInstanceAssociationsStatus,
        Self::DescribeAssociationExecutions,
        Self::DescribeAssociationExecutionTargets,
        Self::GetPatchBaseline,
        Self::GetPatchBaselineForPatchGroup,
        Self::GetDefaultPatchBaseline,
        Self::ListCommandInvocations,
        Self::GetServiceSetting,
        Self::ListAccounts,
        Self::ListAccountsForParent,
        Self::ListOrganizationalUnitsForParent,
        Self::ListRegions,
        Self::GetResources,
    ];

    /// The operations of Systems Manager that a refresh calls. Its others only explain a single
    /// instance.
    pub const OF_REFRESH: [Self; 7] = [
        Self::DescribeInstanceInformation,
        Self::ListResourceComplianceSummaries,
        Self::ListComplianceSummaries,
        Self::DescribeInstancePatchStates,
        Self::DescribePatchBaselines,
        Self::ListAssociations,
        Self::ListComplianceItems,
    ];

    /// The operations that find accounts and regions. None of them belongs to Systems Manager.
    pub const OF_DISCOVERY: [Self; 4] = [
        Self::ListAccounts,
        Self::ListAccountsForParent,
        Self::ListOrganizationalUnitsForParent,
        Self::ListRegions,
    ];

    /// Returns the name as AWS spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DescribeInstanceInformation => "DescribeInstanceInformation",
            Self::ListResourceComplianceSummaries => "ListResourceComplianceSummaries",
            Self::ListComplianceSummaries => "ListComplianceSummaries",
            Self::DescribeInstancePatchStates => "DescribeInstancePatchStates",
            Self::DescribePatchBaselines => "DescribePatchBaselines",
            Self::ListAssociations => "ListAssociations",
            Self::ListComplianceItems => "ListComplianceItems",
            Self::DescribeInstancePatches => "DescribeInstancePatches",
            Self::DescribeInstanceAssociationsStatus => "DescribeInstanceAssociationsStatus",
            Self::DescribeAssociationExecutions => "DescribeAssociationExecutions",
            Self::DescribeAssociationExecutionTargets => "DescribeAssociationExecutionTargets",
            Self::GetPatchBaseline => "GetPatchBaseline",
            Self::GetPatchBaselineForPatchGroup => "GetPatchBaselineForPatchGroup",
            Self::GetDefaultPatchBaseline => "GetDefaultPatchBaseline",
            Self::ListCommandInvocations => "ListCommandInvocations",
            Self::GetServiceSetting => "GetServiceSetting",
            Self::ListAccounts => "ListAccounts",
            Self::ListAccountsForParent => "ListAccountsForParent",
            Self::ListOrganizationalUnitsForParent => "ListOrganizationalUnitsForParent",
            Self::ListRegions => "ListRegions",
            Self::GetResources => "GetResources",
        }
    }

    /// Returns the smallest number of rows that may be asked for in one page: the lower limit of
    /// `MaxResults` in AWS's model of the operation.
    pub const fn min_page_rows(self) -> usize {
        // A smaller `MaxResults` is refused with a `ValidationException`, which would fail a
        // listing whose pages are being halved around a bad row.
        match self {
            Self::DescribeInstanceInformation => 5,
            Self::DescribeInstancePatchStates | Self::DescribeInstancePatches => 10,
            _ => 1,
        }
    }

    /// Returns the largest number of rows that is asked for in one page.
    pub const fn max_page_rows(self) -> usize {
        match self {
            // `ResourcesPerPage` has its own limit.
            Self::GetResources => 100,
            // AWS's model allows up to 100 for some of the others, but the service has been seen to
            // refuse more than 50 for at least one of them.
            _ => 50,
        }
    }

    /// Says whether the operation has a ceiling of its own, because it does not belong to Systems
    /// Manager.
    pub const fn has_own_ceiling(self) -> bool {
        matches!(self, Self::GetResources)
    }

    /// Says whether the operation is read as a chain of pages.
    ///
    /// Each page of a chain needs the token of the page before it, so a chain cannot be read any
    /// faster than page by page. That is why its calls go before those for details, many of which
    /// can be under way at once.
    pub const fn is_listing(self) -> bool {
        // Most others have tokens in AWS's model, too, but they ask about given instances, and their
        // answer is hardly ever longer than a page.
        matches!(
            self,
            Self::DescribeInstanceInformation
                | Self::ListResourceComplianceSummaries
                | Self::ListComplianceSummaries
                | Self::DescribePatchBaselines
                | Self::ListAssociations
                | Self::ListAccounts
                | Self::ListAccountsForParent
                | Self::ListOrganizationalUnitsForParent
                | Self::ListRegions
        )
    }
}
