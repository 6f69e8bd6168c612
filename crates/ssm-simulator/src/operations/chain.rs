//! Where a chain of pages goes on, and how faults lead it astray.

use super::listing::{Listing, Row};
use super::token::Cursor;
use crate::fault::{ActiveFaults, FaultKind};

/// The cursor of the page after `listing`, if there is one.
pub(super) fn next_cursor(
    listing: &Listing,
    cursor: Cursor,
    faults: &ActiveFaults,
) -> Option<Cursor> {
    let Some(next) = listing.next else {
        return faults
            .has(FaultKind::EndlessChain)
            .then(|| start_again(cursor));
    };
    Some(Cursor {
        position: next_position(listing, next, cursor, faults),
        empty_page_first: faults.has(FaultKind::EmptyPage),
        ..cursor
    })
}

/// Another number makes the tokens differ from those of the first time.
fn start_again(cursor: Cursor) -> Cursor {
    Cursor {
        position: 0,
        chain: cursor.chain.wrapping_add(1),
        empty_page_first: false,
    }
}

fn next_position(listing: &Listing, next: u64, cursor: Cursor, faults: &ActiveFaults) -> u64 {
    if faults.has(FaultKind::DuplicateRows) {
        return last_position(listing).unwrap_or(next);
    }
    if faults.has(FaultKind::MovingRows) {
        // Readings of the list alternate, so that no row is missed by two that follow each other.
        return if cursor.chain.is_multiple_of(2) {
            // One row between the pages is skipped, as if it had moved to a page that was read
            // before.
            next + 1
        } else {
            last_position(listing).unwrap_or(next)
        };
    }
    next
}

/// The position of the last row, from which the next page may start again. A page of one row has
/// none, because a chain of such pages would never end.
fn last_position(listing: &Listing) -> Option<u64> {
    match listing.rows.as_slice() {
        [] | [_] => None,
        [.., last] => Some(last.position),
    }
}

/// Repeats a row on the last page, if the page has room for it.
pub(super) fn duplicate_row(rows: &mut Vec<Row>, size: usize) {
    if rows.len() < size {
        rows.extend(rows.first().cloned());
    }
}
