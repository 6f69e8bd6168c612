//! Runs of bytes of one kind in a text: the digits of signatures and of encoded secrets.

use std::ops::Range;

/// The longest runs of bytes that all satisfy `is_part`, from left to right.
pub(super) fn runs(text: &str, is_part: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|byte| is_part(*byte))?;
        let length = bytes[start..]
            .iter()
            .take_while(|byte| is_part(**byte))
            .count();
        at = start + length;
        Some(start..at)
    })
}
