//! What is concluded from a failed attempt.

use crate::collect::{FailureScope, SourceError};
use crate::model::FailureReason;

/// Whether, and how, to make a failed attempt again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::aws) enum Retry {
    /// Not at all, because it would fail again.
    Never,
    /// After a short while, in which the fault may have passed.
    AfterBackoff,
    /// At a lower rate.
    Slower,
    /// Signed with other credentials.
    WithOtherCredentials,
}

/// Why an attempt failed, and what would help.
#[derive(Debug)]
pub(super) struct Classification {
    pub(super) reason: FailureReason,
    pub(super) scope: FailureScope,
    pub(super) retry: Retry,
    pub(super) detail: String,
}

impl Classification {
    /// The call failed, whatever it asked for.
    fn of_call(reason: FailureReason, retry: Retry, detail: String) -> Self {
        Self {
            reason,
            scope: FailureScope::Call,
            retry,
            detail,
        }
    }

    pub(super) fn throttled(detail: String) -> Self {
        Self::of_call(FailureReason::Throttled, Retry::Slower, detail)
    }

    pub(super) fn timeout(detail: String) -> Self {
        Self::of_call(FailureReason::Timeout, Retry::AfterBackoff, detail)
    }

    pub(super) fn network(detail: String) -> Self {
        Self::of_call(FailureReason::Network, Retry::AfterBackoff, detail)
    }

    pub(super) fn server_error(detail: String) -> Self {
        Self::of_call(FailureReason::ServerError, Retry::AfterBackoff, detail)
    }

    pub(super) fn access_denied(detail: String) -> Self {
        // New credentials of the same role would have the same permissions.
        Self::of_call(FailureReason::AccessDenied, Retry::Never, detail)
    }

    pub(super) fn expired_credentials(detail: String) -> Self {
        // A session may be revoked before its end, and a new one may well be accepted.
        Self::of_call(
            FailureReason::ExpiredToken,
            Retry::WithOtherCredentials,
            detail,
        )
    }

    pub(super) fn invalid_credentials(retry: Retry, detail: String) -> Self {
        Self::of_call(FailureReason::InvalidCredentials, retry, detail)
    }

    /// An answer that is not AWS's. If its status is a good one, the page may hold something
    /// that the SDK cannot read, so that a smaller page may do.
    pub(super) fn bad_response(is_success: bool, detail: String) -> Self {
        let scope = if is_success {
            FailureScope::Content
        } else {
            FailureScope::Call
        };
        Self {
            scope,
            ..Self::of_call(FailureReason::BadResponse, Retry::Never, detail)
        }
    }

    /// AWS does not accept something that was asked for.
    pub(super) fn refused_content(scope: FailureScope, detail: String) -> Self {
        Self {
            scope,
            ..Self::unknown(detail)
        }
    }

    pub(super) fn unknown(detail: String) -> Self {
        Self::of_call(FailureReason::Other, Retry::Never, detail)
    }

    /// An error that says by itself what it means, and that is final.
    pub(super) fn without_retry(error: SourceError) -> Self {
        Self {
            reason: error.reason,
            scope: error.scope,
            retry: Retry::Never,
            detail: error.detail,
        }
    }
}
