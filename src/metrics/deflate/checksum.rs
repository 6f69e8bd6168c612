//! Checksums that can be combined: the checksum of two texts in a row is computed from those of the
//! two, without reading either text again.
//!
//! The method is that of zlib's `crc32_combine`. `crc32fast` has it too, but works out a shift from
//! the length each time. For a page of many small targets that costs more than everything else that
//! is done with the page, so the shift is kept here.

/// The checksum and length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum {
    crc: u32,
    /// What the checksum of a text before this one is multiplied by: x to the power of this text's
    /// length in bits, modulo the polynomial of CRC-32.
    shift: u32,
    /// The length of the text in bytes.
    pub(crate) length: u64,
}

/// The polynomial of CRC-32 (RFC 1952, section 8).
// A CRC is the remainder of a division of polynomials whose coefficients are bits. gzip's has the
// lowest power in the highest bit, so a shift to the right multiplies by x.
const POLYNOMIAL: u32 = 0xedb8_8320;
/// The polynomial 1.
const ONE: u32 = 1 << 31;
/// The polynomial x to the power of 8, which shifts by one byte.
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

/// The shift by `length` bytes.
const fn shift(mut length: u64) -> u32 {
    // The power is found by squaring, because a text may have millions of bytes.
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
    /// The checksum of a text with this CRC and length.
    pub(crate) fn new(crc: u32, length: u64) -> Self {
        Self {
            crc,
            shift: shift(length),
            length,
        }
    }

    /// The checksum of `text`.
    pub(crate) fn of(text: &[u8]) -> Self {
        Self::new(crc32fast::hash(text), text.len() as u64)
    }

    /// The checksum of this text followed by the `next` one.
    pub(crate) fn then(self, next: Self) -> Self {
        Self {
            crc: times(next.shift, self.crc) ^ next.crc,
            shift: times(self.shift, next.shift),
            length: self.length + next.length,
        }
    }

    /// The trailer of a gzip member that holds this text (RFC 1952, section 2.3.1).
    pub(crate) fn gzip_trailer(self) -> [u8; 8] {
        let mut trailer = [0; 8];
        trailer[..4].copy_from_slice(&self.crc.to_le_bytes());
        // The RFC has room for the length modulo 2^32, which is its lowest four bytes.
        trailer[4..].copy_from_slice(&self.length.to_le_bytes()[..4]);
        trailer
    }
}
