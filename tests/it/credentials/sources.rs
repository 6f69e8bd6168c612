//! Every source of the SDK's default credential chain, in the order of the chain.

use super::{Home, PRINT_CREDENTIALS, environment, http, once, reason, serving};
use crate::support::{Aws, CREDENTIALS, OTHER, OWN, Run, role, run_with};

fn account_of(run: &Run) -> Option<&str> {
    let line = run
        .out
        .lines()
        .find(|line| line.starts_with("aws_ssm_up{"))?;
    line.ends_with(" 1")
        .then(|| line.split("account_id=\"").nth(1)?.split('"').next())?
}

/// A service that hands out credentials as containers and instances get them. Instances ask it for
/// a token and the name of a role first.
fn service(head: &str) -> String {
    let headers =
        "content-type: application/json\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n";
    if head.starts_with("PUT /latest/api/token") {
        return http(200, headers, "token");
    }
    if head.starts_with("GET /latest/meta-data/iam/security-credentials/ ") {
        return http(200, headers, "reader");
    }
    http(
        200,
        headers,
        r#"{"Code": "Success", "AccessKeyId": "AKIAKNOWNKEYID", "SecretAccessKey": "known-secret-key",
            "Token": "token", "Expiration": "2099-01-01T00:00:00Z"}"#,
    )
}

const STATIC: &str = "aws_access_key_id = AKIAKNOWNKEYID\naws_secret_access_key = known-secret-key";

