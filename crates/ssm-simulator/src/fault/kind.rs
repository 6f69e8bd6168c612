//! The table of faults. A new kind of fault is a new entry here. One that refuses or replaces the
//! answer needs nothing else. One that changes rows or tokens needs a step in `operations::page`,
//! and one that changes bytes a step in `http::exchange`.

use crate::refusal::{Refusal, RefusedCall};

/// Where a fault takes effect.
pub(crate) enum Effect {
    /// AWS refuses the call with an error.
    Refuse(fn(&RefusedCall<'_>) -> Refusal),
    /// The client receives something else than the answer.
    Replace(Replacement),
    /// The rows or the tokens of a page are wrong.
    Page,
    /// The bytes of the answer are wrong.
    Body,
}

/// What the client receives in place of the answer.
#[derive(Clone, Copy)]
pub(crate) enum Replacement {
    /// The connection ends without an answer.
    Reset,
    /// The connection stays open, but no answer ever comes.
    Hang,
    /// The page of a proxy or a load balancer, with this HTTP status.
    Html(u16),
    /// HTTP 200 with this body.
    Body(&'static str),
    /// HTTP 204.
    NoContent,
    /// HTTP 200 with the body of an error.
    ErrorWithStatus200(fn() -> Refusal),
}

macro_rules! fault_kinds {
    ($($kind:ident, $name:literal, $description:literal, $effect:expr;)*) => {
        /// What goes wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FaultKind {
            $(#[doc = $description] $kind,)*
        }

        impl FaultKind {
            /// Every kind, in the order of help texts.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The name on the command line.
            ///
            /// ```
            /// use ssm_simulator::FaultKind;
            ///
            /// assert_eq!(FaultKind::RepeatToken.name(), "repeat-token");
            /// ```
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// What goes wrong, in one sentence of Markdown.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$kind => $description,)* }
            }

            pub(crate) fn effect(self) -> Effect {
                match self { $(Self::$kind => $effect,)* }
            }
        }
    };
}

fault_kinds! {
    Throttle, "throttle",
        "The call is refused with `ThrottlingException`, or with another service's equivalent.",
        Effect::Refuse(|call| Refusal::throttled_by(call.service));
    // SDKs of AWS obey this header instead of their own backoff.
    ThrottleRetryAfter, "throttle-retry-after",
        "The call is refused as above, and the header `x-amz-retry-after` asks for a pause of 300 ms.",
        Effect::Refuse(|call| Refusal::throttled_by(call.service).with_retry_after(300));
    Deny, "deny",
        "The call is refused with `AccessDeniedException`, or with `AccessDenied` by STS.",
        Effect::Refuse(Refusal::denied);
    ExpiredToken, "expired-token",
        "The call is refused with `ExpiredTokenException`.",
        Effect::Refuse(|_| Refusal::expired_token());
    InvalidCredentials, "invalid-credentials",
        "The call is refused with `UnrecognizedClientException`.",
        Effect::Refuse(|_| Refusal::invalid_credentials());
    Error500, "error500",
        "The call is refused with `InternalServerError`, or with another service's equivalent, \
         and HTTP 500.",
        Effect::Refuse(|call| Refusal::internal_of(call.service));
    // What stands between the client and AWS answers in its own way. Such an answer has no code.
    Html503, "html503",
        "A load balancer sends an HTML page with HTTP 503 instead of the answer.",
        Effect::Replace(Replacement::Html(503));
    Html200, "html200",
        "A proxy sends an HTML page with HTTP 200 instead of the answer.",
        Effect::Replace(Replacement::Html(200));
    Truncate, "truncate",
        "The body ends after its first half.",
        Effect::Body;
    Reset, "reset",
        "The connection ends without an answer.",
        Effect::Replace(Replacement::Reset);
    Hang, "hang",
        "The connection stays open, but no answer ever comes.",
        Effect::Replace(Replacement::Hang);
    // The paginators of the SDK for Rust take this for the end of the list, without an error.
    RepeatToken, "repeat-token",
        "The token of the next page is the one that the request has just used.",
        Effect::Page;
    EndlessChain, "endless-chain",
        "The list starts again at its end, with tokens that were not used before.",
        Effect::Page;
    // SDKs that follow the service model refuse the whole page for one such row.
    BadRow, "bad-row",
        "The rows of one instance break the service model: a member is missing, null or too large.",
        Effect::Page;
    // DescribeInstanceInformation was seen to do this (aws/aws-cli#2626).
    EmptyPage, "empty-page",
        "A page without rows comes between every two others.",
        Effect::Page;
    EmptyToken, "empty-token",
        "The last page has an empty token instead of none.",
        Effect::Page;
    DuplicateRows, "duplicate-rows",
        "Some rows occur twice.",
        Effect::Page;
    MovingRows, "moving-rows",
        "A row moves between two pages: one reading of the list misses it, and the next meets it \
         twice.",
        Effect::Page;
    // The operations of AWS are not consistent with each other at every moment.
    LagPatches, "lag-patches",
        "Patch states are still those of before the last step of drift.",
        Effect::Page;
    // The following answers look like a success, and like a list without rows to a client that does
    // not look closely.
    EmptyBody, "empty-body",
        "The answer is HTTP 200 without a body.",
        Effect::Replace(Replacement::Body(""));
    EmptyObject, "empty-object",
        "The answer is HTTP 200 with the body `{}`.",
        Effect::Replace(Replacement::Body("{}"));
    NoContent, "no-content",
        "The answer is HTTP 204.",
        Effect::Replace(Replacement::NoContent);
    WrongList, "wrong-list",
        "The rows stand under a member that the operation does not have.",
        Effect::Page;
    ErrorBody, "error-body",
        "The answer is HTTP 200 with the body of a `ThrottlingException`.",
        Effect::Replace(Replacement::ErrorWithStatus200(Refusal::throttled));
    // AWS was seen to do this in the middle of a listing (boto/boto3#2358).
    RefusedToken, "refused-token",
        "A token that the page before has given is refused with `InvalidNextToken`. With a rate \
         below 1, another try may pass.",
        Effect::Page;
    ShortList, "short-list",
        "The list ends without a token after the first fifth of its rows.",
        Effect::Page;
    HugeBody, "huge-body",
        "The answer comes after 64 MiB of white space.",
        Effect::Body;
}

impl FaultKind {
    /// The names of all kinds, for help texts.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|kind| kind.name()).collect()
    }

    pub(super) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}
