//! Checksums of texts that can be combined, as `crc32_combine` of zlib does.
//!
//! `crc32fast` can combine checksums too, but works out a shift from the length each time. That
//! costs more than everything else that is done with a page of many small targets, so the shift is
//! kept here.

/// Checksum and length of a text, which can be combined with those of the text that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum {
    crc: u32,
    /// What a checksum is multiplied with when a text of this length follows: x to the power of its
    /// bits, modulo the polynomial of CRC-32.
    shift: u32,
    /// Bytes of the text.
    pub(crate) length: u64,
}

/// The polynomial of CRC-32 (RFC 1952), lowest power in the highest bit, as checksums are.
const POLYNOMIAL: u32 = 0xedb8_8320;
/// The polynomial 1.
const ONE: u32 = 1 << 31;
/// The polynomial x to the power of 8: one byte.
const BYTE: u32 = 1 << 23;

/// The product of two polynomials modulo [`POLYNOMIAL`].
const fn times(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    let mut bit = ONE;
    while bit != 0 {
        if a & bit != 0 {
            product ^= b;
        }
        b = if b & 1 == 0 {
            b >> 1
        } else {
            (b >> 1) ^ POLYNOMIAL
        };
        bit >>= 1;
    }
    product
}

/// The shift by so many bytes.
const fn shift(mut length: u64) -> u32 {
    let mut shift = ONE;
    let mut power = BYTE;
    while length > 0 {
        if length & 1 == 1 {
            shift = times(shift, power);
        }
        power = times(power, power);
        length >>= 1;
    }
    shift
}

// === impl Checksum ===

impl Default for Checksum {
    fn default() -> Self {
        Self {
            crc: 0,
            shift: ONE,
            length: 0,
        }
    }
}

impl Checksum {
    /// The checksum of a text of this CRC and length.
    pub(crate) fn new(crc: u32, length: u64) -> Self {
        Self {
            crc,
            shift: shift(length),
            length,
        }
    }

    /// The checksum of one text.
    pub(crate) fn of(text: &[u8]) -> Self {
        Self::new(crc32fast::hash(text), text.len() as u64)
    }

    /// The checksum of this text and then the `next` one.
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
