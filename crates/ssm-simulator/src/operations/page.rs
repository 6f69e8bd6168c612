//! One page of a list: the checks that all operations share, the token, and the faults of rows and
//! tokens.

use serde_json::Value;

use super::chain::{duplicate_row, next_cursor};
use super::input::{self, Input};
use super::list_source::ListSource;
use super::listing::{Listing, ListingRequest, Row};
use super::table::ListAnswer;
use super::token::{self, Cursor};
use crate::fault::{ActiveFaults, FaultKind};
use crate::model::Paging;
use crate::random;
use crate::refusal::Refusal;

/// The member that holds the rows under [`FaultKind::WrongList`]. No operation has a list of this
/// name.
const WRONG_LIST: &str = "Rows";

/// The part of the rows that [`FaultKind::ShortList`] leaves is one in this many.
const SHORT_LIST_DIVISOR: usize = 5;

/// The bytes that are reserved for the names of members and the token of a page.
const MEMBERS_CAPACITY: usize = 128;

/// A request for one page.
pub(crate) struct PageRequest<'a, S: 'static> {
    pub(crate) operation: &'static ListAnswer<S>,
    pub(crate) source: &'a S,
    pub(crate) input: &'a Input,
    pub(crate) faults: &'a ActiveFaults,
}

/// A chain of pages at one of its pages.
#[derive(Clone, Copy)]
struct ChainPosition<'a> {
    /// The hash of the question that all pages of the chain answer.
    question: u64,
    /// The token that the request carries, unless it asks for the first page.
    token: Option<&'a str>,
    cursor: Cursor,
}

/// The JSON of one page. `next_chain` numbers the chains of pages that answer the same question,
/// given the hash of the question.
pub(crate) fn answer<S: ListSource>(
    request: &PageRequest<'_, S>,
    next_chain: impl FnOnce(u64) -> u16,
) -> Result<Vec<u8>, Refusal> {
    let model = &request.operation.model;
    let size = input::page_size(request.input, model.page_sizes, model.paging)?;
    let chain = request.chain_position(next_chain)?;
    // The rows are made for an empty page too, because wrong filters must be refused on it as on
    // any other page.
    let listing = request.listing(chain.cursor, size)?;
    if chain.cursor.empty_page_first {
        Ok(request.empty_page(chain))
    } else {
        Ok(request.full_page(chain, listing, size))
    }
}

