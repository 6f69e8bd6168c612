//! A text in all the ways in which a secret may be written in it: as it is, with escapes undone,
//! and with what looks like base64 or hexadecimal digits decoded. Each of them knows where its
//! bytes stand in the text.

use std::ops::Range;

/// How often one encoding may be inside another.
const MAX_NESTING: usize = 2;
/// Fewer bytes hold no secret.
const MIN_VIEW_BYTES: usize = 4;
/// Fewer digits hold no encoded secret.
const MIN_RUN_DIGITS: usize = 6;

/// The printable ASCII characters of a text, all that secrets are made of. White space is left out,
/// because lines are broken anywhere, and ours are folded.
#[derive(Debug, Default)]
pub(super) struct View {
    text: String,
    /// For each byte the part of the text that it stands for.
    spans: Vec<Range<usize>>,
}

/// Calls `look` with each view of a text.
pub(super) fn each(text: &str, mut look: impl FnMut(&View)) {
    decode(&View::of(text), MAX_NESTING, &mut look);
}

fn decode(view: &View, nesting: usize, look: &mut impl FnMut(&View)) {
    if view.text.len() < MIN_VIEW_BYTES {
        return;
    }
    look(view);
    if nesting == 0 || view.text.len() < MIN_RUN_DIGITS {
        return;
    }
    if let Some(unescaped) = view.unescaped() {
        decode(&unescaped, nesting - 1, look);
    }
    // Where the first digit of encoded bytes stands is not known: letters before it look like
    // digits, too.
    for skipped in 0..4 {
        decode(&view.decoded(skipped, 6, base64_digit), nesting - 1, look);
    }
    for skipped in 0..2 {
        decode(
            &view.decoded(skipped, 4, hexadecimal_digit),
            nesting - 1,
            look,
        );
    }
}

impl View {
    pub(super) fn of(text: &str) -> Self {
        let mut view = Self::default();
        for (at, character) in text.char_indices() {
            view.push(character, at..at + character.len_utf8());
        }
        view
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The part of the text that some bytes of this view stand for.
    pub(super) fn span(&self, bytes: Range<usize>) -> Option<Range<usize>> {
        let spans = self.spans.get(bytes)?;
        Some(spans.first()?.start..spans.last()?.end)
    }

    /// Whether these bytes are no part of a longer word.
    pub(super) fn is_word(&self, place: &Range<usize>) -> bool {
        let is_letter = |at: usize| {
            self.text
                .as_bytes()
                .get(at)
                .is_some_and(u8::is_ascii_alphanumeric)
        };
        let touches =
            |left: usize, right: usize| match (self.spans.get(left), self.spans.get(right)) {
                (Some(left), Some(right)) => left.end >= right.start,
                _ => false,
            };
        let begins = place.start == 0
            || !is_letter(place.start - 1)
            || !touches(place.start - 1, place.start);
        let ends = !is_letter(place.end) || !touches(place.end - 1, place.end);
        begins && ends
    }

    fn push(&mut self, character: char, span: Range<usize>) {
        if character.is_ascii_graphic() {
            self.text.push(character);
            self.spans.push(span);
        }
    }

    /// With the escapes of URLs, JSON, HTML and XML undone; `None` where there are none.
    fn unescaped(&self) -> Option<Self> {
        let mut view = Self::default();
        let (mut at, mut has_escapes) = (0, false);
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            let (length, character) = match escape(rest) {
                Some(escape) => {
                    has_escapes = true;
                    escape
                }
                None => (1, rest.chars().next().unwrap_or_default()),
            };
            if let Some(span) = self.span(at..at + length) {
                view.push(character, span);
            }
            at += length;
        }
        has_escapes.then_some(view)
    }

