//! From an HTTP request to an HTTP answer: who asks for what, and whether it is let through. How
//! the answer is dressed is for `answer`.

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use super::Simulator;
use super::answer::{self, AnswerBody, Form};
use super::fault::FaultKind;
use super::input::Input;
use super::operations::{self, Operation, Quirks};
use super::refusal::Refusal;
use super::request_log::LoggedRequest;
use super::sts;
use super::time;

/// One request, read.
pub(super) struct Incoming<'a> {
    pub(super) head: &'a Parts,
    pub(super) body: &'a Bytes,
}

/// How a request ends.
pub(super) enum Ending {
    Answer(Response<AnswerBody>),
    /// Without an answer.
    Reset,
    /// Never.
    Hang,
}

/// The credential scope of the signature. Signatures themselves are not verified: nobody has our
/// secret keys.
struct CredentialScope {
    account: String,
    region: String,
    service: String,
}

/// What is asked.
enum Asked {
    List(&'static Operation),
    Sts(String),
}

impl Asked {
    fn service(&self) -> &'static str {
        match self {
            Self::List(operation) => operation.service,
            Self::Sts(_) => "sts",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::List(operation) => operation.name,
            Self::Sts(action) => action,
        }
    }
}

/// Answers one request, and says how long to wait before sending it.
pub(super) fn ask(simulator: &Simulator, incoming: &Incoming<'_>) -> (Ending, Duration) {
    let inner = &*simulator.inner;
    let number = inner.next_number();
    let request_id = super::random::uuid(super::random::join(inner.options.seed, number));
    let mut log = LoggedRequest {
        at: Instant::now(),
        account: String::new(),
        region: String::new(),
        operation: String::new(),
        outcome: String::new(),
        body: String::from_utf8_lossy(incoming.body).into_owned(),
    };
    let asked = asked(incoming);
    let xml =
        !matches!(asked, Ok(Asked::List(_))) && !incoming.head.headers.contains_key("x-amz-target");
    let form = Form {
        xml,
        request_id: &request_id,
    };
    let (ending, outcome) = match asked {
        Ok(asked) => judged(simulator, incoming, &asked, number, &mut log, form),
        Err(refusal) => (
            Ending::Answer(answer::refused(&refusal, form)),
            refusal.code.to_owned(),
        ),
    };
    log.outcome = outcome;
    inner.request_log().record(log);
    (ending, inner.options.latency)
}

/// A request that names an operation: signature, rate, faults, and then the answer.
fn judged(
    simulator: &Simulator,
    incoming: &Incoming<'_>,
    asked: &Asked,
    number: u64,
    log: &mut LoggedRequest,
    form: Form<'_>,
) -> (Ending, String) {
    let refuse = |refusal: Refusal| {
        (
            Ending::Answer(answer::refused(&refusal, form)),
            refusal.code.to_owned(),
        )
    };
    asked.name().clone_into(&mut log.operation);
    let scope = match scope(simulator, incoming, asked.service()) {
        Ok(scope) => scope,
        Err(refusal) => return refuse(refusal),
    };
    (log.account, log.region) = (scope.account.clone(), scope.region.clone());
    if let Asked::List(operation) = asked
        && !simulator
            .inner
            .admit(&scope.account, &scope.region, operation.name, log.at)
    {
        return refuse(Refusal::throttled());
    }
    // A role is refused by the account that it is in, not by the caller's.
    let role_account = matches!(asked, Asked::Sts(_))
        .then(|| sts::account_of_role(incoming.body))
        .flatten();
    let account = role_account.as_deref().unwrap_or(&scope.account);
    let faults = simulator
        .inner
        .faults_of(asked.service(), asked.name(), account, &scope.region);
    if let Some(refusal) = faults
        .iter()
        .find_map(|kind| refusal_of(*kind, asked, &scope))
    {
        return refuse(refusal);
    }
    if let Some(replaced) = faults.iter().find_map(|kind| replaced(*kind, form)) {
        return replaced;
    }
    let body = match asked {
        Asked::Sts(action) => {
            identity(simulator, incoming, action, &scope, number, form.request_id)
        }
        Asked::List(operation) => rows(
            simulator,
            incoming,
            operation,
            &scope,
            &faults.iter().copied().collect(),
        ),
    };
    match body {
        Err(refusal) => refuse(refusal),
        Ok(body) => {
            let (body, outcome) = spoiled(body, &faults);
            (Ending::Answer(answer::well(body, form)), outcome.to_owned())
        }
    }
}

/// The body as it is sent, and what the record says of it.
fn spoiled(mut body: Vec<u8>, faults: &[FaultKind]) -> (AnswerBody, &'static str) {
    let cut = faults.contains(&FaultKind::Truncate);
    let huge = faults.contains(&FaultKind::HugeBody);
    if cut {
        body.truncate(body.len() / 2);
    }
    let outcome = match () {
        () if cut => "truncate",
        () if huge => "huge-body",
        () if faults.contains(&FaultKind::WrongList) => "wrong-list",
        () => "ok",
    };
    let body = AnswerBody::from(body);
    (if huge { body.after_white_space() } else { body }, outcome)
}

