//! `NextToken`s. They are opaque, and bound to operation, target and filters, so that one from
//! elsewhere is refused.

use crate::random;

/// Where a chain of pages goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The position of the next row.
    pub(super) position: u64,
    /// The number of this reading of the list, where it matters.
    pub(super) chain: u16,
    /// Whether a page without rows comes first.
    pub(super) empty_page_first: bool,
}

/// The bits of a position: 31 for a slot, and 16 for a part of it.
const POSITION_BITS: u32 = 47;
const POSITION_MASK: u64 = (1 << POSITION_BITS) - 1;

impl Cursor {
    pub(super) fn without_empty_page(self) -> Self {
        Self {
            empty_page_first: false,
            ..self
        }
    }

    fn pack(self) -> u64 {
        let chain = u64::from(self.chain) << (POSITION_BITS + 1);
        let flag = u64::from(self.empty_page_first) << POSITION_BITS;
        chain | flag | (self.position & POSITION_MASK)
    }

    fn unpack(value: u64) -> Self {
        Self {
            position: value & POSITION_MASK,
            chain: u16::try_from(value >> (POSITION_BITS + 1)).unwrap_or_default(),
            empty_page_first: value >> POSITION_BITS & 1 == 1,
        }
    }
}

/// Writes a token for the question with this hash.
pub(super) fn write(cursor: Cursor, question: u64) -> String {
    // Tokens look random, so no client comes to rely on the positions inside.
    let packed = cursor.pack() ^ random::mix(question);
    // The second half proves that this simulator has written the token for this question.
    let check = random::join(packed, question);
    format!("{packed:016x}{check:016x}")
}

/// Reads a token, unless it was written for another question.
pub(super) fn read(token: &str, question: u64) -> Option<Cursor> {
    // Splitting a text in the middle of a letter would panic, so only ASCII may pass.
    if token.len() != 32 || !token.is_ascii() {
        return None;
    }
    let (packed, check) = token.split_at(16);
    let packed = u64::from_str_radix(packed, 16).ok()?;
    let check = u64::from_str_radix(check, 16).ok()?;
    if random::join(packed, question) != check {
        return None;
    }
    Some(Cursor::unpack(packed ^ random::mix(question)))
}

#[cfg(test)]
mod tests {
    use super::{Cursor, read, write};

    #[test]
    fn a_token_is_read_only_for_the_question_it_was_written_for() {
        let cursor = Cursor {
            position: (99_999 << 16) | 3,
            chain: 65_535,
            empty_page_first: true,
        };
        let token = write(cursor, 7);
        assert_eq!(read(&token, 7), Some(cursor));
        assert_eq!(read(&token, 8), None);
        assert_eq!(read("", 7), None);
        assert_eq!(read("garbage", 7), None);
        assert_eq!(read(&"é".repeat(16), 7), None);
        assert_eq!(read(&token.replacen(&token[..1], "g", 1), 7), None);
    }
}
