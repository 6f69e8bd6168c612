//! Defaults, variables, and what messages show of them.

use super::hostile::lines;
use super::{message, parse};
use crate::config::Config;

#[test]
fn an_empty_file_means_the_same_as_no_file() {
    for text in [
        "",
        "\n",
        "# nothing\n",
        "---\n",
        "{}",
        "refresh:\napi:\nexposition:\n",
        "\u{feff}",
    ] {
        assert_eq!(parse(text).unwrap(), Config::default(), "{text:?}");
    }
}

#[test]
fn variables_change_values_and_never_the_structure() {
    let config =
        parse("accounts: [{account_name: a, role_arn: 'arn:aws:iam::${ROLE_ACCOUNT}:role/x'}]")
            .unwrap();
    assert_eq!(
        config.accounts[0].account_id.as_deref(),
        Some("111122223333")
    );
    assert!(
        message("accounts: [{account_name: '${INJECTED}'}]")
            .contains("accounts[0].account_name: \"${INJECTED}\"")
    );
    assert!(message("${REGION}: 1").contains("unknown key"));
}

#[test]
fn messages_never_show_what_a_variable_or_a_secret_holds() {
    let role = "role_arn: 'arn:aws:iam::111122223333:role/x'";
    for text in [
        format!("accounts: [{{external_id: '${{BAD_SECRET}}', {role}}}]"),
        format!("accounts: [{{external_id: 'hunter2 hunter2', {role}}}]"),
        "accounts: [{role_arn: '${BAD_SECRET}', external_id: ok}]".to_owned(),
        "api: {endpoint_url: '${BAD_SECRET}', attempt_timeout: '${BAD_SECRET}'}".to_owned(),
        "api: {endpoint_url: 'http://me:hunter2@example.com'}".to_owned(),
        "api: {endpoint_url: 'htp://me:hunter2@example.com'}".to_owned(),
    ] {
        assert!(!message(&text).contains("hunter2"), "{}", message(&text));
    }
    let config = parse(
        "accounts: [{external_id: '${EXTERNAL_ID}', role_arn: 'arn:aws:iam::111122223333:role/x'}]",
    );
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn only_the_first_hundred_problems_are_printed_and_the_others_counted() {
    for (count, end) in [
        (99, "kez98"),
        (100, "kez99"),
        (101, "\nand 1 more"),
        (50_000, "\nand 49900 more"),
    ] {
        let error = parse(&lines(count, |i| format!("kez{i}: 1"))).unwrap_err();
        let printed = error.to_string();
        assert_eq!(error.problems().len(), count);
        assert_eq!(printed.matches("unknown key").count(), count.min(100));
        let last = printed.rsplit("  hint: ").next().unwrap();
        assert!(
            if end.starts_with('\n') {
                last.ends_with(end)
            } else {
                printed.contains(end)
            },
            "{printed:.2000}"
        );
        assert!(!printed.contains("kez100\""), "{printed:.2000}");
    }
}
