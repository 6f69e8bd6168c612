//! `NextToken`s: opaque, bound to operation, target and filters, so that a foreign or made-up one
//! is refused.

use super::random;

/// Where a chain of pages goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The position of the next row.
    pub(super) position: u64,
    /// Which reading of the list this is, if that matters.
    pub(super) chain: u16,
    /// A page without rows comes first.
    pub(super) pause: bool,
}

/// Positions have 47 bits: 31 for a slot, 16 for a part of it.
const POSITION_BITS: u32 = 47;

impl Cursor {
    fn pack(self) -> u64 {
        (u64::from(self.chain) << 48)
            | (u64::from(self.pause) << POSITION_BITS)
            | (self.position & ((1 << POSITION_BITS) - 1))
    }

    fn unpack(value: u64) -> Self {
        Self {
            position: value & ((1 << POSITION_BITS) - 1),
            chain: u16::try_from(value >> 48).unwrap_or_default(),
            pause: value >> POSITION_BITS & 1 == 1,
        }
    }
}

/// Writes a token for the question with this hash.
pub(super) fn write(cursor: Cursor, question: u64) -> String {
    let packed = cursor.pack() ^ random::mix(question);
    format!("{packed:016x}{:016x}", random::join(packed, question))
}

/// Reads a token; none if it was not written for this question.
pub(super) fn read(token: &str, question: u64) -> Option<Cursor> {
    if token.len() != 32 || !token.is_ascii() {
        return None;
    }
    let (packed, check) = token.split_at(16);
    let packed = u64::from_str_radix(packed, 16).ok()?;
    let check = u64::from_str_radix(check, 16).ok()?;
    (random::join(packed, question) == check)
        .then(|| Cursor::unpack(packed ^ random::mix(question)))
}

#[cfg(test)]
mod tests {
    use super::{Cursor, read, write};

    #[test]
    fn a_token_is_read_only_for_the_question_it_was_written_for() {
        let cursor = Cursor {
            position: (99_999 << 16) | 3,
            chain: 65_535,
            pause: true,
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
