//! What policies say of a call.

use serde_json::Value;

use super::credentials::CredentialScope;
use super::request::{ReceivedRequest, RequestedOperation};
use crate::model::GET_CALLER_IDENTITY;
use crate::policy::{EVERYTHING, Policy, Verdict, resources_of};
use crate::refusal::{Refusal, RefusedCall};

/// Refuses a call that the policy does not allow on each of its resources.
pub(super) fn authorize(
    policy: &Policy,
    operation: &RequestedOperation,
    request: ReceivedRequest<'_>,
    scope: &CredentialScope,
) -> Result<(), Refusal> {
    // AWS answers this without any permission, even where a policy denies it.
    if operation.name() == GET_CALLER_IDENTITY {
        return Ok(());
    }
    let call = RefusedCall {
        account: &scope.account,
        service: operation.service(),
        operation: operation.name(),
    };
    let action = call.action();
    for resource in resources(operation, request, scope) {
        match policy.verdict(&action, &resource) {
            Verdict::Allowed => {}
            Verdict::NotAllowed => return Err(refusal(&call, &resource, false)),
            Verdict::Denied => return Err(refusal(&call, &resource, true)),
        }
    }
    Ok(())
}

/// AWS names the resource of a denial only where there is one.
fn refusal(call: &RefusedCall<'_>, resource: &str, is_explicit: bool) -> Refusal {
    if resource == EVERYTHING && !is_explicit {
        return Refusal::denied(call);
    }
    Refusal::denied_on(call, resource, is_explicit)
}

fn resources(
    operation: &RequestedOperation,
    request: ReceivedRequest<'_>,
    scope: &CredentialScope,
) -> Vec<String> {
    match operation {
        RequestedOperation::Ssm(operation) => {
            // What cannot be read names no resource, and is refused for that later.
            let input: Value = serde_json::from_slice(request.body).unwrap_or_default();
            resources_of(operation.name(), &input, &scope.account, &scope.region)
        }
        RequestedOperation::Sts { form, .. } if !form.role_arn().is_empty() => {
            vec![form.role_arn().to_owned()]
        }
        _ => vec![EVERYTHING.to_owned()],
    }
}
