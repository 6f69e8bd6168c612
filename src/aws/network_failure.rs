//! Recognises failures of the network, for which no configuration is to blame.

use aws_sdk_ssm::error::ConnectorError;

use super::diagnosis::Diagnosis;
use super::error_chain::{AnyError, causes, chain, find};
use super::reach::{Unreached, spaced};
use super::refused_answer::RefusedAnswer;
use crate::model::FailureReason;

/// How `who` failed, if it was the network or something that is no answer of AWS. `None` for any
/// other failure.
pub(super) fn diagnose(who: &str, error: &AnyError) -> Option<Diagnosis> {
    // The SDK wraps these errors in one another, so the one that tells most is looked for first.
    refused_answer(who, error)
        .or_else(|| unreached_host(error))
        .or_else(|| broken_connection(error))
        .or_else(|| sdk_timeout(who, error))
}

/// Somebody was reached, but what came back is no answer of AWS.
fn refused_answer(who: &str, error: &AnyError) -> Option<Diagnosis> {
    let answer = find::<RefusedAnswer>(error)?;
    Some(Diagnosis::bad_response(format!("{who}: {answer}")))
}

fn unreached_host(error: &AnyError) -> Option<Diagnosis> {
    let unreached = find::<Unreached>(error)?;
    let reason = network_reason(unreached.is_timeout());
    Some(Diagnosis::new(reason, unreached.to_string()))
}

fn broken_connection(error: &AnyError) -> Option<Diagnosis> {
    let connector = find::<ConnectorError>(error)?;
    // A connector also fails over requests that it cannot send, which the network has not seen.
    if !connector.is_io() && !connector.is_timeout() {
        return None;
    }
    let reason = network_reason(connector.is_timeout());
    Some(Diagnosis::new(reason, causes(error)))
}

fn network_reason(is_timeout: bool) -> FailureReason {
    if is_timeout {
        FailureReason::Timeout
    } else {
        FailureReason::Network
    }
}

fn sdk_timeout(who: &str, error: &AnyError) -> Option<Diagnosis> {
    let limit = limit_in(&chain(error))?;
    let detail = format!("{who} did not answer within {limit}");
    Some(Diagnosis::new(FailureReason::Timeout, detail))
}

/// The limit that was exceeded. The SDK's own timeouts have no type that is found in the chain of
/// causes, only a text: "operation attempt timeout (single attempt) occurred after 10s".
fn limit_in(text: &str) -> Option<String> {
    let (_, kind) = text.split_once(" timeout (")?;
    let (_, duration) = kind.split_once("occurred after ")?;
    Some(spaced(duration))
}
