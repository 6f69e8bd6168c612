//! AWS's words, ids and texts, as explanations write them.

/// The characters that reverse the direction of text. In a terminal or a ticket they would let a
/// title pass itself off as something else.
const DIRECTION_MARKS: [std::ops::RangeInclusive<char>; 3] = [
    '\u{200e}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2066}'..='\u{2069}',
];

/// Makes one line of a text: whatever breaks lines becomes a space, and control characters and
/// marks of direction are removed.
pub(crate) fn line(text: &str) -> String {
    let visible = text
        .chars()
        .map(|c| if breaks_line(c) { ' ' } else { c })
        .filter(|c| is_visible(*c));
    visible.collect()
}

/// Removes control characters from a text of several lines, and keeps the lines.
pub(super) fn lines(text: &str) -> String {
    let cleaned: Vec<String> = text.lines().map(line).collect();
    cleaned.join("\n").trim_end().to_owned()
}

fn breaks_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_visible(c: char) -> bool {
    !c.is_control() && !DIRECTION_MARKS.iter().any(|marks| marks.contains(&c))
}

/// Compares two of AWS's words, which it spells `INSTALLED_OTHER` in its model and `InstalledOther`
/// in its answers.
pub(super) fn is_word(value: &str, word: &str) -> bool {
    let letters = |text: &str| {
        let kept = text.chars().filter(|c| *c != '_');
        kept.map(|c| c.to_ascii_lowercase()).collect::<String>()
    };
    letters(value) == letters(word)
}

/// Writes a number and its noun: `1 patch`, `2 patches`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{count} {noun}")
}

/// Returns a text, or what to say if it is empty.
pub(super) fn or<'a>(text: &'a str, substitute: &'a str) -> &'a str {
    if text.is_empty() { substitute } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_what_can_be_seen_and_nothing_else() {
        assert_eq!(line("a\tb\r\nc\u{1b}[31md\u{202e}e\u{7f}"), "a b  c[31mde");
        assert_eq!(line("naïve 漢字"), "naïve 漢字");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(lines("one\r\ntwo\u{1b}[2J\n\n"), "one\ntwo[2J");
    }

    #[test]
    fn both_spellings_of_a_word_are_the_same() {
        assert!(is_word(
            "INSTALLED_PENDING_REBOOT",
            "InstalledPendingReboot"
        ));
        assert!(is_word("Missing", "Missing"));
        assert!(!is_word("Installed", "InstalledOther"));
    }
}
