//! Why a link of the chain has failed, in one line: which profile, what failed, and the way out.
//!
//! What the SDK says is kept, without the sentences of its wrappers.

use std::env;
use std::error::Error;

use aws_config::imds::client::error::ImdsError;
use aws_config::profile::ProfileFileLoadError;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::link::{CONTAINER, INSTANCE, Link};
use super::profiles::{ChainRoot, Profiles};
use crate::aws::credential_process::ProcessError;
use crate::aws::diagnosis::Diagnosis;
use crate::aws::error_chain::{causes, find};
use crate::aws::redaction::masking;
use crate::aws::{classify, network_failure};
use crate::collect::SourceError;
use crate::model::FailureReason;

/// What the SDK reports when a call of its providers fails.
type CallError<E> = SdkError<E, HttpResponse>;

/// Variables whose values are not shown. A URL may hold a password or a token.
const SECRET_VARIABLES: [&str; 4] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The profile files exist, and cannot be parsed.
pub(super) fn unreadable_profiles(error: &ProfileFileLoadError) -> SourceError {
    Diagnosis::invalid_credentials(causes(error)).into_error()
}

/// A setting of the environment or of a profile is invalid.
pub(super) fn misconfigured(fault: &str) -> SourceError {
    Diagnosis::invalid_credentials(fault).into_error()
}

/// The keys in the environment are not valid text. The SDK's own error would quote them.
pub(super) fn unreadable_environment() -> SourceError {
    let names = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN";
    Diagnosis::invalid_credentials(format!("environment: {names} is not valid UTF-8")).into_error()
}

/// Why a link that is configured has failed.
pub(super) fn of_link(link: &Link, profiles: &Profiles, error: &CredentialsError) -> SourceError {
    let mut diagnosis = match link {
        Link::Profile { .. } => of_profile(profiles, error),
        Link::WebIdentity { file } => of_web_identity(file, error),
        Link::Container { .. } => of_container(error),
        Link::Instance => of_instance(error),
    };
    diagnosis.detail = without_secrets(&diagnosis.detail, profiles);
    diagnosis.into_error()
}

/// The text without the secrets of the environment and of the profiles. Redaction does not know
/// them: secrets are learned when they become credentials, and those of a link that fails never do.
fn without_secrets(text: &str, profiles: &Profiles) -> String {
    let from_environment = secrets_of_environment();
    let mut secrets: Vec<&str> = from_environment.iter().map(String::as_str).collect();
    secrets.extend(profiles.root().secrets);
    masking::without_secrets(text, &secrets)
}

fn secrets_of_environment() -> Vec<String> {
    let names = SECRET_VARIABLES.iter();
    names.filter_map(|name| env::var(name).ok()).collect()
}

fn of_profile(profiles: &Profiles, error: &CredentialsError) -> Diagnosis {
    if let Some(process) = find::<ProcessError>(error) {
        return Diagnosis::invalid_credentials(process.to_string());
    }
    let name = profiles.selected();
    let root = profiles.root();
    if let Some(error) = find::<CallError<AssumeRoleError>>(error) {
        return of_roles(name, &root, error);
    }
    // The login belongs to the profile at the end of the chain, so that one is named.
    if root.is_sso {
        return of_sso(root.profile, error);
    }
    of_root(&root, error).of(&format!("profile {name}"))
}

fn of_roles(name: &str, root: &ChainRoot<'_>, error: &CallError<AssumeRoleError>) -> Diagnosis {
    // The SDK does not say which of the roles was refused.
    let roles = root.role_arns.join(" or ");
    let who = format!("profile {name} cannot assume {roles}");
    of_call("STS AssumeRole", error).of(&who)
}

/// Why the profile at the end of the chain has given no credentials.
fn of_root(root: &ChainRoot<'_>, error: &CredentialsError) -> Diagnosis {
    if let Some(file) = root.web_identity_token_file {
        return of_web_identity(file, error);
    }
    // Only the metadata service gives errors of this type, so it was the source.
    if find::<ImdsError>(error).is_some() {
        return of_instance(error);
    }
    if root.is_container {
        return of_container(error);
    }
    of_provider(error)
}

fn of_provider(error: &CredentialsError) -> Diagnosis {
    network_failure::diagnose("AWS", error)
        .unwrap_or_else(|| Diagnosis::invalid_credentials(causes(error)))
}

