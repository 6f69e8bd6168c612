//! Reads what a `credential_process` prints.
//!
//! A missing member is named without quoting the rest, which may hold secrets.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value};

/// The credentials in the output of a process, or what the process has failed to print.
pub(super) fn read(output: &[u8]) -> Result<Credentials, &'static str> {
    if output.trim_ascii().is_empty() {
        return Err("printed nothing");
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(output) else {
        return Err("did not print a JSON object");
    };
    // Another version may mean something else by the same names.
    if version(&members) != Some(1) {
        return Err("printed no Version 1");
    }
    credentials_in(&members)
}

fn credentials_in(members: &Map<String, Value>) -> Result<Credentials, &'static str> {
    let id = text(members, "AccessKeyId").ok_or("printed no AccessKeyId")?;
    let secret = text(members, "SecretAccessKey").ok_or("printed no SecretAccessKey")?;
    let token = text(members, "SessionToken").map(str::to_owned);
    // Credentials without an expiration are valid until AWS refuses them.
    let expiration = text(members, "Expiration").map(time).transpose()?;
    Ok(Credentials::new(
        id,
        secret,
        token,
        expiration,
        "CredentialProcess",
    ))
}

fn version(members: &Map<String, Value>) -> Option<u64> {
    member(members, "Version")?.as_u64()
}

/// The member of this name in any case, because the SDKs do not mind the case.
fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut members = members.iter();
    let (_, value) = members.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value)
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = member(members, name)?.as_str()?;
    // Nothing can be signed with an empty key, so it counts as missing.
    (!text.is_empty()).then_some(text)
}

fn time(text: &str) -> Result<SystemTime, &'static str> {
    parsed_time(text).ok_or("printed an Expiration that is no RFC 3339 time")
}

fn parsed_time(text: &str) -> Option<SystemTime> {
    let time = DateTime::from_str(text, Format::DateTimeWithOffset).ok()?;
    SystemTime::try_from(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"Version": 1, "AccessKeyId": "id", "SecretAccessKey": "s3cret"}"#;

    #[test]
    fn credentials_are_read_with_and_without_token_and_end() {
        let credentials = read(GOOD.as_bytes()).expect("good");
        assert_eq!(
            (credentials.access_key_id(), credentials.secret_access_key()),
            ("id", "s3cret")
        );
        assert_eq!(
            (credentials.session_token(), credentials.expiry()),
            (None, None)
        );
        for end in ["2030-01-02T03:04:05Z", "2030-01-02T05:04:05.000+02:00"] {
            let more = format!(r#", "SESSIONTOKEN": "token", "Expiration": "{end}"}}"#);
            let credentials = read(GOOD.replace('}', &more).as_bytes()).expect("good");
            assert_eq!(credentials.session_token(), Some("token"));
            let since_epoch = credentials
                .expiry()
                .expect("an end")
                .duration_since(SystemTime::UNIX_EPOCH);
            assert_eq!(
                since_epoch.expect("later").as_secs(),
                1_893_553_445,
                "{end}"
            );
        }
        let nulls = GOOD.replace('}', r#", "SessionToken": null, "Expiration": null}"#);
        assert!(read(nulls.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_is_quoted() {
        for (from, to, missing) in [
            ("Version", "version2", "Version"),
            ("1", "2", "Version"),
            ("1", "\"1\"", "Version"),
            ("AccessKeyId", "x", "AccessKeyId"),
            ("\"id\"", "7", "AccessKeyId"),
            ("\"s3cret\"", "\"\"", "SecretAccessKey"),
            (
                "\"s3cret\"",
                "\"s3cret\", \"Expiration\": \"s3cret\"",
                "Expiration",
            ),
            ("{", "[", "JSON"),
            (GOOD, " \n", "nothing"),
            (GOOD, "s3cret", "JSON"),
        ] {
            let what = read(GOOD.replacen(from, to, 1).as_bytes()).expect_err(to);
            assert!(what.contains(missing) && !what.contains("s3cret"), "{what}");
        }
    }

    mod fuzz {
        use super::*;

        const WORDS: [&str; 24] = [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "null",
            "1",
            "2",
            "1.0",
            "true",
            "\"Version\":",
            "\"version\": 1",
            "\"AccessKeyId\":",
            "\"SecretAccessKey\":",
            "\"SessionToken\":",
            "\"Expiration\":",
            "\"2030-01-02T03:04:05Z\"",
            "\"9999-12-31T23:59:60+23:59\"",
            "\"-999-01-01T00:00:00Z\"",
            "\\u0000",
            "\\ud800",
            "\"\"",
        ];

        #[test]
        fn any_output_is_credentials_that_can_sign_or_refused() {
            fuzzing::Fuzz::of("credential-process")
                .words(WORDS)
                .examples([GOOD])
                .check(|input| {
                    read(input).map(|credentials| {
                        assert!(!credentials.access_key_id().is_empty(), "nobody");
                        assert!(
                            !credentials.secret_access_key().is_empty(),
                            "nothing to sign with"
                        );
                        (
                            credentials.session_token().is_some(),
                            credentials.expiry().is_some(),
                        )
                    })
                });
        }
    }
}
