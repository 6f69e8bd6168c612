//! One page of a list: the checks that all operations share, the token, and the faults that concern
//! rows and tokens.

use serde_json::Value;

use super::super::fault::FaultKind;
use super::super::input::{self, Input};
use super::super::random;
use super::super::refusal::Refusal;
use super::super::simulated_target::SimulatedTarget;
use super::super::token::{self, Cursor};
use super::{Call, Listing, Operation, Row, Spoil};

/// The faults of rows and tokens that hit this request.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Quirks(Vec<FaultKind>);

impl FromIterator<FaultKind> for Quirks {
    fn from_iter<T: IntoIterator<Item = FaultKind>>(kinds: T) -> Self {
        Self(kinds.into_iter().collect())
    }
}

impl Quirks {
    fn has(&self, kind: FaultKind) -> bool {
        self.0.contains(&kind)
    }
}

/// Where the rows of [`FaultKind::WrongList`] stand: no operation has a list of this name.
const WRONG_LIST: &str = "Rows";

/// The JSON of one page. `number` gives a chain that begins here its number, from the hash of its
/// question.
pub(in super::super) fn answer(
    operation: &Operation,
    world: &SimulatedTarget,
    input: &Input,
    quirks: &Quirks,
    number: impl FnOnce(u64) -> u16,
) -> Result<Vec<u8>, Refusal> {
    let size = input::page_size(
        input,
        operation.size,
        operation.default,
        operation.min..=operation.max,
    )?;
    let question = question(operation, world, input);
    let given = input::text(input, operation.token)?;
    let cursor = match given {
        Some(token) => token::read(token, question).ok_or_else(Refusal::next_token)?,
        None if quirks.has(FaultKind::MovingRows) => Cursor {
            chain: number(question),
            ..Cursor::default()
        },
        None => Cursor::default(),
    };
    if given.is_some() && quirks.has(FaultKind::RefusedToken) {
        return Err(Refusal::next_token());
    }
    let lag = quirks.has(FaultKind::LagPatches);
    let call = Call {
        world,
        input,
        from: cursor.position,
        size,
        lag,
        bare: false,
    };
    let mut listing = (operation.rows)(&call)?;
    let list = if quirks.has(FaultKind::WrongList) {
        WRONG_LIST
    } else {
        operation.list
    };
    if cursor.pause {
        let next = token::write(
            Cursor {
                pause: false,
                ..cursor
            },
            question,
        );
        return Ok(body(list, operation.token, &[], Some(&next)));
    }
    if quirks.has(FaultKind::ShortList) {
        shorten(operation, &call, &mut listing)?;
    }
    let next =
        next_cursor(&mut listing, cursor, quirks, size).map(|next| token::write(next, question));
    let next = match (next, given) {
        (_, Some(given)) if quirks.has(FaultKind::RepeatToken) => Some(given.to_owned()),
        (None, _) if quirks.has(FaultKind::EmptyToken) => Some(String::new()),
        (next, _) => next,
    };
    if quirks.has(FaultKind::BadRow) {
        spoil(operation, world, &mut listing.rows);
    }
    Ok(body(list, operation.token, &listing.rows, next.as_deref()))
}

/// What a token belongs to: operation, target, and the request but for its place and page size.
fn question(operation: &Operation, world: &SimulatedTarget, input: &Input) -> u64 {
    let mut rest = input.clone();
    rest.remove(operation.token);
    rest.remove(operation.size);
    let rest = random::text(&Value::Object(rest).to_string());
    random::join(
        random::join(world.names.seed, random::text(operation.name)),
        rest,
    )
}

/// Ends the list after the first fifth of its rows, rounded up.
fn shorten(operation: &Operation, call: &Call<'_>, listing: &mut Listing) -> Result<(), Refusal> {
    let whole = (operation.rows)(&Call {
        from: 0,
        size: usize::MAX,
        bare: true,
        ..*call
    })?;
    let Some(end) = whole
        .rows
        .get(whole.rows.len().div_ceil(5))
        .map(|row| row.position)
    else {
        return Ok(());
    };
    listing.rows.retain(|row| row.position < end);
    listing.next = listing.next.filter(|next| *next < end);
    Ok(())
}

/// Where the chain goes on, faults included.
fn next_cursor(
    listing: &mut Listing,
    cursor: Cursor,
    quirks: &Quirks,
    size: usize,
) -> Option<Cursor> {
    let Some(next) = listing.next else {
        if quirks.has(FaultKind::DuplicateRows) && listing.rows.len() < size {
            listing.rows.extend(listing.rows.first().cloned());
        }
        let again = Cursor {
            position: 0,
            chain: cursor.chain.wrapping_add(1),
            pause: false,
        };
        return quirks.has(FaultKind::EndlessChain).then_some(again);
    };
    let last = listing
        .rows
        .get(1..)
        .and_then(<[Row]>::last)
        .map_or(next, |row| row.position);
    let even = cursor.chain.is_multiple_of(2);
    let position = match () {
        () if quirks.has(FaultKind::DuplicateRows) => last,
        // A row is missed in one reading and met twice in the next, never missed in two that follow
        // each other.
        () if quirks.has(FaultKind::MovingRows) => {
            if even {
                next + 1
            } else {
                last
            }
        }
        () => next,
    };
    Some(Cursor {
        position,
        pause: quirks.has(FaultKind::EmptyPage),
        ..cursor
    })
}

/// Spoils the rows of the victim.
fn spoil(operation: &Operation, world: &SimulatedTarget, rows: &mut [Row]) {
    let (Some(spoil), Some(victim)) = (operation.spoil, world.victim()) else {
        return;
    };
    for row in rows.iter_mut().filter(|row| row.owner == Some(victim)) {
        let Ok(mut value) = serde_json::from_slice::<Value>(&row.json) else {
            continue;
        };
        match spoil {
            Spoil::Remove(member) => drop(value.as_object_mut().and_then(|row| row.remove(member))),
            Spoil::Overflow(pointer) => {
                if let Some(number) = value.pointer_mut(pointer) {
                    *number = 3_000_000_000_u64.into();
                }
            }
            Spoil::NullIn(pointer) => {
                if let Some(map) = value.pointer_mut(pointer).and_then(Value::as_object_mut) {
                    map.insert("Note".to_owned(), Value::Null);
                }
            }
        }
        row.json = value.to_string().into_bytes();
    }
}

fn body(list: &str, token: &str, rows: &[Row], next: Option<&str>) -> Vec<u8> {
    let length: usize = rows.iter().map(|row| row.json.len() + 1).sum();
    let mut body = Vec::with_capacity(length + 128);
    body.extend_from_slice(format!("{{\"{list}\":[").as_bytes());
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&row.json);
    }
    body.push(b']');
    if let Some(next) = next {
        body.extend_from_slice(format!(",\"{token}\":\"{next}\"").as_bytes());
    }
    body.push(b'}');
    body
}
