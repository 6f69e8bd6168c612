//! Single values of the SDK as values of our own.
//!
//! Where AWS requires a member that an answer lacks, the SDK fills in an empty text, or the time
//! 1970-01-01. Both count as absent here.

use std::collections::HashMap;

use aws_smithy_types::DateTime;

use crate::model::Timestamp;

/// A text, if there is one.
pub(in crate::aws) fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A word of one of the SDK's enumerations as AWS wrote it; empty if there is none.
pub(super) fn word(word: Option<&impl AsRef<str>>) -> String {
    word.map(|word| word.as_ref().to_owned())
        .unwrap_or_default()
}

/// Counts per status, sorted by status, because the order of a map changes from read to read.
pub(super) fn status_counts(counts: Option<HashMap<String, i32>>) -> Vec<(String, i64)> {
    let mut sorted: Vec<(String, i64)> = counts
        .unwrap_or_default()
        .into_iter()
        .map(|(status, count)| (status, i64::from(count)))
        .collect();
    sorted.sort_unstable();
    sorted
}

/// A time to the millisecond; `None` for one that AWS does not know.
pub(super) fn timestamp(time: DateTime) -> Option<Timestamp> {
    let millis = i64::try_from(rounded_millis(time)).ok()?;
    Timestamp::from_millis(millis)
}

fn rounded_millis(time: DateTime) -> i128 {
    // Rounded, because the SDK reads `.123` as 122,999,906 nanoseconds. Halves go up, also before
    // 1970.
    (time.as_nanos() + 500_000).div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_milliseconds_and_unknown_ones_dropped() {
        let millis = |time| timestamp(time).map(Timestamp::millis);
        assert_eq!(
            millis(DateTime::from_secs_f64(1_550_501_835.178)),
            Some(1_550_501_835_178)
        );
        assert_eq!(
            millis(DateTime::from_secs_and_nanos(1_550_501_835, 122_999_906)),
            Some(1_550_501_835_123)
        );
        for unknown in [0.0, -62_135_596_800.0] {
            assert_eq!(millis(DateTime::from_secs_f64(unknown)), None);
        }
        assert_eq!(millis(DateTime::from_secs(i64::MAX)), None);
        assert_eq!(millis(DateTime::from_secs(i64::MIN)), None);
    }

    #[test]
    fn status_counts_are_sorted() {
        let counts = HashMap::from([("Success".to_owned(), 2), ("Failed".to_owned(), 1)]);
        assert_eq!(
            status_counts(Some(counts)),
            [("Failed".to_owned(), 1), ("Success".to_owned(), 2)]
        );
        assert_eq!(status_counts(None), []);
    }
}
