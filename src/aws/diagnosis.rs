//! Why credentials could not be obtained, before it becomes the error of a refresh.

use super::detail::one_line;
use crate::collect::{FailureScope, SourceError};
use crate::model::FailureReason;

/// The reason of a failure, and what is said about it.
#[derive(Debug)]
pub(super) struct Diagnosis {
    pub(super) reason: FailureReason,
    pub(super) detail: String,
}

impl Diagnosis {
    pub(super) fn new(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }

    /// What is configured gives no credentials, or none that can be used.
    pub(super) fn invalid_credentials(detail: impl Into<String>) -> Self {
        Self::new(FailureReason::InvalidCredentials, detail)
    }

    /// Somebody has answered, but not as AWS does.
    pub(super) fn bad_response(detail: impl Into<String>) -> Self {
        Self::new(FailureReason::BadResponse, detail)
    }

    /// The same diagnosis, with a prefix that says whom it is about.
    pub(super) fn of(self, who: &str) -> Self {
        let detail = format!("{who}: {}", self.detail);
        Self { detail, ..self }
    }

    /// The error of a call that could not be made.
    pub(super) fn into_error(self) -> SourceError {
        // What other programs say may be long, secret or on many lines.
        SourceError::new(self.reason, FailureScope::Call, one_line(&self.detail))
    }
}
