//! Rules for accounts, their roles, sessions and regions, and for the interval.

use std::time::Duration;

use super::{message, parse};

#[test]
fn an_interval_below_a_second_is_refused_with_a_hint() {
    for text in ["999ms", "1ms", "0.5s"] {
        let message = message(&format!("refresh: {{interval: {text}, full_every: 1s}}"));
        assert!(
            message.contains("is below 1s\n  hint: give 1s or more"),
            "{message}"
        );
    }
    assert_eq!(
        parse("refresh: {interval: 1s}").unwrap().refresh.interval,
        Duration::from_secs(1)
    );
}

const ROLE: &str = "arn:aws:iam::111122223333:role/x";

#[test]
fn an_account_id_is_twelve_digits_and_agrees_with_the_role() {
    let id = |text: &str| parse(text).unwrap().accounts[0].account_id.clone();
    assert_eq!(
        id("accounts: [{account_id: \"012345678901\"}]").as_deref(),
        Some("012345678901")
    );
    assert_eq!(
        id("accounts: [{account_id: 012345678901}]").as_deref(),
        Some("012345678901"),
        "without quotes"
    );
    assert_eq!(
        id(&format!(
            "accounts: [{{account_id: 111122223333, role_arn: '{ROLE}'}}]"
        ))
        .as_deref(),
        Some("111122223333")
    );
    for odd in [
        "12345",
        "1111222233334",
        "11112222333x",
        "'1111 2222 3333'",
        "1e12",
        "''",
        "٣٣٣٣٣٣٣٣٣٣٣٣",
    ] {
        assert!(
            message(&format!("accounts: [{{account_id: {odd}}}]"))
                .contains("accounts[0].account_id"),
            "{odd}"
        );
    }
    let other = message(&format!(
        "accounts: [{{account_id: 999988887777, role_arn: '{ROLE}'}}]"
    ));
    assert!(
        other.contains("is 999988887777, but the account of role_arn is 111122223333"),
        "{other}"
    );
}

#[test]
fn entries_without_a_role_are_one_account_whatever_they_say() {
    let two = |first: &str, second: &str| format!("accounts:\n  - {{{first}}}\n  - {{{second}}}\n");
    let known = "account_id: 111122223333, regions: [eu-west-1]";
    let shared = parse(&two("regions: [us-east-1]", known)).unwrap();
    assert!(
        shared
            .accounts
            .iter()
            .all(|account| account.account_id.as_deref() == Some("111122223333"))
    );
    for (second, expected) in [
        (
            "regions: [eu-west-1]".to_owned(),
            "eu-west-1 is given twice for account 111122223333",
        ),
        (
            "account_id: 999988887777, regions: [us-east-1]".to_owned(),
            "for the same credentials",
        ),
        (
            format!("role_arn: '{ROLE}', regions: [eu-west-1]"),
            "eu-west-1 is given twice for account 111122223333",
        ),
        (
            "account_name: b, regions: [us-east-1]".to_owned(),
            "has another account_name on line 2",
        ),
    ] {
        let message = message(&two(&format!("account_name: a, {known}"), &second));
        assert!(message.contains(expected), "{second}: {message}");
    }
}

#[test]
fn two_accounts_have_two_names() {
    let other = "arn:aws:iam::444455556666:role/x";
    let text = format!(
        "accounts: [{{account_name: a, role_arn: '{ROLE}'}}, {{account_name: a, role_arn: '{other}'}}]"
    );
    assert!(
        message(&text)
            .contains("account 444455556666 has the account_name of account 111122223333")
    );
}

#[test]
fn a_session_name_keeps_awss_rule_and_needs_a_role() {
    let with =
        |name: &str| format!("accounts: [{{role_session_name: {name}, role_arn: '{ROLE}'}}]");
    assert_eq!(
        parse(&with("'a+b=c,d.e@f_g-h'")).unwrap().accounts[0]
            .role_session_name
            .as_deref(),
        Some("a+b=c,d.e@f_g-h")
    );
    for odd in [
        "a",
        "a b",
        "a/b",
        "'a:b'",
        "é-name",
        "\"two\\n\"",
        &"x".repeat(65),
    ] {
        assert!(
            message(&with(odd)).contains("is not the name of a session"),
            "{odd}"
        );
    }
    assert!(
        message("accounts: [{role_session_name: exporter}]").contains("stands without a role_arn")
    );
}

#[test]
fn regions_fit_the_partition_of_the_role_beside_them() {
    for (partition, region) in [
        ("aws", "eu-west-1"),
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-iso-b", "us-isob-east-1"),
        ("aws-eusc", "eusc-de-east-1"),
    ] {
        let with = |region: &str| {
            format!(
                "accounts: [{{regions: [{region}], role_arn: 'arn:{partition}:iam::111122223333:role/x'}}]"
            )
        };
        assert!(parse(&with(region)).is_ok(), "{}", message(&with(region)));
        let wrong = if partition == "aws" {
            "cn-north-1"
        } else {
            "us-east-1"
        };
        assert!(
            message(&with(wrong)).contains(&format!("role_arn names the partition {partition}")),
            "{partition}"
        );
    }
    let lister = "lister_role_arn: 'arn:aws-cn:iam::111122223333:role/x'";
    let message = message(&format!(
        "organization: {{role_name: x, regions: [eu-west-1], {lister}}}"
    ));
    assert!(
        message.contains("lister_role_arn names the partition aws-cn"),
        "{message}"
    );
}
