//! Bytes of an answer that are sent at once.
//!
//! A frame refers to parts of the page instead of copying them, so that a scrape of a page of
//! megabytes costs one system call and no copy in this process for each frame.

use std::io::IoSlice;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};

/// Parts of a page, which all answers share, and after them bytes of this answer alone.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// All parts of the page, none of which is empty.
    parts: Arc<[Bytes]>,
    /// The parts that are left to be read.
    next: Range<usize>,
    /// The bytes that were read of the first part that is left.
    taken: usize,
    last: Bytes,
    /// The number of bytes that are left.
    left: usize,
}

impl Frame {
    /// A frame of the `range` of `parts`, and then `last`.
    pub(super) fn new(parts: &Arc<[Bytes]>, range: Range<usize>, last: Bytes) -> Self {
        Self {
            parts: Arc::clone(parts),
            left: total_length(&parts[range.clone()]) + last.len(),
            next: range,
            taken: 0,
            last,
        }
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.left == 0
    }

    fn parts_left(&self) -> &[Bytes] {
        &self.parts[self.next.clone()]
    }

    /// What is left, in order, without empty slices.
    fn slices_left(&self) -> impl Iterator<Item = &[u8]> {
        let parts = self.parts_left().iter().enumerate();
        let slices = parts.map(|(index, part)| match index {
            0 => &part[self.taken..],
            _ => &part[..],
        });
        // An empty slice would use up one of the few that hyper hands to the socket in one call.
        slices
            .chain([&self.last[..]])
            .filter(|slice| !slice.is_empty())
    }
}

fn total_length(parts: &[Bytes]) -> usize {
    parts.iter().map(Bytes::len).sum()
}

impl From<Bytes> for Frame {
    fn from(bytes: Bytes) -> Self {
        Self {
            left: bytes.len(),
            last: bytes,
            ..Self::default()
        }
    }
}

impl Buf for Frame {
    fn remaining(&self) -> usize {
        // It is counted and not summed up, because hyper asks after every write.
        self.left
    }

    fn chunk(&self) -> &[u8] {
        match self.parts_left().first() {
            Some(part) => &part[self.taken..],
            None => &self.last,
        }
    }

    // The default implementation hands out the first chunk only, and then each part of the page
    // would be a system call of its own.
    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut count = 0;
        for (slice, bytes) in slices.iter_mut().zip(self.slices_left()) {
            *slice = IoSlice::new(bytes);
            count += 1;
        }
        count
    }

    fn advance(&mut self, mut count: usize) {
        self.left -= count;
        // The socket may take any number of bytes, which may end within any part.
        while let Some(part) = self.parts_left().first() {
            let part_left = part.len() - self.taken;
            if count < part_left {
                self.taken += count;
                return;
            }
            count -= part_left;
            self.next.start += 1;
            self.taken = 0;
        }
        self.last.advance(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_in_any_steps_across_its_parts() {
        let parts: Arc<[Bytes]> = ["before", "one", "three", "after"]
            .map(|part| Bytes::from_static(part.as_bytes()))
            .into();
        let text = b"onethreelast";
        for step in 1..=text.len() {
            let last = Bytes::from_static(b"last");
            let mut frame = Frame::new(&parts, 1..3, last);
            let mut read = Vec::new();
            while frame.has_remaining() {
                let mut slices = [IoSlice::new(&[]); 8];
                let count = frame.chunks_vectored(&mut slices);
                let seen: Vec<u8> = slices[..count]
                    .iter()
                    .flat_map(|slice| slice.to_vec())
                    .collect();
                assert_eq!(seen, text[read.len()..], "all that is left, at once");
                let step = step.min(frame.remaining());
                read.extend_from_slice(&seen[..step]);
                frame.advance(step);
            }
            assert_eq!(read, text);
        }
    }
}
