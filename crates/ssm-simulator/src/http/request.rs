//! Reads which operation a request names: in a header for SSM, and in the form for EC2 and STS.

use bytes::Bytes;
use hyper::Method;
use hyper::http::request::Parts;

use super::answer::Protocol;
use crate::model::{EC2_ACTIONS, OPERATION_NAMES};
use crate::operations::{self, Operation};
use crate::refusal::Refusal;
use crate::sts::Form;

/// One request as it was received.
#[derive(Clone, Copy)]
pub(super) struct ReceivedRequest<'a> {
    pub(super) head: &'a Parts,
    pub(super) body: &'a Bytes,
}

/// The operation that a request names.
pub(super) enum RequestedOperation {
    Ssm(&'static Operation),
    Ec2 { action: String, form: Form },
    Sts { action: String, form: Form },
}

impl RequestedOperation {
    /// The service as signatures and IAM actions name it.
    pub(super) fn service(&self) -> &'static str {
        match self {
            Self::Ssm(_) => "ssm",
            Self::Ec2 { .. } => "ec2",
            Self::Sts { .. } => "sts",
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Ssm(operation) => operation.name(),
            Self::Ec2 { action, .. } | Self::Sts { action, .. } => action,
        }
    }
}

impl ReceivedRequest<'_> {
    pub(super) fn operation(&self) -> Result<RequestedOperation, Refusal> {
        if self.head.method != Method::POST || self.head.uri.path() != "/" {
            return Err(unknown_operation());
        }
        // Clients may add a character set after the media type.
        let content_type = self.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default();
        match media_type.trim() {
            "application/x-amz-json-1.1" => self.ssm_operation(),
            "application/x-www-form-urlencoded" => self.form_operation(),
            _ => Err(unknown_operation()),
        }
    }

    /// The protocol of the answer, given the operation if there is one.
    pub(super) fn protocol(&self, operation: Option<&RequestedOperation>) -> Protocol {
        // A request that names no operation is answered in the protocol that it seems to speak.
        let is_json = matches!(operation, Some(RequestedOperation::Ssm(_)))
            || self.head.headers.contains_key("x-amz-target")
            || self
                .header("content-type")
                .is_some_and(|it| it.contains("json"));
        match operation {
            _ if is_json => Protocol::Json,
            Some(RequestedOperation::Ec2 { .. }) => Protocol::Ec2,
            _ => Protocol::Query,
        }
    }

    /// The text of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    fn ssm_operation(&self) -> Result<RequestedOperation, Refusal> {
        let target = self.header("x-amz-target").unwrap_or_default();
        match operations::find(target) {
            Some(operation) => Ok(RequestedOperation::Ssm(operation)),
            None => Err(unknown_operation()),
        }
    }

    fn form_operation(&self) -> Result<RequestedOperation, Refusal> {
        let form = Form::read(self.body);
        let Some(action) = form.action().map(str::to_owned) else {
            return Err(Refusal::common("MissingAction", "Missing Action"));
        };
        // The actions of the two services have different names.
        if EC2_ACTIONS.contains(&action.as_str()) {
            return Ok(RequestedOperation::Ec2 { action, form });
        }
        Ok(RequestedOperation::Sts { action, form })
    }
}

/// Says what is simulated, to those who have asked for something else.
fn unknown_operation() -> Refusal {
    let message = format!(
        "The simulated AWS does not answer this operation. It answers: {}.",
        OPERATION_NAMES.join(", ")
    );
    Refusal::common("UnknownOperationException", message)
}
