//! A text in all the forms in which it may hold a secret: as it is, with escapes undone, and with
//! what looks like base64 or hexadecimal digits decoded. Each of these views knows which part of
//! the text its bytes stand for.

use super::encodings::{BASE64, BitBuffer, DigitEncoding, Escape, HEXADECIMAL};
use super::runs::{Place, runs};

/// How many encodings inside one another are undone.
const MAX_NESTING: usize = 2;
/// A shorter view holds no secret.
const MIN_VIEW_BYTES: usize = 4;
/// A shorter run of digits holds no encoded secret.
const MIN_RUN_DIGITS: usize = 6;

/// The printable ASCII characters of a text, which are all that secrets are made of. White space is
/// left out, because others break lines anywhere, and ours are folded.
#[derive(Debug, Default)]
pub(super) struct View {
    text: String,
    /// For each byte the part of the original text that it stands for.
    spans: Vec<Place>,
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
    // One encoding may be inside another, so what was decoded is decoded again.
    if nesting > 0 && view.text.len() >= MIN_RUN_DIGITS {
        decode_once(view, &mut |decoded| decode(decoded, nesting - 1, look));
    }
}

/// Undoes each encoding by itself.
fn decode_once(view: &View, found: &mut dyn FnMut(&View)) {
    if let Some(unescaped) = view.unescaped() {
        found(&unescaped);
    }
    // Letters before the first digit of encoded bytes look like digits, too, so it is not known
    // where they begin: four base64 digits and two hexadecimal ones may be the first.
    for skipped in 0..4 {
        found(&view.decoded(BASE64, skipped));
    }
    for skipped in 0..2 {
        found(&view.decoded(HEXADECIMAL, skipped));
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

    /// The part of the original text that some bytes of this view stand for.
    pub(super) fn span(&self, bytes: Place) -> Option<Place> {
        let spans = self.spans.get(bytes)?;
        Some(spans.first()?.start..spans.last()?.end)
    }

    /// Whether these bytes are a word of the original text, and not a part of a longer one.
    pub(super) fn is_word(&self, place: &Place) -> bool {
        let joins_what_is_before = place.start > 0 && self.joins_next(place.start - 1);
        let joins_what_is_after = self.is_letter(place.end) && self.touches_next(place.end - 1);
        !joins_what_is_before && !joins_what_is_after
    }

    /// Whether a byte is a letter that the next byte goes on with.
    fn joins_next(&self, at: usize) -> bool {
        self.is_letter(at) && self.touches_next(at)
    }

    fn is_letter(&self, at: usize) -> bool {
        let byte = self.text.as_bytes().get(at);
        byte.is_some_and(u8::is_ascii_alphanumeric)
    }

    /// Whether nothing stands between a byte and the next one in the original text.
    fn touches_next(&self, at: usize) -> bool {
        match (self.spans.get(at), self.spans.get(at + 1)) {
            (Some(here), Some(next)) => here.end >= next.start,
            _ => false,
        }
    }

    fn push(&mut self, character: char, span: Place) {
        if character.is_ascii_graphic() {
            self.text.push(character);
            self.spans.push(span);
        }
    }

    /// The view with the escapes of URLs, JSON, HTML and XML undone; `None` if there are none.
    fn unescaped(&self) -> Option<Self> {
        let mut view = Self::default();
        let mut at = 0;
        let mut has_escapes = false;
        while let Some(first) = self.char_at(at) {
            let escape = Escape::at_start_of(&self.text[at..]);
            has_escapes |= escape.is_some();
            let part = escape.unwrap_or(Escape::none(first));
            if let Some(span) = self.span(at..at + part.length) {
                view.push(part.character, span);
            }
            at += part.length;
        }
        // Without an escape this is the view that was searched already.
        has_escapes.then_some(view)
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// What the runs of digits stand for if the first `skipped` digits of each run are left out.
    fn decoded(&self, encoding: DigitEncoding, skipped: usize) -> Self {
        let mut view = Self::default();
        for run in self.runs_of_digits(encoding) {
            self.decode_run(run.start + skipped..run.end, encoding, &mut view);
        }
        view
    }

    fn runs_of_digits(&self, encoding: DigitEncoding) -> impl Iterator<Item = Place> {
        let runs = runs(&self.text, move |byte| encoding.has_digit(byte));
        runs.filter(|run| run.len() >= MIN_RUN_DIGITS)
    }

    fn decode_run(&self, run: Place, encoding: DigitEncoding, view: &mut Self) {
        let mut buffer = BitBuffer::default();
        for at in run {
            let Some(digit) = (encoding.value_of)(self.text.as_bytes()[at]) else {
                return;
            };
            let Some(byte) = buffer.push(digit, encoding.bits_per_digit) else {
                continue;
            };
            // A byte is spread over two digits.
            if let Some(span) = self.span(at.saturating_sub(1)..at + 1) {
                view.push(char::from(byte), span);
            }
        }
    }
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
            // The output of `echo -n ... | base64`, alone and after other letters.
            "czNjcmV0Lys9dmFsdWU=",
            "base64czNjcmV0Lys9dmFsdWU",
            "7333637265742f2b3d76616c7565",
            // The base64 of that base64.
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
