//! The two calls to STS: whose credentials are these, and a session of a role.
//!
//! STS keeps the SDK's own retries. There are so few of these calls that nothing has to limit their
//! rate.

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_sts::config::{Builder, IdentityCache};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::{AssumeRoleError, AssumeRoleOutput};
use aws_sdk_sts::operation::get_caller_identity::{
    GetCallerIdentityError, GetCallerIdentityOutput,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::call_timeouts::{ATTEMPT_TIMEOUT, call_timeouts};
use super::detail::one_line;
use super::reach::naming_hosts;
use super::redaction::masking;
use super::resolution::caught;
use super::{classify, network_failure};
use crate::collect::{FailureScope, SourceError, SourceResult};
use crate::model::FailureReason;

/// The limit of a call with all its retries.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(30);
/// One hour, in seconds: AWS allows no more where one role assumes another.
const SESSION_SECONDS: i32 = 3600;

/// The role of a target.
#[derive(Clone)]
pub(super) struct Role {
    pub(super) arn: String,
    /// The name under which `CloudTrail` shows who has called.
    pub(super) session_name: String,
    pub(super) external_id: Option<String>,
}

impl Role {
    /// The account that the role belongs to, if the ARN is one.
    pub(super) fn account_id(&self) -> Option<String> {
        let account = self.arn.split(':').nth(4)?;
        is_account_id(account).then(|| account.to_owned())
    }
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the SDK reports when a call to STS fails.
type CallError<E> = SdkError<E, HttpResponse>;

/// STS in the region of a target.
pub(super) struct Sts {
    client: aws_sdk_sts::Client,
    region: Region,
}

impl Sts {
    pub(super) fn new(sdk: &SdkConfig, region: Region) -> Self {
        let mut config = Builder::from(sdk)
            .region(region.clone())
            .timeout_config(call_timeouts(OPERATION_TIMEOUT))
            .retry_config(RetryConfig::standard())
            // Each call brings its own credentials, so a cache would only hold on to old ones.
            .identity_cache(IdentityCache::no_cache());
        // Without its host an error of the network would not tell which endpoint failed.
        config.set_http_client(sdk.http_client().map(naming_hosts));
        Self {
            client: aws_sdk_sts::Client::from_conf(config.build()),
            region,
        }
    }

    pub(super) fn region(&self) -> &str {
        self.region.as_ref()
    }

    /// The account id of these credentials.
    pub(super) async fn account_id(&self, credentials: &Credentials) -> SourceResult<String> {
        let call = self
            .client
            .get_caller_identity()
            .customize()
            .config_override(signed_with(credentials));
        // The futures of the SDK are large, and its code may panic.
        let asked = Box::pin(async {
            call.send()
                .await
                .map_err(|error| refused_identity(&error, credentials))
        });
        let identity = caught("calling STS GetCallerIdentity", asked).await?;
        account_of(identity)
            .ok_or_else(|| unreadable("STS GetCallerIdentity named no account id of 12 digits"))
    }

    /// A session of the role, of one hour.
    pub(super) async fn assume(
        &self,
        role: &Role,
        credentials: &Credentials,
    ) -> SourceResult<Credentials> {
        let call = self
            .client
            .assume_role()
            .role_arn(&role.arn)
            .set_external_id(role.external_id.clone())
            .role_session_name(&role.session_name)
            .duration_seconds(SESSION_SECONDS)
            .customize()
            .config_override(signed_with(credentials));
        let asked = Box::pin(async {
            call.send()
                .await
                .map_err(|error| refused_role(&error, role, credentials))
        });
        let output = caught("calling STS AssumeRole", asked).await?;
        session_of(output).ok_or_else(|| unreadable("STS AssumeRole gave no credentials"))
    }
}

fn signed_with(credentials: &Credentials) -> Builder {
    // One client serves all credentials of a target, so each call says which of them sign it.
    Builder::new().credentials_provider(credentials.clone())
}

/// The account, if it can be one. Whatever answers in the place of STS may name anything.
fn account_of(output: GetCallerIdentityOutput) -> Option<String> {
    output.account.filter(|id| is_account_id(id))
}

fn session_of(output: AssumeRoleOutput) -> Option<Credentials> {
    let session = output.credentials?;
    Some(Credentials::new(
        session.access_key_id,
        session.secret_access_key,
        Some(session.session_token),
        SystemTime::try_from(session.expiration).ok(),
        "AssumeRole",
    ))
}

fn refused_identity(
    error: &CallError<GetCallerIdentityError>,
    credentials: &Credentials,
) -> SourceError {
    let mut refused = failed("GetCallerIdentity", error, credentials);
    // The account is all that was asked for, so the configuration can give it instead.
    if was_not_reached(refused.reason) {
        refused.detail += "; where STS cannot be asked, give the account_id in the configuration";
    }
    refused
}

fn was_not_reached(reason: FailureReason) -> bool {
    matches!(reason, FailureReason::Network | FailureReason::Timeout)
}

/// What AWS refuses because of the role (its trust policy, the external id, the ARN) has a reason
/// of its own.
fn refused_role(
    error: &CallError<AssumeRoleError>,
    role: &Role,
    credentials: &Credentials,
) -> SourceError {
    let mut failure = failed("AssumeRole", error, credentials);
    let external_id = role.external_id.as_deref().unwrap_or_default();
    failure.detail = masking::without_secrets(&failure.detail, &[external_id]);
    if blames_role(failure.reason) {
        failure.reason = FailureReason::AssumeRoleFailed;
        failure.scope = FailureScope::Call;
        failure.detail = one_line(&format!("cannot assume {}: {}", role.arn, failure.detail));
    }
    failure
}

/// STS answers nearly everything that is wrong with a role with `AccessDenied`.
fn blames_role(reason: FailureReason) -> bool {
    matches!(reason, FailureReason::AccessDenied | FailureReason::Other)
}

/// Why a call has failed. What the network did is told with its host.
fn failed<E>(call: &str, error: &CallError<E>, credentials: &Credentials) -> SourceError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut failure = classify::failure(error, 0).error;
    if matches!(error, SdkError::TimeoutError(_)) {
        failure.reason = FailureReason::Timeout;
        failure.detail = unanswered(call);
    } else if let Some(diagnosis) = network_failure::diagnose(&format!("STS {call}"), error) {
        failure.reason = diagnosis.reason;
        failure.detail = diagnosis.detail;
    } else {
        // STS says so by itself; SSM only refuses the credentials.
        if error.code() == Some("RegionDisabledException") {
            failure.reason = FailureReason::RegionDisabled;
        }
        failure.detail = without_credentials(&failure.detail, credentials);
    }
    failure
}

fn unanswered(call: &str) -> String {
    // Whether the last attempt or all of them took too long, each was given as long as this.
    let limit = ATTEMPT_TIMEOUT.as_secs();
    format!("STS {call} did not answer within {limit} s")
}

fn without_credentials(text: &str, credentials: &Credentials) -> String {
    let secret_key = credentials.secret_access_key();
    let token = credentials.session_token().unwrap_or_default();
    masking::without_secrets(text, &[secret_key, token])
}

fn unreadable(detail: &str) -> SourceError {
    SourceError::new(FailureReason::BadResponse, FailureScope::Call, detail)
}

#[cfg(test)]
mod tests {
    use aws_sdk_sts::error::ErrorMetadata;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn credentials() -> Credentials {
        Credentials::new("id", "s3cret", Some("t0ken".to_owned()), None, "test")
    }

    #[test]
    fn the_account_is_read_from_the_roles_arn() {
        let account = |arn: &str| {
            Role {
                arn: arn.to_owned(),
                session_name: String::new(),
                external_id: None,
            }
            .account_id()
        };
        assert_eq!(
            account("arn:aws-cn:iam::111122223333:role/path/reader").as_deref(),
            Some("111122223333")
        );
        for odd in [
            "",
            "reader",
            "arn:aws:iam::12345:role/reader",
            "arn:aws:iam::11112222333x:role/reader",
        ] {
            assert_eq!(account(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_sts_that_does_not_answer_is_named_with_its_limit() {
        for text in [
            "operation attempt timeout (single attempt) occurred after 10s",
            "operation timeout (all attempts including retries) occurred after 30s",
        ] {
            let error = refused_identity(&SdkError::timeout_error(text), &credentials());
            assert_eq!(error.reason, FailureReason::Timeout);
            assert!(
                error
                    .detail
                    .starts_with("STS GetCallerIdentity did not answer within 10 s"),
                "{error}"
            );
            assert!(error.detail.contains("account_id"), "{error}");
        }
    }

    #[test]
    fn secrets_that_sts_repeats_are_not_shown() {
        let role = Role {
            arn: "arn:aws:iam::111122223333:role/reader".to_owned(),
            session_name: String::new(),
            external_id: Some("agreed".to_owned()),
        };
        let metadata = ErrorMetadata::builder()
            .code("AccessDenied")
            .message("agreed, of s3cret and t0ken, is no external id")
            .build();
        let raw = HttpResponse::new(
            StatusCode::try_from(403).expect("a status"),
            SdkBody::empty(),
        );
        let error = refused_role(
            &SdkError::service_error(AssumeRoleError::generic(metadata), raw),
            &role,
            &credentials(),
        );
        assert_eq!(error.reason, FailureReason::AssumeRoleFailed);
        assert_eq!(
            error.detail,
            format!(
                "cannot assume {}: AccessDenied: <redacted>, of <redacted> and <redacted>, is no external id",
                role.arn
            )
        );
    }

    #[tokio::test]
    async fn a_panic_of_the_sdk_in_a_call_is_an_error() {
        let call = async {
            if SESSION_SECONDS > 0 {
                panic!("injected, with a s3cret")
            } else {
                Ok(())
            }
        };
        let error = caught("calling STS AssumeRole", call)
            .await
            .expect_err("panicked");
        assert_eq!(error.reason, FailureReason::Internal);
        assert_eq!(
            error.detail,
            "the AWS SDK panicked while calling STS AssumeRole"
        );
    }
}
