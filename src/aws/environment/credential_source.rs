//! Where the base credentials come from: the first of AWS's places that says anything.
//!
//! The SDK's own chain asks one place after the other, and takes a typing error in one for a reason
//! to go on to the next, which may be another identity. What is written in one of them is meant, so
//! here it is held to its form and used.

mod container;
mod keys;
mod profile_chain;
mod token_file;

use super::reader::SettingReader;
use super::value_forms::{any, flag};
use super::variables::Setting;
use crate::config::forms;

/// The place that gives the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialSource {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Variables,
    /// The selected profile, and those that it names.
    Profile,
    /// A token of Kubernetes or another identity provider, exchanged at STS.
    WebIdentity,
    /// The service on the host that gives containers their roles.
    Container,
    /// The metadata service of the machine.
    InstanceMetadata,
    /// None: the metadata service is switched off, and nothing else is configured.
    Nowhere,
}

/// Keys that make a profile a place of credentials.
const CREDENTIAL_KEYS: [&str; 10] = [
    "role_arn",
    "credential_source",
    "web_identity_token_file",
    "sso_account_id",
    "sso_role_name",
    "login_session",
    "credential_process",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];

impl CredentialSource {
    /// Finds the place, and reports what is wrong with it.
    pub(super) async fn check(reader: SettingReader<'_>) -> Self {
        // Faults of a place that is not reached do not matter.
        if keys::are_set(reader.variables) {
            return Self::Variables;
        }
        if has_credentials_in_profile(reader) {
            profile_chain::check(reader).await;
            return Self::Profile;
        }
        if let Some(token_file) = reader.variable("AWS_WEB_IDENTITY_TOKEN_FILE", any) {
            check_web_identity(&token_file, reader).await;
            return Self::WebIdentity;
        }
        if container::is_configured(reader.variables) {
            container::check(reader.variables).await;
            return Self::Container;
        }
        of_machine(reader)
    }
}

fn has_credentials_in_profile(reader: SettingReader<'_>) -> bool {
    let profile = reader.profile;
    CREDENTIAL_KEYS.iter().any(|key| profile.get(key).is_some())
}

/// Where the machine itself is asked, unless that is switched off.
fn of_machine(reader: SettingReader<'_>) -> CredentialSource {
    match reader.variable("AWS_EC2_METADATA_DISABLED", flag) {
        Some(Setting { value: true, .. }) => CredentialSource::Nowhere,
        _ => CredentialSource::InstanceMetadata,
    }
}

async fn check_web_identity(token_file: &Setting<String>, reader: SettingReader<'_>) {
    check_role_of_token(token_file, reader);
    // CloudTrail shows the name of the session, and STS refuses one with other characters.
    reader.variable("AWS_ROLE_SESSION_NAME", forms::role_session_name);
    token_file::check(token_file, reader.problems()).await;
}

/// A token is exchanged for a session of a role, so there must be one.
fn check_role_of_token(token_file: &Setting<String>, reader: SettingReader<'_>) {
    reader.variable("AWS_ROLE_ARN", forms::role_arn);
    if !reader.variables.is_set("AWS_ROLE_ARN") {
        let hint = "set AWS_ROLE_ARN to the role that the token is for";
        let what = "it is set and AWS_ROLE_ARN is not";
        reader.problems().add(&token_file.place, what, hint);
    }
}
