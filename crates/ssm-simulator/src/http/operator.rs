//! The paths by which a test in another language does what an operator does on an instance itself or
//! in the organization. They are no part of AWS, and answer clients on the same machine only.

use std::collections::BTreeMap;

use hyper::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::organization::ROOT_ID;
use crate::state::SharedState;

/// What all of these paths start with.
const PREFIX: &str = "/-/";

/// The instance that is meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceOrder {
    account_id: String,
    region: String,
    instance_id: String,
}

/// The instance that is meant, and all tags that it gets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagOrder {
    account_id: String,
    region: String,
    instance_id: String,
    tags: BTreeMap<String, String>,
}

/// The account that is meant, and what it becomes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountOrder {
    account_id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    parent_id: Option<String>,
}

/// The region of an account that is meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionOrder {
    account_id: String,
    region: String,
}

/// Why nothing was done.
enum Undone {
    /// The body is not what the path needs.
    BadRequest,
    /// There is no such path, account or instance.
    NotFound,
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
    Some(match do_work(state, work, body) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(Undone::BadRequest) => StatusCode::BAD_REQUEST,
        Err(Undone::NotFound) => StatusCode::NOT_FOUND,
    })
}

fn do_work(state: &SharedState, work: &str, body: &[u8]) -> Result<(), Undone> {
    let is_done = match work {
        "mend" | "report" => work_on_instance(state, work, &read(body)?),
        "tag" => tag(state, read(body)?),
        "create-account" | "close-account" | "remove-account" | "rename-account"
        | "move-account" => work_on_account(state, work, &read(body)?)?,
        "enable-region" => set_region(state, &read(body)?, true),
        "disable-region" => set_region(state, &read(body)?, false),
        _ => false,
    };
    if is_done {
        Ok(())
    } else {
        Err(Undone::NotFound)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Undone> {
    serde_json::from_slice(body).map_err(|_| Undone::BadRequest)
}

fn work_on_instance(state: &SharedState, work: &str, order: &InstanceOrder) -> bool {
    let Some(target) = state.target(&order.account_id, &order.region) else {
        return false;
    };
    let mut target = target.lock();
    match work {
        "mend" => target.mend(&order.instance_id),
        _ => target.report_again(&order.instance_id),
    }
}

fn tag(state: &SharedState, order: TagOrder) -> bool {
    let target = state.target(&order.account_id, &order.region);
    target.is_some_and(|target| target.lock().set_tags(&order.instance_id, order.tags))
}

fn work_on_account(state: &SharedState, work: &str, order: &AccountOrder) -> Result<bool, Undone> {
    let id = &order.account_id;
    let name = order.name.as_deref().ok_or(Undone::BadRequest);
    let parent_id = order.parent_id.as_deref();
    Ok(match work {
        "create-account" => state.create_account(id, name?, parent_id.unwrap_or(ROOT_ID)),
        "close-account" => state.organization().close(id),
        "remove-account" => state.organization().remove(id),
        "rename-account" => state.organization().rename(id, name?),
        _ => {
            let parent_id = parent_id.ok_or(Undone::BadRequest)?;
            state.organization().move_to(id, parent_id)
        }
    })
}

fn set_region(state: &SharedState, order: &RegionOrder, is_enabled: bool) -> bool {
    let mut organization = state.organization();
    organization.set_region(&order.account_id, &order.region, is_enabled)
}
