//! The AWS operations that a refresh calls.

/// An operation of AWS Systems Manager. Its name is a value of the label `operation`.
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
        }
    }

    /// Returns the smallest number of rows that may be asked for in one page: the lower limit of
    /// `MaxResults` in AWS's model of the operation.
    pub const fn min_page_rows(self) -> usize {
        // A smaller `MaxResults` is refused with a `ValidationException`, which would fail a
        // listing whose pages are being halved around a bad row.
        match self {
            Self::DescribeInstanceInformation => 5,
            Self::DescribeInstancePatchStates => 10,
            _ => 1,
        }
    }

    /// Says whether the operation is read as a chain of pages.
    ///
    /// Each page of a chain needs the token of the page before it, so a chain cannot be read any
    /// faster than page by page. That is why its calls go before those for details, many of which
    /// can be under way at once.
    pub const fn is_listing(self) -> bool {
        // These two also have tokens in AWS's model, but they ask about given instances, and their
        // answer is hardly ever longer than a page.
        !matches!(
            self,
            Self::DescribeInstancePatchStates | Self::ListComplianceItems
        )
    }
}
