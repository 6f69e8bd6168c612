//! Compressed pieces that can be put one after another into one gzip stream.
//!
//! A gzip member is a header, one deflate stream, and a CRC and length of what it holds (RFC 1952). A deflate stream is
//! blocks (RFC 1951), and one that ends with a flush ends on a byte: so pieces deflated apart join to one stream, and
//! `crc32_combine` joins their checksums. Several members would be simpler, but curl and Chromium stop after the first.

use std::io::Write;

use bytes::{Bytes, BytesMut};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress};

use super::lines::LineDeflater;

/// The gzip header: deflate, no name, no time, written by whatever system.
pub(crate) const GZIP_HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The fastest level.
const LEVEL: u32 = 1;

/// Checksum and length of a text, joinable to those of the text that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    crc: u32,
    /// What a checksum is multiplied with when a text of this length follows: x to the power of its bits, modulo the
    /// polynomial of CRC-32. Kept, because working it out from the length costs more than everything else that is done
    /// with a page of many small targets.
    shift: u32,
    /// Bytes before compression.
    pub(crate) length: u64,
}

/// Samples, compressed. Stands anywhere in a stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Piece {
    /// Deflate blocks, the last of them ended by a flush.
    pub(crate) deflated: Bytes,
    /// Of the text before compression.
    pub(crate) sum: Sum,
}

// === impl Sum ===

impl Default for Sum {
    fn default() -> Self {
        Self { crc: 0, shift: ONE, length: 0 }
    }
}

/// The polynomial of CRC-32 (RFC 1952), lowest power in the highest bit, as checksums are.
const POLYNOMIAL: u32 = 0xedb8_8320;
/// The polynomial 1.
const ONE: u32 = 1 << 31;
/// The polynomial x to the power of 8: one byte.
const BYTE: u32 = 1 << 23;

/// The product of two polynomials modulo [`POLYNOMIAL`].
const fn times(a: u32, mut b: u32) -> u32 {
    let (mut product, mut bit) = (0, ONE);
    while bit != 0 {
        if a & bit != 0 {
            product ^= b;
        }
        b = if b & 1 == 0 { b >> 1 } else { (b >> 1) ^ POLYNOMIAL };
        bit >>= 1;
    }
    product
}

/// The shift of so many bytes.
const fn shift(mut length: u64) -> u32 {
    let (mut shift, mut power) = (ONE, BYTE);
    while length > 0 {
        if length & 1 == 1 {
            shift = times(shift, power);
        }
        power = times(power, power);
        length >>= 1;
    }
    shift
}

impl Sum {
    /// Of one text.
    pub(crate) fn of(text: &[u8]) -> Self {
        let length = text.len() as u64;
        Self { crc: crc32fast::hash(text), shift: shift(length), length }
    }

    /// Of this text and then `next`.
    pub(crate) fn then(self, next: Self) -> Self {
        Self {
            crc: times(next.shift, self.crc) ^ next.crc,
            shift: times(self.shift, next.shift),
            length: self.length + next.length,
        }
    }

    /// The gzip trailer of a member that holds this text.
    pub(crate) fn gzip_trailer(self) -> [u8; 8] {
        let mut trailer = [0; 8];
        trailer[..4].copy_from_slice(&self.crc.to_le_bytes());
        // The length modulo 2^32, as RFC 1952 has it.
        trailer[4..].copy_from_slice(&self.length.to_le_bytes()[..4]);
        trailer
    }
}

/// A piece of its own.
pub(crate) fn piece(deflater: &LineDeflater, text: &[u8]) -> Piece {
    let mut out = BytesMut::new();
    deflater.append(text, &mut out);
    Piece { deflated: Bytes::copy_from_slice(&out), sum: Sum::of(text) }
}

/// The last piece of a stream: text of any kind, and not much of it.
pub(crate) fn last_piece(text: &[u8]) -> Piece {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 4 + 64), Compression::new(LEVEL));
    // Writing to a Vec cannot fail; a page without its end is refused by every reader.
    let _ = encoder.write_all(text);
    Piece { deflated: encoder.finish().unwrap_or_default().into(), sum: Sum::of(text) }
}

/// Takes a stream of pieces back to text, a frame at a time.
#[derive(Debug)]
pub(crate) struct Inflater {
    decompress: Decompress,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { decompress: Decompress::new(false) }
    }
}

impl Inflater {
    /// Appends up to `most` bytes of text from the front of `deflated`, and takes what it used from there.
    pub(crate) fn append(&mut self, deflated: &mut Bytes, out: &mut BytesMut, most: usize) {
        let (read, start) = (self.decompress.total_in(), out.len());
        let written = self.decompress.total_out();
        out.resize(start + most, 0);
        // What our own deflater wrote always inflates.
        let _ = self.decompress.decompress(deflated, &mut out[start..], FlushDecompress::Sync);
        let used = self.decompress.total_in() - read;
        let gained = self.decompress.total_out() - written;
        out.truncate(start + usize::try_from(gained).unwrap_or_default());
        let _ = deflated.split_to(usize::try_from(used).unwrap_or_default().min(deflated.len()));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_deflated_apart_are_one_gzip_member(texts in prop::collection::vec(".{0,4000}", 1..8)) {
            let deflater = LineDeflater::default();
            let pieces: Vec<Piece> = texts.iter().map(|text| piece(&deflater, text.as_bytes())).collect();
            let last = last_piece(b"end");
            let mut stream = GZIP_HEADER.to_vec();
            let mut sum = Sum::default();
            for piece in pieces.iter().chain([&last]) {
                stream.extend_from_slice(&piece.deflated);
                sum = sum.then(piece.sum);
            }
            stream.extend_from_slice(&sum.gzip_trailer());
            let mut text = String::new();
            // Not the multi-member decoder: everything must be in the first member.
            flate2::read::GzDecoder::new(stream.as_slice()).read_to_string(&mut text).expect("a gzip member");
            prop_assert_eq!(text, texts.concat() + "end");
        }

        #[test]
        fn inflating_gives_the_text_back_whatever_the_frame(text in ".{0,4000}", most in 1_usize..500) {
            let mut deflated = last_piece(text.as_bytes()).deflated;
            let mut inflater = Inflater::default();
            let mut out = BytesMut::new();
            while out.len() < text.len() {
                inflater.append(&mut deflated, &mut out, most);
            }
            prop_assert_eq!(&out[..], text.as_bytes());
        }
    }
}