/// Configurations with a profile `dev`, and the account to whose credentials it leads. `STATIC`,
/// `PROCESS`, `OTHER` and `MINE` stand for an access key, a command, and two roles.
const PROFILES: [(&str, &str, &str); 8] = [
    ("static", OWN, "[profile dev]\nSTATIC"),
    (
        "static, to a role",
        OTHER,
        "[profile dev]\nOTHER\nsource_profile = base\n[profile base]\nSTATIC",
    ),
    ("process", OWN, "[profile dev]\nPROCESS"),
    (
        "process, to a role",
        OTHER,
        "[profile dev]\nOTHER\nsource_profile = base.2\n[profile base.2]\nPROCESS",
    ),
    (
        "process of its own, to a role",
        OTHER,
        "[profile dev]\nOTHER\nsource_profile = dev\nPROCESS",
    ),
    (
        "process, two roles away",
        OTHER,
        "[profile dev]\nOTHER\nsource_profile = middle\n[profile middle]\nMINE\nsource_profile = base\n\
         [profile base]\nPROCESS",
    ),
    (
        "a static source goes before its process",
        OTHER,
        "[profile dev]\nOTHER\nsource_profile = base\n[profile base]\nSTATIC\ncredential_process = exit 9\n",
    ),
    (
        "the process goes before static",
        OWN,
        "[profile dev]\nPROCESS\naws_access_key_id = x\naws_secret_access_key = y\n",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn profiles_lead_to_credentials_as_they_do_for_the_sdk() {
    let aws = Aws::of(2).await;
    let runs = PROFILES.iter().map(|(name, account, config)| {
        let aws = &aws;
        async move {
            let home = Home::with_process(PRINT_CREDENTIALS);
            let config = config.replace(
                "PROCESS",
                &format!("credential_process = {}", home.text("process")),
            );
            let config = config.replace("STATIC", STATIC);
            let config = config.replace("OTHER", &format!("role_arn = {}", role(OTHER)));
            home.write(
                ".aws/config",
                &config.replace("MINE", &format!("role_arn = {}", role(OWN))),
            );
            let run = once(&home, aws, &[("AWS_PROFILE", "dev")]).await;
            assert_eq!(account_of(&run), Some(*account), "{name}: {}", run.err);
        }
    });
    futures_util::future::join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_in_the_file_of_credentials_and_in_the_default_profile_is_run() {
    let aws = Aws::of(2).await;
    let home = Home::with_process(PRINT_CREDENTIALS);
    let process = format!("[default]\ncredential_process = {}\n", home.text("process"));
    for file in [".aws/config", ".aws/credentials"] {
        home.write(".aws/config", "");
        home.write(".aws/credentials", "");
        home.write(file, &process);
        for more in [&[][..], &[("AWS_PROFILE", "")]] {
            let run = once(&home, &aws, more).await;
            assert_eq!(account_of(&run), Some(OWN), "{file}: {}", run.err);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_goes_before_profiles_and_profiles_before_services() {
    let aws = Aws::of(2).await;
    let service = serving(service).await;
    let uri = format!("http://{service}/credentials");
    let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str());
    let broken = Home::with("[default]\ncredential_process = exit 9\n");
    let run = once(&broken, &aws, &CREDENTIALS).await;
    assert_eq!(account_of(&run), Some(OWN), "environment: {}", run.err);
    let run = once(&broken, &aws, &[uri]).await;
    assert!(
        run.err.contains("exited with code 9"),
        "profile: {}",
        run.err
    );
    let run = once(&Home::new(), &aws, &[uri]).await;
    assert_eq!(account_of(&run), Some(OWN), "container: {}", run.err);
    let metadata = format!("http://{service}");
    let instance = [
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.as_str()),
    ];
    let run = once(&Home::new(), &aws, &instance).await;
    assert_eq!(account_of(&run), Some(OWN), "instance: {}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn sso_and_web_identity_lead_to_credentials() {
    let aws = Aws::of(2).await;
    let sso = serving(|head| {
        assert!(head.contains("/federation/credentials"), "{head}");
        let credentials = r#"{"roleCredentials": {"accessKeyId": "AKIAKNOWNKEYID", "secretAccessKey": "known-secret-key",
            "sessionToken": "token", "expiration": 4070908800000}}"#;
        http(200, "content-type: application/json\r\n", credentials)
    })
    .await;
    let home = Home::with(super::messages::SSO_PROFILE);
    home.write(
        super::messages::SSO_TOKEN_FILE,
        super::messages::sso_token("2099-01-01T00:00:00Z").as_str(),
    );
    let url = format!("http://{sso}");
    let run = once(
        &home,
        &aws,
        &[("AWS_PROFILE", "dev"), ("AWS_ENDPOINT_URL_SSO", &url)],
    )
    .await;
    assert_eq!(account_of(&run), Some(OWN), "{}", run.err);

    let sts = serving(|head| {
        assert!(head.contains("AssumeRoleWithWebIdentity") || head.contains("GetCallerIdentity"), "{head}");
        let assumed = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
                       <AccessKeyId>AKIAKNOWNKEYID</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                       <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
                       </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
        let whose = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
                     </GetCallerIdentityResult></GetCallerIdentityResponse>";
        http(200, "content-type: text/xml\r\n", if head.contains("WebIdentity") { assumed } else { whose })
    })
    .await;
    home.write("token", "a.web.token");
    let (token, url, arn) = (home.text("token"), format!("http://{sts}"), role(OWN));
    let more = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()),
        ("AWS_ROLE_ARN", &arn),
        ("AWS_ENDPOINT_URL_STS", &url),
    ];
    let run = once(&home, &aws, &more).await;
    assert_eq!(account_of(&run), Some(OWN), "{}", run.err);
}

/// Clients read settings from profiles, too. Those have nothing to do with credentials, and must
/// not end in an error about them.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_with_settings_that_the_sdk_cannot_parse_still_gives_credentials_to_the_running_exporter()
 {
    let aws = Aws::of(2).await;
    // These credentials are renewed after ten seconds.
    let script = r#"echo $$ >> runs
        end=$(date -u -d '+12 seconds' +%Y-%m-%dT%H:%M:%SZ)
        echo "{\"Version\": 1, \"AccessKeyId\": \"AKIAKNOWNKEYID\", \"SecretAccessKey\": \"s\", \"Expiration\": \"$end\"}""#;
    let home = Home::with_process(script);
    home.write(
        "exporter.yaml",
        "refresh:\n  interval: 1s\n  stale_after: 5s\n",
    );
    let environment = environment(&home, &aws, &[("AWS_PROFILE", "dev")]);
    let arguments = ["serve", "--config.file", &home.text("exporter.yaml")];
    let program = crate::support::Program::start(&super::borrowed(&environment), &arguments).await;
    let start = tokio::time::Instant::now();
    let runs = |at_least: usize, what: &'static str| {
        let (home, program) = (&home, &program);
        async move {
            while home.pids("runs").len() < at_least {
                assert!(
                    start.elapsed() < crate::support::PATIENCE,
                    "never {what}: {}",
                    program.log()
                );
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    };
    runs(1, "run").await;
    let config = std::fs::read_to_string(home.path(".aws/config")).unwrap();
    home.write(
        ".aws/config",
        &format!("{config}retry_mode = legacy\nmax_attempts = none\n"),
    );
    runs(2, "run again").await;
    let page = crate::support::get(program.address, "/metrics", "")
        .await
        .text();
    assert!(
        page.lines()
            .any(|line| line.starts_with("aws_ssm_up{") && line.ends_with(" 1")),
        "{}",
        program.log()
    );
    assert!(!program.log().contains("panicked"), "{}", program.log());
}

#[tokio::test]
async fn without_a_home_nothing_is_found() {
    let run = run_with(&[("AWS_REGION", "eu-west-1"), ("HOME", "")], &["once"]).await;
    assert_eq!(reason(&run), "invalid_credentials");
}
