//! Every key that a profile may have: it works, or it is refused by its name. And what else can be
//! wrong with a profile.

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use tempfile::TempDir;

use super::parts::Authority;
use crate::support::{Aws, CREDENTIALS, Format, OWN, Page, run_with};

const MAX_PROGRAMS: usize = 2;
const ROLE: &str = "arn:aws:iam::111122223333:role/x";

/// Keys that the program does not read, whatever they say.
const IGNORED: &[(&str, &[&str])] = &[
    ("retry_mode", &["legacy", "adaptive", "nonsense"]),
    (
        "max_attempts",
        &["0", "-1", "nonsense", "99999999999999999999"],
    ),
    ("sdk_ua_app_id", &["non sense"]),
    ("auth_scheme_preference", &["nonsense"]),
    ("request_checksum_calculation", &["nonsense"]),
    ("response_checksum_validation", &["nonsense"]),
    ("disable_request_compression", &["nonsense"]),
    ("request_min_compression_size_bytes", &["nonsense"]),
    ("disable_clock_skew_correction", &["nonsense"]),
    ("account_id_endpoint_mode", &["nonsense"]),
    ("sigv4a_signing_region_set", &["nonsense"]),
    ("defaults_mode", &["legacy", "nonsense"]),
    ("cli_pager", &["nonsense"]),
    ("duration_seconds", &["nonsense"]),
];

/// Keys whose values must have the right form, with the lines that they need beside them.
const REFUSED: &[(&str, &[&str], &str)] = &[
    ("region", &["eu-west-1a", "nonsense", "xx-west-1"], ""),
    ("use_fips_endpoint", &["nonsense", "1"], ""),
    ("use_dualstack_endpoint", &["nonsense"], ""),
    ("ignore_configured_endpoint_urls", &["nonsense"], ""),
    ("endpoint_url", &["nonsense", "localhost:1"], ""),
    ("ca_bundle", &["/nonexistent", "/", "/dev/null"], ""),
    ("ec2_metadata_service_endpoint", &["nonsense"], ""),
    ("ec2_metadata_service_endpoint_mode", &["nonsense"], ""),
    (
        "aws_access_key_id",
        &["non sense", "é"],
        "aws_secret_access_key = b\n",
    ),
    (
        "aws_secret_access_key",
        &["non sense"],
        "aws_access_key_id = A\n",
    ),
    (
        "aws_session_token",
        &["non sense"],
        "aws_access_key_id = A\naws_secret_access_key = b\n",
    ),
    (
        "role_arn",
        &["nonsense", "arn:aws:iam::1:role/x"],
        "source_profile = base\n",
    ),
    ("source_profile", &["nonsense"], "role_arn = ROLE\n"),
    ("credential_source", &["nonsense"], "role_arn = ROLE\n"),
    (
        "role_session_name",
        &["x", "non sense"],
        "role_arn = ROLE\nsource_profile = base\n",
    ),
    (
        "external_id",
        &["x", "non sense"],
        "role_arn = ROLE\nsource_profile = base\n",
    ),
    (
        "web_identity_token_file",
        &["/nonexistent", "/"],
        "role_arn = ROLE\n",
    ),
    (
        "sso_region",
        &["nonsense"],
        "sso_account_id = 111122223333\nsso_role_name = x\nsso_start_url = https://x\n",
    ),
    (
        "sso_account_id",
        &["nonsense"],
        "sso_region = eu-west-1\nsso_role_name = x\nsso_start_url = https://x\n",
    ),
    (
        "sso_start_url",
        &["nonsense"],
        "sso_region = eu-west-1\nsso_role_name = x\nsso_account_id = 111122223333\n",
    ),
    (
        "sso_session",
        &["nonsense"],
        "sso_account_id = 111122223333\nsso_role_name = x\n",
    ),
];

fn profile(lines: &str) -> (TempDir, String) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("config");
    let base = "[profile base]\naws_access_key_id = A\naws_secret_access_key = b\n";
    std::fs::write(
        &path,
        format!("[default]\n{}{base}", lines.replace("ROLE", ROLE)),
    )
    .unwrap();
    let path = path.to_str().unwrap().to_owned();
    (directory, path)
}

