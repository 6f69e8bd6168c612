//! AWS's words made safe to be label values.

use std::borrow::Cow;

/// What an unreadable value of a vocabulary becomes.
const UNKNOWN: &str = "Unknown";

/// A value of a closed vocabulary (a status, a severity, a type): kept if it is an identifier, else
/// `Unknown`.
///
/// AWS adds values without notice, so an unknown word is data; but a word is at most 100 letters,
/// digits and `_ - : .`. An empty value is "not said" and stays empty.
pub(crate) fn vocabulary(value: &str) -> &str {
    let identifier = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'.');
    if value.len() <= 100 && value.bytes().all(identifier) {
        value
    } else {
        UNKNOWN
    }
}

/// Free text (a name, a title): without control characters, cut at 256 bytes on a character
/// boundary.
pub fn free_text(value: &str) -> Cow<'_, str> {
    const MOST: usize = 256;
    if value.len() <= MOST && !value.chars().any(char::is_control) {
        return Cow::Borrowed(value);
    }
    let mut kept: String = value
        .chars()
        .filter(|c| !c.is_control())
        .take(MOST)
        .collect();
    kept.truncate(kept.floor_char_boundary(MOST));
    Cow::Owned(kept)
}

/// A patch baseline's `pb-...` part: AWS writes its own baselines as a full ARN in some answers and
/// bare in others.
pub(crate) fn baseline_id(value: &str) -> Cow<'_, str> {
    free_text(value.rsplit('/').next().unwrap_or(value))
}

/// A document's bare name: shared documents are named by ARN,
/// `arn:aws:ssm:REGION:ACCOUNT:document/NAME`.
pub(crate) fn document_name(value: &str) -> &str {
    value.rsplit('/').next().unwrap_or(value)
}

/// A count AWS gives, where a negative one means "not known". Half the size of an `Option<u32>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(u32);

impl Count {
    /// No count.
    pub const UNKNOWN: Self = Self(u32::MAX);

    /// `None` and negative counts are unknown.
    pub fn new(count: Option<i64>) -> Self {
        count
            .and_then(|count| u32::try_from(count).ok())
            .map_or(Self::UNKNOWN, Self)
    }

    /// The count, if AWS gave one.
    pub fn get(self) -> Option<u32> {
        (self != Self::UNKNOWN).then_some(self.0)
    }

    /// The count, an unknown one being 0.
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
            document_name("arn:aws:ssm:eu-west-1:1:document/Mine"),
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
