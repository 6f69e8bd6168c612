//! Every variable that the AWS SDK reads, each empty, with a space or newline around it, and as
//! nonsense: it counts as not set, or the program ends with 78 and the variable's name. It never
//! panics.

use futures_util::StreamExt as _;
use futures_util::stream::iter;

use super::parts::Authority;
use crate::support::{Aws, CREDENTIALS, Run, run_with};

/// How many programs run at the same time.
const CONCURRENCY: usize = 2;

/// What becomes of a value that is not empty and not good.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It counts as not set.
    Ignored,
    /// Exit code 78, and its name.
    Refused,
}
use Fate::{Ignored, Refused};

/// A variable: what becomes of it, what it may be, and what it must not be.
type Row = (&'static str, Fate, &'static str, &'static [&'static str]);

/// With keys in the environment. What says where else credentials could come from is not even
/// looked at then.
const WITH_KEYS: &[Row] = &[
    (
        "AWS_RETRY_MODE",
        Ignored,
        "standard",
        &["legacy", "adaptive", "nonsense"],
    ),
    (
        "AWS_MAX_ATTEMPTS",
        Ignored,
        "3",
        &["0", "-1", "nonsense", "99999999999999999999"],
    ),
    ("AWS_NEW_RETRIES_2026", Ignored, "true", &["nonsense"]),
    (
        "AWS_SDK_UA_APP_ID",
        Ignored,
        "app",
        &["non sense", "\u{7f}"],
    ),
    (
        "AWS_AUTH_SCHEME_PREFERENCE",
        Ignored,
        "sigv4",
        &["nonsense", ",,"],
    ),
    (
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        Ignored,
        "when_required",
        &["nonsense"],
    ),
    (
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        Ignored,
        "when_required",
        &["nonsense"],
    ),
    (
        "AWS_DISABLE_REQUEST_COMPRESSION",
        Ignored,
        "true",
        &["nonsense"],
    ),
    (
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        Ignored,
        "10",
        &["nonsense", "-1", "99999999999999"],
    ),
    (
        "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
        Ignored,
        "false",
        &["nonsense"],
    ),
    (
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        Ignored,
        "preferred",
        &["nonsense"],
    ),
    (
        "AWS_SIGV4A_SIGNING_REGION_SET",
        Ignored,
        "*",
        &["non sense", ","],
    ),
    (
        "AWS_LOGIN_CACHE_DIRECTORY",
        Ignored,
        "/tmp",
        &["/nonexistent"],
    ),
    ("AWS_DEFAULTS_MODE", Ignored, "standard", &["nonsense"]),
    (
        "AWS_STS_REGIONAL_ENDPOINTS",
        Ignored,
        "regional",
        &["legacy", "nonsense"],
    ),
    ("AWS_ACCOUNT_ID", Ignored, "111122223333", &["nonsense"]),
    ("AWS_LAMBDA_FUNCTION_NAME", Ignored, "f", &["non sense"]),
    ("_X_AMZN_TRACE_ID", Ignored, "Root=1", &["non\nsense"]),
    ("SECRET_ACCESS_KEY", Ignored, "old", &["non sense"]),
    ("HOME", Ignored, "/nonexistent", &["nonsense", "/dev/null"]),
    (
        "NO_PROXY",
        Ignored,
        "localhost",
        &["non sense", ",,,", "*", "é"],
    ),
    (
        "AWS_ROLE_ARN",
        Ignored,
        "arn:aws:iam::111122223333:role/x",
        &["nonsense"],
    ),
    ("AWS_ROLE_SESSION_NAME", Ignored, "x-y", &["non sense"]),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        Ignored,
        "/dev/null",
        &["/nonexistent"],
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        Ignored,
        "/x",
        &["nonsense"],
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        Ignored,
        "http://localhost",
        &["localhost:8080", "nonsense"],
    ),
    (
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        Ignored,
        "x",
        &["non\nsense"],
    ),
    (
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        Ignored,
        "/dev/null",
        &["/nonexistent"],
    ),
    ("AWS_EC2_METADATA_DISABLED", Ignored, "true", &["nonsense"]),
    (
        "AWS_REGION",
        Refused,
        "eu-west-1",
        &["eu-west-1a", "nonsense", "EU-WEST-1", "xx-north-1", "../x"],
    ),
    (
        "AWS_DEFAULT_REGION",
        Refused,
        "eu-west-1",
        &["eu-west-1a", "nonsense"],
    ),
    ("AWS_PROFILE", Refused, "default", &["nonsense"]),
    (
        "AWS_CONFIG_FILE",
        Refused,
        "/dev/null",
        &["/nonexistent", "/", "nonsense"],
    ),
    (
        "AWS_SHARED_CREDENTIALS_FILE",
        Refused,
        "/dev/null",
        &["/nonexistent", "/", "nonsense"],
    ),
    (
        "AWS_CA_BUNDLE",
        Refused,
        "/etc/ssl/certs/ca-certificates.crt",
        &["/nonexistent", "/", "/dev/null", "/dev/zero"],
    ),
    (
        "SSL_CERT_FILE",
        Refused,
        "/etc/ssl/certs/ca-certificates.crt",
        &["/nonexistent", "/", "/dev/null"],
    ),
    (
        "SSL_CERT_DIR",
        Refused,
        "/etc/ssl/certs",
        &["/nonexistent", "/dev/null"],
    ),
    (
        "AWS_ACCESS_KEY_ID",
        Refused,
        "AKIAKNOWNKEYID",
        &["non sense", "\u{201c}AKIA\u{201d}"],
    ),
    (
        "AWS_SECRET_ACCESS_KEY",
        Refused,
        "known-secret-key",
        &["non sense", "é"],
    ),
    ("AWS_SESSION_TOKEN", Refused, "token", &["non sense", "é"]),
    (
        "AWS_USE_FIPS_ENDPOINT",
        Refused,
        "false",
        &["nonsense", "1", "yes"],
    ),
    (
        "AWS_USE_DUALSTACK_ENDPOINT",
        Refused,
        "false",
        &["nonsense", "0"],
    ),
    (
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        Refused,
        "false",
        &["nonsense", "on"],
    ),
    (
        "AWS_ENDPOINT_URL",
        Refused,
        "http://localhost:1",
        &["localhost:1", "nonsense", "http://", "ftp://localhost"],
    ),
    (
        "AWS_ENDPOINT_URL_SSM",
        Refused,
        "http://localhost:1",
        &["localhost:1", "nonsense", "http://a b"],
    ),
    (
        "AWS_ENDPOINT_URL_STS",
        Refused,
        "http://localhost:1",
        &["localhost:1", "nonsense"],
    ),
    (
        "AWS_ENDPOINT_URL_SSO",
        Refused,
        "http://localhost:1",
        &["nonsense"],
    ),
    (
        "AWS_ENDPOINT_URL_SSO_OIDC",
        Refused,
        "http://localhost:1",
        &["nonsense"],
    ),
    (
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        Refused,
        "http://localhost:1",
        &["nonsense", "localhost"],
    ),
    (
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        Refused,
        "ipv6",
        &["nonsense", "6"],
    ),
    (
        "AWS_EXECUTION_ENV",
        Refused,
        "AWS_ECS_FARGATE",
        &["non\nsense", "é"],
    ),
    (
        "HTTP_PROXY",
        Refused,
        "http://proxy:1",
        &[
            "http://non sense",
            "socks5://proxy",
            "://",
            "http://user:hunter2@",
        ],
    ),
    (
        "http_proxy",
        Refused,
        "http://proxy:1",
        &["http://non sense", "http://[::1"],
    ),
    (
        "HTTPS_PROXY",
        Refused,
        "proxy:1",
        &["http://non sense", "socks5://user:hunter2@proxy"],
    ),
    (
        "https_proxy",
        Refused,
        "http://proxy:1",
        &["ftp://user:hunter2@proxy"],
    ),
    (
        "ALL_PROXY",
        Refused,
        "http://proxy:1",
        &["http://non sense"],
    ),
    (
        "all_proxy",
        Refused,
        "http://proxy:1",
        &["http://non sense"],
    ),
];

