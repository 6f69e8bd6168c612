//! Reads who asks, from the credential scope in the header `Authorization`.
//!
//! The signature itself is not verified, because the simulator knows no secret keys.

use super::request::ReceivedRequest;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::state::SharedState;
use crate::sts;

/// The account and the region that a request is signed for.
#[derive(Clone, Debug)]
pub(super) struct CredentialScope {
    pub(super) account: String,
    pub(super) region: String,
}

/// The parts of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
struct Credential<'a> {
    access_key: &'a str,
    region: &'a str,
    service: &'a str,
}

/// The scope of a request to a service.
pub(super) fn read_scope(
    state: &SharedState,
    request: ReceivedRequest<'_>,
    service: Service,
) -> Result<CredentialScope, Refusal> {
    let header = request.header("authorization").ok_or_else(missing_token)?;
    let credential = Credential::parse(header).ok_or_else(incomplete_signature)?;
    if credential.service != service.signing_name() {
        return Err(wrong_service(service.signing_name()));
    }
    if state.has_session_ended(credential.access_key) {
        return Err(Refusal::expired_token());
    }
    let scope = CredentialScope {
        account: account_of(state, credential.access_key).to_owned(),
        region: credential.region.to_owned(),
    };
    if !is_known(state, &scope, service) {
        return Err(Refusal::invalid_credentials());
    }
    Ok(scope)
}

/// Whether a service knows the account where it is asked.
fn is_known(state: &SharedState, scope: &CredentialScope, service: Service) -> bool {
    if service.is_regional() {
        return state.has_target(&scope.account, &scope.region);
    }
    // STS answers sessions of any account.
    service == Service::Sts || state.organization().is_active(&scope.account)
}

impl<'a> Credential<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        // The header goes on with the signed headers and the signature, after a comma.
        let (_, rest) = header.split_once("Credential=")?;
        let credential = rest.split([',', ' ']).next().unwrap_or_default();
        let parts: Vec<&str> = credential.split('/').collect();
        match parts[..] {
            [access_key, _, region, service, "aws4_request"] => Some(Self {
                access_key,
                region,
                service,
            }),
            _ => None,
        }
    }
}

/// The first account owns every access key that no role gave out.
fn account_of<'a>(state: &'a SharedState, access_key: &'a str) -> &'a str {
    if let Some(account) = sts::account_of_access_key(access_key) {
        return account;
    }
    let first = state.options().accounts.first();
    first.map(String::as_str).unwrap_or_default()
}

fn missing_token() -> Refusal {
    Refusal::common(
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    )
}

fn incomplete_signature() -> Refusal {
    Refusal::common(
        "IncompleteSignatureException",
        "Authorization header requires 'Credential' parameter.",
    )
}

fn wrong_service(service: &str) -> Refusal {
    let message = format!("Credential should be scoped to correct service: '{service}'.");
    Refusal::common("InvalidSignatureException", message)
}
