//! Turns what others say into one line that is fit for a log or a page.

use super::redaction;

/// A detail is cut behind so many characters.
const MAX_DETAIL_CHARS: usize = 240;
/// A text is searched for secrets up to here.
const MAX_SEARCHED_BYTES: usize = 8 << 10;
/// A longer text is shown no further than this, so that a secret that goes beyond what is searched
/// is not shown in part.
const MAX_SHOWN_BYTES: usize = 2 << 10;

/// One line without control characters and without secrets, cut at 240 characters. All that AWS,
/// its SDK and other programs say passes through here before it is logged or shown.
pub fn one_line(text: &str) -> String {
    let line = joined_words(text);
    // Secrets go before the line is cut: half a secret would not be recognised.
    let line = redaction::redacted(&line, visible_bytes(&line));
    // A code without a message leaves its colon behind.
    cut(line.trim_end_matches(':'))
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(MAX_DETAIL_CHARS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// The words of a text with one space between them, as far as they are searched.
fn joined_words(text: &str) -> String {
    let mut line = String::new();
    for word in words(text) {
        if !line.is_empty() {
            line.push(' ');
        }
        let room = MAX_SEARCHED_BYTES.saturating_sub(line.len());
        line.push_str(&word[..word.floor_char_boundary(room)]);
        // The rest is neither searched nor shown.
        if room <= word.len() {
            break;
        }
    }
    line
}

/// The words of a text, between which white space and control characters stand.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_between_words).filter(|word| !word.is_empty())
}

fn is_between_words(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

fn visible_bytes(line: &str) -> usize {
    let is_whole = line.len() < MAX_SEARCHED_BYTES - char::MAX_LEN_UTF8;
    if is_whole {
        line.len()
    } else {
        MAX_SHOWN_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_one_short_line() {
        assert_eq!(one_line("a\nb\t\u{1b}[31mc\r\n"), "a b [31mc");
        assert_eq!(one_line("InvalidResourceId: "), "InvalidResourceId");
        assert_eq!(
            one_line(&"é".repeat(300)).chars().count(),
            MAX_DETAIL_CHARS + 3
        );
    }
}
