//! Compressed fragments that can be put one after another into one gzip stream.
//!
//! A gzip member is a header, one deflate stream, and a CRC and length of what it holds (RFC 1952).
//! A deflate stream is blocks (RFC 1951), and after a full flush it stands at the start of a byte
//! and refers to nothing before. So fragments that were deflated apart join to one stream, and
//! their checksums can be combined. Several members would be simpler, but curl and Chromium stop
//! after the first.
//!
//! That is why a page is compressed once, fragment by fragment, and why what one target brings anew
//! is joined to what is there of all the others.

mod checksum;
mod inflate;

use std::mem;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};

pub(super) use checksum::Checksum;
pub(super) use inflate::Inflater;

/// The gzip header: deflate, without a name or a time, written by an unknown system.
pub(super) const GZIP_HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Level 3 takes twice as long, and level 1 makes pages that are half as large again.
const LEVEL: Compression = Compression::new(2);

/// The compressor gets at least so much room to write to at each call.
const MIN_ROOM_BYTES: usize = 32 * 1024;

/// The longest text that is sent uncompressed at the end of a stream.
const MAX_STORED_BYTES: u16 = 16 * 1024;

/// Text, compressed. It may stand anywhere in a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fragment {
    /// Deflate blocks, the last of them ended by a full flush.
    pub(super) deflated: Bytes,
    /// Checksum and length of the text before compression.
    pub(super) checksum: Checksum,
}

/// Makes fragments, one after the other, with one compressor, whose tables are larger than most
/// fragments are.
#[derive(Debug)]
pub(super) struct Deflater {
    compress: Compress,
    /// The fragment under way, as far as it is compressed.
    deflated: Vec<u8>,
    crc: crc32fast::Hasher,
    text_bytes: u64,
}

// === impl Fragment ===

impl Fragment {
    /// Bytes after compression.
    pub(super) fn deflated_bytes(&self) -> u64 {
        self.deflated.len() as u64
    }

    /// Text that is not compressed, as the last block of a stream (RFC 1951, section 3.2.4).
    fn stored(length: u16, text: &[u8]) -> Self {
        const LAST_STORED_BLOCK: &[u8] = &[1];
        let complement = !length;
        let block = [
            LAST_STORED_BLOCK,
            &length.to_le_bytes(),
            &complement.to_le_bytes(),
            text,
        ];
        Self {
            deflated: block.concat().into(),
            checksum: Checksum::of(text),
        }
    }
}

// === impl Deflater ===

impl Default for Deflater {
    fn default() -> Self {
        Self {
            compress: Compress::new(LEVEL, false),
            deflated: Vec::new(),
            crc: crc32fast::Hasher::new(),
            text_bytes: 0,
        }
    }
}

impl Deflater {
    /// Adds text to the fragment under way.
    pub(super) fn write(&mut self, text: &[u8]) {
        self.crc.update(text);
        self.text_bytes += text.len() as u64;
        self.deflate(text, FlushCompress::None);
    }

    /// Ends the fragment. The next one refers to nothing of it.
    pub(super) fn fragment(&mut self) -> Fragment {
        self.end(FlushCompress::Full)
    }

    fn end(&mut self, flush: FlushCompress) -> Fragment {
        self.deflate(&[], flush);
        let crc = mem::take(&mut self.crc).finalize();
        let checksum = Checksum::new(crc, mem::take(&mut self.text_bytes));
        // A copy of the right size: the buffer, with room to spare, is for the next fragment.
        let deflated = Bytes::copy_from_slice(&self.deflated);
        self.deflated.clear();
        Fragment { deflated, checksum }
    }

    fn deflate(&mut self, mut text: &[u8], flush: FlushCompress) {
        loop {
            self.deflated.reserve(MIN_ROOM_BYTES);
            let read_before = self.compress.total_in();
            // This cannot fail without a preset dictionary. With nothing left to do, it reads and
            // writes nothing.
            let _ = self.compress.compress_vec(text, &mut self.deflated, flush);
            let read = self.compress.total_in() - read_before;
            text = &text[usize::try_from(read).unwrap_or(text.len())..];
            // Room that is left says that there is nothing more to write.
            if self.deflated.len() < self.deflated.capacity() {
                return;
            }
        }
    }
}

/// A fragment of any text.
pub(super) fn fragment(text: &[u8]) -> Fragment {
    let mut deflater = Deflater::default();
    deflater.write(text);
    deflater.fragment()
}

/// The last fragment of a stream. It is made for one scrape, so a short text is sent as it is: to
/// compress it takes longer than to send it.
pub(super) fn last_fragment(text: &[u8]) -> Fragment {
    match u16::try_from(text.len()) {
        Ok(length) if length <= MAX_STORED_BYTES => Fragment::stored(length, text),
        _ => {
            let mut deflater = Deflater::default();
            deflater.write(text);
            deflater.end(FlushCompress::Finish)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use bytes::BytesMut;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_deflated_apart_are_one_gzip_member(texts in prop::collection::vec(".{0,4000}", 1..8)) {
            let fragments: Vec<Fragment> = texts.iter().map(|text| fragment(text.as_bytes())).collect();
            let last = last_fragment(b"end");
            let mut stream = GZIP_HEADER.to_vec();
            let mut sum = Checksum::default();
            for fragment in fragments.iter().chain([&last]) {
                stream.extend_from_slice(&fragment.deflated);
                sum = sum.then(fragment.checksum);
            }
            stream.extend_from_slice(&sum.gzip_trailer());
            let mut text = String::new();
            // Not the multi-member decoder: everything must be in the first member.
            flate2::read::GzDecoder::new(stream.as_slice()).read_to_string(&mut text).expect("a gzip member");
            prop_assert_eq!(text, texts.concat() + "end");
        }

        #[test]
        fn inflating_gives_the_text_back_whatever_the_frame(text in "(.{0,4000}|[ab]{20000})", most in 1_usize..500) {
            let mut deflated = last_fragment(text.as_bytes()).deflated;
            let mut inflater = Inflater::default();
            let mut out = BytesMut::new();
            while out.len() < text.len() {
                inflater.append(&mut deflated, &mut out, most);
            }
            prop_assert_eq!(&out[..], text.as_bytes());
        }
    }
}
