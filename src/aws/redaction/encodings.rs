//! Encodings of single characters and bytes: escapes of URLs, JSON, HTML and XML, and the digits of
//! base64 and of hexadecimal numbers.

use super::runs::Place;

/// An encoding of bytes as digits.
#[derive(Clone, Copy)]
pub(super) struct DigitEncoding {
    pub(super) bits_per_digit: u32,
    pub(super) value_of: fn(u8) -> Option<u8>,
}

impl DigitEncoding {
    pub(super) fn has_digit(self, byte: u8) -> bool {
        (self.value_of)(byte).is_some()
    }
}

pub(super) const BASE64: DigitEncoding = DigitEncoding {
    bits_per_digit: 6,
    value_of: base64_value,
};

pub(super) const HEXADECIMAL: DigitEncoding = DigitEncoding {
    bits_per_digit: 4,
    value_of: hexadecimal_value,
};

/// The digits of standard and of URL-safe base64.
fn base64_value(digit: u8) -> Option<u8> {
    // A text does not say which of the two alphabets it uses.
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn hexadecimal_value(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// Collects the bits of digits until they make a byte.
#[derive(Default)]
pub(super) struct BitBuffer {
    bits: u32,
    count: u32,
}

impl BitBuffer {
    /// Adds a digit of at most eight bits, and takes out the byte that is complete with it.
    pub(super) fn push(&mut self, digit: u8, bits_per_digit: u32) -> Option<u8> {
        // Sixteen bits are enough: less than a byte is left over before a digit is added.
        self.bits = (self.bits << bits_per_digit | u32::from(digit)) & 0xffff;
        self.count += bits_per_digit;
        if self.count < 8 {
            return None;
        }
        self.count -= 8;
        u8::try_from(self.bits >> self.count & 0xff).ok()
    }
}

/// An escape, and what it stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Escape {
    /// The length of the escape itself, in bytes.
    pub(super) length: usize,
    pub(super) character: char,
}

impl Escape {
    const fn new(length: usize, character: char) -> Self {
        Self { length, character }
    }

    /// No escape at all: an ASCII character that stands for itself.
    pub(super) const fn none(character: char) -> Self {
        Self::new(1, character)
    }

    /// The escape that a text begins with.
    pub(super) fn at_start_of(text: &str) -> Option<Self> {
        match text.as_bytes().first()? {
            b'%' => Self::of_digits(text, 1..3),
            b'\\' => Self::after_backslash(text),
            b'&' => Self::of_entity(text),
            _ => None,
        }
    }

    /// An escape that ends with the hexadecimal digits of a code.
    fn of_digits(text: &str, digits: Place) -> Option<Self> {
        let end = digits.end;
        let character = character(text.get(digits)?, 16)?;
        Some(Self::new(end, character))
    }

    fn after_backslash(text: &str) -> Option<Self> {
        match text.as_bytes().get(1)? {
            b'u' => Self::of_digits(text, 2..6),
            b'x' => Self::of_digits(text, 2..4),
            // No view holds white space, so it does not matter which one this is.
            b'n' | b'r' | b't' => Some(Self::new(2, ' ')),
            other => Some(Self::new(2, char::from(*other))),
        }
    }

    fn of_entity(text: &str) -> Option<Self> {
        // The ampersand and the semicolon belong to the escape, but not to the name.
        let name = text.get(1..)?.split_once(';')?.0;
        Some(Self::new(name.len() + 2, entity(name)?))
    }
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => numbered_entity(name),
    }
}

/// `#47` and `#x2F` are both a slash.
fn numbered_entity(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    match number.strip_prefix(['x', 'X']) {
        Some(digits) => character(digits, 16),
        None => character(number, 10),
    }
}

/// The character with this code. Half of a surrogate pair of UTF-16 is no character, but it is an
/// escape all the same.
fn character(digits: &str, radix: u32) -> Option<char> {
    let code = u32::from_str_radix(digits, radix).ok()?;
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}
