//! One answer to a scrape: the page as it is, and the exporter's own metrics after it, as text or
//! as one gzip member.

use std::io::IoSlice;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::deflate::{GZIP_HEADER, Inflater, last_fragment};
use super::family::Format;
use super::page::Page;

/// How the answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One gzip member.
    Gzip,
    /// As it is.
    Identity,
}

/// An answer, made frame by frame while it is sent: a slow reader costs a frame of text, or no copy
/// at all.
#[derive(Debug)]
pub struct Body {
    /// The page, compressed, as it begins a gzip member.
    parts: Arc<[Bytes]>,
    next: usize,
    /// The exporter's own metrics, and what else ends the stream; empty when sent.
    last: Bytes,
    /// For the answer as it is: undoes the compression.
    inflate: Option<(Inflater, Bytes)>,
    length: u64,
}

/// Bytes that are sent at once: parts of a page that are where they are, and bytes of this answer
/// alone after them.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// None of them empty.
    parts: Arc<[Bytes]>,
    next: Range<usize>,
    /// Bytes of the next part that were taken.
    taken: usize,
    last: Bytes,
    left: usize,
}

/// Parts of a frame. With the head of the answer and its end they go to the socket in one call:
/// hyper hands on 64 at once.
const PARTS: usize = 62;
/// Text per frame of an answer that is sent as it is.
const FRAME: usize = 64 * 1024;

impl Body {
    /// The page, then `own` (text of the same format).
    pub fn new(page: &Page, format: Format, encoding: Encoding, own: &str) -> Self {
        let last = last_fragment(own.as_bytes());
        let sum = page.sum(format).then(last.sum);
        let body = Self {
            parts: page.parts(format),
            next: 0,
            last: last.deflated,
            inflate: None,
            length: sum.length,
        };
        match encoding {
            Encoding::Gzip => {
                let last: Bytes = [&body.last[..], &sum.gzip_trailer()].concat().into();
                let length = GZIP_HEADER.len() as u64 + page.deflated(format) + last.len() as u64;
                Self {
                    last,
                    length,
                    ..body
                }
            }
            Encoding::Identity => Self {
                inflate: Some(Default::default()),
                ..body
            },
        }
    }

    /// Bytes that will be sent.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// All of it at once, for readers that are not at the other end of a network.
    pub fn into_bytes(self) -> Vec<u8> {
        self.fold(Vec::new(), |mut all, frame| {
            all.put(frame);
            all
        })
    }

    fn compressed_frame(&mut self) -> Option<Frame> {
        let next = self.next..self.parts.len().min(self.next + PARTS);
        self.next = next.end;
        let last = if next.end == self.parts.len() {
            std::mem::take(&mut self.last)
        } else {
            Bytes::new()
        };
        let left = self.parts[next.clone()]
            .iter()
            .map(Bytes::len)
            .sum::<usize>()
            + last.len();
        (left > 0).then(|| Frame {
            parts: Arc::clone(&self.parts),
            next,
            taken: 0,
            last,
            left,
        })
    }

    /// The next compressed part, without what makes it a gzip member.
    fn part(&mut self) -> Option<Bytes> {
        let header = if self.next == 0 { GZIP_HEADER.len() } else { 0 };
        let part = self
            .parts
            .get(self.next)
            .map(|part| part.slice(header.min(part.len())..));
        self.next += 1;
        part.or_else(|| Some(std::mem::take(&mut self.last)).filter(|last| !last.is_empty()))
    }

    fn text_frame(&mut self, mut inflater: Inflater, mut deflated: Bytes) -> Option<Frame> {
        let mut frame = BytesMut::with_capacity(FRAME);
        loop {
            let before = (frame.len(), deflated.len());
            inflater.append(&mut deflated, &mut frame, FRAME - before.0);
            let stands_still = before == (frame.len(), deflated.len());
            if frame.len() == FRAME || (stands_still && !deflated.is_empty()) {
                break;
            }
            if deflated.is_empty() {
                match self.part() {
                    Some(part) => deflated = part,
                    None if stands_still => break,
                    None => {}
                }
            }
        }
        self.inflate = Some((inflater, deflated));
        (!frame.is_empty()).then(|| frame.freeze().into())
    }
}

// === impl Frame ===

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
        self.parts[self.next.clone()]
            .first()
            .map_or(&self.last, |part| &part[self.taken..])
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut taken = self.taken;
        let parts = self.parts[self.next.clone()]
            .iter()
            .map(|part| &part[std::mem::take(&mut taken)..]);
        let parts = parts
            .chain([&self.last[..]])
            .filter(|part| !part.is_empty());
        slices
            .iter_mut()
            .zip(parts)
            .map(|(slice, part)| *slice = IoSlice::new(part))
            .count()
    }

    fn advance(&mut self, mut count: usize) {
        self.left -= count;
        while let Some(part) = self.parts[self.next.clone()].first() {
            let of_this = part.len() - self.taken;
            if count < of_this {
                self.taken += count;
                return;
            }
            count -= of_this;
            (self.next.start, self.taken) = (self.next.start + 1, 0);
        }
        self.last.advance(count);
    }
}

// === impl Iterator for Body ===

impl Iterator for Body {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        match self.inflate.take() {
            Some((inflater, deflated)) => self.text_frame(inflater, deflated),
            None => self.compressed_frame(),
        }
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
            let mut frame = Frame {
                parts: Arc::clone(&parts),
                next: 1..3,
                taken: 0,
                last,
                left: text.len(),
            };
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
