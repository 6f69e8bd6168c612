//! Bytes that are sent at once.

use std::io::IoSlice;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};

/// Parts of a page, which stay where they are, and after them bytes of one answer alone.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// None of them is empty.
    parts: Arc<[Bytes]>,
    /// The parts that are left.
    next: Range<usize>,
    /// Bytes of the next part that were taken already.
    taken: usize,
    last: Bytes,
    /// Bytes that are left.
    left: usize,
}

impl Frame {
    /// Some of `parts`, and then `last`.
    pub(super) fn new(parts: &Arc<[Bytes]>, range: Range<usize>, last: Bytes) -> Self {
        let bytes: usize = parts[range.clone()].iter().map(Bytes::len).sum();
        Self {
            parts: Arc::clone(parts),
            next: range,
            taken: 0,
            left: bytes + last.len(),
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
        self.left
    }

    fn chunk(&self) -> &[u8] {
        match self.parts_left().first() {
            Some(part) => &part[self.taken..],
            None => &self.last,
        }
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut taken = self.taken;
        let parts = self
            .parts_left()
            .iter()
            .map(|part| &part[mem::take(&mut taken)..])
            .chain([&self.last[..]])
            .filter(|part| !part.is_empty());
        let mut count = 0;
        for (slice, part) in slices.iter_mut().zip(parts) {
            *slice = IoSlice::new(part);
            count += 1;
        }
        count
    }

    fn advance(&mut self, mut count: usize) {
        self.left -= count;
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