async fn all(verdicts: impl Iterator<Item = impl Future<Output = Option<String>>>) {
    let found: Vec<String> = iter(verdicts)
        .buffer_unordered(MAX_PROGRAMS)
        .filter_map(async |told| told)
        .collect()
        .await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_do_not_matter_hurt_nobody() {
    let (aws, authority) = (Aws::of(1).await, Authority::new());
    let keys = CREDENTIALS;
    let certificates = authority.file();
    let good = format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\nregion = eu-west-1\nendpoint_url = {}\n",
        keys[0].1, keys[1].1, aws.url
    );
    let good = &good;
    let verdicts = IGNORED.iter().flat_map(|(key, values)| {
        let padded = ["", "  standard  ", "\n  sub = 1"];
        values
            .iter()
            .chain(&padded.map(|value| value))
            .map(|value| (*key, (*value).to_owned()))
            .collect::<Vec<_>>()
    });
    let verdict = async |(key, value): (&str, String)| {
        let (_directory, path) = profile(&format!("{key} = {value}\n{good}"));
        let run = run_with(
            &[("AWS_CONFIG_FILE", &path), ("SSL_CERT_FILE", &certificates)],
            &["once"],
        )
        .await;
        let page = Page::read(&run.out, Format::Text).unwrap();
        let up = page.value("aws_ssm_up", &[("account_id", OWN)]) == Some(1.0);
        (run.code != Some(0) || !up)
            .then(|| format!("{key} = {value:?}: {:?} {}", run.code, run.err))
    };
    all(verdicts.map(verdict)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_right_are_refused_with_their_file_and_an_empty_one_counts_as_not_there()
 {
    let authority = Authority::new();
    let certificates = authority.file();
    let cases = REFUSED.iter().flat_map(|(key, values, beside)| {
        let value = |value: &str| (*key, value.to_owned(), *beside, Some(78));
        let below = value(&format!("\n  {}", values[0]));
        values
            .iter()
            .map(|text| value(text))
            .chain([below])
            .collect::<Vec<_>>()
    });
    // Without the key, the lines beside it may be nothing, or half of a pair.
    let halves = [
        "aws_access_key_id",
        "aws_secret_access_key",
        "source_profile",
        "credential_source",
    ];
    let sso = [
        "sso_region",
        "sso_account_id",
        "sso_start_url",
        "web_identity_token_file",
        "sso_session",
    ];
    let is_whole = |key: &&str| !halves.contains(key) && !sso.contains(key);
    let empties = REFUSED
        .iter()
        .filter(|(key, ..)| is_whole(key))
        .map(|(key, _, beside)| (*key, String::new(), *beside, Some(0)));
    let verdict = async |(key, value, beside, code): (&str, String, &str, Option<i32>)| {
        let (_directory, path) = profile(&format!("{key} = {value}\n{beside}"));
        let run = run_with(
            &[("AWS_CONFIG_FILE", &path), ("SSL_CERT_FILE", &certificates)],
            &["check-config"],
        )
        .await;
        // A region is needed from somewhere; where it comes from is not what is tried here.
        let no_region =
            code == Some(0) && run.code == Some(78) && run.err.starts_with("no region is known");
        let is_named = code == Some(0) || run.err.contains(key) && run.err.contains(&path);
        let is_good = (run.code == code || no_region) && is_named && !run.err.contains("panicked");
        (!is_good).then(|| format!("{key} = {value:?}: {:?} {}", run.code, run.err))
    };
    all(cases.chain(empties).map(verdict)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_of_roles_is_used_whatever_its_retries_say() {
    let aws = Aws::of(2).await;
    let (_directory, path) = profile(&format!(
        "role_arn = arn:aws:iam::{OWN}:role/ssm-compliance-exporter\nsource_profile = base\nretry_mode = legacy\n\
         max_attempts =\nregion = eu-west-1\nendpoint_url = {}\n",
        aws.url
    ));
    for extra in [
        ("AWS_RETRY_MODE", "legacy"),
        ("AWS_MAX_ATTEMPTS", ""),
        ("AWS_MAX_ATTEMPTS", "nonsense"),
    ] {
        let run = run_with(&[("AWS_CONFIG_FILE", &path), extra], &["once"]).await;
        assert_eq!(run.code, Some(0), "{}", run.err);
        let page = Page::read(&run.out, Format::Text).unwrap();
        assert_eq!(
            page.value("aws_ssm_up", &[("account_id", OWN)]),
            Some(1.0),
            "{extra:?}"
        );
    }
}
