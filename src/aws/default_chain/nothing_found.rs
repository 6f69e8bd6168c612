//! Why no link of the chain has given credentials.
//!
//! "No credentials" is said only when nothing is configured. What looks as if it was meant to give
//! credentials is said instead, and what could not be reached or did not answer.

use std::env;

use aws_credential_types::provider::error::CredentialsError;

use super::link::{INSTANCE, Link};
use super::profiles::{self, Profiles};
use crate::aws::diagnosis::Diagnosis;
use crate::aws::error_chain::causes;
use crate::aws::network_failure;
use crate::aws::provider_error::{CONFIGURE_CREDENTIALS, NO_CREDENTIALS};
use crate::collect::SourceError;

/// A link without credentials, and the error that says so.
pub(super) struct EmptyLink {
    pub(super) link: Link,
    pub(super) error: CredentialsError,
}

/// The error if no link is configured, or none of them has credentials.
pub(super) fn nothing_found(profiles: &Profiles, tried: &[EmptyLink]) -> SourceError {
    diagnose(profiles, tried).into_error()
}

fn diagnose(profiles: &Profiles, tried: &[EmptyLink]) -> Diagnosis {
    if let Some(cause) = half_configured(profiles, tried) {
        return Diagnosis::invalid_credentials(cause);
    }
    let instance = tried.iter().find(|empty| empty.link == Link::Instance);
    match instance {
        Some(instance) => of_instance(&instance.error),
        None => no_credentials(""),
    }
}

/// Nothing else is configured, so all depends on the instance.
fn of_instance(error: &CredentialsError) -> Diagnosis {
    match network_failure::diagnose(INSTANCE, error) {
        Some(failure) => of_unreached_instance(&failure),
        None => no_credentials(&said_by_instance(error)),
    }
}

fn of_unreached_instance(failure: &Diagnosis) -> Diagnosis {
    let what = "neither environment nor profile gives credentials, and the instance metadata \
                cannot be read";
    let detail = format!("{what}: {}; {CONFIGURE_CREDENTIALS}", failure.detail);
    Diagnosis::new(failure.reason, detail)
}

fn said_by_instance(error: &CredentialsError) -> String {
    let said = causes(error);
    // A metadata service that is switched off need not be mentioned.
    if said.is_empty() || said.contains("disabled") {
        String::new()
    } else if said.contains("404") {
        // The service answers so if the instance has no role.
        "this instance has no role; ".to_owned()
    } else {
        format!("{INSTANCE}: {said}; ")
    }
}

fn no_credentials(why: &str) -> Diagnosis {
    Diagnosis::invalid_credentials(format!("{NO_CREDENTIALS}: {why}{CONFIGURE_CREDENTIALS}"))
}

/// What looks as if it was meant to give credentials.
fn half_configured(profiles: &Profiles, tried: &[EmptyLink]) -> Option<String> {
    // Had the other half been there, the chain would have ended with credentials or an error.
    if is_set("AWS_ACCESS_KEY_ID") {
        return Some("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY".to_owned());
    }
    if is_set("AWS_WEB_IDENTITY_TOKEN_FILE") {
        return Some("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN".to_owned());
    }
    profiles::unreadable_file().or_else(|| profile_without_credentials(profiles, tried))
}

fn is_set(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| !value.trim().is_empty())
}

fn profile_without_credentials(profiles: &Profiles, tried: &[EmptyLink]) -> Option<String> {
    let name = profiles.selected();
    let is_chosen = profiles.chosen.is_some();
    if is_chosen && !profiles.has_selected() {
        return Some(format!("no profile {name} in {}", profiles::paths_text()));
    }
    let said = said_by_profile(tried);
    if !said.is_empty() {
        return Some(format!("profile {name}: {said}"));
    }
    // The default profile need not be there, and need not hold credentials.
    is_chosen.then(|| {
        let files = profiles::paths_text();
        format!("profile {name} holds no credentials in {files}")
    })
}

fn said_by_profile(tried: &[EmptyLink]) -> String {
    let mut tried = tried.iter();
    let of_profile = tried.find(|empty| matches!(empty.link, Link::Profile { .. }));
    of_profile.map_or_else(String::new, |empty| causes(&empty.error))
}
