//! The way back, for readers that take no gzip.

use bytes::{Buf, Bytes, BytesMut};
use flate2::{Decompress, FlushDecompress};

/// Turns a stream of fragments back into text, a frame at a time.
#[derive(Debug)]
pub(crate) struct Inflater {
    decompress: Decompress,
}

impl Default for Inflater {
    fn default() -> Self {
        Self {
            decompress: Decompress::new(false),
        }
    }
}

impl Inflater {
    /// Appends up to `max_bytes` of text from the front of `deflated` to `text`, and takes what it
    /// used from there.
    pub(crate) fn append(&mut self, deflated: &mut Bytes, text: &mut BytesMut, max_bytes: usize) {
        let read_before = self.decompress.total_in();
        let written_before = self.decompress.total_out();
        let start = text.len();
        text.resize(start + max_bytes, 0);
        // What our own deflater wrote can always be inflated.
        let _ = self
            .decompress
            .decompress(deflated, &mut text[start..], FlushDecompress::Sync);
        let written = bounded(self.decompress.total_out() - written_before, max_bytes);
        text.truncate(start + written);
        let read = bounded(self.decompress.total_in() - read_before, deflated.len());
        deflated.advance(read);
    }
}

fn bounded(bytes: u64, max_bytes: usize) -> usize {
    usize::try_from(bytes).map_or(max_bytes, |bytes| bytes.min(max_bytes))
}
