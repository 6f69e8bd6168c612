//! What a reader must know of the data before believing a page: how old it is, and which targets
//! are down.

use super::query::InstanceQuery;
use super::targets::data_age;
use super::times::Age;
use crate::http::exporter_state::{FleetSnapshot, TargetSnapshot};
use crate::http::target_row::TargetState;

/// The most targets that are named. Of more, the landing page tells.
const MAX_NAMED_TARGETS: usize = 20;

/// A line for each target with which something is wrong, and how old the data of the others is.
pub(super) fn data_notes(fleet: &FleetSnapshot, query: &InstanceQuery) -> Vec<String> {
    let targets = || {
        fleet
            .targets
            .iter()
            .filter(|target| is_asked_for(target, query))
    };
    let mut notes: Vec<String> = targets().filter_map(doubt).collect();
    let unnamed = notes.len().saturating_sub(MAX_NAMED_TARGETS);
    notes.truncate(MAX_NAMED_TARGETS);
    if unnamed > 0 {
        notes.push(format!(
            "{unnamed} more targets are not read as they should be."
        ));
    }
    notes
}

/// How old the data of the targets that are up is, in a sentence.
pub(super) fn data_ages(fleet: &FleetSnapshot, query: &InstanceQuery) -> String {
    let targets = fleet.targets.iter();
    let ages = targets
        .filter(|target| is_asked_for(target, query) && target.row.state == TargetState::Up)
        .filter_map(|target| target.row.age);
    let (newest, oldest) = (ages.clone().min(), ages.max());
    match (newest, oldest) {
        (Some(newest), Some(oldest)) if newest.as_secs() == oldest.as_secs() => {
            format!("As of the last refresh, {} ago.", Age(oldest))
        }
        (Some(newest), Some(oldest)) => {
            let (newest, oldest) = (Age(newest), Age(oldest));
            format!("As of the last refreshes, {newest} to {oldest} ago.")
        }
        _ => "No target is up.".to_owned(),
    }
}

fn is_asked_for(target: &TargetSnapshot, query: &InstanceQuery) -> bool {
    let row = &target.row;
    let is_account = query.account_id.is_empty() || query.account_id == row.account_id;
    let is_region = query.region.is_empty() || query.region == row.region;
    is_account && is_region
}

/// What is doubtful about a target's data, if anything is.
fn doubt(target: &TargetSnapshot) -> Option<String> {
    let row = &target.row;
    let is_well = row.state == TargetState::Up && row.detail.is_none();
    if is_well {
        return None;
    }
    let account = match row.account_name.as_str() {
        "" => "an unknown account",
        name => name,
    };
    let why = match &row.detail {
        Some(detail) => format!(" ({detail})"),
        None => String::new(),
    };
    let (region, state, age) = (&row.region, row.state.as_str(), data_age(row));
    Some(format!(
        "{account} in {region} is {state}{why}; its data: {age}."
    ))
}
