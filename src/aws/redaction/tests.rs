use std::fmt::Write;

use aws_smithy_types::body::SdkBody;
use proptest::prelude::*;

use super::memory::{MAX_SECRETS, MAX_SIGNATURES};
use super::redactor::REDACTED;
use super::*;
use crate::aws::tests::scripted_aws::encoded;

const TOKEN: &str = "IQoJb3JpZ2luX2VjEHAaCWV1LXdlc3QtMSJHMEUCIQDx/Zq+8fN3wKc0lm";
const EXTERNAL_ID: &str = "ssm-exporter@production";

fn redactor() -> Redactor {
    let redactor = Redactor::default();
    redactor.learn(TOKEN, SecretKind::Opaque);
    redactor.learn(EXTERNAL_ID, SecretKind::Name);
    redactor
}

fn redact(redactor: &Redactor, text: &str) -> String {
    redactor.redact(text, text.len())
}

#[test]
fn a_secret_is_found_in_whatever_it_is_written() {
    let redactor = redactor();
    for secret in [TOKEN, EXTERNAL_ID] {
        for (encoding, text) in encoded(secret) {
            let shown = redact(&redactor, &format!("refused: {text}, sorry"));
            // At most the padding of base64 is left.
            let rest = shown
                .strip_prefix("refused: [redacted]")
                .and_then(|rest| rest.strip_suffix(", sorry"));
            assert!(
                rest.is_some_and(|rest| rest.len() <= 4),
                "{encoding}: {text}: {shown}"
            );
        }
    }
}

#[test]
fn parts_of_a_token_are_as_secret_as_the_whole() {
    let redactor = redactor();
    for part in [&TOKEN[..20], &TOKEN[20..], &TOKEN[13..30]] {
        assert_eq!(
            redact(&redactor, &format!("part {part}")),
            "part [redacted]"
        );
    }
    let halves = format!("{} and {}", &TOKEN[..20], &TOKEN[20..]);
    assert_eq!(redact(&redactor, &halves), "[redacted] and [redacted]");
    let commas = format!("{},...,{}", &TOKEN[..20], &TOKEN[20..]);
    assert_eq!(redact(&redactor, &commas), "[redacted]");
}

#[test]
fn what_people_name_is_secret_only_as_a_whole() {
    let redactor = redactor();
    for harmless in [
        "User: arn:aws:iam::111122223333:role/ssm-exporter is not authorized",
        "1 validation error detected: Value '100' at 'maxResults' failed to satisfy constraint",
        "The association 8a7f3c1e-0b5d-4c39-9f0e-3a1b2c4d5e6f is not in production",
        "pb-0123456789abcdef0, pb-0fedcba9876543210, pb-00112233445566778",
    ] {
        assert_eq!(redact(&redactor, harmless), harmless);
    }
}

#[test]
fn short_external_ids_are_secret_as_words_and_shorter_values_not_at_all() {
    let redactor = Redactor::default();
    redactor.learn("s3cret", SecretKind::Name);
    redactor.learn("prod", SecretKind::Name);
    redactor.learn("abc", SecretKind::Name);
    redactor.learn("secret", SecretKind::Opaque);
    assert_eq!(
        redact(&redactor, "id s3cret of prod, 's3cret'"),
        "id [redacted] of [redacted], '[redacted]'"
    );
    let harmless = "s3crets of production: abc, secret";
    assert_eq!(redact(&redactor, harmless), harmless);
}

#[test]
fn every_signature_is_a_secret_and_those_of_our_requests_in_parts_too() {
    let redactor = Redactor::default();
    let ours = "0123456789abcdef".repeat(4);
    let foreign = "f0e1d2c3b4a59687".repeat(4);
    assert_eq!(
        redact(&redactor, &format!("{ours}, {foreign}")),
        "[redacted], [redacted]"
    );
    assert_eq!(redact(&redactor, &ours[..40]), ours[..40]);
    redactor.learn_signature(&ours);
    assert_eq!(redact(&redactor, &ours[..40]), "[redacted]");
}

#[test]
fn a_secret_that_goes_beyond_what_is_shown_is_not_shown_in_part() {
    let redactor = redactor();
    let text = format!("a {EXTERNAL_ID} b");
    for visible in 3..text.len() - 2 {
        assert!(
            !redactor.redact(&text, visible).contains("ssm"),
            "{visible}"
        );
    }
    assert_eq!(redactor.redact(&text, 1), "a");
}

#[test]
fn memory_is_bounded_and_what_is_in_use_is_kept() {
    let redactor = Redactor::default();
    for number in 0..MAX_SECRETS + 100 {
        redactor.learn(
            &format!("secret of nobody number {number:020}"),
            SecretKind::Opaque,
        );
        redactor.learn(TOKEN, SecretKind::Opaque);
        redactor.learn_signature(&format!("{number:064x}"));
    }
    let [secrets, signatures, fragments] = redactor.memory().size();
    assert_eq!((secrets, signatures), (MAX_SECRETS, MAX_SIGNATURES));
    assert!(
        fragments < (MAX_SECRETS + MAX_SIGNATURES) * 64,
        "{fragments}"
    );
    assert_eq!(redact(&redactor, TOKEN), "[redacted]");
}

