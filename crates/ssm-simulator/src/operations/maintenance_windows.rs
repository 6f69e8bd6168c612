//! `DescribeMaintenanceWindows` and `DescribeMaintenanceWindowExecutions`.
//!
//! Each target has two windows: one that ran on the last Sundays, and one that somebody has turned
//! off. Neither changes anything.

use serde_json::{Value, json};

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest};
use crate::random;
use crate::refusal::Refusal;
use crate::target::SimulatedTarget;
use crate::time;

const WEEK_SECONDS: u32 = 604_800;
const DAY_SECONDS: u32 = 86_400;
/// 1970 began on a Thursday, and the windows open on Sundays at 02:00.
const SUNDAY_SECONDS: u32 = 3 * DAY_SECONDS + 7200;
/// How long an execution takes, in seconds.
const EXECUTION_SECONDS: f64 = 2400.0;
/// AWS forgets executions after 30 days.
const MAX_EXECUTIONS: u32 = 4;

/// The name of a window, and whether it is enabled.
const WINDOWS: [(&str, bool); 2] = [("weekly-install", true), ("servers-before-move", false)];

pub(super) fn windows(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let target = request.target;
    let mut rows = WINDOWS
        .map(|(name, enabled)| window(target, name, enabled))
        .to_vec();
    for filter in input::objects(request.input, "Filters")?.unwrap_or_default() {
        rows = accepted_rows(&rows, filter)?;
    }
    Listing::of_slice(request, &rows, None)
}

pub(super) fn executions(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let id = input::required_text(request.input, "WindowId")?;
    let target = request.target;
    let known = WINDOWS
        .iter()
        .find(|(name, _)| window_id(target, name) == id);
    let Some((_, enabled)) = known else {
        let message = format!("Maintenance window {id} does not exist");
        return Err(Refusal::modelled("DoesNotExistException", message));
    };
    let count = if *enabled { MAX_EXECUTIONS } else { 0 };
    let rows: Vec<Value> = (0..count).map(|age| execution(target, id, age)).collect();
    Listing::of_slice(request, &rows, None)
}

/// The rows that pass a filter by name or by whether the window is enabled.
fn accepted_rows(rows: &[Value], filter: &Input) -> Result<Vec<Value>, Refusal> {
    let key = input::required_text(filter, "Key")?;
    input::check_enum("filters.1.member.key", key, &["Name", "Enabled"])?;
    let values = input::texts(filter, "Values", 0..=usize::MAX)?.unwrap_or_default();
    let is_accepted = |row: &&Value| {
        let text = row[key]
            .as_str()
            .map_or_else(|| row[key].to_string(), str::to_owned);
        values.iter().any(|value| value.eq_ignore_ascii_case(&text))
    };
    Ok(rows.iter().filter(is_accepted).cloned().collect())
}

fn window(target: &SimulatedTarget, name: &str, enabled: bool) -> Value {
    let mut row = json!({
        "WindowId": window_id(target, name),
        "Name": name,
        "Enabled": enabled,
        "Duration": 3,
        "Cutoff": 1,
        "Schedule": "cron(0 2 ? * SUN *)",
    });
    // A window that is disabled never opens again.
    if enabled {
        let next = last_sunday(target) + f64::from(WEEK_SECONDS);
        row["NextExecutionTime"] = time::iso(next).into();
    }
    row
}

fn window_id(target: &SimulatedTarget, name: &str) -> String {
    let hash = random::join(target.names.seed, random::text(name));
    format!("mw-0{hash:016x}")
}

/// An execution, `age` weeks before the last one.
fn execution(target: &SimulatedTarget, window_id: &str, age: u32) -> Value {
    let start = last_sunday(target) - f64::from(age * WEEK_SECONDS);
    let id = random::text(&format!("{window_id}{start:.0}"));
    json!({
        "WindowId": window_id,
        "WindowExecutionId": random::uuid(id),
        "Status": "SUCCESS",
        "StartTime": start,
        "EndTime": start + EXECUTION_SECONDS,
    })
}

fn last_sunday(target: &SimulatedTarget) -> f64 {
    time::latest(target.clock, WEEK_SECONDS, SUNDAY_SECONDS)
}
