//! Compressed fragments that can be joined, in any order, to one gzip stream.
//!
//! A gzip member is a header, one deflate stream, and the CRC and length of its text (RFC 1952). A
//! deflate stream is a series of blocks (RFC 1951). After a full flush the next block starts at the
//! start of a byte and refers to nothing before it, so fragments that were compressed apart join to
//! one stream, and their checksums can be combined. A stream of several members would be simpler
//! and just as legal (RFC 1952, section 2.2), but curl and Chromium stop after the first member.
//!
//! So each fragment is compressed once, and when one target changes, its new fragments are joined
//! to the present ones of all other targets.

mod checksum;
mod inflate;

use std::mem;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};

pub(super) use checksum::Checksum;
pub(super) use inflate::Inflater;

/// The gzip header (RFC 1952, section 2.3): two bytes of identification, the method deflate, no
/// flags, no time, no extra flags, an unknown operating system.
// A time would make two equal pages differ.
pub(super) const GZIP_HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// How hard the compressor tries.
// Level 3 takes twice as long, and level 1 makes pages that are half as large again.
const LEVEL: Compression = Compression::new(2);

/// The least room that the compressor gets to write to at each call.
const MIN_ROOM_BYTES: usize = 32 * 1024;

/// The longest text that is sent uncompressed at the end of a stream.
// A stored block may have up to 65,535 bytes (RFC 1951, section 3.2.4). The exporter's own metrics
// are shorter than this limit with one target or two; with hundreds they are worth compressing.
const MAX_STORED_BYTES: u16 = 16 * 1024;

/// A compressed text that may stand anywhere in a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fragment {
    /// Deflate blocks, of which the last ends with a full flush.
    pub(super) deflated: Bytes,
    /// The checksum and length of the text before compression.
    pub(super) checksum: Checksum,
}

/// Makes fragments, one after the other.
#[derive(Debug)]
pub(super) struct Deflater {
    // It is used for many fragments, because its tables are larger than most fragments are.
    compress: Compress,
    /// What is compressed so far of the fragment that is being made.
    deflated: Vec<u8>,
    crc: crc32fast::Hasher,
    text_bytes: u64,
}

// === impl Fragment ===

impl Fragment {
    /// The number of bytes after compression.
    pub(super) fn deflated_bytes(&self) -> u64 {
        self.deflated.len() as u64
    }

    /// Text that is not compressed, as the last block of a stream (RFC 1951, section 3.2.4).
    fn stored(length: u16, text: &[u8]) -> Self {
        // The lowest bit says that it is the last block, and the next two that it is stored. The
        // full flush before it has left the stream at the start of a byte.
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
    /// Adds text to the fragment that is being made.
    pub(super) fn write(&mut self, text: &[u8]) {
        self.crc.update(text);
        self.text_bytes += text.len() as u64;
        self.deflate(text, FlushCompress::None);
    }

    /// Ends the fragment. The next one refers to nothing of it.
    pub(super) fn fragment(&mut self) -> Fragment {
        // A sync flush would also end at the start of a byte, but the next fragment could then refer
        // to this one, and it may come to stand behind another.
        self.end(FlushCompress::Full)
    }

    fn end(&mut self, flush: FlushCompress) -> Fragment {
        self.deflate(&[], flush);
        let crc = mem::take(&mut self.crc).finalize();
        let checksum = Checksum::new(crc, mem::take(&mut self.text_bytes));
        // The copy is of the right size, and it is kept until the next change. The buffer has room to
        // spare, and the next fragment is written to it.
        let deflated = Bytes::copy_from_slice(&self.deflated);
        self.deflated.clear();
        Fragment { deflated, checksum }
    }

    fn deflate(&mut self, mut text: &[u8], flush: FlushCompress) {
        loop {
            self.deflated.reserve(MIN_ROOM_BYTES);
            let read_before = self.compress.total_in();
            // It can fail only with a preset dictionary. The status says whether there was anything
            // to do, and so do the counts of bytes.
            let _ = self.compress.compress_vec(text, &mut self.deflated, flush);
            let read = self.compress.total_in() - read_before;
            text = &text[usize::try_from(read).unwrap_or(text.len())..];
            // zlib's manual: while it fills all the room, it must be called again with the same flush.
            if self.deflated.len() < self.deflated.capacity() {
                return;
            }
        }
    }
}

/// The fragment of one text.
pub(super) fn fragment(text: &[u8]) -> Fragment {
    deflated(text, FlushCompress::Full)
}

/// The last fragment of a stream.
// It is made at every scrape, because the exporter's own metrics change all the time. It takes
// longer to set up a compressor and compress a short text than to send it.
pub(super) fn last_fragment(text: &[u8]) -> Fragment {
    match u16::try_from(text.len()) {
        Ok(length) if length <= MAX_STORED_BYTES => Fragment::stored(length, text),
        _ => deflated(text, FlushCompress::Finish),
    }
}

fn deflated(text: &[u8], flush: FlushCompress) -> Fragment {
    let mut deflater = Deflater::default();
    deflater.write(text);
    deflater.end(flush)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use bytes::BytesMut;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn fragments_deflated_apart_are_one_gzip_member(texts in prop::collection::vec(".{0,4000}", 1..8)) {
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
            // A decoder of several members would hide that not all text is in the first one.
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
