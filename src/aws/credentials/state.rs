//! Which credentials a target has, and what has happened to them in this refresh.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;

use crate::aws::cached_credentials::CachedCredentials;
use crate::aws::classify;
use crate::collect::{SourceError, SourceResult};

/// A refresh begins with credentials that are valid for this long.
const REFRESH_MARGIN: Duration = Duration::from_mins(5);

#[derive(Default)]
pub(super) struct CredentialState {
    pub(super) cached: Option<Arc<CachedCredentials>>,
    /// How many credentials this target has had.
    number: u64,
    /// The number of the credentials that SSM has not taken. Calls that are on their way are still
    /// signed with them, and fail in a way that makes them be tried again.
    refused: Option<u64>,
    /// The base credentials behind the cached ones.
    pub(super) base: Option<Arc<CachedCredentials>>,
    /// The account that this refresh reads. Until the next one begins, no credentials of another
    /// account are used.
    pub(super) account: Option<String>,
    /// Why there are no credentials until the next refresh begins.
    pub(super) failed: Option<SourceError>,
    /// Whether SSM has refused credentials in this refresh already, and others were resolved.
    has_replaced_refused: bool,
}

/// Credentials just resolved.
pub(super) struct Fetched {
    pub(super) credentials: Credentials,
    /// The base credentials behind them.
    pub(super) base: Arc<CachedCredentials>,
}

impl CredentialState {
    /// Begins a refresh. Returns the previous credentials if they are valid for long enough.
    pub(super) fn begin(&mut self) -> Option<Arc<CachedCredentials>> {
        self.failed = None;
        self.has_replaced_refused = false;
        self.account = None;
        // A session that ends soon would have to be renewed in the middle of the refresh.
        let usable = self.usable()?;
        usable.valid_for(REFRESH_MARGIN).then(|| Arc::clone(usable))
    }

    /// Records the account with which a refresh has begun, or why it is not known.
    pub(super) fn note_account(&mut self, account: &SourceResult<String>) {
        match account {
            Ok(account) => self.account = Some(account.clone()),
            Err(error) => self.note_unknown_account(error),
        }
    }

    fn note_unknown_account(&mut self, error: &SourceError) {
        // The next refresh then resolves others.
        if classify::blames_credentials(error.reason) {
            self.cached = None;
        }
        self.failed = Some(error.clone());
    }

    /// The number of the credentials with which a call may be made without renewing them.
    pub(super) fn fresh(&self) -> SourceResult<Option<u64>> {
        self.check_not_failed()?;
        let fresh = self.usable().filter(|cached| cached.is_fresh());
        Ok(fresh.map(|cached| cached.number))
    }

    fn check_not_failed(&self) -> SourceResult<()> {
        match &self.failed {
            Some(failed) => Err(failed.clone()),
            None => Ok(()),
        }
    }

    /// Whether these are the last credentials, refused or not.
    pub(super) fn is_current(&self, number: u64) -> bool {
        let cached = self.cached.as_ref();
        cached.is_some_and(|cached| cached.number == number)
    }

    /// Whether these are the last credentials, and not refused.
    pub(super) fn is_usable(&self, number: u64) -> SourceResult<bool> {
        self.check_not_failed()?;
        let usable = self.usable();
        Ok(usable.is_some_and(|cached| cached.number == number))
    }

    fn usable(&self) -> Option<&Arc<CachedCredentials>> {
        let cached = self.cached.as_ref()?;
        (Some(cached.number) != self.refused).then_some(cached)
    }

    /// Records that SSM has refused the credentials of this number. `Ok` if others may be resolved
    /// in this refresh.
    pub(super) fn reject(&mut self, number: u64, error: SourceError) -> SourceResult<()> {
        self.refused = Some(number);
        // SSM has refused the credentials before these as well, so others would hardly be better.
        if self.has_replaced_refused {
            return Err(self.fail(error));
        }
        self.has_replaced_refused = true;
        Ok(())
    }

    /// Makes every call fail until the next refresh begins, and gives the error back.
    pub(super) fn fail(&mut self, error: SourceError) -> SourceError {
        self.failed = Some(error.clone());
        error
    }

    pub(super) fn renew(&mut self, fetched: Fetched) -> Arc<CachedCredentials> {
        // A number of its own, so that a late answer about the last ones is not taken for one about
        // these.
        self.number += 1;
        self.base = Some(fetched.base);
        self.cache(CachedCredentials::new(fetched.credentials, self.number))
    }

    /// The previous credentials, if they are still valid and renewing them has failed for a reason
    /// that will pass.
    pub(super) fn keep_despite(
        &mut self,
        error: SourceError,
    ) -> SourceResult<Arc<CachedCredentials>> {
        match self.take_valid() {
            Some(old) if classify::may_pass(error.reason) => Ok(self.cache(old.defer_renewal())),
            // Without valid credentials, each call must fail and say why.
            _ => Err(self.fail(error)),
        }
    }

    /// Takes out the credentials, if AWS would still accept them.
    fn take_valid(&mut self) -> Option<Arc<CachedCredentials>> {
        let valid = self.usable().filter(|cached| cached.is_valid()).cloned();
        self.cached = None;
        valid
    }

    fn cache(&mut self, credentials: CachedCredentials) -> Arc<CachedCredentials> {
        let cached = Arc::new(credentials);
        self.cached = Some(Arc::clone(&cached));
        cached
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::collect::FailureScope;
    use crate::model::FailureReason;

    fn hour() -> Credentials {
        let end = SystemTime::now() + Duration::from_hours(1);
        Credentials::new("id", "secret", None, Some(end), "test")
    }

    fn fetched() -> Fetched {
        Fetched {
            credentials: hour(),
            base: Arc::new(CachedCredentials::new(hour(), 1)),
        }
    }

    fn error(reason: FailureReason) -> SourceError {
        SourceError::new(reason, FailureScope::Call, String::new())
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_kept_to_its_end_while_sts_is_down() {
        let mut state = CredentialState::default();
        state.renew(fetched());
        tokio::time::advance(Duration::from_secs(59 * 60 + 30)).await;
        let kept = state
            .keep_despite(error(FailureReason::Network))
            .expect("still good");
        assert!(
            kept.is_fresh() && kept.number == 1,
            "and not asked for again at once"
        );
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(
            state
                .keep_despite(error(FailureReason::Network))
                .expect_err("over")
                .reason,
            FailureReason::Network
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_not_kept_when_the_role_is_refused() {
        let mut state = CredentialState::default();
        state.renew(fetched());
        state
            .keep_despite(error(FailureReason::AssumeRoleFailed))
            .expect_err("refused");
        assert!(state.cached.is_none() && state.failed.is_some());
    }
}
