//! The patterns of ids that the service models declare.

/// The pattern of the ids of managed instances.
pub(crate) const INSTANCE_ID_PATTERN: &str = r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)";
/// The pattern of the ids of associations and executions.
pub(crate) const UUID_PATTERN: &str =
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

/// The pattern of the ids of patch baselines, which may be ARNs.
pub(crate) const BASELINE_ID_PATTERN: &str = r"^[a-zA-Z0-9_\-:/]{20,128}$";

pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text matches [`INSTANCE_ID_PATTERN`].
pub(crate) fn is_instance_id(text: &str) -> bool {
    // Old ids of EC2 have 8 digits. Those of hybrid nodes always had 17.
    if let Some(digits) = text.strip_prefix("mi-") {
        return digits.len() == 17 && is_word(digits);
    }
    match text.strip_prefix("i-") {
        Some(digits) => matches!(digits.len(), 8 | 17) && is_word(digits),
        None => false,
    }
}

/// Whether a text matches [`UUID_PATTERN`].
pub(crate) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let has_right_lengths = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    has_right_lengths && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text matches [`BASELINE_ID_PATTERN`].
pub(crate) fn is_baseline_id(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:/".contains(&byte);
    (20..=128).contains(&text.len()) && text.bytes().all(is_allowed)
}

/// The part `pb-...` of the id or the ARN of a baseline.
pub(crate) fn short_baseline_id(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// Whether a text matches `\w*`, which is ASCII in the patterns of AWS.
fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::is_instance_id;

    #[test]
    fn instance_ids_follow_the_models_pattern() {
        for good in ["i-1a2b3c4d", "i-0123456789abcdef0", "mi-0123456789abcdef0"] {
            assert!(is_instance_id(good), "{good}");
        }
        for bad in [
            "",
            "i-",
            "i-123",
            "mi-1a2b3c4d",
            "i-0123456789abcdef01",
            "x-0123456789abcdef0",
            "i-0123456789abcd-f0",
        ] {
            assert!(!is_instance_id(bad), "{bad}");
        }
    }
}
