//! Compressed pieces that can be put one after another into one gzip stream.
//!
//! A gzip member is a header, one deflate stream, and a CRC and length of what it holds (RFC 1952).
//! A deflate stream is blocks (RFC 1951), and one that ends with a flush ends on a byte: so pieces
//! deflated apart join to one stream, and `crc32_combine` joins their checksums. Several members
//! would be simpler, but curl and Chromium stop after the first.
//!
//! So a page is compressed once, piece by piece, and what one target brings anew is joined to what
//! is there of all others.

mod checksum;
mod inflate;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};

pub(crate) use checksum::Checksum;
pub(crate) use inflate::Inflater;

/// The gzip header: deflate, no name, no time, written by whatever system.
pub(crate) const GZIP_HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Twice as fast as the next one. Level 1 makes pages that are half as large again.
const LEVEL: u32 = 2;

/// Bytes of a text that is short.
const SHORT: u16 = 16 * 1024;

/// Text, compressed. Stands anywhere in a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Deflate blocks, the last of them ended by a flush.
    pub(crate) deflated: Bytes,
    /// Of the text before compression.
    pub(crate) sum: Checksum,
}

/// Makes pieces, one after the other, with one compressor: its tables are larger than most pieces
/// are.
#[derive(Debug)]
pub(crate) struct Deflater {
    compress: Compress,
    /// Of the piece under way.
    deflated: Vec<u8>,
    /// Where the compressor writes.
    room: Box<[u8]>,
    crc: crc32fast::Hasher,
    length: u64,
}

const ROOM: usize = 32 * 1024;

// === impl Deflater ===

impl Default for Deflater {
    fn default() -> Self {
        Self {
            compress: Compress::new(Compression::new(LEVEL), false),
            deflated: Vec::new(),
            room: vec![0; ROOM].into(),
            crc: crc32fast::Hasher::new(),
            length: 0,
        }
    }
}

impl Deflater {
    /// More text of the piece under way.
    pub(crate) fn write(&mut self, text: &[u8]) {
        self.crc.update(text);
        self.length += text.len() as u64;
        self.deflate(text, FlushCompress::None);
    }

    /// Ends the piece. The next one refers to nothing of it.
    pub(crate) fn fragment(&mut self) -> Fragment {
        self.end(FlushCompress::Full)
    }

    fn end(&mut self, how: FlushCompress) -> Fragment {
        self.deflate(&[], how);
        let sum = Checksum::new(
            std::mem::take(&mut self.crc).finalize(),
            std::mem::take(&mut self.length),
        );
        let deflated = Bytes::copy_from_slice(&self.deflated);
        self.deflated.clear();
        Fragment { deflated, sum }
    }

    fn deflate(&mut self, mut text: &[u8], flush: FlushCompress) {
        loop {
            let before = (self.compress.total_in(), self.compress.total_out());
            // Without preset dictionaries this call cannot fail: with nothing left to do it reads
            // and writes nothing.
            let _ = self.compress.compress(text, &mut self.room, flush);
            let since = |before: u64, now: u64| usize::try_from(now - before).unwrap_or_default();
            let (read, written) = (
                since(before.0, self.compress.total_in()),
                since(before.1, self.compress.total_out()),
            );
            self.deflated.extend_from_slice(&self.room[..written]);
            text = &text[read..];
            if written < self.room.len() {
                return;
            }
        }
    }
}

/// A piece of any text.
pub(crate) fn fragment(text: &[u8]) -> Fragment {
    let mut deflater = Deflater::default();
    deflater.write(text);
    deflater.fragment()
}

/// The last piece of a stream: text of any kind. It is made for one scrape, so a short one is sent
/// as it is: to compress it takes longer than to send it.
pub(crate) fn last_fragment(text: &[u8]) -> Fragment {
    if let Some(length) = u16::try_from(text.len())
        .ok()
        .filter(|length| *length <= SHORT)
    {
        return Fragment {
            deflated: stored(length, text).into(),
            sum: Checksum::of(text),
        };
    }
    let mut deflater = Deflater::default();
    deflater.write(text);
    deflater.end(FlushCompress::Finish)
}

/// Text that is not compressed (RFC 1951, section 3.2.4), as the last block.
fn stored(length: u16, text: &[u8]) -> Vec<u8> {
    [
        &[1][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        text,
    ]
    .concat()
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
                sum = sum.then(fragment.sum);
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
