//! The rows of one page, and what every operation has to know to find them.
//!
//! Each row has a position in its list, which tokens carry from page to page. In lists of resources
//! it consists of the slot of the resource and the part of that slot, so that it stays valid while
//! the fleet changes.

use std::ops::Range;

use serde::Serialize;

use super::input::Input;
use crate::refusal::Refusal;
use crate::target::SimulatedTarget;

/// The bits of a position that hold the part.
const PART_BITS: u32 = 16;
const PART_MASK: u64 = (1 << PART_BITS) - 1;

/// What is asked of an operation.
pub(super) struct ListingRequest<'a, S = SimulatedTarget> {
    pub(super) target: &'a S,
    pub(super) input: &'a Input,
    /// The position of the first row.
    pub(super) from: u64,
    /// The number of rows.
    pub(super) size: usize,
    /// Whether patch states lag one step of drift behind.
    pub(super) lag: bool,
    /// Whether only the positions of the rows matter, so that none needs to be written.
    pub(super) positions_only: bool,
}

/// The rows of one page.
pub(super) struct Listing {
    pub(super) rows: Vec<Row>,
    /// The position of the row after them, unless the list ends here.
    pub(super) next: Option<u64>,
}

/// One row.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) position: u64,
    /// The slot of the resource that the row is about.
    pub(super) owner: Option<u32>,
    pub(super) json: Vec<u8>,
}

/// A row before it is written.
pub(super) struct UnwrittenRow<T> {
    pub(super) position: u64,
    pub(super) owner: Option<u32>,
    pub(super) content: T,
}

impl<T> UnwrittenRow<T> {
    /// A row about a part of a slot.
    pub(super) fn of_slot(slot: u32, part: u32, content: T) -> Self {
        Self {
            position: position(slot, part),
            owner: Some(slot),
            content,
        }
    }
}

impl Listing {
    /// A page of the first rows. One more row is looked at to know whether the list goes on.
    pub(super) fn of<S, T: Serialize>(
        request: &ListingRequest<'_, S>,
        rows: impl Iterator<Item = UnwrittenRow<T>>,
    ) -> Result<Self, Refusal> {
        let mut listing = Self {
            rows: Vec::new(),
            next: None,
        };
        for row in rows {
            // The row after the page decides whether there is a next page. A list whose length is a
            // multiple of the page size therefore ends with a full page and no token.
            if listing.rows.len() == request.size {
                listing.next = Some(row.position);
                break;
            }
            listing.rows.push(Row {
                position: row.position,
                owner: row.owner,
                json: request.write(&row.content)?,
            });
        }
        Ok(listing)
    }

    /// A page of a list that is at hand. The position of a row is its index.
    pub(super) fn of_slice<S, T: Serialize>(
        request: &ListingRequest<'_, S>,
        rows: &[T],
        owner: Option<u32>,
    ) -> Result<Self, Refusal> {
        let rows = rows
            .iter()
            .enumerate()
            .skip(request.first_index())
            .map(|(index, content)| UnwrittenRow {
                position: index as u64,
                owner,
                content,
            });
        Self::of(request, rows)
    }
}

impl<S> ListingRequest<'_, S> {
    /// The index of the first row in a list whose positions are indexes.
    pub(super) fn first_index(&self) -> usize {
        usize::try_from(self.from).unwrap_or(usize::MAX)
    }

    fn write(&self, content: &impl Serialize) -> Result<Vec<u8>, Refusal> {
        if self.positions_only {
            return Ok(Vec::new());
        }
        serde_json::to_vec(content).map_err(|_| Refusal::internal())
    }
}

impl ListingRequest<'_> {
    /// The slots from that of the first row to the last one.
    pub(super) fn slots(&self) -> Range<u32> {
        let first = u32::try_from(self.from >> PART_BITS).unwrap_or(u32::MAX);
        first..self.target.slot_count()
    }

    /// The same, but only the slots of these resources, if a filter names them. A look at all other
    /// slots of a large fleet would be slow.
    pub(super) fn slots_of(&self, ids: Option<&[&str]>) -> Box<dyn Iterator<Item = u32>> {
        let slots = self.slots();
        let Some(ids) = ids else {
            return Box::new(slots);
        };
        let mut named: Vec<u32> = ids.iter().filter_map(|id| self.target.find(id)).collect();
        named.sort_unstable();
        named.dedup();
        Box::new(named.into_iter().filter(move |slot| slots.contains(slot)))
    }

    /// The same for lists with one row per slot. A position inside a slot is after its row.
    pub(super) fn whole_slots(&self) -> Range<u32> {
        let slots = self.slots();
        let is_inside_slot = self.from & PART_MASK > 0;
        slots.start.saturating_add(u32::from(is_inside_slot))..slots.end
    }
}

/// The position of a part of a slot.
pub(super) fn position(slot: u32, part: u32) -> u64 {
    (u64::from(slot) << PART_BITS) | (u64::from(part) & PART_MASK)
}
