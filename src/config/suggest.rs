//! Finds what a misspelt key was meant to be.

/// How much of a word is compared; keys of the format are shorter.
const MAX_COMPARED_CHARS: usize = 40;

/// The known word nearest to `word`, if it is near enough to be a slip of the finger; of several
/// that are equally near the first.
pub(super) fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    // Hyphens instead of underscores are the usual slip.
    let typed: Vec<char> = word
        .to_lowercase()
        .replace('-', "_")
        .chars()
        .take(MAX_COMPARED_CHARS)
        .collect();
    let mut nearest = None;
    // A third of the letters may be wrong, and one letter of a short word.
    let mut least = (typed.len() / 3).max(1) + 1;
    for candidate in known {
        let letters: Vec<char> = candidate.chars().collect();
        let distance = distance(&typed, &letters);
        if distance < least {
            least = distance;
            nearest = Some(*candidate);
        }
    }
    nearest
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
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let deleted = last[j] + 1;
            let inserted = row[j - 1] + 1;
            let mut best = replaced.min(deleted).min(inserted);
            // Two neighbours typed in the wrong order count as one slip and not as two.
            if ends_swapped(&a[..i], &b[..j]) {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = last;
        last = row;
    }
    last[b.len()]
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
