//! What the page and the log say when there are no credentials: which profile or service was tried,
//! what failed, and the way out.

use std::net::SocketAddr;

use futures_util::future::join_all;

use super::{Home, failures, http, nobody, once, reason, serving};
use crate::support::{Aws, role};

/// A profile `dev` that signs in with SSO.
pub(super) const SSO_PROFILE: &str = "[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\n\
     sso_role_name = reader\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n";
/// The cached SSO token. Its name is the SHA-1 of the name of the session, `corp`.
pub(super) const SSO_TOKEN_FILE: &str =
    ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

pub(super) fn sso_token(end: &str) -> String {
    format!(r#"{{"accessToken": "s3cret-sso-token", "expiresAt": "{end}"}}"#)
}

/// Stands in the place of a reason: the program does not even start.
const AT_START: &str = "";

/// A setup without credentials, and what the program must say of it.
#[derive(Default)]
struct Case {
    name: &'static str,
    home: Option<Home>,
    environment: Vec<(&'static str, String)>,
    reason: &'static str,
    said: Vec<String>,
    not_said: Vec<&'static str>,
}

impl Case {
    fn new(name: &'static str, home: Home, reason: &'static str) -> Self {
        Self {
            name,
            home: Some(home),
            reason,
            not_said: vec!["no AWS credentials found"],
            ..Self::default()
        }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    fn says(mut self, text: impl Into<String>) -> Self {
        self.said.push(text.into());
        self
    }

    fn never_says(mut self, text: &'static str) -> Self {
        self.not_said.push(text);
        self
    }

    async fn check(self, aws: &Aws) {
        let Self {
            name,
            home,
            environment,
            reason: expected,
            said,
            not_said,
        } = self;
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let run = once(&home.unwrap(), aws, &environment).await;
        let log = if expected == AT_START {
            run.err.clone()
        } else {
            failures(&run.err)
        };
        if expected == AT_START {
            assert_eq!(run.code, Some(78), "{name}: {}", run.err);
        } else {
            assert_eq!(reason(&run), expected, "{name}: {}", run.err);
        }
        assert!(!log.is_empty(), "{name}: {}", run.err);
        for text in said {
            assert!(log.contains(&text), "{name}: {text:?} is missing in {log}");
        }
        for text in
            not_said
                .into_iter()
                .chain(["SdkBody", "ProviderError", "Response {", "s3cret", "\\n"])
        {
            assert!(!log.contains(text), "{name}: {text:?} is in {log}");
        }
    }
}

fn dev(config: &str) -> Home {
    Home::with(&format!("[profile dev]\n{config}"))
}

fn of_files() -> Vec<Case> {
    let mut nothing = Case::new("nothing", Home::new(), "invalid_credentials")
        .says("no AWS credentials found: set AWS_PROFILE");
    nothing.not_said.clear();
    vec![
        nothing,
        Case::new(
            "profile without credentials",
            dev("region = eu-west-1\n"),
            "invalid_credentials",
        )
        .with("AWS_PROFILE", "dev")
        .says("profile dev holds no credentials in"),
    ]
}

/// Settings that cannot be right are refused before anything is read.
fn of_start() -> Vec<Case> {
    let no_profile = Home::with("[profile other]\nregion = eu-west-1\n");
    let files = format!(
        "{} or {}",
        no_profile.text(".aws/config"),
        no_profile.text(".aws/credentials")
    );
    let unparsable = Home::with("[profile dev]\naws_access_key_id\n");
    let unparsable_path = unparsable.text(".aws/config");
    let missing = Home::new();
    let missing_path = missing.text("nowhere");
    let binary = Home::new();
    std::fs::write(binary.path(".aws/credentials"), [0xff, 0xfe]).unwrap();
    let binary_path = binary.text(".aws/credentials");
    let arn = role("111122223333");
    vec![
        Case::new("half of a key", Home::new(), AT_START)
            .with("AWS_ACCESS_KEY_ID", "AKIAKNOWNKEYID")
            .says("AWS_ACCESS_KEY_ID: it is set and AWS_SECRET_ACCESS_KEY is not"),
        Case::new("no such profile", no_profile, AT_START)
            .with("AWS_PROFILE", "dev")
            .says("AWS_PROFILE: there is no profile \"dev\"")
            .says(files),
        Case::new("no such source profile", dev(&format!("role_arn = {arn}\nsource_profile = base\n")), AT_START)
            .with("AWS_PROFILE", "dev")
            .says("source_profile of profile \"dev\": there is no profile \"base\""),
        Case::new(
            "profile in a loop",
            dev(&format!(
                "role_arn = {arn}\nsource_profile = b\n[profile b]\nrole_arn = {arn}\nsource_profile = dev\n"
            )),
            AT_START,
        )
        .with("AWS_PROFILE", "dev")
        .says("source_profile of profile")
        .says("take their credentials from each other"),
        Case::new("unparsable file", unparsable, AT_START)
            .with("AWS_PROFILE", "dev")
            .says(format!("{unparsable_path}: line 2")),
        Case::new("missing file", missing, AT_START)
            .with("AWS_PROFILE", "dev")
            .with("AWS_CONFIG_FILE", &missing_path)
            .says(format!("AWS_CONFIG_FILE: {missing_path} cannot be read: No such file or directory")),
        Case::new("file that is no text", binary, AT_START).with("AWS_PROFILE", "dev").says(binary_path),
        Case::new("web identity without a role", Home::new(), AT_START)
            .with("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
            .says("AWS_WEB_IDENTITY_TOKEN_FILE: it is set and AWS_ROLE_ARN is not"),
        Case::new("no web identity token", Home::new(), AT_START)
            .with("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
            .with("AWS_ROLE_ARN", arn)
            .says("/nowhere/token cannot be read: No such file or directory"),
    ]
}

/// A home directory in which the profile `dev` has signed in, until this time.
fn signed_in_until(end: &str) -> Home {
    let home = Home::with(SSO_PROFILE);
    home.write(SSO_TOKEN_FILE, &sso_token(end));
    home
}

/// A service of SSO that knows no session.
async fn refusing_sso() -> SocketAddr {
    serving(|_| {
        let code = "content-type: application/json\r\nx-amzn-errortype: UnauthorizedException\r\n";
        let body = r#"{"message": "Session token not found or invalid"}"#;
        http(401, code, body)
    })
    .await
}

/// A service of SSO that grants no role.
async fn forbidding_sso() -> SocketAddr {
    serving(|_| {
        let code = "content-type: application/json\r\nx-amzn-errortype: ForbiddenException\r\n";
        http(403, code, r#"{"message": "No access"}"#)
    })
    .await
}

async fn of_sso() -> Vec<Case> {
    let login = "run: aws sso login --profile dev";
    let refusing = refusing_sso().await;
    let forbidding = forbidding_sso().await;
    let closed = nobody().await;
    let later = "2099-01-01T00:00:00Z";
    let sso = |name, home, reason| Case::new(name, home, reason).with("AWS_PROFILE", "dev");
    let source = format!(
        "[profile prod]\nrole_arn = {}\nsource_profile = dev\n{SSO_PROFILE}",
        role("111122223333")
    );
    vec![
        sso(
            "never signed in",
            Home::with(SSO_PROFILE),
            "invalid_credentials",
        )
        .says(login),
        sso(
            "sign-in has expired",
            signed_in_until("2020-01-01T00:00:00Z"),
            "invalid_credentials",
        )
        .says(login),
        sso(
            "sign-in is refused",
            signed_in_until(later),
            "invalid_credentials",
        )
        .with("AWS_ENDPOINT_URL_SSO", format!("http://{refusing}"))
        .says(login)
        .says("UnauthorizedException"),
        sso(
            "role is not granted",
            signed_in_until(later),
            "assume_role_failed",
        )
        .with("AWS_ENDPOINT_URL_SSO", format!("http://{forbidding}"))
        .says("profile dev")
        .says("ForbiddenException: No access")
        .never_says("aws sso login"),
        sso("SSO cannot be reached", signed_in_until(later), "network")
            .with("AWS_ENDPOINT_URL_SSO", format!("http://{closed}"))
            .says(format!(
                "profile dev: cannot reach {closed}: connection refused"
            ))
            .never_says("aws sso login"),
        Case::new(
            "the source has to sign in",
            Home::with(&source),
            "invalid_credentials",
        )
        .with("AWS_PROFILE", "prod")
        .says(login),
    ]
}

async fn of_containers() -> Vec<Case> {
    let (closed, silent) = (nobody().await, serving(|_| String::new()).await);
    let unauthorized = serving(|_| http(401, "", "who are you")).await;
    let page = serving(|_| http(200, "content-type: text/html\r\n", "<html>s3cret</html>")).await;
    let broken = serving(|_| http(500, "", "oops")).await;
    let container = |name, address: &dyn std::fmt::Display, reason| {
        Case::new(name, Home::new(), reason).with(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("http://{address}/x?s3cret"),
        )
    };
    vec![
        container(
            "container token refused",
            &unauthorized,
            "invalid_credentials",
        )
        .says("container credential service answered HTTP 401")
        .says("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
        container("container service broken", &broken, "server_error")
            .says("container credential service answered HTTP 500"),
        container("no container service", &closed, "network")
            .says(format!("cannot reach {closed}: connection refused")),
        container("a page for credentials", &page, "bad_response")
            .says("container credential service: "),
        container(
            "a URL that is not allowed",
            &"10.0.0.1",
            "invalid_credentials",
        )
        .says("not refer to an allowed IP address"),
        container("silent container service", &silent, "timeout")
            .says(format!("{silent} did not answer within 5 s")),
    ]
}

async fn of_instances() -> Vec<Case> {
    const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n";
    let (closed, silent) = (nobody().await, serving(|_| String::new()).await);
    let after_token = |status| {
        serving(move |head| {
            if head.starts_with("PUT") {
                http(200, TTL, "token")
            } else {
                http(status, "", "oops")
            }
        })
    };
    let (no_role, broken) = (after_token(404).await, after_token(400).await);
    let instance = |name, address, reason| {
        Case::new(name, Home::new(), reason)
            .with("AWS_EC2_METADATA_DISABLED", "false")
            .with(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                format!("http://{address}"),
            )
    };
    let mut nothing_attached = instance("instance without a role", no_role, "invalid_credentials")
        .says("no AWS credentials found: this instance has no role");
    nothing_attached.not_said.clear();
    vec![
        nothing_attached,
        instance("instance metadata refused", broken, "invalid_credentials")
            .says("instance metadata service answered HTTP 400"),
        instance("no instance metadata", closed, "network")
            .says(format!("cannot reach {closed}: connection refused")),
        instance("silent instance metadata", silent, "timeout")
            .says("instance metadata")
            .says(format!("{silent} did not answer within 1 s")),
    ]
}

async fn of_sts() -> Vec<Case> {
    let closed = nobody().await;
    let token = Home::new();
    token.write("token", "s3cret.web.token");
    let token_path = token.text("token");
    let denied = format!(
        "role_arn = {}\nsource_profile = b\nexternal_id = s3cret-id\n",
        role("999999999999")
    );
    let denied = dev(&format!(
        "{denied}[profile b]\naws_access_key_id = a\naws_secret_access_key = b\n"
    ));
    vec![
        Case::new("STS cannot be reached", Home::new(), "network")
            .with("AWS_ACCESS_KEY_ID", "AKIAKNOWNKEYID")
            .with("AWS_SECRET_ACCESS_KEY", "s3cret-key")
            .with("AWS_ENDPOINT_URL_STS", format!("http://{closed}"))
            .says(format!("cannot reach {closed}: connection refused")),
        Case::new("STS of web identity cannot be reached", token, "network")
            .with("AWS_WEB_IDENTITY_TOKEN_FILE", token_path)
            .with("AWS_ROLE_ARN", role("111122223333"))
            .with("AWS_ENDPOINT_URL_STS", format!("http://{closed}"))
            .says(format!("cannot reach {closed}: connection refused")),
        Case::new("role of a profile is refused", denied, "assume_role_failed")
            .with("AWS_PROFILE", "dev")
            .says(format!(
                "profile dev cannot assume {}: AccessDenied",
                role("999999999999")
            )),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_give_no_credentials_are_named() {
    let aws = Aws::of(1).await;
    join_all(
        of_files()
            .into_iter()
            .chain(of_start())
            .map(|case| case.check(&aws)),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_missing_or_has_expired_names_its_command() {
    let aws = Aws::of(1).await;
    join_all(of_sso().await.into_iter().map(|case| case.check(&aws))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_give_no_credentials_are_named() {
    let aws = Aws::of(1).await;
    let cases = [of_containers().await, of_instances().await, of_sts().await]
        .into_iter()
        .flatten();
    join_all(cases.map(|case| case.check(&aws))).await;
}
