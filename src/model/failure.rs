//! The closed set of reasons for which a collector fails.

/// Why a call to AWS, and with it a collector, failed. A closed set, because it is a label value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureReason {
    /// AWS refused the call because of its own request rate.
    Throttled,
    /// The credentials may not make the call.
    AccessDenied,
    /// The session of the credentials has ended.
    ExpiredToken,
    /// The credentials are wrong, unknown to AWS, or cannot be loaded at all.
    InvalidCredentials,
    /// AWS refused `sts:AssumeRole`.
    AssumeRoleFailed,
    /// The region is not enabled for the account: the same credentials work in another region.
    RegionDisabled,
    /// No answer came in time.
    Timeout,
    /// There was no connection, or it broke.
    Network,
    /// AWS answered with a fault of its own (5xx).
    ServerError,
    /// An answer cannot be read or lacks its list, or a listing does not end.
    BadResponse,
    /// The exporter itself is at fault: one of its tasks has panicked.
    Internal,
    /// AWS refused for any other reason.
    Other,
}

/// What is said about a reason wherever it shows up.
struct Entry {
    name: &'static str,
    summary: &'static str,
    look_at: &'static str,
}

impl FailureReason {
    /// Every reason, in the order of the documentation.
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
        self.entry().name
    }

    /// What has happened, in a few words.
    pub const fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// Where to look for the cause.
    pub const fn look_at(self) -> &'static str {
        self.entry().look_at
    }

    const fn entry(self) -> Entry {
        match self {
            Self::Throttled => Entry {
                name: "throttled",
                summary: "AWS refused for its request rate",
                look_at: "`api.requests_per_second`; who else calls SSM",
            },
            Self::AccessDenied => Entry {
                name: "access_denied",
                summary: "the credentials may not make the call",
                look_at: "the IAM policy, permission boundaries",
            },
            Self::ExpiredToken => Entry {
                name: "expired_token",
                summary: "the session has ended",
                look_at: "the source of the credentials; the clock",
            },
            Self::InvalidCredentials => Entry {
                name: "invalid_credentials",
                summary: "the credentials are wrong, unknown to AWS or cannot be loaded",
                look_at: "the AWS credential chain",
            },
            Self::AssumeRoleFailed => Entry {
                name: "assume_role_failed",
                summary: "`sts:AssumeRole` was refused",
                look_at: "the role's trust policy, the external id, the caller's policy",
            },
            Self::RegionDisabled => Entry {
                name: "region_disabled",
                summary: "the region is not enabled for the account: its credentials work in \
                          another one",
                look_at: "`regions`; the account's settings",
            },
            Self::Timeout => Entry {
                name: "timeout",
                summary: "no answer in time",
                look_at: "`api.attempt_timeout`, the network",
            },
            Self::Network => Entry {
                name: "network",
                summary: "no connection, or one that broke",
                look_at: "DNS, proxies, VPC endpoints, firewalls",
            },
            Self::ServerError => Entry {
                name: "server_error",
                summary: "AWS answered with a fault of its own (5xx)",
                look_at: "the AWS Health Dashboard",
            },
            Self::BadResponse => Entry {
                name: "bad_response",
                summary: "an answer that cannot be read or lacks its list, or a listing that does \
                          not end",
                look_at: "proxies; the exporter's log",
            },
            Self::Internal => Entry {
                name: "internal",
                summary: "a fault of the exporter itself",
                look_at: "the exporter's log; please report it",
            },
            Self::Other => Entry {
                name: "other",
                summary: "anything else that AWS refused",
                look_at: "the exporter's log",
            },
        }
    }
}
