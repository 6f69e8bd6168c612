//! Places in a text, and runs of bytes of one kind: the digits of signatures and of encoded
//! secrets.

use std::ops::Range;

/// Where something stands in a text, in bytes.
pub(super) type Place = Range<usize>;

/// The longest runs of bytes that all satisfy `is_part`, from left to right.
pub(super) fn runs(text: &str, is_part: impl Fn(u8) -> bool) -> impl Iterator<Item = Place> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|byte| is_part(*byte))?;
        at = start + length_of_run(&bytes[start..], &is_part);
        Some(start..at)
    })
}

fn length_of_run(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !is_part(*byte));
    end.unwrap_or(bytes.len())
}
