//! The two calls to STS: whose credentials are these, and a role's session.
//!
//! STS keeps the SDK's own retries: nothing limits the rate of these calls but that there are so few.

use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_sts::config::{Builder, IdentityCache};

use super::base::APP_NAME;
use super::classify::{self, Failure};
use crate::collect::{Answer, Scope, SourceError};
use crate::model::Reason;

const TIMEOUT: Duration = Duration::from_secs(30);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
/// One hour, in seconds: AWS's limit where one role assumes another.
const SESSION_SECONDS: i32 = 3600;

/// The role of a target.
#[derive(Clone)]
pub(super) struct Role {
    pub(super) arn: String,
    pub(super) external_id: Option<String>,
}

impl Role {
    /// The account that the role belongs to, if the ARN is one.
    pub(super) fn account_id(&self) -> Option<String> {
        let id = self.arn.split(':').nth(4)?;
        (id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.to_owned())
    }
}

/// STS in the region of a target.
pub(super) struct Sts(aws_sdk_sts::Client);

impl Sts {
    pub(super) fn new(sdk: &SdkConfig, region: Region) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(TIMEOUT)
            .build();
        let config = Builder::from(sdk)
            .region(region)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard())
            .identity_cache(IdentityCache::no_cache())
            .build();
        Self(aws_sdk_sts::Client::from_conf(config))
    }

    /// The account id of these credentials.
    pub(super) async fn account_id(&self, credentials: &Credentials) -> Answer<String> {
        let call = self.0.get_caller_identity().customize().config_override(with(credentials));
        let identity = Box::pin(call.send()).await.map_err(|error| classify::failure(&error, 0).error)?;
        identity.account.filter(|id| !id.is_empty()).ok_or_else(|| unreadable("GetCallerIdentity named no account"))
    }

    /// A session of the role, of one hour.
    pub(super) async fn assume(&self, role: &Role, credentials: &Credentials) -> Answer<Credentials> {
        let call = self.0.assume_role().role_arn(&role.arn).set_external_id(role.external_id.clone());
        let call = call.role_session_name(APP_NAME).duration_seconds(SESSION_SECONDS);
        let call = call.customize().config_override(with(credentials));
        let output = Box::pin(call.send()).await.map_err(|error| refused(classify::failure(&error, 0), role))?;
        let session = output.credentials.ok_or_else(|| unreadable("AssumeRole gave no credentials"))?;
        let end = SystemTime::try_from(session.expiration).ok();
        Ok(Credentials::new(
            session.access_key_id,
            session.secret_access_key,
            Some(session.session_token),
            end,
            "AssumeRole",
        ))
    }
}

fn with(credentials: &Credentials) -> Builder {
    Builder::new().credentials_provider(credentials.clone())
}

/// What AWS refuses for its own sake (the trust policy, the external id, the ARN) has a reason of its own.
fn refused(failure: Failure, role: &Role) -> SourceError {
    let error = failure.error;
    if !matches!(error.reason, Reason::AccessDenied | Reason::Other) {
        return error;
    }
    let detail = classify::one_line(&format!("cannot assume {}: {}", role.arn, error.detail));
    SourceError { reason: Reason::AssumeRoleFailed, scope: Scope::Call, detail, ..error }
}

fn unreadable(detail: &str) -> SourceError {
    SourceError::new(Reason::BadResponse, Scope::Call, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_the_roles_arn() {
        let account = |arn: &str| Role { arn: arn.to_owned(), external_id: None }.account_id();
        assert_eq!(account("arn:aws-cn:iam::111122223333:role/path/reader").as_deref(), Some("111122223333"));
        for odd in ["", "reader", "arn:aws:iam::12345:role/reader", "arn:aws:iam::11112222333x:role/reader"] {
            assert_eq!(account(odd), None, "{odd}");
        }
    }
}
