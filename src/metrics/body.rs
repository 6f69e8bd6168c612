//! One answer to a scrape: the page as it is, followed by the exporter's own metrics, as one gzip
//! member or as text.

use std::mem;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use super::deflate::{Fragment, GZIP_HEADER, Inflater, last_fragment};
use super::family::Format;
use super::frame::Frame;
use super::page::Page;

/// The most parts of the page in one frame.
// hyper hands at most 64 slices to the socket in one call. Two of them are left for the head of the
// answer and for its end, so that even a small page goes out with one system call.
const MAX_FRAME_PARTS: usize = 62;

/// The text in one frame of an answer that is not compressed.
// It is what such an answer costs in memory while a slow client reads it. Larger frames would save
// few system calls: the buffer of a socket does not take much more at once.
const FRAME_TEXT_BYTES: usize = 64 * 1024;

/// How the answer is encoded.
// Prometheus asks for gzip unless `enable_compression` is off, and takes no other compression, so
// only gzip is kept. An answer without it costs some CPU time per scrape instead of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One gzip member.
    Gzip,
    /// The text itself.
    Identity,
}

/// An answer whose frames are made while it is sent: a slow client costs one frame of text, or
/// nothing at all if it takes gzip.
///
/// ```
/// use ssm_compliance_exporter::metrics::{Body, Encoding, Format, Page};
///
/// let own = "# TYPE exporter_up gauge\nexporter_up 1\n";
/// let body = Body::new(&Page::default(), Format::Text, Encoding::Identity, own);
///
/// // The length is known before the first frame, for the header Content-Length.
/// assert_eq!(body.length(), own.len() as u64);
/// assert_eq!(body.into_bytes(), own.as_bytes());
/// ```
#[derive(Debug)]
pub struct Body {
    /// The compressed page, from the gzip header on.
    parts: Arc<[Bytes]>,
    /// The index of the part that is sent next.
    next: usize,
    /// The exporter's own metrics and whatever else ends the stream. It is empty once it was sent.
    last: Bytes,
    /// Undoes the compression, for an answer that is sent as text.
    inflating: Option<Inflating>,
    length: u64,
}

/// The way from compressed parts to text.
#[derive(Debug)]
struct Inflating {
    inflater: Inflater,
    /// What is left of the part that is being inflated.
    deflated: Bytes,
}

// === impl Body ===

impl Body {
    /// The page, and after it `own`, which is text of the same format.
    pub fn new(page: &Page, format: Format, encoding: Encoding, own: &str) -> Self {
        let last = last_fragment(own.as_bytes());
        match encoding {
            Encoding::Gzip => Self::gzip(page, format, &last),
            Encoding::Identity => Self::identity(page, format, last),
        }
    }

    fn gzip(page: &Page, format: Format, last: &Fragment) -> Self {
        // Checksums can be combined, so the trailer is known without reading the text again.
        let checksum = page.checksum(format).then(last.checksum);
        let last = Bytes::from([&last.deflated[..], &checksum.gzip_trailer()].concat());
        let page_bytes = GZIP_HEADER.len() as u64 + page.deflated(format);
        Self {
            length: page_bytes + last.len() as u64,
            parts: page.parts(format),
            next: 0,
            last,
            inflating: None,
        }
    }

    fn identity(page: &Page, format: Format, last: Fragment) -> Self {
        let checksum = page.checksum(format).then(last.checksum);
        let parts = page.parts(format);
        // The inflater reads bare deflate (RFC 1951), and the first part starts with the header.
        let deflated = parts.first().map(|first| first.slice(GZIP_HEADER.len()..));
        Self {
            length: checksum.length,
            parts,
            next: 1,
            last: last.deflated,
            inflating: Some(Inflating {
                inflater: Inflater::default(),
                deflated: deflated.unwrap_or_default(),
            }),
        }
    }

    /// The number of bytes that will be sent.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// All bytes at once, for callers in the same process.
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

    fn text_frame(&mut self, mut inflating: Inflating) -> Option<Frame> {
        let mut text = BytesMut::with_capacity(FRAME_TEXT_BYTES);
        while self.fill(&mut text, &mut inflating) {}
        self.inflating = Some(inflating);
        (!text.is_empty()).then(|| text.freeze().into())
    }

    /// Adds text to a frame. Answers whether the frame has room for more and more may come.
    fn fill(&mut self, text: &mut BytesMut, inflating: &mut Inflating) -> bool {
        let has_advanced = inflating.advance(text);
        if text.len() == FRAME_TEXT_BYTES {
            return false;
        }
        if !inflating.deflated.is_empty() {
            return has_advanced;
        }
        match self.next_part() {
            Some(part) => {
                inflating.deflated = part;
                true
            }
            // The inflater may still hold text of the parts that it has taken.
            None => has_advanced,
        }
    }

    /// The next compressed part; `None` after the last.
    fn next_part(&mut self) -> Option<Bytes> {
        let part = self.parts.get(self.next).cloned();
        self.next += 1;
        match part {
            Some(part) => Some(part),
            None if self.last.is_empty() => None,
            None => Some(mem::take(&mut self.last)),
        }
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
    /// Inflates as much as fits into a frame. Answers whether anything was read or written.
    fn advance(&mut self, text: &mut BytesMut) -> bool {
        let before = (text.len(), self.deflated.len());
        let room = FRAME_TEXT_BYTES - text.len();
        self.inflater.append(&mut self.deflated, text, room);
        before != (text.len(), self.deflated.len())
    }
}
