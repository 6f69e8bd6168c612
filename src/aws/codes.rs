//! AWS's error codes, by what they mean here.

use aws_smithy_runtime_api::http::StatusCode;

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeMeaning {
    /// The call came too soon after others.
    Throttled,
    /// The credentials lack a permission.
    AccessDenied,
    /// The session has ended.
    ExpiredCredentials,
    /// AWS does not know the credentials.
    InvalidCredentials,
    /// A wrong secret or a wrong clock. The messages repeat the request's headers and say nothing
    /// else.
    WrongSignature,
    /// AWS does not accept something that was asked for.
    InvalidRequest,
    /// AWS does not know what was asked for, or does not know it any more.
    UnknownResource,
    /// A fault of AWS. The HTTP status says so as well, except where the error comes as HTTP 200.
    ServerFault,
}

/// The known codes; no code occurs twice.
// Errors of both SSM and STS are looked up here. STS, which answers in XML, leaves out the
// `Exception` at the end of a name.
const MEANINGS: [(CodeMeaning, &[&str]); 8] = [
    (
        CodeMeaning::Throttled,
        &[
            "ThrottlingException",
            "Throttling",
            "ThrottledException",
            "RequestThrottledException",
            "RequestThrottled",
            "TooManyRequestsException",
            "ProvisionedThroughputExceededException",
            "TransactionInProgressException",
            "RequestLimitExceeded",
            "BandwidthLimitExceeded",
            "LimitExceededException",
            "SlowDown",
            "PriorRequestNotComplete",
            "EC2ThrottledException",
            // The only one in this list that the SDKs of AWS do not treat as a throttle.
            "RateExceeded",
        ],
    ),
    (
        CodeMeaning::AccessDenied,
        &[
            "AccessDeniedException",
            "AccessDenied",
            "UnauthorizedOperation",
            "NotAuthorizedException",
        ],
    ),
    (
        CodeMeaning::ExpiredCredentials,
        &["ExpiredTokenException", "ExpiredToken"],
    ),
    (
        CodeMeaning::InvalidCredentials,
        &[
            // A region that is not enabled for the account answers with one of the first two.
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "AuthFailure",
        ],
    ),
    (
        CodeMeaning::WrongSignature,
        &[
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "RequestTimeTooSkewed",
            "RequestExpired",
        ],
    ),
    (
        CodeMeaning::InvalidRequest,
        &["ValidationException", "ValidationError"],
    ),
    (
        CodeMeaning::UnknownResource,
        &[
            "InvalidInstanceId",
            "InvalidResourceId",
            "InvalidResourceType",
            "InvalidCommandId",
            "AssociationDoesNotExist",
            "AssociationExecutionDoesNotExist",
            // A patch baseline that was deleted.
            "DoesNotExistException",
        ],
    ),
    (
        CodeMeaning::ServerFault,
        &[
            "InternalServerError",
            "InternalServerException",
            "InternalFailure",
            "InternalFailureException",
            "InternalServiceError",
            "InternalServiceException",
            "InternalError",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "RequestTimeout",
            "RequestTimeoutException",
        ],
    ),
];

/// AWS refuses a page token. The first code is in SSM's model; other services use the
/// others for the same thing.
const REFUSED_TOKEN: [&str; 7] = [
    "InvalidNextToken",
    "InvalidNextTokenException",
    "InvalidPaginationToken",
    "InvalidPaginationTokenException",
    "ExpiredNextToken",
    "ExpiredNextTokenException",
    // The Resource Groups Tagging API.
    "PaginationTokenExpiredException",
];

/// What a code means; `None` for one that is not known.
pub(super) fn meaning(code: &str) -> Option<CodeMeaning> {
    MEANINGS
        .iter()
        .find(|(_, codes)| codes.contains(&code))
        .map(|(meaning, _)| *meaning)
}

/// Whether a status says that the call came too soon after others.
///
/// What stands between here and AWS throttles as well, and sends this status without any code.
pub(super) fn is_throttle_status(status: StatusCode) -> bool {
    status.as_u16() == 429
}

/// Whether a code says that AWS refuses the page token.
pub(super) fn is_refused_token(code: &str) -> bool {
    REFUSED_TOKEN.contains(&code)
}

/// Every code that is known.
#[cfg(test)]
pub(super) fn all() -> Vec<&'static str> {
    let with_meaning = MEANINGS.iter().flat_map(|(_, codes)| codes.iter());
    with_meaning.chain(&REFUSED_TOKEN).copied().collect()
}