/// Which operation is meant, by header for JSON and by form for STS.
fn asked(incoming: &Incoming<'_>) -> Result<Asked, Refusal> {
    let header = |name: &str| {
        incoming
            .head
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let unknown = || Refusal::bare("UnknownOperationException");
    if incoming.head.method != Method::POST || incoming.head.uri.path() != "/" {
        return Err(unknown());
    }
    let content = header("content-type")
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    match content {
        "application/x-amz-json-1.1" => operations::find(header("x-amz-target"))
            .map(Asked::List)
            .ok_or_else(unknown),
        "application/x-www-form-urlencoded" => {
            let form = sts::form(&String::from_utf8_lossy(incoming.body));
            let action = form.get("Action").cloned();
            action
                .map(Asked::Sts)
                .ok_or_else(|| Refusal::common("MissingAction", "Missing Action"))
        }
        _ => Err(unknown()),
    }
}

/// Reads `Authorization`: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...`.
fn scope(
    simulator: &Simulator,
    incoming: &Incoming<'_>,
    service: &str,
) -> Result<CredentialScope, Refusal> {
    let header = incoming
        .head
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let header = header.ok_or_else(|| {
        Refusal::common(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )
    })?;
    let incomplete = || {
        Refusal::common(
            "IncompleteSignatureException",
            "Authorization header requires 'Credential' parameter.",
        )
    };
    let (_, rest) = header.split_once("Credential=").ok_or_else(incomplete)?;
    let credential = rest.split([',', ' ']).next().unwrap_or_default();
    let [key, _, region, scoped, "aws4_request"] = credential.split('/').collect::<Vec<_>>()[..]
    else {
        return Err(incomplete());
    };
    if scoped != service {
        let message = format!("Credential should be scoped to correct service: '{service}'.");
        return Err(Refusal::common("InvalidSignatureException", message));
    }
    if simulator.inner.has_ended(key) {
        return Err(expired_token());
    }
    let options = &simulator.inner.options;
    let first = options
        .accounts
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let scope = CredentialScope {
        account: sts::account_of(key).unwrap_or(first).to_owned(),
        region: region.to_owned(),
        service: scoped.to_owned(),
    };
    if service != "sts"
        && simulator
            .inner
            .target(&scope.account, &scope.region)
            .is_none()
    {
        return Err(invalid_credentials());
    }
    Ok(scope)
}

/// Also what a region that the account has not enabled answers.
fn invalid_credentials() -> Refusal {
    Refusal::common(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
}

fn expired_token() -> Refusal {
    Refusal::common(
        "ExpiredTokenException",
        "The security token included in the request is expired",
    )
}

fn refusal_of(kind: FaultKind, asked: &Asked, scope: &CredentialScope) -> Option<Refusal> {
    Some(match kind {
        FaultKind::Throttle => Refusal::throttled(),
        FaultKind::ThrottleRetryAfter => Refusal {
            retry_after: Some(300),
            ..Refusal::throttled()
        },
        FaultKind::Deny => Refusal::denied(&scope.account, &scope.service, asked.name()),
        FaultKind::ExpiredToken => expired_token(),
        FaultKind::InvalidCredentials => invalid_credentials(),
        FaultKind::Error500 => Refusal::internal(),
        _ => return None,
    })
}

/// What comes in the place of the answer, and what the record says of it.
fn replaced(kind: FaultKind, form: Form<'_>) -> Option<(Ending, String)> {
    let (ending, outcome) = match kind {
        FaultKind::Reset => (Ending::Reset, "reset"),
        FaultKind::Hang => (Ending::Hang, "hang"),
        FaultKind::Html503 => (
            Ending::Answer(answer::html(StatusCode::SERVICE_UNAVAILABLE)),
            "html503",
        ),
        FaultKind::Html200 => (Ending::Answer(answer::html(StatusCode::OK)), "html200"),
        FaultKind::EmptyBody => (
            Ending::Answer(answer::well(AnswerBody::default(), form)),
            "empty-body",
        ),
        FaultKind::EmptyObject => (
            Ending::Answer(answer::well(AnswerBody::from(b"{}".to_vec()), form)),
            "empty-object",
        ),
        FaultKind::NoContent => (Ending::Answer(answer::no_content(form)), "no-content"),
        FaultKind::ErrorBody => {
            let refusal = Refusal {
                status: 200,
                ..Refusal::throttled()
            };
            (
                Ending::Answer(answer::refused(&refusal, form)),
                refusal.code,
            )
        }
        _ => return None,
    };
    Some((ending, outcome.to_owned()))
}

fn rows(
    simulator: &Simulator,
    incoming: &Incoming<'_>,
    operation: &Operation,
    scope: &CredentialScope,
    quirks: &Quirks,
) -> Result<Vec<u8>, Refusal> {
    let malformed = || Refusal::bare("SerializationException");
    let input: Input = serde_json::from_slice(incoming.body).map_err(|_| malformed())?;
    let inner = &*simulator.inner;
    let world = inner
        .world(&scope.account, &scope.region)
        .ok_or_else(invalid_credentials)?;
    operations::answer(operation, &world, &input, quirks, |question| {
        inner.next_chain(question)
    })
}

fn identity(
    simulator: &Simulator,
    incoming: &Incoming<'_>,
    action: &str,
    scope: &CredentialScope,
    number: u64,
    request_id: &str,
) -> Result<Vec<u8>, Refusal> {
    let form = sts::form(&String::from_utf8_lossy(incoming.body));
    let now = time::epoch(SystemTime::now());
    let caller = sts::Caller {
        options: &simulator.inner.options,
        account: &scope.account,
        now,
        number,
    };
    let result = sts::answer(action, &form, &caller)?;
    if let Some(account) = sts::account_of_role(incoming.body) {
        simulator
            .inner
            .begin_session(sts::access_key(&account, number));
    }
    Ok(sts::document(action, &result, request_id).into_bytes())
}
