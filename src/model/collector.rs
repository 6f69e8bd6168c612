//! The collectors of a refresh, and the closed set of reasons for which one fails.

/// One reading of one AWS view. The names are label values of `aws_ssm_collector_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Collector {
    /// `DescribeInstanceInformation`: which managed instances there are.
    Instances,
    /// `ListResourceComplianceSummaries`: one row per resource and compliance type.
    Compliance,
    /// `ListComplianceSummaries`: AWS's own count of resources per compliance type.
    ComplianceTotals,
    /// `DescribeInstancePatchStates`: patch counts of the listed instances.
    Patches,
    /// `DescribePatchBaselines`: names of patch baselines.
    Baselines,
    /// `ListAssociations`: State Manager associations and their counts.
    Associations,
    /// `ListComplianceItems` of type Association, for instances that are non-compliant for it.
    Items,
}

impl Collector {
    /// Every collector, in the order in which the page lists them.
    pub const ALL: [Self; 7] = [
        Self::Instances,
        Self::Compliance,
        Self::ComplianceTotals,
        Self::Patches,
        Self::Baselines,
        Self::Associations,
        Self::Items,
    ];

    /// The value of the label `collector`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Compliance => "compliance",
            Self::ComplianceTotals => "compliance_totals",
            Self::Patches => "patches",
            Self::Baselines => "baselines",
            Self::Associations => "associations",
            Self::Items => "items",
        }
    }
}

/// Why a call to AWS, and with it a collector, failed. A closed set: it is a label value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureReason {
    /// AWS refused for its own request rate.
    Throttled,
    /// The credentials may not do this.
    AccessDenied,
    /// The session has ended.
    ExpiredToken,
    /// The credentials are wrong, unknown to AWS, or cannot be loaded at all.
    InvalidCredentials,
    /// `sts:AssumeRole` was refused.
    AssumeRoleFailed,
    /// The region is not enabled for the account: the same credentials work in another one.
    RegionDisabled,
    /// No answer in time.
    Timeout,
    /// No connection, or one that broke.
    Network,
    /// AWS answered with a fault of its own (5xx).
    ServerError,
    /// An answer that cannot be read or that lacks its list, or a listing that does not end.
    BadResponse,
    /// The exporter itself is at fault: a task of it has panicked.
    Internal,
    /// Anything else AWS refused.
    Other,
}

impl FailureReason {
    /// Every reason, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::Throttled,
        Self::AccessDenied,
        Self::ExpiredToken,
        Self::InvalidCredentials,
        Self::AssumeRoleFailed,
        Self::RegionDisabled,
        Self::Timeout,
        Self::Network,
        Self::ServerError,
        Self::BadResponse,
        Self::Internal,
        Self::Other,
    ];

    /// The value of the label `reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
            Self::InvalidCredentials => "invalid_credentials",
            Self::AssumeRoleFailed => "assume_role_failed",
            Self::RegionDisabled => "region_disabled",
            Self::Timeout => "timeout",
            Self::Network => "network",
            Self::ServerError => "server_error",
            Self::BadResponse => "bad_response",
            Self::Internal => "internal",
            Self::Other => "other",
        }
    }
}
