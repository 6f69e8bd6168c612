//! Reads which operation a request names: in the path for Account Management, in the form for
//! EC2 and STS, and in a header for all others.

use bytes::Bytes;
use hyper::Method;
use hyper::http::request::Parts;

use super::answer::Protocol;
use crate::model::{EC2_ACTIONS, LIST_REGIONS, LIST_REGIONS_PATH, OPERATION_NAMES};
use crate::operations::{self, ListAnswer, Operation};
use crate::organization::Organization;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::sts::Form;
use crate::target::SimulatedTarget;

/// One request as it was received.
#[derive(Clone, Copy)]
pub(super) struct ReceivedRequest<'a> {
    pub(super) head: &'a Parts,
    pub(super) body: &'a Bytes,
}

/// The operation that a request names.
pub(super) enum RequestedOperation {
    Ssm(&'static Operation),
    Ec2 {
        action: String,
        form: Form,
    },
    Sts {
        action: String,
        form: Form,
    },
    Organizations(&'static ListAnswer<Organization>),
    Tagging(&'static ListAnswer<SimulatedTarget>),
    /// The only operation of Account Management.
    ListRegions,
}

impl RequestedOperation {
    pub(super) const fn service(&self) -> Service {
        match self {
            Self::Ssm(_) => Service::Ssm,
            Self::Ec2 { .. } => Service::Ec2,
            Self::Sts { .. } => Service::Sts,
            Self::Organizations(_) => Service::Organizations,
            Self::Tagging(_) => Service::Tagging,
            Self::ListRegions => Service::Account,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Ssm(operation) => operation.name(),
            Self::Ec2 { action, .. } | Self::Sts { action, .. } => action,
            Self::Organizations(list) => list.model.name,
            Self::Tagging(list) => list.model.name,
            Self::ListRegions => LIST_REGIONS.name,
        }
    }
}

impl ReceivedRequest<'_> {
    pub(super) fn operation(&self) -> Result<RequestedOperation, Refusal> {
        if self.head.method != Method::POST {
            return Err(unknown_operation());
        }
        match self.head.uri.path() {
            LIST_REGIONS_PATH => return Ok(RequestedOperation::ListRegions),
            "/" => {}
            _ => return Err(unknown_operation()),
        }
        // Clients may add a character set after the media type.
        let content_type = self.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default();
        match media_type.trim() {
            "application/x-amz-json-1.1" => self.json_operation(),
            "application/x-www-form-urlencoded" => self.form_operation(),
            _ => Err(unknown_operation()),
        }
    }

    /// The protocol of the answer, given the operation if there is one.
    pub(super) fn protocol(&self, operation: Option<&RequestedOperation>) -> Protocol {
        match operation.map(RequestedOperation::service) {
            Some(Service::Ssm | Service::Organizations | Service::Tagging) => Protocol::Json,
            Some(Service::Account) => Protocol::RestJson,
            Some(Service::Ec2) => Protocol::Ec2,
            // A request that names no operation is answered in the protocol that it seems to speak.
            None if self.speaks_json() => Protocol::Json,
            Some(Service::Sts) | None => Protocol::Query,
        }
    }

    /// Whether the request looks like JSON, though it may name no operation.
    fn speaks_json(&self) -> bool {
        let content_type = self.header("content-type").unwrap_or_default();
        self.head.headers.contains_key("x-amz-target") || content_type.contains("json")
    }

    /// The text of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    fn json_operation(&self) -> Result<RequestedOperation, Refusal> {
        let target = self.header("x-amz-target").unwrap_or_default();
        if let Some(operation) = operations::find(target) {
            return Ok(RequestedOperation::Ssm(operation));
        }
        if let Some(list) = operations::find_of_tagging(target) {
            return Ok(RequestedOperation::Tagging(list));
        }
        let list = operations::find_of_organizations(target);
        list.map(RequestedOperation::Organizations)
            .ok_or_else(unknown_operation)
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
