//! The AWS calls that a refresh makes.

/// An operation of AWS Systems Manager. Its name is a value of the label `operation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Lists managed instances.
    DescribeInstanceInformation,
    /// Lists one summary per resource and compliance type.
    ListResourceComplianceSummaries,
    /// Counts resources per compliance type.
    ListComplianceSummaries,
    /// Tells the patch counts of up to 50 instances.
    DescribeInstancePatchStates,
    /// Lists patch baselines.
    DescribePatchBaselines,
    /// Lists State Manager associations.
    ListAssociations,
    /// Lists the compliance items of one resource.
    ListComplianceItems,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 7] = [
        Self::DescribeInstanceInformation,
        Self::ListResourceComplianceSummaries,
        Self::ListComplianceSummaries,
        Self::DescribeInstancePatchStates,
        Self::DescribePatchBaselines,
        Self::ListAssociations,
        Self::ListComplianceItems,
    ];

    /// The name, as AWS spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DescribeInstanceInformation => "DescribeInstanceInformation",
            Self::ListResourceComplianceSummaries => "ListResourceComplianceSummaries",
            Self::ListComplianceSummaries => "ListComplianceSummaries",
            Self::DescribeInstancePatchStates => "DescribeInstancePatchStates",
            Self::DescribePatchBaselines => "DescribePatchBaselines",
            Self::ListAssociations => "ListAssociations",
            Self::ListComplianceItems => "ListComplianceItems",
        }
    }

    /// The fewest rows that a page may be asked for: the lower limit of `MaxResults` in AWS's model
    /// of the operation.
    pub const fn min_page_rows(self) -> usize {
        match self {
            Self::DescribeInstanceInformation => 5,
            Self::DescribeInstancePatchStates => 10,
            _ => 1,
        }
    }

    /// Whether a call of the operation is a link of a chain of pages.
    ///
    /// Each page of a chain needs the token of the page before it, so a chain cannot be hurried.
    /// That is why its calls go before those for details, of which many can be under way at once.
    pub const fn is_listing(self) -> bool {
        !matches!(
            self,
            Self::DescribeInstancePatchStates | Self::ListComplianceItems
        )
    }
}
