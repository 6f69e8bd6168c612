//! Finds what a misspelt key was meant to be.

/// Longest word worth comparing; keys of the format are shorter.
const LONGEST: usize = 40;

/// The known word nearest to `word`, if it is near enough to be a slip of the finger.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = word
        .to_lowercase()
        .chars()
        .map(|c| if c == '-' { '_' } else { c })
        .take(LONGEST)
        .collect();
    let allowed = (typed.len() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| {
            (
                distance(&typed, &candidate.chars().collect::<Vec<_>>()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string
/// alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(a.len())
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
            assert!(nearest(slip, known).is_some(), "{slip}");
        }
        assert_eq!(nearest("staleafter", known), Some("stale_after"));
    }

    #[test]
    fn unrelated_words_get_no_suggestion() {
        assert_eq!(nearest("timeout", ["interval", "stale_after"]), None);
        assert_eq!(nearest("", ["interval"]), None);
    }
}
