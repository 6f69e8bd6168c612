//! The simulated services of AWS.

/// A service that clients call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Ssm,
    Ec2,
    Sts,
    Organizations,
    /// Account Management, which knows the regions of an account.
    Account,
    /// The Resource Groups Tagging API.
    Tagging,
}

impl Service {
    /// The service as signatures name it.
    pub(crate) const fn signing_name(self) -> &'static str {
        match self {
            Self::Ssm => "ssm",
            Self::Ec2 => "ec2",
            Self::Sts => "sts",
            Self::Organizations => "organizations",
            Self::Account => "account",
            Self::Tagging => "tagging",
        }
    }

    /// The service as the actions of IAM policies name it.
    pub(crate) const fn action_prefix(self) -> &'static str {
        match self {
            Self::Tagging => "tag",
            other => other.signing_name(),
        }
    }

    /// Whether the service answers only in regions that the account has enabled. The others have one
    /// endpoint for a partition, and STS answers everywhere.
    pub(crate) const fn is_regional(self) -> bool {
        matches!(self, Self::Ssm | Self::Ec2 | Self::Tagging)
    }

    /// Whether a fault that names no operation hits the service.
    pub(crate) const fn is_hit_by_unnamed_faults(self) -> bool {
        // A client that learns nothing of its identity or its accounts asks nothing else. A fault
        // of everything would then show nothing but that.
        matches!(self, Self::Ssm | Self::Ec2)
    }
}