/// Without keys, where these say whence credentials come.
const TOKEN: (&str, &str) = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/proc/self/comm");
const ROLE: (&str, &str) = ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x");
const CONTAINER: (&str, &str) = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/x");
type Beside = &'static [(&'static str, &'static str)];
const WITHOUT_KEYS: &[(Row, Beside)] = &[
    (
        (
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            Refused,
            TOKEN.1,
            &["/nonexistent", "/", "/dev/null"],
        ),
        &[ROLE],
    ),
    (
        (
            "AWS_ROLE_ARN",
            Refused,
            ROLE.1,
            &[
                "nonsense",
                "arn:aws:iam::1:role/x",
                "arn:aws:iam::111122223333:user/x",
            ],
        ),
        &[TOKEN],
    ),
    (
        (
            "AWS_ROLE_SESSION_NAME",
            Refused,
            "x-y",
            &["non sense", "x", "a/b"],
        ),
        &[TOKEN, ROLE],
    ),
    (
        (
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            Refused,
            "/x",
            &["nonsense", "http://localhost/x", "*"],
        ),
        &[],
    ),
    (
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            Refused,
            CONTAINER.1,
            &["localhost:8080", "nonsense", "127.0.0.1"],
        ),
        &[],
    ),
    (
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            Refused,
            "x",
            &["non\nsense", "é"],
        ),
        &[CONTAINER],
    ),
    (
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            Refused,
            TOKEN.1,
            &["/nonexistent", "/dev/null"],
        ),
        &[CONTAINER],
    ),
    (
        (
            "AWS_EC2_METADATA_DISABLED",
            Refused,
            "true",
            &["nonsense", "1"],
        ),
        &[],
    ),
];

/// Empty values of these cannot count as not set: the other half of a pair is there, or the SDK
/// takes them for a value.
const NOT_EMPTY: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