impl<S: ListSource> PageRequest<'_, S> {
    fn paging(&self) -> &'static Paging {
        self.operation.model.paging
    }

    fn chain_position(
        &self,
        next_chain: impl FnOnce(u64) -> u16,
    ) -> Result<ChainPosition<'_>, Refusal> {
        let question = self.question();
        let token = input::text(self.input, self.paging().token_member)?;
        // A client may send back the empty token of a service that ends its lists with one.
        let token =
            token.filter(|token| !(token.is_empty() && self.paging().ends_with_empty_token));
        let cursor = match token {
            Some(token) => self.read_token(token, question)?,
            None => self.first_cursor(|| next_chain(question)),
        };
        Ok(ChainPosition {
            question,
            token,
            cursor,
        })
    }

    /// A page without rows, whose token leads to the page that has them.
    fn empty_page(&self, chain: ChainPosition<'_>) -> Vec<u8> {
        let next = token::write(chain.cursor.without_empty_page(), chain.question);
        self.page_body(&[], Some(&next))
    }

    fn full_page(&self, chain: ChainPosition<'_>, mut listing: Listing, size: usize) -> Vec<u8> {
        if self.faults.has(FaultKind::DuplicateRows) && listing.next.is_none() {
            duplicate_row(&mut listing.rows, size);
        }
        if self.faults.has(FaultKind::BadRow) {
            self.damage_rows(&mut listing.rows);
        }
        let next = self.next_token(chain, &listing);
        self.page_body(&listing.rows, next.as_deref())
    }

    /// The hash of what a token belongs to: the operation, the target, and the request without its
    /// token and page size.
    fn question(&self) -> u64 {
        let mut rest = self.input.clone();
        rest.remove(self.paging().token_member);
        // A client may change the page size from page to page, but nothing else.
        rest.remove(self.paging().size_member);
        let rest = random::text(&Value::Object(rest).to_string());
        let operation = random::text(self.operation.model.name);
        random::join(random::join(self.source.seed(), operation), rest)
    }

    fn read_token(&self, token: &str, question: u64) -> Result<Cursor, Refusal> {
        let cursor = token::read(token, question).ok_or_else(self.paging().refuse_token)?;
        if self.faults.has(FaultKind::RefusedToken) {
            return Err((self.paging().refuse_token)());
        }
        Ok(cursor)
    }

    /// The cursor of a first page. Which reading of the list it starts matters only where rows
    /// move.
    fn first_cursor(&self, chain: impl FnOnce() -> u16) -> Cursor {
        if self.faults.has(FaultKind::MovingRows) {
            Cursor {
                chain: chain(),
                ..Cursor::default()
            }
        } else {
            Cursor::default()
        }
    }

    fn listing(&self, cursor: Cursor, size: usize) -> Result<Listing, Refusal> {
        let listing_request = ListingRequest {
            target: self.source,
            input: self.input,
            from: cursor.position,
            size,
            lag: self.faults.has(FaultKind::LagPatches),
            positions_only: false,
        };
        let mut listing = (self.operation.rows)(&listing_request)?;
        if self.faults.has(FaultKind::ShortList) && !cursor.empty_page_first {
            self.shorten(&mut listing, &listing_request)?;
        }
        Ok(listing)
    }

    /// Ends the list after the first fifth of its rows, rounded up.
    fn shorten(
        &self,
        listing: &mut Listing,
        request: &ListingRequest<'_, S>,
    ) -> Result<(), Refusal> {
        // The end of the list depends on all of its rows, so each page has to count them. Rows that
        // are not written cost little.
        let whole = (self.operation.rows)(&ListingRequest {
            from: 0,
            size: usize::MAX,
            positions_only: true,
            ..*request
        })?;
        let kept = whole.rows.len().div_ceil(SHORT_LIST_DIVISOR);
        if let Some(first_lost) = whole.rows.get(kept) {
            let end = first_lost.position;
            listing.rows.retain(|row| row.position < end);
            listing.next = listing.next.filter(|next| *next < end);
        }
        Ok(())
    }

    /// The token that the page carries, which is not the right one under some faults.
    fn next_token(&self, chain: ChainPosition<'_>, listing: &Listing) -> Option<String> {
        if let Some(token) = chain.token
            && self.faults.has(FaultKind::RepeatToken)
        {
            return Some(token.to_owned());
        }
        match next_cursor(listing, chain.cursor, self.faults) {
            Some(cursor) => Some(token::write(cursor, chain.question)),
            None => self.last_token(),
        }
    }

    /// The token of the last page.
    fn last_token(&self) -> Option<String> {
        let is_empty =
            self.paging().ends_with_empty_token || self.faults.has(FaultKind::EmptyToken);
        is_empty.then(String::new)
    }

    /// Damages the rows of one instance.
    fn damage_rows(&self, rows: &mut [Row]) {
        let (Some(damage), Some(victim)) = (self.operation.damage, self.source.victim()) else {
            return;
        };
        for row in rows.iter_mut().filter(|row| row.owner == Some(victim)) {
            damage.apply(&mut row.json);
        }
    }

    /// The member of the answer that holds the rows.
    fn list_member(&self) -> &'static str {
        if self.faults.has(FaultKind::WrongList) {
            WRONG_LIST
        } else {
            self.operation.model.list
        }
    }

    fn page_body(&self, rows: &[Row], next: Option<&str>) -> Vec<u8> {
        page_body(self.list_member(), rows, self.paging().token_member, next)
    }
}

fn page_body(list: &str, rows: &[Row], token_member: &str, next: Option<&str>) -> Vec<u8> {
    // The rows are JSON already. Joining their bytes is much cheaper than a tree of values.
    let rows_length: usize = rows.iter().map(|row| row.json.len() + 1).sum();
    let mut body = Vec::with_capacity(rows_length + MEMBERS_CAPACITY);
    body.extend_from_slice(format!("{{\"{list}\":[").as_bytes());
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&row.json);
    }
    body.push(b']');
    if let Some(next) = next {
        body.extend_from_slice(format!(",\"{token_member}\":\"{next}\"").as_bytes());
    }
    body.push(b'}');
    body
}
