//! Quoting for a POSIX shell and for the AWS CLI.

use crate::explain::words;

/// How values begin that the AWS CLI takes for the address of a file, and sends the content of.
const ADDRESSES: [&str; 4] = ["file://", "fileb://", "http://", "https://"];

/// Quotes a value as one word of a POSIX shell. It is always one line.
pub(in crate::explain) fn quoted(value: &str) -> String {
    // A control character is in no id that AWS accepts. The shell would take most of them, and the
    // reader of the line would not see them.
    let visible = words::line(value);
    match shlex::try_quote(&visible) {
        Ok(word) => word.into_owned(),
        // Only a zero byte cannot be quoted, and there is none left.
        Err(_) => "''".to_owned(),
    }
}

/// Quotes a value of an option of the AWS CLI.
pub(super) fn quoted_value(value: &str) -> String {
    // Resources can be named by anybody who may call `PutComplianceItems`. The CLI has no way to
    // take such a value as it is, and with a space before it, it is only an id that AWS refuses.
    if ADDRESSES.iter().any(|start| value.starts_with(start)) {
        return quoted(&format!(" {value}"));
    }
    quoted(value)
}

/// Whether a value can stand in the CLI's shorthand, such as `Key=InstanceIds,Values=i-0123`.
pub(super) fn is_plain(value: &str) -> bool {
    let is_plain_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    !value.is_empty() && value.bytes().all(is_plain_byte)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn through_sh(word: &str) -> String {
        let output = Command::new("sh")
            .args(["-c", &format!("printf %s {word}")])
            .output()
            .expect("there is a shell");
        assert!(output.status.success(), "{word}");
        String::from_utf8(output.stdout).expect("text")
    }

    #[test]
    fn a_plain_id_is_not_quoted() {
        assert_eq!(quoted("i-0123456789abcdef0"), "i-0123456789abcdef0");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn a_hostile_value_is_one_word_of_one_line() {
        for value in [
            "'; rm -rf / #",
            "$(reboot)",
            "`reboot`",
            "a\\b",
            "\"x\" !! ~ *",
            "-rf",
            "=x",
        ] {
            assert_eq!(through_sh(&quoted(value)), value);
        }
        assert_eq!(through_sh(&quoted("a\nreboot\n")), "a reboot ");
    }

    #[test]
    fn a_value_is_never_the_address_of_a_file() {
        assert_eq!(quoted_value("file:///etc/passwd"), "' file:///etc/passwd'");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_shell_gives_back_what_was_quoted(value in "\\PC{0,40}") {
            let visible = words::line(&value);
            prop_assert_eq!(through_sh(&quoted(&value)), visible);
        }
    }
}
