//! The variables that the AWS SDK reads, with a good value and some bad ones of each.

use Fate::{Ignored, Refused};

/// What the program does with a value that is neither empty nor good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    /// It goes on as if the variable were not set.
    Ignored,
    /// It ends with exit code 78 and names the variable.
    Refused,
}

/// A variable that the AWS SDK reads.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    /// What becomes of the bad values.
    pub(super) fate: Fate,
    pub(super) good: &'static str,
    pub(super) bad: &'static [&'static str],
}

impl Variable {
    /// What becomes of the empty value, which elsewhere counts as not set.
    pub(super) fn fate_if_empty(&self) -> Fate {
        if NEVER_EMPTY.contains(&self.name) {
            self.fate
        } else {
            Ignored
        }
    }
}

const fn ignored(name: &'static str, good: &'static str, bad: &'static [&'static str]) -> Variable {
    Variable {
        name,
        fate: Ignored,
        good,
        bad,
    }
}

const fn refused(name: &'static str, good: &'static str, bad: &'static [&'static str]) -> Variable {
    Variable {
        name,
        fate: Refused,
        good,
        bad,
    }
}

/// Variables beside access keys in the environment. Those that say where else credentials could
/// come from are not even looked at then.
pub(super) const WITH_KEYS: &[Variable] = &[
    ignored(
        "AWS_RETRY_MODE",
        "standard",
        &["legacy", "adaptive", "nonsense"],
    ),
    ignored(
        "AWS_MAX_ATTEMPTS",
        "3",
        &["0", "-1", "nonsense", "99999999999999999999"],
    ),
    ignored("AWS_NEW_RETRIES_2026", "true", &["nonsense"]),
    ignored("AWS_SDK_UA_APP_ID", "app", &["non sense", "\u{7f}"]),
    ignored("AWS_AUTH_SCHEME_PREFERENCE", "sigv4", &["nonsense", ",,"]),
    ignored(
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        "when_required",
        &["nonsense"],
    ),
    ignored(
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        "when_required",
        &["nonsense"],
    ),
    ignored("AWS_DISABLE_REQUEST_COMPRESSION", "true", &["nonsense"]),
    ignored(
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        "10",
        &["nonsense", "-1", "99999999999999"],
    ),
    ignored("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "false", &["nonsense"]),
    ignored("AWS_ACCOUNT_ID_ENDPOINT_MODE", "preferred", &["nonsense"]),
    ignored("AWS_SIGV4A_SIGNING_REGION_SET", "*", &["non sense", ","]),
    ignored("AWS_LOGIN_CACHE_DIRECTORY", "/tmp", &["/nonexistent"]),
    ignored("AWS_DEFAULTS_MODE", "standard", &["nonsense"]),
    ignored(
        "AWS_STS_REGIONAL_ENDPOINTS",
        "regional",
        &["legacy", "nonsense"],
    ),
    ignored("AWS_ACCOUNT_ID", "111122223333", &["nonsense"]),
    ignored("AWS_LAMBDA_FUNCTION_NAME", "f", &["non sense"]),
    ignored("_X_AMZN_TRACE_ID", "Root=1", &["non\nsense"]),
    ignored("SECRET_ACCESS_KEY", "old", &["non sense"]),
    ignored("HOME", "/nonexistent", &["nonsense", "/dev/null"]),
    ignored("NO_PROXY", "localhost", &["non sense", ",,,", "*", "é"]),
    ignored(
        "AWS_ROLE_ARN",
        "arn:aws:iam::111122223333:role/x",
        &["nonsense"],
    ),
    ignored("AWS_ROLE_SESSION_NAME", "x-y", &["non sense"]),
    ignored(
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "/dev/null",
        &["/nonexistent"],
    ),
    ignored(
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "/x",
        &["nonsense"],
    ),
    ignored(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "http://localhost",
        &["localhost:8080", "nonsense"],
    ),
    ignored("AWS_CONTAINER_AUTHORIZATION_TOKEN", "x", &["non\nsense"]),
    ignored(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "/dev/null",
        &["/nonexistent"],
    ),
    ignored("AWS_EC2_METADATA_DISABLED", "true", &["nonsense"]),
    refused(
        "AWS_REGION",
        "eu-west-1",
        &["eu-west-1a", "nonsense", "EU-WEST-1", "xx-north-1", "../x"],
    ),
    refused(
        "AWS_DEFAULT_REGION",
        "eu-west-1",
        &["eu-west-1a", "nonsense"],
    ),
    refused("AWS_PROFILE", "default", &["nonsense"]),
    refused(
        "AWS_CONFIG_FILE",
        "/dev/null",
        &["/nonexistent", "/", "nonsense"],
    ),
    refused(
        "AWS_SHARED_CREDENTIALS_FILE",
        "/dev/null",
        &["/nonexistent", "/", "nonsense"],
    ),
    refused(
        "AWS_CA_BUNDLE",
        "/etc/ssl/certs/ca-certificates.crt",
        &["/nonexistent", "/", "/dev/null", "/dev/zero"],
    ),
    refused(
        "SSL_CERT_FILE",
        "/etc/ssl/certs/ca-certificates.crt",
        &["/nonexistent", "/", "/dev/null"],
    ),
    refused(
        "SSL_CERT_DIR",
        "/etc/ssl/certs",
        &["/nonexistent", "/dev/null"],
    ),
    refused(
        "AWS_ACCESS_KEY_ID",
        "AKIAKNOWNKEYID",
        &["non sense", "\u{201c}AKIA\u{201d}"],
    ),
    refused(
        "AWS_SECRET_ACCESS_KEY",
        "known-secret-key",
        &["non sense", "é"],
    ),
    refused("AWS_SESSION_TOKEN", "token", &["non sense", "é"]),
    refused("AWS_USE_FIPS_ENDPOINT", "false", &["nonsense", "1", "yes"]),
    refused("AWS_USE_DUALSTACK_ENDPOINT", "false", &["nonsense", "0"]),
    refused(
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "false",
        &["nonsense", "on"],
    ),
    refused(
        "AWS_ENDPOINT_URL",
        "http://localhost:1",
        &["localhost:1", "nonsense", "http://", "ftp://localhost"],
    ),
    refused(
        "AWS_ENDPOINT_URL_SSM",
        "http://localhost:1",
        &["localhost:1", "nonsense", "http://a b"],
    ),
    refused(
        "AWS_ENDPOINT_URL_STS",
        "http://localhost:1",
        &["localhost:1", "nonsense"],
    ),
    refused(
        "AWS_ENDPOINT_URL_ORGANIZATIONS",
        "http://localhost:1",
        &["localhost:1", "nonsense"],
    ),
    refused(
        "AWS_ENDPOINT_URL_ACCOUNT",
        "http://localhost:1",
        &["localhost:1", "nonsense"],
    ),
    refused("AWS_ENDPOINT_URL_SSO", "http://localhost:1", &["nonsense"]),
    refused(
        "AWS_ENDPOINT_URL_SSO_OIDC",
        "http://localhost:1",
        &["nonsense"],
    ),
    refused(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "http://localhost:1",
        &["nonsense", "localhost"],
    ),
    refused(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "ipv6",
        &["nonsense", "6"],
    ),
    refused("AWS_EXECUTION_ENV", "AWS_ECS_FARGATE", &["non\nsense", "é"]),
    refused(
        "HTTP_PROXY",
        "http://proxy:1",
        &[
            "http://non sense",
            "socks5://proxy",
            "://",
            "http://user:hunter2@",
        ],
    ),
    refused(
        "http_proxy",
        "http://proxy:1",
        &["http://non sense", "http://[::1"],
    ),
    refused(
        "HTTPS_PROXY",
        "proxy:1",
        &["http://non sense", "socks5://user:hunter2@proxy"],
    ),
    refused(
        "https_proxy",
        "http://proxy:1",
        &["ftp://user:hunter2@proxy"],
    ),
    refused("ALL_PROXY", "http://proxy:1", &["http://non sense"]),
    refused("all_proxy", "http://proxy:1", &["http://non sense"]),
];

const TOKEN: (&str, &str) = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/proc/self/comm");
const ROLE: (&str, &str) = ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x");
const CONTAINER: (&str, &str) = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/x");

/// Variables that must be set, too, for another one to be read at all.
pub(super) type Companions = &'static [(&'static str, &'static str)];

/// Variables that say where credentials come from, without access keys in the environment.
pub(super) const WITHOUT_KEYS: &[(Variable, Companions)] = &[
    (
        refused(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            TOKEN.1,
            &["/nonexistent", "/", "/dev/null"],
        ),
        &[ROLE],
    ),
    (
        refused(
            "AWS_ROLE_ARN",
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
        refused("AWS_ROLE_SESSION_NAME", "x-y", &["non sense", "x", "a/b"]),
        &[TOKEN, ROLE],
    ),
    (
        refused(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "/x",
            &["nonsense", "http://localhost/x", "*"],
        ),
        &[],
    ),
    (
        refused(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            CONTAINER.1,
            &["localhost:8080", "nonsense", "127.0.0.1"],
        ),
        &[],
    ),
    (
        refused(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "x",
            &["non\nsense", "é"],
        ),
        &[CONTAINER],
    ),
    (
        refused(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            TOKEN.1,
            &["/nonexistent", "/dev/null"],
        ),
        &[CONTAINER],
    ),
    (
        refused("AWS_EC2_METADATA_DISABLED", "true", &["nonsense", "1"]),
        &[],
    ),
];

/// Variables that must not be empty: either the other half of their pair is set, or the SDK takes
/// an empty text for a value.
const NEVER_EMPTY: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];
