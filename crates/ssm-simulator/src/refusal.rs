//! The errors AWS answers with: code, text and HTTP status. Texts follow the service's own where
//! they are known.

use std::fmt::Display;

/// One refusal of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    /// Three errors of the model carry no members at all.
    pub(super) message: Option<String>,
    pub(super) status: u16,
    /// The model's own errors spell the member `Message`, the common ones `message`.
    pub(super) member: &'static str,
    /// Milliseconds, for `x-amz-retry-after`.
    pub(super) retry_after: Option<u32>,
}

impl Refusal {
    /// An error of the service's model.
    pub(super) fn modelled(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: Some(message.into()),
            status: 400,
            member: "Message",
            retry_after: None,
        }
    }

    /// An error of the model without members: `InvalidResourceId`, `InvalidResourceType`,
    /// `InvalidFilterKey`.
    pub(super) const fn bare(code: &'static str) -> Self {
        Self {
            code,
            message: None,
            status: 400,
            member: "Message",
            retry_after: None,
        }
    }

    /// An error that every service answers with.
    pub(super) fn common(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: Some(message.into()),
            status: 400,
            member: "message",
            retry_after: None,
        }
    }

    /// A broken constraint of the model.
    pub(super) fn constraint(value: impl Display, member: &str, constraint: impl Display) -> Self {
        Self::common(
            "ValidationException",
            format!(
                "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {constraint}"
            ),
        )
    }

    /// A required member that is absent.
    pub(super) fn missing(member: &str) -> Self {
        Self::constraint("null", member, "Member must not be null")
    }

    pub(super) fn throttled() -> Self {
        Self::common("ThrottlingException", "Rate exceeded")
    }

    pub(super) fn next_token() -> Self {
        Self::modelled("InvalidNextToken", "The specified token is not valid.")
    }

    pub(super) fn denied(account: &str, service: &str, operation: &str) -> Self {
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/reader/session is not authorized to perform: \
             {service}:{operation} because no identity-based policy allows the {service}:{operation} action"
        );
        let mut refusal = Self::modelled("AccessDeniedException", message);
        if service == "sts" {
            (refusal.code, refusal.status) = ("AccessDenied", 403);
        }
        refusal
    }

    pub(super) fn internal() -> Self {
        let mut refusal = Self::modelled(
            "InternalServerError",
            "An internal error occurred on the server side.",
        );
        refusal.status = 500;
        refusal
    }

    /// The body as `awsJson1_1` has it.
    pub(super) fn json(&self) -> String {
        let mut body = serde_json::Map::new();
        body.insert("__type".to_owned(), self.code.into());
        if let Some(message) = &self.message {
            body.insert(self.member.to_owned(), message.as_str().into());
        }
        serde_json::Value::Object(body).to_string()
    }
}
