//! Finds what a misspelt word was meant to be.

/// How much of a word is compared; keys of the format and regions are shorter.
const MAX_COMPARED_CHARS: usize = 40;

/// The known word nearest to `word`, if it is near enough to be a slip of the finger; of several
/// that are equally near the first.
pub(super) fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    nearest_within(word, known, max_slips(&letters_of(word)))
}

/// The same for words that are near if they are at most `max_slips` slips apart.
pub(super) fn nearest_within(
    word: &str,
    known: &[&'static str],
    max_slips: usize,
) -> Option<&'static str> {
    let typed = letters_of(word);
    let mut nearest = None;
    let mut least = max_slips + 1;
    for candidate in known {
        let distance = distance(&typed, &letters_of(candidate));
        if distance < least {
            least = distance;
            nearest = Some(*candidate);
        }
    }
    nearest
}

fn letters_of(word: &str) -> Vec<char> {
    // Hyphens instead of underscores are the usual slip.
    let word = word.to_lowercase().replace('-', "_");
    word.chars().take(MAX_COMPARED_CHARS).collect()
}

/// How far a word may be from what was meant: a third of its letters, or one of a short word.
fn max_slips(word: &[char]) -> usize {
    (word.len() / 3).max(1)
}

/// The number of insertions, deletions, replacements and swaps of neighbours that turn one word
/// into the other ("optimal string alignment").
///
/// Row `i` of the classic table has the distances between the first `i` letters of `a` and each
/// beginning of `b`. A row only needs the two before it.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let row = next_row(&a[..i], b, &last, &before_last);
        before_last = last;
        last = row;
    }
    last[b.len()]
}

/// The row of the table for all of `a`.
fn next_row(a: &[char], b: &[char], last: &[usize], before_last: &[usize]) -> Vec<usize> {
    let mut row = vec![a.len()];
    for j in 1..=b.len() {
        let replaced = last[j - 1] + usize::from(a.last() != b.get(j - 1));
        let deleted = last[j] + 1;
        let inserted = row[j - 1] + 1;
        let mut best = replaced.min(deleted).min(inserted);
        // Two neighbours typed in the wrong order count as one slip and not as two.
        if ends_swapped(a, &b[..j]) {
            best = best.min(before_last[j - 2] + 1);
        }
        row.push(best);
    }
    row
}

/// Whether the last two letters of one word are those of the other in reverse.
fn ends_swapped(a: &[char], b: &[char]) -> bool {
    match (a, b) {
        ([.., a1, a2], [.., b1, b2]) => a1 == b2 && a2 == b1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_finger_find_their_key() {
        let known = ["interval", "stale_after", "full_every"];
        for slip in [
            "intervall",
            "intreval",
            "Interval",
            "stale-after",
            "ful_every",
        ] {
            assert!(nearest(slip, &known).is_some(), "{slip}");
        }
        assert_eq!(nearest("staleafter", &known), Some("stale_after"));
    }

    #[test]
    fn unrelated_words_get_no_suggestion() {
        assert_eq!(nearest("timeout", &["interval", "stale_after"]), None);
        assert_eq!(nearest("", &["interval"]), None);
    }
}
