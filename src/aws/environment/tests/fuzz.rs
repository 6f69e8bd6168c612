//! Any variables around the program, and any profile files.
//!
//! An input has lines `NAME=value`, and behind a line `--- config` or `--- credentials` the text of
//! that file.

use fuzzing::Fuzz;
use tokio::runtime::Builder;

use super::*;

const WORDS: [&str; 97] = [
    "\n",
    "\n--- config\n",
    "\n--- credentials\n",
    "[default]\n",
    "[profile x]\n",
    "[profile \"a b\"]\n",
    "[sso-session y]\n",
    "[services z]\n",
    "[",
    "]",
    " = ",
    "=",
    "#",
    ";",
    "\t",
    "  ssm =\n    endpoint_url = http://127.0.0.1:1\n",
    "s3 =\n",
    "  sub = 1\n",
    "source_profile = x\n",
    "source_profile = default\n",
    "credential_source = Environment\n",
    "credential_source = Ec2InstanceMetadata\n",
    "credential_process = /bin/true\n",
    "role_arn = arn:aws:iam::111122223333:role/x\n",
    "role_session_name = a b\n",
    "external_id = x\n",
    "sso_session = y\n",
    "sso_region = eu-west-1\n",
    "sso_start_url = https://x.awsapps.com/start\n",
    "sso_account_id = 111122223333\n",
    "sso_role_name = x\n",
    "web_identity_token_file = ~/token\n",
    "region = ",
    "region = eu-west-1\n",
    "services = z\n",
    "endpoint_url = ",
    "ca_bundle = ",
    "use_fips_endpoint = ",
    "mfa_serial = x\n",
    "aws_access_key_id = AKIAEXAMPLE\n",
    "aws_secret_access_key = s3 cret\n",
    "aws_session_token = s3 cret\n",
    "AWS_PROFILE=",
    "AWS_PROFILE=x\n",
    "AWS_REGION=",
    "AWS_REGION=eu-west-1\n",
    "AWS_DEFAULT_REGION=",
    "AWS_CONFIG_FILE=",
    "AWS_SHARED_CREDENTIALS_FILE=~/.aws/credentials\n",
    "AWS_ACCESS_KEY_ID=AKIAEXAMPLE\n",
    "AWS_SECRET_ACCESS_KEY=s3 cret\n",
    "AWS_SESSION_TOKEN=s3 cret\n",
    "AWS_CREDENTIAL_EXPIRATION=",
    "AWS_ROLE_ARN=",
    "AWS_ROLE_SESSION_NAME=",
    "AWS_WEB_IDENTITY_TOKEN_FILE=",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI=",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN=",
    "AWS_EC2_METADATA_DISABLED=",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT=",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=",
    "AWS_ENDPOINT_URL=",
    "AWS_ENDPOINT_URL_SSM=",
    "AWS_ENDPOINT_URL_STS=",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true\n",
    "AWS_USE_FIPS_ENDPOINT=",
    "AWS_USE_DUALSTACK_ENDPOINT=true\n",
    "AWS_CA_BUNDLE=",
    "AWS_EXECUTION_ENV=",
    "HTTP_PROXY=",
    "HTTPS_PROXY=",
    "https_proxy=",
    "ALL_PROXY=",
    "NO_PROXY=",
    "*",
    ".example.com,",
    "http://",
    "https://",
    "socks5://",
    "://user:hunter2@",
    "proxy.example.com:3128",
    "127.0.0.1",
    "[::1]",
    "[fd00:ec2::23]",
    ":80",
    "/",
    "?",
    "@",
    "true",
    "false",
    "eu-west-1",
    "cn-north-1",
    "arn:aws-cn:iam::111122223333:role/x",
    "~",
    "~/gone",
    "http://169.254.170.2/v2",
];

const EXAMPLES: [&str; 4] = [
    "AWS_REGION=eu-west-1\nAWS_ACCESS_KEY_ID=AKIAEXAMPLE\nAWS_SECRET_ACCESS_KEY=s3 cret\n",
    "HTTPS_PROXY=http://user:hunter2@proxy.example.com:3128\nNO_PROXY=.example.com,127.0.0.1\n",
    "AWS_PROFILE=x\n--- config\n[default]\nregion = eu-west-1\n[profile x]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = default\n--- credentials\n[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s3 cret\n",
    "AWS_EC2_METADATA_DISABLED=true\n--- config\n[default]\nservices = z\n[services z]\nssm =\n  endpoint_url = http://127.0.0.1:1\n",
];

