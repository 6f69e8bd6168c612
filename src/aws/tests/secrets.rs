//! An endpoint that repeats whatever it was sent, in every error that AWS knows: no secret is in
//! what is logged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use futures_util::future::join_all;

use super::attempts::Log;
use super::base_of;
use super::scripted_aws::{
    Asked, Counts, Reply, Server, encoded, identity, json, options, role_options,
};
use crate::aws::{AwsBase, SsmSource, TargetOptions, codes, one_line};
use crate::collect::{FailureScope, PageRequest, Source, SourceError};
use crate::model::FailureReason;

const TOKEN: &str = "IQoJb3JpZ2luX2VjEHAaCWV1LXdlc3QtMSJHMEUCIQDx/Zq+8fN3wKc0lm==";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzz0123456";
const EXTERNAL_ID: &str = "ssm-exporter@production";
const CALLS: usize = 6;

fn header<'a>(asked: &'a Asked, name: &str) -> &'a str {
    let lines = asked.head.lines().filter_map(|line| line.split_once(": "));
    lines
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .next()
        .unwrap_or_default()
}

fn signature(asked: &Asked) -> String {
    header(asked, "authorization")
        .split("Signature=")
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}

/// The secrets of a request.
fn secrets(asked: &Asked) -> Vec<String> {
    let mut secrets = vec![signature(asked), TOKEN.to_owned(), SECRET_KEY.to_owned()];
    secrets.extend(
        asked
            .body
            .contains("ExternalId")
            .then(|| EXTERNAL_ID.to_owned()),
    );
    secrets.retain(|secret| !secret.is_empty());
    secrets
}

/// Whether a text tells enough of a secret, in whatever encoding.
fn tells(text: &str, secret: &str) -> bool {
    let text: String = text
        .split_whitespace()
        .collect::<String>()
        .to_ascii_lowercase();
    encoded(secret).into_iter().any(|(_, encoded)| {
        let encoded: String = encoded
            .split_whitespace()
            .collect::<String>()
            .to_ascii_lowercase();
        text.contains(&encoded[encoded.len() / 3..encoded.len() * 2 / 3])
    })
}

/// The request as a hostile endpoint would repeat it. The secrets come first, so that they are not
/// cut off.
fn echo(asked: &Asked, encoding: usize) -> String {
    let mut parts = secrets(asked);
    parts.extend([asked.head.clone(), asked.body.clone()]);
    let parts = parts
        .iter()
        .map(|part| encoded(part).swap_remove(encoding % encoded("").len()).1);
    parts.collect::<Vec<_>>().join("\n")
}

/// An error in one of the forms in which errors come.
fn refusal(code: &str, echo: &str, variant: usize) -> Reply {
    let status = [400, 200, 403, 500][variant % 4];
    let xml = echo.replace('&', "&amp;").replace('<', "&lt;");
    let (content, body) = match variant / 4 % 4 {
        0 => (
            "application/x-amz-json-1.1",
            serde_json::json!({ "__type": code, "message": echo }).to_string(),
        ),
        1 => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>{xml}</Message></Error></ErrorResponse>"
            ),
        ),
        2 => ("text/html", format!("<html>{code} {echo}</html>")),
        // Even the error code may repeat the request.
        _ => (
            "application/x-amz-json-1.1",
            serde_json::json!({ "__type": echo, "message": code }).to_string(),
        ),
    };
    let line: String = echo
        .chars()
        .filter(char::is_ascii_graphic)
        .take(4000)
        .collect();
    let headers =
        format!("content-type: {content}\r\nx-amz-retry-after: 5\r\nx-amzn-RequestId: {line}\r\n");
    Reply::Response {
        status,
        headers,
        body,
    }
}

/// A server that repeats every request, with an error code that follows from the region and in
/// every kind of answer in turn. Only `GetCallerIdentity` is answered well.
async fn hostile() -> Server {
    let turns: Mutex<HashMap<String, usize>> = Mutex::default();
    Server::start(move |asked, _| {
        let scope = header(asked, "authorization")
            .split("Credential=")
            .nth(1)
            .unwrap_or_default();
        let region = scope.split('/').nth(2).unwrap_or_default().to_owned();
        if asked.operation == "GetCallerIdentity" {
            return identity("111122223333");
        }
        let mut turns = turns.lock().expect("unpoisoned");
        let turn = turns.entry(region.clone()).or_default();
        *turn += 1;
        let code = region
            .trim_start_matches("region-")
            .parse::<usize>()
            .unwrap_or_default();
        let code_name = codes::all().get(code).copied().unwrap_or("NeverHeardOf");
        refusal(code_name, &echo(asked, *turn + code), *turn)
    })
    .await
}

