//! The paths by which a test in another language does what an operator does on an instance itself.
//! They are no part of AWS, and answer clients on the same machine only.

use hyper::StatusCode;
use serde::Deserialize;

use crate::state::SharedState;

/// What all of these paths start with.
const PREFIX: &str = "/-/";

/// The instance that is meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkOrder {
    account_id: String,
    region: String,
    instance_id: String,
}

/// Does what a path says, or nothing if it is one of AWS.
pub(super) fn operate(
    state: &SharedState,
    path: &str,
    body: &[u8],
    is_local: bool,
) -> Option<StatusCode> {
    let work = path.strip_prefix(PREFIX)?;
    if !is_local {
        return Some(StatusCode::FORBIDDEN);
    }
    let Ok(order) = serde_json::from_slice::<WorkOrder>(body) else {
        return Some(StatusCode::BAD_REQUEST);
    };
    let Some(mut target) = state.target(&order.account_id, &order.region) else {
        return Some(StatusCode::NOT_FOUND);
    };
    let is_done = match work {
        "mend" => target.mend(&order.instance_id),
        "report" => target.report_again(&order.instance_id),
        _ => false,
    };
    Some(if is_done {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    })
}