#[test]
fn fragments_of_forgotten_secrets_are_forgotten() {
    let redactor = Redactor::default();
    for number in 0..=MAX_SECRETS {
        redactor.learn(
            &format!("{number:04}abcdefghijklmnopqrst{number:04}"),
            SecretKind::Opaque,
        );
    }
    assert_eq!(
        redact(&redactor, "0000abcd"),
        "0000abcd",
        "the first has gone"
    );
    assert_eq!(
        redact(&redactor, "abcdefgh"),
        "[redacted]",
        "others have the same fragments"
    );
}

fn learned(headers: &[(&'static str, &'static str)], body: &str) -> Redactor {
    let mut request = HttpRequest::new(SdkBody::from(body));
    for (name, value) in headers {
        request.headers_mut().insert(*name, *value);
    }
    let redactor = Redactor::default();
    request::learn(&redactor, &request);
    redactor
}

#[test]
fn the_secrets_of_every_kind_of_request_are_learned() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let json = ("content-type", "application/json");
    let secret = "AaBbCcDdEeFfGgHhIiJj/0123456789";
    let cases = [
        // Requests for the credentials of containers and instances, for SSO, and to proxies.
        (vec![("authorization", secret)], String::new()),
        (
            vec![("authorization", "Bearer AaBbCcDdEeFfGgHhIiJj/0123456789")],
            String::new(),
        ),
        (vec![("x-aws-ec2-metadata-token", secret)], String::new()),
        (vec![("x-amz-sso_bearer_token", secret)], String::new()),
        (vec![("Proxy-Authorization", secret)], String::new()),
        // Requests to SSM and STS.
        (
            vec![
                ("x-amz-security-token", secret),
                ("x-amz-target", "AmazonSSM.ListAssociations"),
            ],
            "{}".to_owned(),
        ),
        (
            vec![form],
            "Action=AssumeRole&ExternalId=AaBbCcDdEeFfGgHhIiJj%2F0123456789".to_owned(),
        ),
        (
            vec![form],
            "Action=AssumeRoleWithWebIdentity&WebIdentityToken=AaBbCcDdEeFfGgHhIiJj%2F0123456789"
                .to_owned(),
        ),
        (
            vec![json],
            format!(r#"{{"clientId":"public","clientSecret":"{secret}"}}"#),
        ),
        (
            vec![json],
            format!(r#"{{"grantType":"refresh_token","refreshToken":"{secret}"}}"#),
        ),
    ];
    for (headers, body) in cases {
        let redactor = learned(&headers, &body);
        assert_eq!(
            redact(&redactor, &format!("not {secret}!")),
            "not [redacted]!",
            "{headers:?} {body}"
        );
    }
}

#[test]
fn of_a_signature_its_scope_is_a_secret_and_its_words_are_none() {
    let signed = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/ssm/aws4_request, \
                  SignedHeaders=content-type;host;x-amz-date, \
                  Signature=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let redactor = learned(
        &[
            ("authorization", signed),
            ("content-type", "application/x-amz-json-1.1"),
        ],
        "{}",
    );
    let text = "scope AKIDEXAMPLE/20260101/eu-west-1/ssm/aws4_request with 8899aabbccddeeff";
    assert_eq!(redact(&redactor, text), "scope [redacted] with [redacted]");
    let harmless = "AKIDEXAMPLE may not ssm:ListAssociations in eu-west-1: AWS4-HMAC-SHA256, content-type;host;x-amz-date";
    assert_eq!(redact(&redactor, harmless), harmless);
}

/// The text broken into lines of so many characters.
fn folded(text: &str, width: usize) -> String {
    let mut lines = String::new();
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % width == 0 {
            lines.push_str("\r\n ");
        }
        lines.push(character);
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_encoding_of_no_secret_is_shown(
        token in "[A-Za-z0-9+/=]{20,200}",
        external_id in "[A-Za-z0-9+=,.@:/_-]{8,60}",
        before in "[a-zA-Z ,.:'\"]{0,20}",
        after in "[a-zA-Z ,.:'\"]{0,20}",
        width in 3..60_usize,
    ) {
        let redactor = Redactor::default();
        redactor.learn(&token, SecretKind::Opaque);
        redactor.learn(&external_id, SecretKind::Name);
        for secret in [&token, &external_id] {
            for (encoding, text) in encoded(secret) {
                for text in [folded(&text, width), text] {
                    let shown = redact(&redactor, &format!("{before} {text} {after}"));
                    prop_assert!(shown.contains(REDACTED), "{encoding}: {shown}");
                    let shown: String = shown.split_whitespace().collect();
                    let text: String = text.split_whitespace().collect();
                    // Not even a third of it, which might be enough to guess the rest, is shown.
                    let part = &text[text.len() / 3..][..text.len() / 3];
                    prop_assert!(part.len() < 8 || !shown.contains(part), "{encoding}: {shown} has {part}");
                }
            }
        }
    }

    #[test]
    fn no_text_is_too_odd_to_be_searched(text in any::<String>(), visible in 0..100_usize) {
        let redactor = redactor();
        redactor.redact(&text, visible);
        let mut odd = text;
        write!(odd, "%&#;\\\\x%u\\u00{TOKEN}").expect("room");
        prop_assert!(!redact(&redactor, &odd).contains(&TOKEN[8..30]));
    }
}
