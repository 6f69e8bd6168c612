//! One answer to a scrape: the page as it is, and the exporter's own metrics after it, as text or as one gzip member.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::deflate::{GZIP_HEADER, Inflater, Piece, last_piece};
use super::family::Format;
use super::page::{Cursor, Page};

/// How the answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One gzip member.
    Gzip,
    /// As it is.
    Identity,
}

/// An answer, made frame by frame while it is sent: a slow reader costs a frame, not a page.
#[derive(Debug)]
pub struct Body {
    page: Arc<Page>,
    format: Format,
    next: Cursor,
    /// The exporter's own metrics, ending the stream; taken when sent.
    last: Option<Bytes>,
    /// The gzip trailer; taken when sent.
    trailer: Option<Bytes>,
    /// For the answer as it is: undoes the compression.
    inflate: Option<(Inflater, Bytes)>,
    /// The gzip header, before it is sent.
    header: Option<Bytes>,
    length: u64,
}

/// Bytes that are sent at once, in parts that need not be copied to be together.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    parts: VecDeque<Bytes>,
}

/// Parts of a frame that go to the socket in one call, but for one or two: what hyper hands on at once.
const PARTS: usize = 14;
/// Compressed parts below this are joined: a write to the socket costs more than a copy.
const SMALL: usize = 16 * 1024;
/// Text per frame of an answer that is sent as it is.
const FRAME: usize = 64 * 1024;

impl Body {
    /// The page, then `own` (text of the same format).
    pub fn new(page: Arc<Page>, format: Format, encoding: Encoding, own: &str) -> Self {
        let last = last_piece(own.as_bytes());
        let body = Self {
            format,
            next: Cursor::default(),
            length: page.sum(format).then(last.sum).length,
            trailer: None,
            header: None,
            inflate: None,
            last: None,
            page,
        };
        match encoding {
            Encoding::Identity => Self { inflate: Some(Default::default()), last: Some(last.deflated), ..body },
            Encoding::Gzip => body.gzip(last),
        }
    }

    fn gzip(self, last: Piece) -> Self {
        let trailer = self.page.sum(self.format).then(last.sum).gzip_trailer();
        let deflated = self.page.deflated(self.format) + last.deflated.len() as u64;
        Self {
            length: (GZIP_HEADER.len() + trailer.len()) as u64 + deflated,
            header: Some(Bytes::from_static(GZIP_HEADER)),
            trailer: Some(Bytes::copy_from_slice(&trailer)),
            last: Some(last.deflated),
            ..self
        }
    }

    /// Bytes that will be sent.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The next compressed part.
    fn part(&mut self) -> Option<Bytes> {
        if let Some(header) = self.header.take() {
            return Some(header);
        }
        if let Some(part) = self.page.part(&mut self.next, self.format) {
            return Some(part.clone());
        }
        self.last.take().or_else(|| self.trailer.take())
    }

    fn compressed_frame(&mut self) -> Option<Frame> {
        let (mut frame, mut small) = (Frame::default(), BytesMut::new());
        while frame.parts.len() < PARTS {
            let Some(part) = self.part() else { break };
            if part.len() < SMALL {
                small.put(part);
                if small.len() >= SMALL {
                    frame.push(small.split().freeze());
                }
            } else {
                frame.push(small.split().freeze());
                frame.push(part);
            }
        }
        frame.push(small.freeze());
        (!frame.parts.is_empty()).then_some(frame)
    }

    fn text_frame(&mut self, mut inflater: Inflater, mut deflated: Bytes) -> Option<Frame> {
        let mut frame = BytesMut::with_capacity(FRAME);
        loop {
            let before = frame.len();
            inflater.append(&mut deflated, &mut frame, FRAME - before);
            if frame.len() == FRAME {
                break;
            }
            if deflated.is_empty() {
                match self.part() {
                    Some(part) => deflated = part,
                    None if frame.len() == before => break,
                    None => {}
                }
            }
        }
        self.inflate = Some((inflater, deflated));
        (!frame.is_empty()).then(|| frame.freeze().into())
    }
}

// === impl Frame ===

impl Frame {
    fn push(&mut self, part: Bytes) {
        if !part.is_empty() {
            self.parts.push_back(part);
        }
    }
}

impl From<Bytes> for Frame {
    fn from(part: Bytes) -> Self {
        let mut frame = Self::default();
        frame.push(part);
        frame
    }
}

impl IntoIterator for Frame {
    type Item = Bytes;
    type IntoIter = std::collections::vec_deque::IntoIter<Bytes>;

    fn into_iter(self) -> Self::IntoIter {
        self.parts.into_iter()
    }
}

impl Buf for Frame {
    fn remaining(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    fn chunk(&self) -> &[u8] {
        self.parts.front().map_or(&[], Bytes::as_ref)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = slices.iter_mut().zip(&self.parts).map(|(slice, part)| *slice = IoSlice::new(part));
        filled.count()
    }

    fn advance(&mut self, mut count: usize) {
        while let Some(part) = self.parts.front_mut().filter(|_| count > 0) {
            let step = count.min(part.len());
            part.advance(step);
            count -= step;
            if part.is_empty() {
                self.parts.pop_front();
            }
        }
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
