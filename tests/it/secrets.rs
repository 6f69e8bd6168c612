//! An endpoint that repeats every secret that it is sent, in all the errors of AWS. None of them is
//! in the log of the program, at its most talkative, nor on its page.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use aws_smithy_types::base64;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::{Duration, sleep};

use crate::support::{OTHER, OWN, Program, get, role, run_with};

const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzz0123456";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEHAaCWV1LXdlc3QtMSJHMEUCIQDx/Zq+8fN3wKc0lm==";
const EXTERNAL_ID: &str = "agreed/with+them@once";
const ROLE_SECRET_KEY: &str = "p3VbK9TqYw1rZs8Lm4Xc6Nf0Hd2Gj5Ua7EoRi+Bt";
const ROLE_TOKEN: &str = "FwoGZXIvYXdzEJr1Sk8vQmT3xLpD6uYw0BnHc9ZaKe/4fUoVg7iRtMs2";
/// The region in which the role may be assumed. Elsewhere it is refused.
const GOOD_REGION: &str = "eu-west-1";

const CODES: [&str; 18] = [
    "AccessDeniedException",
    "UnrecognizedClientException",
    "ExpiredTokenException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignatureException",
    "MissingAuthenticationTokenException",
    "InvalidClientTokenId",
    "ValidationException",
    "InvalidNextToken",
    "InvalidFilterKey",
    "InvalidInstanceId",
    "InvalidResourceId",
    "InternalServerError",
    "ServiceUnavailable",
    "RequestExpired",
    "OptInRequired",
    "NeverHeardOf",
];
const THROTTLES: [&str; 3] = ["ThrottlingException", "Throttling", "RateExceeded"];

/// An endpoint that repeats what it is sent.
struct Echo {
    url: String,
    signatures: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    async fn start(codes: Vec<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let signatures = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&signatures);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (seen, codes) = (Arc::clone(&seen), codes.clone());
                let service =
                    service_fn(move |request| answer(request, Arc::clone(&seen), codes.clone()));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        Self { url, signatures }
    }
}

async fn answer(
    request: Request<Incoming>,
    seen: Arc<Mutex<Vec<String>>>,
    codes: Vec<&'static str>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let authorization = head.headers["authorization"].to_str().unwrap().to_owned();
    let turn = {
        let mut seen = seen.lock().unwrap();
        seen.push(authorization.split("Signature=").nth(1).unwrap().to_owned());
        seen.len()
    };
    if body.contains("Action=GetCallerIdentity") {
        let account =
            format!("<GetCallerIdentityResult><Account>{OWN}</Account></GetCallerIdentityResult>");
        return Ok(respond(
            200,
            "text/xml",
            format!("<GetCallerIdentityResponse>{account}</GetCallerIdentityResponse>"),
        ));
    }
    if body.contains("Action=AssumeRole") && authorization.contains(GOOD_REGION) {
        return Ok(respond(200, "text/xml", session()));
    }
    Ok(refusal(&told(&head, &body), &body, turn, &codes))
}

/// Every secret of a request, as the endpoint repeats it.
fn told(head: &Parts, body: &str) -> String {
    let authorization = head.headers["authorization"].to_str().unwrap();
    let headers: Vec<String> = head
        .headers
        .iter()
        .map(|(key, value)| format!("{key}: {}", value.to_str().unwrap()))
        .collect();
    let token = head
        .headers
        .get("x-amz-security-token")
        .map(|token| token.to_str().unwrap())
        .unwrap_or_default();
    format!("{token} {body} {authorization} {}", headers.join("\n"))
}

/// An error of AWS that repeats what was told. Each turn has another code, encoding and form.
fn refusal(told: &str, body: &str, turn: usize, codes: &[&'static str]) -> Response<Full<Bytes>> {
    let code = codes[turn % codes.len()];
    let echo = match turn / codes.len() % 5 {
        0 => told.to_owned(),
        1 => base64::encode(told),
        2 => url(told),
        3 => url(&base64::encode(told)),
        _ => told.chars().flat_map(|letter| [letter, '\n']).collect(),
    };
    let status = [400, 200, 403, 500][turn % 4];
    let json = serde_json::json!({ "__type": code, "message": echo }).to_string();
    let xml = echo.replace('&', "&amp;").replace('<', "&lt;");
    let xml_error = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>{xml}</Message></Error></ErrorResponse>"
    );
    match turn % 7 {
        0 => respond(
            status,
            "text/html",
            format!("<html><body>{code} {echo}</body></html>"),
        ),
        1 => respond(status, "text/xml", xml_error),
        _ if body.contains("Action=") => respond(403, "text/xml", xml_error),
        2 => respond(
            status,
            "application/x-amz-json-1.1",
            serde_json::json!({ "__type": echo }).to_string(),
        ),
        _ => respond(status, "application/x-amz-json-1.1", json),
    }
}

