//! What is understood of a file with problems, so that others can be looked for.

use super::{env, parse};
use crate::config::Config;

fn draft(text: &str) -> Option<Config> {
    parse(text).unwrap_err().draft().cloned()
}

#[test]
fn a_bad_file_is_understood_as_far_as_it_can_be() {
    let draft = draft("refresh: {interval: 5}\napi: {endpoint_url: 'http://x'}\n").unwrap();
    assert_eq!(draft.refresh, Config::default().refresh);
    assert_eq!(draft.api.endpoint_url.as_deref(), Some("http://x"));
    assert_eq!(draft.accounts, Config::default().accounts);
}

#[test]
fn an_account_whose_regions_are_bad_is_not_taken_for_one_without_regions() {
    for accounts in [
        "[{regions: [eu-wset-1]}]",
        "[{regions: []}]",
        "[{regions: eu-west-1}]",
        "[{regions: }]",
        "[eu-west-1]",
        "[]",
        "",
        "eu-west-1",
    ] {
        let draft = draft(&format!("accounts: {accounts}\n")).unwrap();
        assert_eq!(draft.accounts, [], "{accounts}");
    }
    let half = draft("accounts: [{regions: [eu-wset-1, eu-west-1]}]").unwrap();
    assert_eq!(half.accounts[0].regions.listed(), ["eu-west-1"]);
}

#[test]
fn nothing_is_understood_of_what_is_no_mapping() {
    for text in ["a: [", "- eu-west-1", "x", "---\na: 1\n---\n"] {
        assert!(draft(text).is_none(), "{text}");
    }
}

#[test]
fn other_defaults_apply_where_the_file_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exporter.yaml");
    let mut defaults = parse(
        "refresh: {interval: 30s}\napi: {requests_per_second: 50, endpoint_url: 'http://x'}\n\
         accounts: [{regions: [eu-west-1]}]\ninstance_tags: [Name]\ncompliance_types: [Patch]\n",
    )
    .unwrap();
    let over = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Config::load_over(&defaults, &path, env).unwrap()
    };
    assert_eq!(over(""), defaults);
    let changed = over("accounts: [{regions: [us-east-1]}]\nrefresh: {full_every: 1h}\n");
    assert_eq!(changed.accounts[0].regions.listed(), ["us-east-1"]);
    assert_eq!(changed.refresh.interval.as_secs(), 30);
    assert_eq!(changed.instance_tags, ["Name"]);
    defaults.accounts = changed.accounts.clone();
    defaults.refresh.full_every = changed.refresh.full_every;
    assert_eq!(changed, defaults, "and nothing else");
}
