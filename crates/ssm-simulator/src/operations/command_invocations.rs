//! `ListCommandInvocations`.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest, UnwrittenRow, position};
use crate::ids;
use crate::refusal::Refusal;
use crate::rows::CommandInvocation;

/// The keys of filters. They are checked, but keep all rows.
const FILTER_KEYS: [&str; 5] = [
    "InvokedAfter",
    "InvokedBefore",
    "Status",
    "ExecutionStage",
    "DocumentName",
];

pub(super) fn invocations(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    check_filters(request.input)?;
    // A command of which nothing is known (any more) has no invocations, which is no error.
    let command_id = command_id(request.input)?;
    let slots = slots(request, command_id)?;
    let target = request.target;
    let wants_details = request.input.get("Details") == Some(&true.into());
    let rows = slots
        .into_iter()
        .flat_map(|slot| {
            let rows = match command_id {
                Some(id) => target.invocation(slot, id).into_iter().collect(),
                None => target.invocations(slot),
            };
            (0..).zip(rows).map(move |(part, row)| (slot, part, row))
        })
        .filter(|(slot, part, _)| position(*slot, *part) >= request.from)
        .map(|(slot, part, row)| UnwrittenRow::of_slot(slot, part, detailed(row, wants_details)));
    Listing::of(request, rows)
}

/// The instances that the request is about.
fn slots(request: &ListingRequest<'_>, command_id: Option<&str>) -> Result<Vec<u32>, Refusal> {
    if request.input.contains_key("InstanceId") {
        let id = input::instance_id(request.input)?;
        return Ok(request.target.find(id).into_iter().collect());
    }
    // A command that somebody has sent knows its instances. Others have to be looked for.
    let sent = command_id.and_then(|id| request.target.sent_command(id));
    let ids: Option<Vec<&str>> =
        sent.map(|command| command.outcomes.keys().map(String::as_str).collect());
    Ok(request.slots_of(ids.as_deref()).collect())
}

pub(super) fn command_id(input: &Input) -> Result<Option<&str>, Refusal> {
    let Some(id) = input::text(input, "CommandId")? else {
        return Ok(None);
    };
    if id.len() != 36 {
        return Err(Refusal::constraint(
            format!("'{id}'"),
            "commandId",
            "Member must have length equal to 36",
        ));
    }
    if ids::is_uuid(id) {
        Ok(Some(id))
    } else {
        Err(unknown_command())
    }
}

fn unknown_command() -> Refusal {
    Refusal::bare("InvalidCommandId")
}

fn check_filters(input: &Input) -> Result<(), Refusal> {
    for filter in input::objects(input, "Filters")?.unwrap_or_default() {
        let key = input::required_text(filter, "key")?;
        input::required_text(filter, "value")?;
        input::check_enum("filters.1.member.key", key, &FILTER_KEYS)?;
    }
    Ok(())
}

/// The row without its steps, unless the request asks for details.
fn detailed(row: CommandInvocation, wants_details: bool) -> CommandInvocation {
    if wants_details {
        return row;
    }
    CommandInvocation {
        command_plugins: Vec::new(),
        ..row
    }
}