async fn base(server: &Server) -> AwsBase {
    let credentials = Credentials::new(
        "AKIDEXAMPLE",
        SECRET_KEY,
        Some(TOKEN.to_owned()),
        None,
        "test",
    );
    base_of(server, credentials).await
}

fn in_region(code: usize, options: TargetOptions) -> TargetOptions {
    TargetOptions {
        region: format!("region-{code}"),
        attempt_timeout: Duration::from_secs(10),
        ..options
    }
}

/// The errors of one target that reads SSM and of one that assumes a role, both in the region that
/// stands for this code.
async fn errors_of(base: &AwsBase, code: usize, role: TargetOptions) -> Vec<SourceError> {
    let ssm = SsmSource::new(base, in_region(code, options()), Arc::<Counts>::default());
    let sts = SsmSource::new(base, in_region(code, role), Arc::<Counts>::default());
    // The SDK retries STS by itself, and slowly, so once must do.
    let mut errors: Vec<_> = sts.begin().await.err().into_iter().collect();
    for _ in 0..CALLS {
        ssm.begin().await.expect("an account");
        errors.extend(ssm.instances(&PageRequest::FIRST).await.err());
        // A throttled call has been retried already with eight kinds of answers, and pauses between
        // them.
        let last = errors.last().map(|error| error.reason);
        if last == Some(FailureReason::Throttled) {
            break;
        }
    }
    errors
}

#[tokio::test]
async fn whatever_the_code_no_secret_is_in_an_error_or_in_the_log() {
    // The last number stands for a code that nobody knows.
    let codes = 0..=codes::all().len();
    assert!(codes.end() > &40);
    let (log, _guard) = Log::start();
    let server = hostile().await;
    let base = base(&server).await;
    let role = TargetOptions {
        external_id: Some(EXTERNAL_ID.to_owned()),
        ..role_options()
    };
    let all = codes
        .clone()
        .map(|code| errors_of(&base, code, role.clone()));
    let errors: Vec<String> = join_all(all)
        .await
        .into_iter()
        .flatten()
        .map(|error| format!("{error} {error:?}"))
        .collect();
    assert!(errors.len() > 3 * codes.end(), "{}", errors.len());
    assert!(errors.iter().any(|error| error.contains("[redacted]")));
    let ssm = server.asked("DescribeInstanceInformation");
    let sts = server.asked("AssumeRole");
    let has_id = |asked: &Asked| asked.body.contains("ExternalId=ssm-exporter%40production");
    assert!(sts.iter().any(has_id));
    let lines = log.lines();
    assert!(lines.len() > errors.len());
    for text in errors.iter().chain(&lines) {
        for secret in [TOKEN, SECRET_KEY, EXTERNAL_ID] {
            assert!(!tells(text, secret), "{secret}: {text}");
        }
    }
    // There are too many signatures to look for them in every encoding.
    let all = errors.join("\n") + &lines.join("\n");
    for signature in ssm.iter().chain(&sts).map(signature) {
        assert!(
            signature.len() == 64
                && !all.contains(&signature[..32])
                && !all.contains(&signature[32..])
        );
    }
}

#[tokio::test]
async fn a_page_that_repeats_the_request_is_not_shown() {
    let server = Server::start(|asked, _| {
        let secret = &secrets(asked)[0];
        let body =
            format!(r#"{{"InstanceInformationList":[{{"InstanceId":"i-1","Name":"{secret}"}}]}}"#);
        json(200, &body)
    })
    .await;
    let source = SsmSource::new(&base(&server).await, options(), Arc::<Counts>::default());
    let error = source
        .instances(&PageRequest::FIRST)
        .await
        .expect_err("not AWS");
    assert_eq!(
        (error.reason, error.scope),
        (FailureReason::BadResponse, FailureScope::Content),
        "{error}"
    );
}

#[tokio::test]
async fn a_secret_is_not_cut_in_two_by_the_length_of_a_line() {
    let server = hostile().await;
    let source = SsmSource::new(&base(&server).await, options(), Arc::<Counts>::default());
    source.begin().await.expect("an account");
    for before in (200..260)
        .step_by(5)
        .chain((2000..2100).step_by(9))
        .chain((8100..8200).step_by(9))
    {
        let line = one_line(&format!("{} {TOKEN}", "x".repeat(before)));
        assert!(!line.contains(&TOKEN[..8]), "{before}: {line}");
        let folded = one_line(&format!("a{}{TOKEN}", " ".repeat(before * 100)));
        assert_eq!(folded, "a [redacted]");
    }
}
