//! The way back, for readers that take no gzip.

use bytes::{Bytes, BytesMut};
use flate2::{Decompress, FlushDecompress};

/// Takes a stream of pieces back to text, a frame at a time.
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
    /// Appends up to `most` bytes of text from the front of `deflated`, and takes what it used from
    /// there.
    pub(crate) fn append(&mut self, deflated: &mut Bytes, out: &mut BytesMut, most: usize) {
        let (read, start) = (self.decompress.total_in(), out.len());
        let written = self.decompress.total_out();
        out.resize(start + most, 0);
        // What our own deflater wrote always inflates.
        let _ = self
            .decompress
            .decompress(deflated, &mut out[start..], FlushDecompress::Sync);
        let used = self.decompress.total_in() - read;
        let gained = self.decompress.total_out() - written;
        out.truncate(start + usize::try_from(gained).unwrap_or_default());
        let _ = deflated.split_to(
            usize::try_from(used)
                .unwrap_or_default()
                .min(deflated.len()),
        );
    }
}
