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
    let from_environment: Vec<String> = SECRET_VARIABLES
        .iter()
        .filter_map(|name| env::var(name).ok())
        .collect();
    let mut secrets: Vec<&str> = from_environment.iter().map(String::as_str).collect();
    secrets.extend(profiles.root().secrets);
    masking::without_secrets(text, &secrets)
}

fn of_profile(profiles: &Profiles, error: &CredentialsError) -> Diagnosis {
    if let Some(process) = find::<ProcessError>(error) {
        return Diagnosis::invalid_credentials(process.to_string());
    }
    let name = profiles.selected();
    let root = profiles.root();
    if let Some(error) = find::<SdkError<AssumeRoleError, HttpResponse>>(error) {
        // The SDK does not say which of the roles was refused.
        let roles = root.role_arns.join(" or ");
        let who = format!("profile {name} cannot assume {roles}");
        return of_call("STS AssumeRole", error).of(&who);
    }
    // The login belongs to the profile at the end of the chain, so that one is named.
    if root.is_sso {
        return of_sso(root.profile, error);
    }
    of_root(&root, error).of(&format!("profile {name}"))
}

/// Why the profile at the end of the chain has given no credentials.
fn of_root(root: &ChainRoot<'_>, error: &CredentialsError) -> Diagnosis {
    if let Some(file) = root.web_identity_token_file {
        return of_web_identity(file, error);
    }
    if find::<ImdsError>(error).is_some() {
        return of_instance(error);
    }
    if root.is_container {
        return of_container(error);
    }
    network_failure::diagnose("AWS", error)
        .unwrap_or_else(|| Diagnosis::invalid_credentials(causes(error)))
}

fn of_sso(profile: &str, error: &CredentialsError) -> Diagnosis {
    let who = format!("profile {profile}");
    let Some(refused) = find::<SdkError<GetRoleCredentialsError, HttpResponse>>(error) else {
        return match network_failure::diagnose("SSO", error) {
            Some(diagnosis) => diagnosis.of(&who),
            None => without_sso_login(profile, &causes(error)),
        };
    };
    let diagnosis = of_call("SSO GetRoleCredentials", refused);
    if refused.code() == Some("UnauthorizedException") {
        without_sso_login(profile, &diagnosis.detail)
    } else {
        diagnosis.of(&who)
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
    if let Some(error) = find::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>(error) {
        return of_call("STS AssumeRoleWithWebIdentity", error).of(&format!(
            "cannot assume the role with the web identity token of {file}"
        ));
    }
    Diagnosis::invalid_credentials(causes(error))
        .of(&format!("cannot read the web identity token file {file}"))
}

fn of_container(error: &CredentialsError) -> Diagnosis {
    if let Some(diagnosis) = network_failure::diagnose(CONTAINER, error) {
        return diagnosis.of(CONTAINER);
    }
    let said = causes(error);
    match status_in(&said) {
        // These say that the token is wrong, which can be put right.
        Some(status @ (401 | 403)) => Diagnosis::invalid_credentials(format!(
            "{CONTAINER} answered HTTP {status}: check AWS_CONTAINER_AUTHORIZATION_TOKEN or \
             AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
        )),
        Some(status) => answered(CONTAINER, status),
        None => Diagnosis::new(reason_of_unread(error), said).of(CONTAINER),
    }
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
    // Only these pass by themselves.
    let reason = match status {
        429 => FailureReason::Throttled,
        500.. => FailureReason::ServerError,
        _ => FailureReason::InvalidCredentials,
    };
    Diagnosis::new(reason, format!("{who} answered HTTP {status}"))
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
fn of_call<E>(call: &str, error: &SdkError<E, HttpResponse>) -> Diagnosis
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(diagnosis) = network_failure::diagnose(call, error) {
        return diagnosis;
    }
    let error = classify::failure(error, 0).error;
    // What AWS refuses here is the role, and not a call to SSM.
    let reason = match error.reason {
        FailureReason::AccessDenied | FailureReason::Other => FailureReason::AssumeRoleFailed,
        reason => reason,
    };
    Diagnosis::new(reason, error.detail)
}