struct Case {
    name: &'static str,
    value: String,
    expected: Fate,
    environment: Vec<(&'static str, String)>,
    /// Whether to make a refresh as well: once for each kind of value, where there is everything
    /// that it needs.
    refreshes: bool,
}

fn cases(row: &Row, environment: &[(&'static str, String)], is_complete: bool) -> Vec<Case> {
    let (name, fate, good, nonsense) = row;
    let empty = if NOT_EMPTY.contains(name) && *fate == Refused {
        Refused
    } else {
        Ignored
    };
    let padded = [format!(" {good}"), format!("{good}\n")].map(|value| (value, *fate));
    let nonsense = nonsense.iter().map(|value| ((*value).to_owned(), *fate));
    let values = padded
        .into_iter()
        .chain(nonsense)
        .chain([(String::new(), empty)]);
    let case = |(value, expected)| {
        let mut environment = environment.to_vec();
        environment.retain(|(other, _)| other != name);
        environment.push((*name, String::clone(&value)));
        let refreshes = is_complete && (value.is_empty() || row.3.first() == Some(&value.as_str()));
        Case {
            name,
            value,
            expected,
            environment,
            refreshes,
        }
    };
    values.map(case).collect()
}

async fn run_case(case: &Case, command: &str) -> Run {
    let environment: Vec<(&str, &str)> = case
        .environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    run_with(&environment, &[command]).await
}

async fn verdict(case: Case) -> Option<String> {
    let checked = run_case(&case, "check-config").await;
    let told = |run: &Run, what: &str| {
        Some(format!(
            "{}={:?} {what}: {:?} {}",
            case.name, case.value, run.code, run.err
        ))
    };
    if checked.err.contains("panicked")
        || checked.err.contains("hunter2")
        || checked.code == Some(101)
    {
        return told(&checked, "panics or tells a secret");
    }
    let names_it = checked.err.starts_with(&format!("{}: ", case.name))
        || checked.err.contains(&format!("\n{}: ", case.name));
    match case.expected {
        Refused
            if checked.code == Some(78)
                && (names_it || case.value.is_empty() && checked.err.contains(case.name)) =>
        {
            None
        }
        Refused => told(&checked, "is not refused by name"),
        Ignored if checked.code != Some(0) => told(&checked, "counts as set"),
        Ignored if !case.refreshes => None,
        Ignored => {
            let once = run_case(&case, "once").await;
            if once.code == Some(0) {
                None
            } else {
                told(&once, "breaks a refresh")
            }
        }
    }
}

async fn check(cases: Vec<Case>) {
    let found: Vec<String> = iter(cases)
        .map(verdict)
        .buffer_unordered(CONCURRENCY)
        .filter_map(async |told| told)
        .collect()
        .await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_variable_counts_as_not_set_or_is_refused_by_name_and_none_panics() {
    // One certificate instead of the system's hundred makes each of the many runs quick.
    let (aws, authority) = (Aws::of(1).await, Authority::new());
    let mut complete: Vec<(&str, String)> = CREDENTIALS
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec();
    complete.push(("AWS_DEFAULT_REGION", "eu-west-1".to_owned()));
    complete.push(("AWS_ENDPOINT_URL_SSM", aws.url.clone()));
    complete.push(("AWS_ENDPOINT_URL_STS", aws.url.clone()));
    let all = WITH_KEYS.iter().flat_map(|row| {
        // What each of them names is needed from somewhere else when it is the one that counts as
        // not set.
        let mut environment = complete.clone();
        if row.0 != "SSL_CERT_DIR" {
            environment.push(("SSL_CERT_FILE", authority.file()));
        }
        if row.0 == "AWS_DEFAULT_REGION" {
            environment.push(("AWS_REGION", "eu-west-1".to_owned()));
        }
        if row.0.starts_with("AWS_ENDPOINT_URL_S") {
            environment.push(("AWS_ENDPOINT_URL", aws.url.clone()));
        }
        cases(row, &environment, true)
    });
    check(all.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_variable_that_says_whence_credentials_come_is_held_to_its_form() {
    let authority = Authority::new();
    let all = WITHOUT_KEYS.iter().flat_map(|(row, beside)| {
        let mut environment = vec![
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("SSL_CERT_FILE", authority.file()),
        ];
        environment.extend(
            beside
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        cases(row, &environment, false)
    });
    check(all.collect()).await;
}

#[tokio::test]
async fn a_variable_that_is_not_text_is_refused_by_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_ssm-compliance-exporter"));
    command
        .arg("check-config")
        .env_clear()
        .env("AWS_REGION", OsStr::from_bytes(b"eu-\xff-1"));
    let output = command.output().await.unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{err}");
    assert!(
        err.starts_with("AWS_REGION: the value is not UTF-8 text\n  hint: "),
        "{err}"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let run = run_with(
        &[
            ("AWS_REGION", "x"),
            ("AWS_PROFILE", "y"),
            ("HTTPS_PROXY", "socks5://z"),
        ],
        &["check-config"],
    )
    .await;
    assert_eq!(run.code, Some(78));
    for name in ["AWS_REGION: ", "AWS_PROFILE: ", "HTTPS_PROXY: "] {
        assert!(run.err.contains(name), "{name} is not in {}", run.err);
    }
    assert_eq!(run.err.matches("\n  hint: ").count(), 3, "{}", run.err);
}
