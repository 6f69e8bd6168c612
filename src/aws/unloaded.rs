//! Why there are no credentials, in one line: which link of the chain, which profile, what failed,
//! and the way out.
//!
//! What the SDK says is kept, without the sentences of its wrappers. "No credentials" is said only
//! when nothing is configured; what could not be reached, or did not answer, is said instead.

use std::env;
use std::error::Error;
use std::fmt;

use aws_config::imds::client::error::ImdsError;
use aws_config::profile::ProfileFileLoadError;
use aws_credential_types::provider::error::{CredentialsError, TokenError};
use aws_sdk_ssm::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::answer_guard::RefusedAnswer;
use super::classify::{self, find};
use super::credential_process::ProcessError;
use super::profiles::{self, Profiles};
use super::reach::{self, Unreached};
use super::redaction::masking;
use crate::collect::{FailureScope, SourceError};
use crate::model::FailureReason;

const NO_CREDENTIALS: &str = "no AWS credentials found";
const INSTANCE: &str = "the instance metadata service";
const CONTAINER: &str = "the container credential service";
const WAY_OUT: &str = "set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run where a role is attached";

/// Variables whose values are not shown. A URL may hold a password or a token.
const SECRETS: [&str; 4] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// A link of the default chain, after the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Profile { name: String },
    WebIdentity { file: String },
    Container { host: String },
    Instance,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile { name } => write!(f, "profile {name}"),
            Self::WebIdentity { file } => write!(f, "the web identity token file {file}"),
            Self::Container { host } => write!(f, "the container credential service at {host}"),
            Self::Instance => f.write_str(INSTANCE),
        }
    }
}

/// The files of profiles are there, and cannot be made sense of.
pub(super) fn unreadable_profiles(error: &ProfileFileLoadError) -> SourceError {
    source_error(FailureReason::InvalidCredentials, &causes(error))
}

/// A link is configured, and failed.
pub(super) fn failed(link: &Link, profiles: &Profiles, error: &CredentialsError) -> SourceError {
    let (reason, detail) = match link {
        Link::Profile { .. } => of_profile(profiles, error),
        Link::WebIdentity { file } => of_web_identity(file, error),
        Link::Container { .. } => of_container(error),
        Link::Instance => of_instance(error),
    };
    let root = profiles.root();
    let own: Vec<String> = SECRETS
        .iter()
        .filter_map(|name| env::var(name).ok())
        .collect();
    let secrets: Vec<&str> = own.iter().map(String::as_str).chain(root.secrets).collect();
    source_error(reason, &masking::without_secrets(&detail, &secrets))
}

/// No link is configured, or none that is has anything.
pub(super) fn nowhere(profiles: &Profiles, tried: &[(Link, CredentialsError)]) -> SourceError {
    if let Some(cause) = half_configured(profiles, tried) {
        return source_error(FailureReason::InvalidCredentials, &cause);
    }
    let instance = tried
        .iter()
        .find(|(link, _)| *link == Link::Instance)
        .map(|(_, error)| error);
    if let Some((reason, said)) = instance.and_then(|error| of_network(INSTANCE, error)) {
        let what = "neither environment nor profile gives credentials, and the instance metadata cannot be read";
        return source_error(reason, &format!("{what}: {said}; {WAY_OUT}"));
    }
    let why = match instance.map(|error| causes(error)).unwrap_or_default() {
        said if said.is_empty() || said.contains("disabled") => String::new(),
        said if said.contains("404") => "this instance has no role; ".to_owned(),
        said => format!("{INSTANCE}: {said}; "),
    };
    source_error(
        FailureReason::InvalidCredentials,
        &format!("{NO_CREDENTIALS}: {why}{WAY_OUT}"),
    )
}

/// What the environment or a profile says cannot be right.
pub(super) fn misconfigured(fault: &str) -> SourceError {
    source_error(FailureReason::InvalidCredentials, fault)
}

/// The environment holds what is no text.
pub(super) fn unreadable_environment() -> SourceError {
    let names = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN";
    source_error(
        FailureReason::InvalidCredentials,
        &format!("environment: {names} is not valid UTF-8"),
    )
}

/// What looks as if it was meant to give credentials.
fn half_configured(profiles: &Profiles, tried: &[(Link, CredentialsError)]) -> Option<String> {
    let is_set = |name: &str| env::var(name).is_ok_and(|value| !value.trim().is_empty());
    if is_set("AWS_ACCESS_KEY_ID") {
        return Some("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY".to_owned());
    }
    if is_set("AWS_WEB_IDENTITY_TOKEN_FILE") {
        return Some("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN".to_owned());
    }
    profiles::unreadable_file().or_else(|| profile_without_credentials(profiles, tried))
}