    /// What runs of digits of so many bits stand for; the first `skipped` of each run are left out.
    fn decoded(&self, skipped: usize, digit_bits: u32, value: fn(u8) -> Option<u8>) -> Self {
        let mut view = Self::default();
        let bytes = self.text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let length = bytes[start..]
                .iter()
                .take_while(|byte| value(**byte).is_some())
                .count();
            if length >= MIN_RUN_DIGITS {
                self.decode_run(
                    start + skipped..start + length,
                    digit_bits,
                    value,
                    &mut view,
                );
            }
            start += length + 1;
        }
        view
    }

    fn decode_run(
        &self,
        run: Range<usize>,
        digit_bits: u32,
        value: fn(u8) -> Option<u8>,
        view: &mut Self,
    ) {
        let (mut bits, mut count) = (0_u32, 0);
        for at in run {
            let Some(digit) = self.text.as_bytes().get(at).and_then(|byte| value(*byte)) else {
                return;
            };
            bits = (bits << digit_bits | u32::from(digit)) & 0xffff;
            count += digit_bits;
            if count >= 8 {
                count -= 8;
                let byte = u8::try_from(bits >> count & 0xff).unwrap_or_default();
                // A byte is spread over two digits.
                if let Some(span) = self.span(at.saturating_sub(1)..at + 1) {
                    view.push(char::from(byte), span);
                }
            }
        }
    }
}

/// The length of the escape that a text begins with, and the character that it stands for.
fn escape(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    match (bytes.first()?, bytes.get(1)?) {
        (b'%', _) => Some((3, character(text.get(1..3)?, 16)?)),
        (b'\\', b'u') => Some((6, character(text.get(2..6)?, 16)?)),
        (b'\\', b'x') => Some((4, character(text.get(2..4)?, 16)?)),
        (b'\\', b'n' | b'r' | b't') => Some((2, ' ')),
        (b'\\', other) => Some((2, char::from(*other))),
        (b'&', _) => {
            let name = text.get(1..)?.split_once(';')?.0;
            Some((name.len() + 2, entity(name)?))
        }
        _ => None,
    }
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        return match number.strip_prefix(['x', 'X']) {
            Some(digits) => character(digits, 16),
            None => character(number, 10),
        };
    }
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The character with this code; half of a pair of UTF-16 is none, but an escape all the same.
fn character(digits: &str, radix: u32) -> Option<char> {
    let code = u32::from_str_radix(digits, radix).ok()?;
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn hexadecimal_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::{View, each};

    fn views(text: &str) -> Vec<String> {
        let mut views = Vec::new();
        each(text, |view| views.push(view.text().to_owned()));
        views
    }

    #[test]
    fn every_encoding_is_undone() {
        for text in [
            "s3cret/+=value",
            " s3cret/\n+=val\u{200b}ue",
            "s3cret%2F%2b%3Dvalue",
            r"s3cret\/\u002b\x3dvalue",
            "s3cret&#47;&#x2B;=value",
            "s3cret%252F%252b%253Dvalue",
            // With echo -n ... | base64, and with other letters before it.
            "czNjcmV0Lys9dmFsdWU=",
            "base64czNjcmV0Lys9dmFsdWU",
            "7333637265742f2b3d76616c7565",
            // Of base64.
            "Y3pOamNtVjBMeXM5ZG1Gc2RXVT0=",
        ] {
            assert!(
                views(text)
                    .iter()
                    .any(|view| view.contains("s3cret/+=value")),
                "{text}: {:?}",
                views(text)
            );
        }
    }

    #[test]
    fn a_part_of_a_view_is_found_in_the_text() {
        let view = View::of("a %41 b");
        let unescaped = view.unescaped().expect("an escape");
        assert_eq!(
            (unescaped.text(), unescaped.span(1..2)),
            ("aAb", Some(2..5))
        );
        assert!(view.unescaped().is_some() && View::of("100% sure").unescaped().is_none());
    }

    #[test]
    fn a_word_ends_where_white_space_was() {
        for (text, is_word) in [
            ("the id-1 s3cret is", true),
            ("the s3crets", false),
            ("a 's3cret'", true),
        ] {
            let view = View::of(text);
            let start = view.text().find("s3cret").expect("it is there");
            assert_eq!(view.is_word(&(start..start + 6)), is_word, "{text}");
        }
    }
}