fn respond(status: u16, content: &str, body: String) -> Response<Full<Bytes>> {
    let response = Response::builder()
        .status(status)
        .header("content-type", content);
    response
        .header("x-amz-retry-after", "5")
        .header("x-amzn-requestid", TOKEN)
        .body(Full::from(body))
        .unwrap()
}

fn session() -> String {
    format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIDROLE</AccessKeyId>\
         <SecretAccessKey>{ROLE_SECRET_KEY}</SecretAccessKey><SessionToken>{ROLE_TOKEN}</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

fn url(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Asserts that a text has no third of any secret, in any of the encodings in which the endpoint
/// repeats it.
fn assert_silent(text: &str, echo: &Echo) {
    let bare = |text: &str| {
        text.split_whitespace()
            .collect::<String>()
            .replace("\\n", "")
    };
    let text = bare(text);
    let mut secrets = vec![SECRET_KEY, TOKEN, EXTERNAL_ID, ROLE_SECRET_KEY, ROLE_TOKEN]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    secrets.extend(echo.signatures.lock().unwrap().iter().cloned());
    for secret in &secrets {
        for encoded in [
            secret.clone(),
            url(secret),
            base64::encode(secret),
            base64::encode(format!("x{secret}")),
            base64::encode(format!("xx{secret}")),
        ] {
            let part = &encoded[encoded.len() / 3..encoded.len() * 2 / 3];
            assert!(
                !text.contains(part),
                "{part} of {secret} in {}",
                text.split(part).next().unwrap()
            );
        }
    }
}

fn configuration(echo: &Echo, interval: &str) -> (TempDir, String) {
    let text = format!(
        "refresh:\n  interval: {interval}\napi:\n  requests_per_second: 1000\n  endpoint_url: {}\naccounts:\n  \
         - regions: [{GOOD_REGION}, us-east-1, us-east-2]\n  - regions: [{GOOD_REGION}, us-west-1, us-west-2]\n    \
         role_arn: {}\n    external_id: ${{EXTERNAL_ID}}\n",
        echo.url,
        role(OTHER)
    );
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("exporter.yaml");
    std::fs::write(&path, text).unwrap();
    (directory, path.to_str().unwrap().to_owned())
}

const ENVIRONMENT: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "AKIAKNOWNKEYID"),
    ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
    ("AWS_SESSION_TOKEN", TOKEN),
    ("EXTERNAL_ID", EXTERNAL_ID),
];

#[tokio::test(flavor = "multi_thread")]
async fn one_refresh_of_a_hostile_endpoint_logs_no_secret() {
    for format in ["logfmt", "json"] {
        let echo = Echo::start(CODES.to_vec()).await;
        let (_directory, path) = configuration(&echo, "5m");
        let arguments = [
            "once",
            "--log.level",
            "debug",
            "--log.format",
            format,
            "--config.file",
            &path,
        ];
        let run = run_with(&ENVIRONMENT, &arguments).await;
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(
            run.err.contains("[redacted]") && run.err.contains("collector failed"),
            "{}",
            run.err
        );
        assert!(
            run.err.contains("AssumeRole") && run.err.contains("DescribeInstanceInformation"),
            "{}",
            run.err
        );
        assert_silent(&run.err, &echo);
        assert_silent(&run.out, &echo);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exporter_of_a_hostile_endpoint_logs_and_shows_no_secret() {
    for format in ["logfmt", "json"] {
        let echo = Echo::start([&CODES[..], &THROTTLES].concat()).await;
        let (_directory, path) = configuration(&echo, "1s");
        let arguments = [
            "serve",
            "--log.level",
            "debug",
            "--log.format",
            format,
            "--config.file",
            &path,
        ];
        let mut program = Program::start(&ENVIRONMENT, &arguments).await;
        sleep(Duration::from_secs(6)).await;
        for path in ["/metrics", "/", "/sd"] {
            assert_silent(&get(program.address, path, "").await.text(), &echo);
        }
        program.signal("TERM").await;
        program.ended().await;
        let log = program.log();
        assert!(
            log.matches("attempt ended").count() > 30 && log.contains("[redacted]"),
            "{log}"
        );
        assert_silent(&log, &echo);
    }
}
