//! One answer to a scrape: the page as it is, and the exporter's own metrics after it, as text or
//! as one gzip member.

use std::mem;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use super::deflate::{GZIP_HEADER, Inflater, last_fragment};
use super::family::Format;
use super::frame::Frame;
use super::page::Page;

/// Parts of the page in a frame. With the head of the answer and its end, they go to the socket in
/// one call: hyper hands on 64 slices at once.
const MAX_FRAME_PARTS: usize = 62;
/// Text in a frame of an answer that is sent as it is.
const FRAME_TEXT_BYTES: usize = 64 * 1024;

/// How the answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As one gzip member.
    Gzip,
    /// As it is.
    Identity,
}

/// An answer, made frame by frame while it is sent: a slow reader costs a frame of text, or no copy
/// at all.
#[derive(Debug)]
pub struct Body {
    /// The page, compressed, from the gzip header on.
    parts: Arc<[Bytes]>,
    /// The part that is sent next.
    next: usize,
    /// The exporter's own metrics, and what else ends the stream; empty once it is sent.
    last: Bytes,
    /// For an answer that is sent as it is: undoes the compression.
    inflating: Option<Inflating>,
    length: u64,
}

/// The way from compressed parts to text.
#[derive(Debug, Default)]
struct Inflating {
    inflater: Inflater,
    /// The part that is inflated now, as far as it is left.
    deflated: Bytes,
}

// === impl Body ===

impl Body {
    /// The page, then `own`, a text of the same format.
    pub fn new(page: &Page, format: Format, encoding: Encoding, own: &str) -> Self {
        let last = last_fragment(own.as_bytes());
        let checksum = page.checksum(format).then(last.checksum);
        let parts = page.parts(format);
        match encoding {
            Encoding::Gzip => {
                let last = Bytes::from([&last.deflated[..], &checksum.gzip_trailer()].concat());
                let page_bytes = GZIP_HEADER.len() as u64 + page.deflated(format);
                Self {
                    length: page_bytes + last.len() as u64,
                    parts,
                    next: 0,
                    last,
                    inflating: None,
                }
            }
            Encoding::Identity => Self {
                length: checksum.length,
                parts,
                next: 0,
                last: last.deflated,
                inflating: Some(Inflating::default()),
            },
        }
    }

    /// Bytes that will be sent.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// All of it at once, for readers that are not at the other end of a network.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for frame in self {
            bytes.put(frame);
        }
        bytes
    }

    fn compressed_frame(&mut self) -> Option<Frame> {
        let end = self.parts.len().min(self.next + MAX_FRAME_PARTS);
        let last = if end == self.parts.len() {
            mem::take(&mut self.last)
        } else {
            Bytes::new()
        };
        let frame = Frame::new(&self.parts, self.next..end, last);
        self.next = end;
        (!frame.is_empty()).then_some(frame)
    }

    /// The next compressed part, without what makes it a gzip member; `None` after the last.
    fn next_part(&mut self) -> Option<Bytes> {
        let header = if self.next == 0 { GZIP_HEADER.len() } else { 0 };
        let part = self.parts.get(self.next);
        self.next += 1;
        match part {
            Some(part) => Some(part.slice(header.min(part.len())..)),
            None if self.last.is_empty() => None,
            None => Some(mem::take(&mut self.last)),
        }
    }

    fn text_frame(&mut self, mut inflating: Inflating) -> Option<Frame> {
        let mut text = BytesMut::with_capacity(FRAME_TEXT_BYTES);
        loop {
            let has_advanced = inflating.advance(&mut text);
            let is_spent = inflating.deflated.is_empty();
            if text.len() == FRAME_TEXT_BYTES || !(has_advanced || is_spent) {
                break;
            }
            if is_spent {
                match self.next_part() {
                    Some(part) => inflating.deflated = part,
                    // The inflater may still hold text of the parts that it has taken.
                    None if has_advanced => {}
                    None => break,
                }
            }
        }
        self.inflating = Some(inflating);
        (!text.is_empty()).then(|| text.freeze().into())
    }
}

impl Iterator for Body {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        match self.inflating.take() {
            Some(inflating) => self.text_frame(inflating),
            None => self.compressed_frame(),
        }
    }
}

// === impl Inflating ===

impl Inflating {
    /// Inflates as much as fits into a frame. Answers whether anything was taken or written.
    fn advance(&mut self, text: &mut BytesMut) -> bool {
        let before = (text.len(), self.deflated.len());
        let room = FRAME_TEXT_BYTES - text.len();
        self.inflater.append(&mut self.deflated, text, room);
        before != (text.len(), self.deflated.len())
    }
}
