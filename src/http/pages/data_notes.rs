//! What a reader must know of the data before believing a page: how old it is, and which targets
//! are down.

use super::query::InstanceQuery;
use super::targets::data_age;
use super::times::Age;
use crate::http::exporter_state::FleetSnapshot;
use crate::http::target_row::{TargetRow, TargetState};

/// The most targets that are named. Of more, the landing page tells.
const MAX_NAMED_TARGETS: usize = 20;

/// A line for each target with which something is wrong, and how old the data of the others is.
pub(super) fn data_notes(fleet: &FleetSnapshot, query: &InstanceQuery) -> Vec<String> {
    let targets = fleet.targets.iter().map(|target| &target.row);
    let rows = fleet.unlisted.iter().chain(targets);
    let mut notes: Vec<String> = rows
        .filter(|row| is_asked_for(row, query))
        .filter_map(doubt)
        .collect();
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
        .map(|target| &target.row)
        .filter(|row| is_asked_for(row, query) && row.state == TargetState::Up)
        .filter_map(|row| row.age);
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

fn is_asked_for(row: &TargetRow, query: &InstanceQuery) -> bool {
    let is_account = query.account_id.is_empty() || query.account_id == row.account_id;
    let is_region = query.region.is_empty() || query.region == row.region;
    // Where accounts or regions could not be listed, any may be among them.
    let is_anywhere = row.state == TargetState::NotListed;
    (is_account || is_anywhere && row.account_id.is_empty()) && (is_region || is_anywhere)
}

/// What is doubtful about a target's data, if anything is.
fn doubt(row: &TargetRow) -> Option<String> {
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
    if row.state == TargetState::NotListed {
        return Some(format!(
            "{account} could not be listed{why}: targets may be missing."
        ));
    }
    let (region, state, age) = (&row.region, row.state.as_str(), data_age(row));
    Some(format!(
        "{account} in {region} is {state}{why}; its data: {age}."
    ))
}
