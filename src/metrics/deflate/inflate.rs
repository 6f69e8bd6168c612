//! Decompression, for clients that take no gzip.
//!
//! The text of a page is not kept: it is ten to twenty times as large as the compressed page, and
//! Prometheus asks for gzip by default.

use bytes::{Buf, Bytes, BytesMut};
use flate2::{Decompress, FlushDecompress};

/// Turns a stream of fragments back into text, a frame at a time.
#[derive(Debug)]
pub(crate) struct Inflater {
    decompress: Decompress,
}

/// The numbers of bytes that were read and written.
#[derive(Clone, Copy, Debug)]
struct Step {
    read: usize,
    written: usize,
}

impl Default for Inflater {
    fn default() -> Self {
        Self {
            // Fragments are bare deflate, without the header of zlib (RFC 1950).
            decompress: Decompress::new(false),
        }
    }
}

impl Inflater {
    /// Appends up to `max_bytes` of text to `text`. Removes from the front of `deflated` what was
    /// used up for it.
    pub(crate) fn append(&mut self, deflated: &mut Bytes, text: &mut BytesMut, max_bytes: usize) {
        let start = text.len();
        text.resize(start + max_bytes, 0);
        let step = self.inflate(deflated, &mut text[start..]);
        text.truncate(start + step.written);
        deflated.advance(step.read);
    }

    fn inflate(&mut self, deflated: &[u8], room: &mut [u8]) -> Step {
        let read_before = self.decompress.total_in();
        let written_before = self.decompress.total_out();
        // It fails only for a broken stream, and this one comes from our own compressor. If it were
        // broken all the same, nothing would be written, and the answer would end too early.
        let _ = self
            .decompress
            .decompress(deflated, room, FlushDecompress::Sync);
        Step {
            read: bounded(self.decompress.total_in() - read_before, deflated.len()),
            written: bounded(self.decompress.total_out() - written_before, room.len()),
        }
    }
}

// flate2 counts in u64 over the whole stream. A step is never longer than the slices that it was
// given, which the bound shows to those who use it as an index.
fn bounded(bytes: u64, max_bytes: usize) -> usize {
    usize::try_from(bytes).map_or(max_bytes, |bytes| bytes.min(max_bytes))
}
