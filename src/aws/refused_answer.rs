//! Answers that are not handed to the SDK, and the limits that they exceed.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::attempt_log;
use crate::collect::MAX_PAGE_ROWS;

/// The largest body that is read. AWS's pages of 50 rows take some tens of kilobytes.
pub(super) const MAX_BODY_BYTES: usize = 16 << 20;
/// The most rows that a page may list. No operation is asked for more than half as many.
pub(super) const MAX_ROWS: usize = 2 * MAX_PAGE_ROWS;
/// The most values that an answer may hold, including those inside its rows. A full page has a
/// few thousand. The bytes alone are no measure, because a small value takes far more memory than
/// its text.
pub(super) const MAX_VALUES: usize = 100_000;

/// Why an answer is not handed to the SDK.
#[derive(Debug, thiserror::Error)]
pub(super) enum Flaw {
    #[error("its body is larger than {} MiB", MAX_BODY_BYTES >> 20)]
    TooLarge,
    #[error("it lists more than {MAX_ROWS} rows, far more than were asked for")]
    TooManyRows,
    #[error("it has more than {MAX_VALUES} values")]
    TooManyValues,
    #[error("it repeats the secrets of its request")]
    RepeatsSecrets,
}

/// An answer that was not handed to the SDK.
#[derive(Debug, thiserror::Error)]
#[error("HTTP {status} with an answer that is not taken: {flaw}")]
pub(super) struct RefusedAnswer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    flaw: Flaw,
}

impl RefusedAnswer {
    /// The error that the SDK gets in place of `response`.
    pub(super) fn error(response: &HttpResponse, flaw: Flaw) -> ConnectorError {
        let refused = Self {
            status: response.status().as_u16(),
            request_id: attempt_log::request_id(response.headers()),
            flaw,
        };
        // Without a kind of error, the SDK does not try again by itself. The next answer would
        // probably be no better, and cost as much to read.
        ConnectorError::other(Box::new(refused), None)
    }
}