fn profile_without_credentials(
    profiles: &Profiles,
    tried: &[(Link, CredentialsError)],
) -> Option<String> {
    let [config, credentials] = profiles::paths();
    let (name, files) = (
        profiles.selected(),
        format!("{} or {}", config.display(), credentials.display()),
    );
    let said = tried
        .iter()
        .find(|(link, _)| matches!(link, Link::Profile { .. }))
        .map(|(_, error)| causes(error));
    match said.filter(|said| !said.is_empty()) {
        _ if profiles.chosen.is_some() && !profiles.has_selected() => {
            Some(format!("no profile {name} in {files}"))
        }
        Some(said) => Some(format!("profile {name}: {said}")),
        None if profiles.chosen.is_some() => {
            Some(format!("profile {name} holds no credentials in {files}"))
        }
        None => None,
    }
}

type Told = (FailureReason, String);

fn of_profile(profiles: &Profiles, error: &CredentialsError) -> Told {
    if let Some(process) = find::<ProcessError>(error) {
        return (FailureReason::InvalidCredentials, process.to_string());
    }
    let (name, root) = (profiles.selected(), profiles.root());
    if let Some(error) = find::<SdkError<AssumeRoleError, HttpResponse>>(error) {
        let (reason, said) = of_call("STS AssumeRole", error);
        return (
            reason,
            format!(
                "profile {name} cannot assume {}: {said}",
                root.role_arns.join(" or ")
            ),
        );
    }
    if root.is_sso {
        return of_sso(root.profile, error);
    }
    let (reason, said) = match root.web_identity_token_file {
        Some(file) => of_web_identity(file, error),
        None if find::<ImdsError>(error).is_some() => of_instance(error),
        None if root.is_container => of_container(error),
        None => of_network("AWS", error)
            .unwrap_or_else(|| (FailureReason::InvalidCredentials, causes(error))),
    };
    (reason, format!("profile {name}: {said}"))
}

/// The login is a file that only `aws sso login` can renew.
fn of_sso(profile: &str, error: &CredentialsError) -> Told {
    let refused = find::<SdkError<GetRoleCredentialsError, HttpResponse>>(error);
    let (reason, said) = refused.map_or_else(
        || of_network("SSO", error).unwrap_or((FailureReason::ExpiredToken, causes(error))),
        |error| of_call("SSO GetRoleCredentials", error),
    );
    let needs_login = refused.map_or(reason == FailureReason::ExpiredToken, |error| {
        error.code() == Some("UnauthorizedException")
    });
    if !needs_login {
        return (reason, format!("profile {profile}: {said}"));
    }
    let way_out = format!("run: aws sso login --profile {profile}");
    let detail =
        format!("the SSO login of profile {profile} is missing or has expired, {way_out} ({said})");
    (FailureReason::InvalidCredentials, detail)
}

fn of_web_identity(file: &str, error: &CredentialsError) -> Told {
    if let Some(error) = find::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>(error) {
        let (reason, said) = of_call("STS AssumeRoleWithWebIdentity", error);
        return (
            reason,
            format!("cannot assume the role with the web identity token of {file}: {said}"),
        );
    }
    (
        FailureReason::InvalidCredentials,
        format!(
            "cannot read the web identity token file {file}: {}",
            causes(error)
        ),
    )
}

fn of_container(error: &CredentialsError) -> Told {
    if let Some((reason, said)) = of_network(CONTAINER, error) {
        return (reason, format!("{CONTAINER}: {said}"));
    }
    let said = causes(error);
    // The SDK's own text: "Non-success status from HTTP credential provider: StatusCode(401)"
    let status = said
        .split_once("StatusCode(")
        .and_then(|(_, rest)| rest.split(')').next()?.parse::<u16>().ok());
    match status {
        Some(status @ (401 | 403)) => {
            let hint =
                "check AWS_CONTAINER_AUTHORIZATION_TOKEN or AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
            (
                FailureReason::InvalidCredentials,
                format!("{CONTAINER} answered HTTP {status}: {hint}"),
            )
        }
        Some(status) => (
            by_status(status),
            format!("{CONTAINER} answered HTTP {status}"),
        ),
        None => (unread(error), format!("{CONTAINER}: {said}")),
    }
}

/// What answered, but not with credentials, is not necessarily the fault of a configuration.
fn unread(error: &CredentialsError) -> FailureReason {
    match error {
        CredentialsError::Unhandled(_) => FailureReason::BadResponse,
        _ => FailureReason::InvalidCredentials,
    }
}

fn of_instance(error: &CredentialsError) -> Told {
    if let Some((reason, said)) = of_network(INSTANCE, error) {
        return (reason, format!("{INSTANCE}: {said}"));
    }
    match find::<ImdsError>(error) {
        Some(ImdsError::ErrorResponse(context)) => {
            let status = context.response().status().as_u16();
            (
                by_status(status),
                format!("{INSTANCE} answered HTTP {status}"),
            )
        }
        _ => (unread(error), format!("{INSTANCE}: {}", causes(error))),
    }
}

fn by_status(status: u16) -> FailureReason {
    match status {
        429 => FailureReason::Throttled,
        500.. => FailureReason::ServerError,
        _ => FailureReason::InvalidCredentials,
    }
}

