//! Tells whether somebody could not be reached or did not answer, which is nobody's configuration.

use std::error::Error;

use aws_sdk_ssm::error::ConnectorError;

use super::answer_guard::RefusedAnswer;
use super::diagnosis::Diagnosis;
use super::error_chain::{causes, chain, find};
use super::reach::{Unreached, spaced};
use crate::model::FailureReason;

/// How `who` failed if it was the network, or an answer that is none. `None` if it was something
/// else.
pub(super) fn diagnose(who: &str, error: &(dyn Error + 'static)) -> Option<Diagnosis> {
    // Somebody was reached here, but what came back is no answer of AWS.
    if let Some(answer) = find::<RefusedAnswer>(error) {
        let detail = format!("{who}: {answer}");
        return Some(Diagnosis::new(FailureReason::BadResponse, detail));
    }
    if let Some(unreached) = find::<Unreached>(error) {
        let reason = network_reason(unreached.is_timeout());
        return Some(Diagnosis::new(reason, unreached.to_string()));
    }
    if let Some(connector) = find::<ConnectorError>(error)
        && (connector.is_io() || connector.is_timeout())
    {
        let reason = network_reason(connector.is_timeout());
        return Some(Diagnosis::new(reason, causes(error)));
    }
    let duration = sdk_timeout(&chain(error))?;
    let detail = format!("{who} did not answer within {duration}");
    Some(Diagnosis::new(FailureReason::Timeout, detail))
}

fn network_reason(is_timeout: bool) -> FailureReason {
    if is_timeout {
        FailureReason::Timeout
    } else {
        FailureReason::Network
    }
}

/// The limit that a call of the SDK has reached. Its timeouts have no type that is found in the
/// chain of causes, only a text: "operation attempt timeout (single attempt) occurred after 10s".
fn sdk_timeout(text: &str) -> Option<String> {
    let (_, kind) = text.split_once(" timeout (")?;
    let (_, duration) = kind.split_once("occurred after ")?;
    Some(spaced(duration))
}
