//! One answer to a scrape: the page as it is, and the exporter's own metrics after it, as text or as one gzip member.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

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
    /// A part that was taken and is still to be sent.
    pending: Option<Bytes>,
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
            pending: None,
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
        if let Some(pending) = self.pending.take() {
            return Some(pending);
        }
        if let Some(header) = self.header.take() {
            return Some(header);
        }
        if let Some(part) = self.page.part(&mut self.next, self.format) {
            return Some(part.clone());
        }
        self.last.take().or_else(|| self.trailer.take())
    }

    fn compressed_frame(&mut self) -> Option<Bytes> {
        let first = self.part()?;
        if first.len() >= SMALL {
            return Some(first);
        }
        let mut frame = BytesMut::with_capacity(2 * SMALL);
        frame.put(first);
        while frame.len() < SMALL {
            match self.part() {
                Some(part) if part.len() < SMALL => frame.put(part),
                // Large ones go out as they are, without a copy.
                large => {
                    self.pending = large;
                    break;
                }
            }
        }
        Some(frame.freeze())
    }

    fn text_frame(&mut self, mut inflater: Inflater, mut deflated: Bytes) -> Option<Bytes> {
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
        (!frame.is_empty()).then(|| frame.freeze())
    }
}

impl Iterator for Body {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        match self.inflate.take() {
            Some((inflater, deflated)) => self.text_frame(inflater, deflated),
            None => self.compressed_frame(),
        }
    }
}
