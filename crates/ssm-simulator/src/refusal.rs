//! The errors that AWS answers with: code, text and HTTP status. The texts are those of the service
//! where they are known.

use std::fmt::Display;

use crate::service::Service;

/// One refusal of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    /// The text. Three errors of the service model have no members at all.
    pub(crate) message: Option<String>,
    /// The HTTP status.
    pub(crate) status: u16,
    member: MessageMember,
    /// The value of `x-amz-retry-after` in milliseconds.
    pub(crate) retry_after: Option<u32>,
}

/// The call that a refusal is about, as the text of `AccessDenied` names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefusedCall<'a> {
    pub(crate) account: &'a str,
    pub(crate) service: Service,
    pub(crate) operation: &'a str,
}

impl RefusedCall<'_> {
    /// The action that a policy would have to allow.
    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.service.action_prefix(), self.operation)
    }
}

/// How the member with the text is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageMember {
    /// Errors of the service model spell it `Message`.
    Capital,
    /// Errors that are common to all services, and two of the model, spell it `message`.
    Small,
}

impl Refusal {
    /// An error of the service model.
    pub(crate) fn modelled(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: Some(message.into()),
            ..Self::bare(code)
        }
    }

    /// An error of the service model that has no members.
    pub(crate) const fn bare(code: &'static str) -> Self {
        Self {
            code,
            message: None,
            status: 400,
            member: MessageMember::Capital,
            retry_after: None,
        }
    }

    /// An error that is common to all services.
    pub(crate) fn common(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            member: MessageMember::Small,
            ..Self::modelled(code, message)
        }
    }

    /// A value that breaks a constraint of the service model.
    pub(crate) fn constraint(value: impl Display, member: &str, constraint: impl Display) -> Self {
        let message = format!(
            "1 validation error detected: Value {value} at '{member}' failed to satisfy \
             constraint: {constraint}"
        );
        Self::common("ValidationException", message)
    }

    /// A required member that is absent.
    pub(crate) fn missing(member: &str) -> Self {
        Self::constraint("null", member, "Member must not be null")
    }

    /// A page size that the service model does not allow, and what it should be.
    pub(crate) fn wrong_page_size(size: &str, constraint: &str) -> Self {
        Self::constraint(format!("'{size}'"), "maxResults", constraint)
    }

    /// A member that Organizations cannot make sense of.
    pub(crate) fn invalid_input(message: &str) -> Self {
        Self::modelled("InvalidInputException", message)
    }

    /// A caller who is none of those that may read the organization.
    pub(crate) fn no_organization_reader() -> Self {
        let message = "You don't have permissions to access this resource.";
        Self::modelled("AccessDeniedException", message)
    }

    pub(crate) fn throttled() -> Self {
        Self::common("ThrottlingException", "Rate exceeded")
    }

    /// The same in the words of a service.
    pub(crate) fn throttled_by(service: Service) -> Self {
        match service {
            Service::Ssm | Service::Ec2 | Service::Sts => Self::throttled(),
            Service::Organizations => Self::modelled(
                "TooManyRequestsException",
                "AWS Organizations can't complete your request because another request is already in \
                 progress. Try again later.",
            ),
            Service::Account => {
                Self::common("TooManyRequestsException", "Rate exceeded").with_status(429)
            }
            Service::Tagging => Self::modelled("ThrottledException", "Rate exceeded"),
        }
    }

    pub(crate) fn invalid_next_token() -> Self {
        Self::modelled("InvalidNextToken", "The specified token is not valid.")
    }

    pub(crate) fn expired_token() -> Self {
        Self::common(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )
    }

    /// AWS answers this in a region that the account has not enabled, too.
    pub(crate) fn invalid_credentials() -> Self {
        Self::common(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    pub(crate) fn denied(call: &RefusedCall<'_>) -> Self {
        let action = call.action();
        let reason = format!("because no identity-based policy allows the {action} action");
        Self::denied_because(call, &reason)
    }

    /// A call on a resource that no policy allows, or one that a policy denies.
    pub(crate) fn denied_on(call: &RefusedCall<'_>, resource: &str, is_explicit: bool) -> Self {
        let reason = if is_explicit {
            "with an explicit deny in an identity-based policy".to_owned()
        } else {
            let action = call.action();
            format!("because no identity-based policy allows the {action} action")
        };
        Self::denied_because(call, &format!("on resource: {resource} {reason}"))
    }

    fn denied_because(call: &RefusedCall<'_>, reason: &str) -> Self {
        let account = call.account;
        let action = call.action();
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/reader/session is not authorized to \
             perform: {action} {reason}"
        );
        let mut refusal = Self::modelled("AccessDeniedException", message);
        // These have a status and some a code of their own for this, while SSM answers 400 to
        // everything that is the client's fault.
        let code_of_service = match call.service {
            Service::Sts => "AccessDenied",
            Service::Ec2 => "UnauthorizedOperation",
            Service::Account => refusal.code,
            Service::Ssm | Service::Organizations | Service::Tagging => return refusal,
        };
        refusal.code = code_of_service;
        refusal.status = 403;
        refusal
    }

    pub(crate) fn internal() -> Self {
        let message = "An internal error occurred on the server side.";
        Self::modelled("InternalServerError", message).with_status(500)
    }

    /// The same in the words of a service.
    pub(crate) fn internal_of(service: Service) -> Self {
        let code = match service {
            Service::Ssm | Service::Ec2 | Service::Sts => "InternalServerError",
            Service::Organizations => "ServiceException",
            Service::Account => "InternalServerException",
            Service::Tagging => "InternalServiceException",
        };
        Self {
            code,
            ..Self::internal()
        }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with_retry_after(self, milliseconds: u32) -> Self {
        Self {
            retry_after: Some(milliseconds),
            ..self
        }
    }

    /// Spells the member with the text `message`, as two errors of the service model do.
    pub(crate) fn with_small_member(self) -> Self {
        Self {
            member: MessageMember::Small,
            ..self
        }
    }

    /// The body in the protocol `awsJson1_1`.
    pub(crate) fn json(&self) -> String {
        let member = match self.member {
            MessageMember::Capital => "Message",
            MessageMember::Small => "message",
        };
        let mut body = serde_json::Map::new();
        // SSM puts the code into the body. Other services of AWS use a header.
        body.insert("__type".to_owned(), self.code.into());
        if let Some(message) = &self.message {
            body.insert(member.to_owned(), message.as_str().into());
        }
        serde_json::Value::Object(body).to_string()
    }
}
