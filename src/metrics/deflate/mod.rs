//! Compressed pieces that can be put one after another into one gzip stream.
//!
//! A gzip member is a header, one deflate stream, and a CRC and length of what it holds (RFC 1952). A deflate stream is
//! blocks (RFC 1951), and one that ends with a flush ends on a byte: so pieces deflated apart join to one stream, and
//! `crc32_combine` joins their checksums. Several members would be simpler, but curl and Chromium stop after the first.
//!
//! Samples are deflated while they are written ([`Block`]); everything else by a library.

mod block;
mod codes;
mod inflate;
mod sum;

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;

pub(super) use block::Block;
pub(crate) use inflate::Inflater;
pub(crate) use sum::Sum;

/// The gzip header: deflate, no name, no time, written by whatever system.
pub(crate) const GZIP_HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The fastest level.
const LEVEL: u32 = 1;

/// Bytes of a text that is short.
const SHORT: u16 = 16 * 1024;

/// Samples, compressed. Stands anywhere in a stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Piece {
    /// Deflate blocks, the last of them ended by a flush.
    pub(crate) deflated: Bytes,
    /// Of the text before compression.
    pub(crate) sum: Sum,
}

/// A piece of any text.
pub(crate) fn piece(text: &[u8]) -> Piece {
    let mut encoder = encoder(text);
    // Writing to a Vec cannot fail; a page that lacks a piece is refused by every reader.
    let _ = encoder.write_all(text).and_then(|()| encoder.flush());
    Piece { deflated: Bytes::copy_from_slice(encoder.get_ref()), sum: Sum::of(text) }
}

/// The last piece of a stream: text of any kind. It is made for one scrape, so a short one is sent as it is: to compress it
/// takes longer than to send it.
pub(crate) fn last_piece(text: &[u8]) -> Piece {
    let deflated = match u16::try_from(text.len()) {
        Ok(length) if length <= SHORT => stored(length, text),
        _ => {
            let mut encoder = encoder(text);
            let _ = encoder.write_all(text);
            encoder.finish().unwrap_or_default()
        }
    };
    Piece { deflated: deflated.into(), sum: Sum::of(text) }
}

/// Text that is not compressed (RFC 1951, section 3.2.4), as the last block.
fn stored(length: u16, text: &[u8]) -> Vec<u8> {
    [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), text].concat()
}

fn encoder(text: &[u8]) -> DeflateEncoder<Vec<u8>> {
    DeflateEncoder::new(Vec::with_capacity(text.len() / 4 + 64), Compression::new(LEVEL))
}

/// What an inflater of others makes of blocks.
#[cfg(test)]
pub(crate) fn inflated(blocks: &[Bytes]) -> Vec<u8> {
    // The end of a stream: an empty last block.
    let stream = [&blocks.concat()[..], &[3, 0]].concat();
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(&stream[..]), &mut text)
        .expect("a deflate stream");
    text
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
            let pieces: Vec<Piece> = texts.iter().map(|text| piece(text.as_bytes())).collect();
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
        fn inflating_gives_the_text_back_whatever_the_frame(text in "(.{0,4000}|[ab]{20000})", most in 1_usize..500) {
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
