//! Makes the texts that AWS sends safe to be label values.
//!
//! Most of them can be written by anybody who controls an instance: the agent reports its host
//! name, its address and its platform, and anybody with `ssm:PutComplianceItems` names types and
//! items.

use std::borrow::Cow;

/// Replaces a value that is not an identifier.
const UNKNOWN: &str = "Unknown";

/// The longest word of a vocabulary, in bytes. AWS's model allows a compliance type 100 characters,
/// and none of its other words is as long.
const MAX_WORD_BYTES: usize = 100;

/// The longest free text that is kept, in bytes.
// AWS allows a host name 255 characters. What is longer was not written by an agent, and every byte
// is sent to Prometheus once per series.
const MAX_TEXT_BYTES: usize = 256;

/// Checks a word of AWS's vocabulary (a status, a severity, a compliance type). Returns it
/// unchanged if it is an identifier, and `Unknown` if it is not.
///
/// An identifier consists of at most 100 letters, digits and the characters `_ - : .`. An empty
/// value means that AWS does not say, and stays empty.
pub(crate) fn vocabulary(value: &str) -> &str {
    // The word is not compared with a list: AWS adds words without notice, and a new status is
    // something that the reader of a metric wants to see.
    if value.len() <= MAX_WORD_BYTES && value.bytes().all(is_identifier_byte) {
        value
    } else {
        UNKNOWN
    }
}

fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':' | b'.')
}

/// Cleans a free text (a name, a title): removes control characters, and cuts the text at 256 bytes
/// on a character boundary.
pub fn free_text(value: &str) -> Cow<'_, str> {
    let is_clean = value.len() <= MAX_TEXT_BYTES && !value.chars().any(char::is_control);
    if is_clean {
        return Cow::Borrowed(value);
    }
    let mut kept: String = value
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_TEXT_BYTES)
        .collect();
    // A character may have several bytes, so as many characters may still be too long.
    kept.truncate(kept.floor_char_boundary(MAX_TEXT_BYTES));
    Cow::Owned(kept)
}

/// Returns the `pb-...` part of a patch baseline's id.
// AWS writes the id of one of its own baselines as a full ARN in some answers and without it in
// others. A join on the label would miss without this.
pub(crate) fn baseline_id(value: &str) -> Cow<'_, str> {
    free_text(last_segment(value))
}

/// Returns the last segment of a name or an id that may be an ARN: the bare name of a document, or
/// the `pb-...` part of a baseline.
// A document that another account shares is named by its ARN,
// `arn:aws:ssm:REGION:ACCOUNT:document/NAME`.
pub fn last_segment(value: &str) -> &str {
    value.rsplit('/').next().unwrap_or(value)
}

/// A count from AWS, which may be unknown. It takes half the memory of an `Option<u32>`.
// AWS leaves counts out, and its documentation shows -1 in sample output. Added up as they come,
// such counts would lower the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(u32);

impl Count {
    /// An unknown count.
    // AWS's counts are `i32`, so none of them has this value.
    pub const UNKNOWN: Self = Self(u32::MAX);

    /// Takes a count from AWS. An absent or negative one is unknown.
    pub fn new(count: Option<i64>) -> Self {
        let known = count.and_then(|count| u32::try_from(count).ok());
        known.map_or(Self::UNKNOWN, Self)
    }

    /// Returns the count, if AWS gave one.
    pub fn get(self) -> Option<u32> {
        (self != Self::UNKNOWN).then_some(self.0)
    }

    /// Returns the count, or 0 if it is unknown.
    pub fn or_zero(self) -> u32 {
        self.get().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_identifier_is_kept_and_anything_else_is_unknown() {
        assert_eq!(vocabulary("NON_COMPLIANT"), "NON_COMPLIANT");
        assert_eq!(vocabulary("Custom:My-Type.2"), "Custom:My-Type.2");
        assert_eq!(vocabulary(""), "");
        assert_eq!(vocabulary("two words"), UNKNOWN);
        assert_eq!(vocabulary("naïve"), UNKNOWN);
        assert_eq!(vocabulary(&"x".repeat(101)), UNKNOWN);
    }

    #[test]
    fn ids_of_baselines_and_names_of_documents_lose_their_arn() {
        assert_eq!(
            baseline_id("arn:aws:ssm:eu-west-1:075727635805:patchbaseline/pb-0123"),
            "pb-0123"
        );
        assert_eq!(baseline_id("pb-0123"), "pb-0123");
        assert_eq!(
            last_segment("arn:aws:ssm:eu-west-1:1:document/Mine"),
            "Mine"
        );
    }

    proptest! {
        #[test]
        fn free_text_has_no_control_characters_and_at_most_256_bytes(value in any::<String>()) {
            let kept = free_text(&value);
            prop_assert!(kept.len() <= 256);
            prop_assert!(!kept.chars().any(char::is_control));
        }

        #[test]
        fn short_text_without_control_characters_is_untouched(value in "\\PC{0,60}") {
            prop_assert_eq!(free_text(&value), value.as_str());
        }
    }
}