fn of_sso(profile: &str, error: &CredentialsError) -> Diagnosis {
    match find::<CallError<GetRoleCredentialsError>>(error) {
        Some(refused) => of_refused_login(profile, refused),
        None => match network_failure::diagnose("SSO", error) {
            Some(diagnosis) => diagnosis.of(&format!("profile {profile}")),
            None => without_sso_login(profile, &causes(error)),
        },
    }
}

fn of_refused_login(profile: &str, refused: &CallError<GetRoleCredentialsError>) -> Diagnosis {
    let diagnosis = of_call("SSO GetRoleCredentials", refused);
    // SSO refuses a login that has expired just as one that never was.
    if refused.code() == Some("UnauthorizedException") {
        without_sso_login(profile, &diagnosis.detail)
    } else {
        diagnosis.of(&format!("profile {profile}"))
    }
}

/// The login is a file that only `aws sso login` can renew.
fn without_sso_login(profile: &str, said: &str) -> Diagnosis {
    let way_out = format!("run: aws sso login --profile {profile}");
    Diagnosis::invalid_credentials(format!(
        "the SSO login of profile {profile} is missing or has expired, {way_out} ({said})"
    ))
}

fn of_web_identity(file: &str, error: &CredentialsError) -> Diagnosis {
    match find::<CallError<AssumeRoleWithWebIdentityError>>(error) {
        Some(refused) => of_call("STS AssumeRoleWithWebIdentity", refused).of(&format!(
            "cannot assume the role with the web identity token of {file}"
        )),
        // STS was not even asked, so the file is all that can have failed.
        None => Diagnosis::invalid_credentials(causes(error))
            .of(&format!("cannot read the web identity token file {file}")),
    }
}

fn of_container(error: &CredentialsError) -> Diagnosis {
    if let Some(diagnosis) = network_failure::diagnose(CONTAINER, error) {
        return diagnosis.of(CONTAINER);
    }
    let said = causes(error);
    match status_in(&said) {
        // These say that the token is wrong, which can be put right.
        Some(status @ (401 | 403)) => of_refused_token(status),
        Some(status) => answered(CONTAINER, status),
        None => Diagnosis::new(reason_of_unread(error), said).of(CONTAINER),
    }
}

fn of_refused_token(status: u16) -> Diagnosis {
    Diagnosis::invalid_credentials(format!(
        "{CONTAINER} answered HTTP {status}: check AWS_CONTAINER_AUTHORIZATION_TOKEN or \
         AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    ))
}

/// The status in the SDK's own text: "Non-success status from HTTP credential provider:
/// StatusCode(401)".
fn status_in(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("StatusCode(")?;
    rest.split(')').next()?.parse().ok()
}

fn of_instance(error: &CredentialsError) -> Diagnosis {
    if let Some(diagnosis) = network_failure::diagnose(INSTANCE, error) {
        return diagnosis.of(INSTANCE);
    }
    if let Some(ImdsError::ErrorResponse(context)) = find::<ImdsError>(error) {
        return answered(INSTANCE, context.response().status().as_u16());
    }
    Diagnosis::new(reason_of_unread(error), causes(error)).of(INSTANCE)
}

fn answered(who: &str, status: u16) -> Diagnosis {
    let detail = format!("{who} answered HTTP {status}");
    Diagnosis::new(reason_of_status(status), detail)
}

fn reason_of_status(status: u16) -> FailureReason {
    // Only these pass by themselves.
    match status {
        429 => FailureReason::Throttled,
        500.. => FailureReason::ServerError,
        _ => FailureReason::InvalidCredentials,
    }
}

/// If somebody answered, but not with credentials, it is not necessarily the fault of a
/// configuration.
fn reason_of_unread(error: &CredentialsError) -> FailureReason {
    match error {
        CredentialsError::Unhandled(_) => FailureReason::BadResponse,
        _ => FailureReason::InvalidCredentials,
    }
}

/// How a call that the SDK's providers have made has failed.
fn of_call<E>(call: &str, error: &CallError<E>) -> Diagnosis
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(diagnosis) = network_failure::diagnose(call, error) {
        return diagnosis;
    }
    let error = classify::failure(error, 0).error;
    Diagnosis::new(reason_without_ssm(error.reason), error.detail)
}

/// The reason of a call that is none to SSM: what AWS refuses there is the role.
fn reason_without_ssm(reason: FailureReason) -> FailureReason {
    match reason {
        FailureReason::AccessDenied | FailureReason::Other => FailureReason::AssumeRoleFailed,
        reason => reason,
    }
}