/// How a call of the chain failed.
fn of_call<E>(call: &str, error: &SdkError<E, HttpResponse>) -> Told
where
    E: ProvideErrorMetadata + Error + 'static,
{
    of_network(call, error).unwrap_or_else(|| {
        let error = classify::failure(error, 0).error;
        match error.reason {
            FailureReason::AccessDenied | FailureReason::Other => {
                (FailureReason::AssumeRoleFailed, error.detail)
            }
            reason => (reason, error.detail),
        }
    })
}

/// `who` could not be reached, or did not answer.
pub(super) fn of_network(who: &str, error: &(dyn Error + 'static)) -> Option<Told> {
    // Reached, but what came back is no answer.
    if let Some(answer) = find::<RefusedAnswer>(error) {
        return Some((FailureReason::BadResponse, format!("{who}: {answer}")));
    }
    if let Some(unreached) = find::<Unreached>(error) {
        return Some((network_reason(unreached), unreached.to_string()));
    }
    if let Some(connector) =
        find::<ConnectorError>(error).filter(|error| error.is_io() || error.is_timeout())
    {
        let reason = if connector.is_timeout() {
            FailureReason::Timeout
        } else {
            FailureReason::Network
        };
        return Some((reason, causes(error)));
    }
    // "operation attempt timeout (single attempt) occurred after 10s"
    let said = classify::chain(error);
    let (_, duration) = said
        .split_once(" timeout (")?
        .1
        .split_once("occurred after ")?;
    Some((
        FailureReason::Timeout,
        format!("{who} did not answer within {}", reach::spaced(duration)),
    ))
}

fn network_reason(unreached: &Unreached) -> FailureReason {
    if unreached.is_timeout() {
        FailureReason::Timeout
    } else {
        FailureReason::Network
    }
}

/// The causes of an error without the sentences that say only that there is a cause.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for error in std::iter::successors(Some(error), |&error| error.source()) {
        let text = error.to_string();
        let is_wrapper = error.is::<CredentialsError>()
            || error.is::<TokenError>()
            || WRAPPERS.contains(&text.as_str());
        let text = without_dump(&text);
        if !is_wrapper && !text.is_empty() && !said.iter().any(|before| before.contains(text)) {
            said.push(text.to_owned());
        }
    }
    said.join(": ")
}

const WRAPPERS: [&str; 9] = [
    "service error",
    "response error",
    "dispatch failure",
    "failed to construct request",
    "unhandled error",
    "other",
    "io error",
    "user error",
    "could not parse profile file",
];

/// Some of the SDK's texts end with what they failed at as `Debug` has it, bodies included.
fn without_dump(text: &str) -> &str {
    let end = ["Request {", "Response {", "SdkBody {", "Error {"]
        .iter()
        .filter_map(|dump| text.find(dump))
        .min();
    end.map_or(text, |end| {
        text[..end].trim_end_matches([' ', ':', '.', '('])
    })
}

/// An error of credentials that came out of a call: the chain has said what it is before.
pub(super) fn unloaded(error: &CredentialsError) -> SourceError {
    match find::<SourceError>(error) {
        Some(error) => error.clone(),
        None if matches!(error, CredentialsError::CredentialsNotLoaded(_)) => source_error(
            FailureReason::InvalidCredentials,
            &format!("{NO_CREDENTIALS}: {WAY_OUT}"),
        ),
        None => {
            let (reason, said) = of_network("AWS", error)
                .unwrap_or((FailureReason::InvalidCredentials, causes(error)));
            source_error(reason, &said)
        }
    }
}

fn source_error(reason: FailureReason, detail: &str) -> SourceError {
    SourceError::new(reason, FailureScope::Call, classify::one_line(detail))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn no_credentials_at_all_names_the_way_out() {
        let error = unloaded(&CredentialsError::not_loaded_no_source());
        assert_eq!(error.reason, FailureReason::InvalidCredentials);
        assert!(error.detail.contains("AWS_PROFILE"), "{}", error.detail);
    }

    #[test]
    fn a_failure_of_the_network_is_not_blamed_on_the_credentials() {
        let reason = |connector| unloaded(&CredentialsError::provider_error(connector)).reason;
        assert_eq!(
            reason(ConnectorError::io(Box::new(io::Error::other("down")))),
            FailureReason::Network
        );
        assert_eq!(
            reason(ConnectorError::timeout("slow".into())),
            FailureReason::Timeout
        );
        assert_eq!(
            unloaded(&CredentialsError::provider_error("bad file")).reason,
            FailureReason::InvalidCredentials
        );
    }

    #[test]
    fn of_nested_errors_only_the_causes_are_said() {
        let error = CredentialsError::provider_error(CredentialsError::provider_error(
            TokenError::provider_error("why"),
        ));
        assert_eq!(causes(&error), "why");
        let dump = CredentialsError::unhandled(
            "error response from IMDS (code: 500). Response { body: SdkBody {} }",
        );
        assert_eq!(causes(&dump), "error response from IMDS (code: 500)");
    }

    #[test]
    fn the_chain_keeps_its_word_when_a_call_repeats_it() {
        let error = SourceError::new(
            FailureReason::Internal,
            FailureScope::Call,
            "why".to_owned(),
        );
        assert_eq!(
            unloaded(&CredentialsError::provider_error(error.clone())),
            error
        );
    }
}