/// Secrets, and what always stands before them.
const SECRETS: [(&str, &[&str]); 2] = [
    (
        "s3 cret",
        &[
            "AWS_SECRET_ACCESS_KEY=",
            "AWS_SESSION_TOKEN=",
            "aws_secret_access_key = ",
            "aws_session_token = ",
        ],
    ),
    (
        "hunter2@",
        &[
            "HTTPS_PROXY=http://user:",
            "HTTP_PROXY=socks5://user:",
            "ALL_PROXY=://user:",
        ],
    ),
];

/// The parts of an input: variables, and both files.
struct Surroundings<'a> {
    variables: &'a str,
    config: &'a str,
    credentials: &'a str,
}

impl<'a> Surroundings<'a> {
    fn read(text: &'a str) -> Self {
        let (rest, credentials) = text.split_once("\n--- credentials\n").unwrap_or((text, ""));
        let (variables, config) = rest.split_once("\n--- config\n").unwrap_or((rest, ""));
        Self {
            variables,
            config,
            credentials,
        }
    }

    /// The variables, around a home that is there and has a certificate.
    fn variables(&self, home: &str) -> Variables {
        let pairs = self
            .variables
            .lines()
            .filter_map(|line| line.split_once('='));
        // All certificates of the system would take most of the time.
        let bundle = format!("{home}/.aws/ca.pem");
        let first = [("AWS_CA_BUNDLE", bundle.as_str())];
        let pairs = first.into_iter().chain(pairs).chain([("HOME", home)]);
        pairs
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    }
}

#[test]
fn any_environment_is_read_or_refused_by_name_and_without_secrets() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (_home, home) = home("", "");
    let write = |name: &str, text: &str| {
        std::fs::write(PathBuf::from(&home).join(".aws").join(name), text).expect("a file");
    };
    let key = rcgen::KeyPair::generate().expect("a key");
    let authority = rcgen::CertificateParams::default().self_signed(&key);
    write("ca.pem", &authority.expect("a certificate").pem());
    Fuzz::of("environment")
        .words(WORDS)
        .examples(EXAMPLES)
        .check(|input| {
            let text = std::str::from_utf8(input).ok()?;
            let around = Surroundings::read(text);
            write("config", around.config);
            write("credentials", around.credentials);
            let read = runtime.block_on(Environment::of(around.variables(&home), ALL));
            Some(match read {
                Ok(environment) => Ok((
                    environment.region.name().is_some(),
                    environment.proxies.https.is_some(),
                )),
                Err(error) => Err(check_message(&error.to_string(), text)),
            })
        });
}

/// A message has a place, a sentence and a hint for each problem, and no secret. Returns its shape.
fn check_message(message: &str, input: &str) -> Vec<String> {
    assert!(
        !message
            .chars()
            .any(|sign| sign.is_control() && sign != '\n'),
        "{message:?}"
    );
    for (secret, before) in SECRETS {
        let mut places = input.match_indices(secret);
        let is_secret = places.all(|(at, _)| {
            let line = input[..at].rsplit('\n').next().unwrap_or_default();
            before.contains(&line)
        });
        assert!(!is_secret || !message.contains(secret), "{message}");
    }
    let lines: Vec<&str> = message.lines().collect();
    assert!(lines.len().is_multiple_of(2), "{message}");
    for pair in lines.chunks(2) {
        assert!(
            pair[0].contains(": ") && pair[1].starts_with("  hint: "),
            "{message}"
        );
    }
    lines
        .iter()
        .step_by(2)
        .take(2)
        .map(|line| shape(line))
        .collect()
}

/// A line without what it quotes and counts.
fn shape(line: &str) -> String {
    let before_quote = line.split('"').next().unwrap_or_default();
    before_quote
        .chars()
        .filter(|sign| !sign.is_ascii_digit())
        .take(80)
        .collect()
}
