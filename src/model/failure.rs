//! The closed set of reasons for which a collector fails.

// AWS's own error codes are no substitute for this list: there are dozens of them, they differ
// between services, and Prometheus would keep a series for every one that ever came up. The code
// itself goes to the log.

/// The reason why a call to AWS failed, and with it a collector. The set is closed, because the
/// reason is a label value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureReason {
    /// AWS refused the call because of its own request rate.
    Throttled,
    /// The credentials may not make the call.
    AccessDenied,
    /// The session of the credentials has ended.
    ExpiredToken,
    /// The credentials are wrong, unknown to AWS, or cannot be loaded at all.
    // AWS rejects good credentials in the same words in a region that is not enabled for the
    // account. `RegionDisabled` is for that case.
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

/// The texts that describe a reason in the documentation, in logs and on pages.
struct Entry {
    reason: FailureReason,
    name: &'static str,
    summary: &'static str,
    look_at: &'static str,
}

/// The texts of every reason, in the order of declaration.
static REASONS: [Entry; FailureReason::ALL.len()] = [
    Entry {
        reason: FailureReason::Throttled,
        name: "throttled",
        summary: "AWS refused because of the request rate",
        look_at: "`api.requests_per_second`; who else calls SSM",
    },
    Entry {
        reason: FailureReason::AccessDenied,
        name: "access_denied",
        summary: "the credentials may not make the call",
        look_at: "the IAM policy, permission boundaries",
    },
    Entry {
        reason: FailureReason::ExpiredToken,
        name: "expired_token",
        summary: "the session has ended",
        look_at: "the source of the credentials; the clock",
    },
    Entry {
        reason: FailureReason::InvalidCredentials,
        name: "invalid_credentials",
        summary: "the credentials are wrong, unknown to AWS or cannot be loaded",
        look_at: "the AWS credential chain",
    },
    Entry {
        reason: FailureReason::AssumeRoleFailed,
        name: "assume_role_failed",
        summary: "`sts:AssumeRole` was refused",
        look_at: "the role's trust policy, the external id, the caller's policy",
    },
    Entry {
        reason: FailureReason::RegionDisabled,
        name: "region_disabled",
        summary: "the region is not enabled for the account: its credentials work in \
           another one",
        look_at: "`regions`; the account's settings",
    },
    Entry {
        reason: FailureReason::Timeout,
        name: "timeout",
        summary: "no answer in time",
        look_at: "`api.attempt_timeout`, the network",
    },
    Entry {
        reason: FailureReason::Network,
        name: "network",
        summary: "no connection, or one that broke",
        look_at: "DNS, proxies, VPC endpoints, firewalls",
    },
    Entry {
        reason: FailureReason::ServerError,
        name: "server_error",
        summary: "AWS answered with a fault of its own (5xx)",
        look_at: "the AWS Health Dashboard",
    },
    Entry {
        reason: FailureReason::BadResponse,
        name: "bad_response",
        summary: "an answer that cannot be read or lacks its list, or a listing that does \
           not end",
        look_at: "proxies; the exporter's log",
    },
    Entry {
        reason: FailureReason::Internal,
        name: "internal",
        summary: "a fault of the exporter itself",
        look_at: "the exporter's log; please report it",
    },
    Entry {
        reason: FailureReason::Other,
        name: "other",
        summary: "anything else that AWS refused",
        look_at: "the exporter's log",
    },
];

// The table is indexed by the enum's discriminant, so an entry in the wrong place must not compile.
const _: () = {
    let mut index = 0;
    while index < REASONS.len() {
        assert!(REASONS[index].reason as usize == index);
        index += 1;
    }
};

impl FailureReason {
    /// Every reason, in the order in which the documentation lists them.
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

    /// Returns the value of the label `reason`.
    pub fn as_str(self) -> &'static str {
        self.entry().name
    }

    /// Says in a few words what has happened.
    pub fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// Says where to look for the cause.
    pub fn look_at(self) -> &'static str {
        self.entry().look_at
    }

    fn entry(self) -> &'static Entry {
        &REASONS[self as usize]
    }
}
