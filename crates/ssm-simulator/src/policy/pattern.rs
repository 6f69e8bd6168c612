//! Patterns of actions and resources.

/// Whether a text matches a pattern, in which `*` stands for any letters and `?` for one.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut position) = (0, 0);
    // Where to go on if the text after the last star turns out not to match.
    let mut retry: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at, position));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == text[position] => {
                at += 1;
                position += 1;
            }
            _ => {
                // The star takes one more letter.
                let Some((star, taken)) = retry else {
                    return false;
                };
                retry = Some((star, taken + 1));
                at = star + 1;
                position = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_letters_and_question_marks_for_one() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "anything"),
            ("ssm:list*", "ssm:listassociations"),
            ("a*b*c", "a-b-b-c"),
            ("a?c*", "abc"),
            ("arn:aws:iam::*:role/r", "arn:aws:iam::111122223333:role/r"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("ssm:list", "ssm:listassociations"),
            ("a*b*c", "a-c"),
            ("a?c", "ac"),
            (
                "arn:aws:iam::*:role/r",
                "arn:aws:iam::111122223333:role/other",
            ),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
