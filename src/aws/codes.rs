//! AWS's error codes, by what they mean here.

/// AWS's codes for "too fast", as its SDKs know them, and `RateExceeded`, which they do not.
pub(super) const THROTTLED: [&str; 15] = [
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
    "RateExceeded",
];
pub(super) const ACCESS_DENIED: [&str; 4] = [
    "AccessDeniedException",
    "AccessDenied",
    "UnauthorizedOperation",
    "NotAuthorizedException",
];
pub(super) const EXPIRED: [&str; 2] = ["ExpiredTokenException", "ExpiredToken"];
pub(super) const INVALID_CREDENTIALS: [&str; 6] = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AuthFailure",
];
/// A wrong secret or a wrong clock. Their messages repeat the request's headers and say nothing
/// else.
pub(super) const SIGNATURE: [&str; 6] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "RequestTimeTooSkewed",
    "RequestExpired",
];
/// Faults of AWS. Their status says so, too, but not where they come as HTTP 200.
pub(super) const TRANSIENT: [&str; 11] = [
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
];
pub(super) const VALIDATION: [&str; 2] = ["ValidationException", "ValidationError"];
/// AWS refuses a page token. SSM's model has the first; other services have the others.
pub(super) const REFUSED_TOKEN: [&str; 6] = [
    "InvalidNextToken",
    "InvalidNextTokenException",
    "InvalidPaginationToken",
    "InvalidPaginationTokenException",
    "ExpiredNextToken",
    "ExpiredNextTokenException",
];
pub(super) const UNKNOWN_RESOURCE: [&str; 3] = [
    "InvalidInstanceId",
    "InvalidResourceId",
    "InvalidResourceType",
];

/// Every code that is known.
#[cfg(test)]
pub(super) fn all() -> Vec<&'static str> {
    [
        &THROTTLED[..],
        &ACCESS_DENIED,
        &EXPIRED,
        &INVALID_CREDENTIALS,
        &SIGNATURE,
        &TRANSIENT,
        &VALIDATION,
        &REFUSED_TOKEN,
        &UNKNOWN_RESOURCE,
    ]
    .concat()
}
