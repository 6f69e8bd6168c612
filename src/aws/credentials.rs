//! The credentials of one target, resolved once per refresh and not once per call.
//!
//! The SDK's own cache is off: it neither remembers that STS refused (each call would ask again)
//! nor that SSM did not take a session any more (each call would fail until the session's end).

mod account;

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::base_credentials::BaseCredentials;
use super::cached_credentials::CachedCredentials;
use super::classify;
use super::sts::{Role, Sts};
use crate::collect::{SourceError, SourceResult};

/// A refresh begins with credentials good for this long.
const MARGIN: Duration = Duration::from_mins(5);

/// The credentials of one target, shared by its SSM client and its retry loop.
pub(super) struct TargetCredentials {
    chain: Arc<BaseCredentials>,
    sts: Arc<Sts>,
    role: Option<Role>,
    /// The role's account, or the configured one: STS need not be asked.
    known_account: Option<String>,
    state: Mutex<CredentialState>,
    /// Whoever holds this resolves; the others wait and share what comes of it.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct CredentialState {
    cached_credentials: Option<Arc<CachedCredentials>>,
    number: u64,
    /// The number of the lease that SSM did not take. Calls that are on their way are still signed
    /// with it, and fail in a way that makes them be tried again.
    refused: Option<u64>,
    /// The base credentials behind the lease.
    base: Option<Arc<CachedCredentials>>,
    /// The account that this refresh reads: no other credentials than its own are used before the
    /// next one.
    account: Option<String>,
    /// Why there are none, until the next refresh begins.
    failed: Option<SourceError>,
    /// SSM refused a lease in this refresh already.
    rebuilt: bool,
}

impl TargetCredentials {
    /// `account_id` is the account that the configuration says these credentials are of.
    pub(super) fn new(
        chain: Arc<BaseCredentials>,
        sts: Sts,
        role: Option<Role>,
        account_id: Option<String>,
    ) -> Self {
        let known_account = role.as_ref().and_then(Role::account_id).or(account_id);
        if known_account.is_none() {
            chain.askers.fetch_add(1, Ordering::Relaxed);
        }
        let (state, flight) = (Mutex::default(), tokio::sync::Mutex::default());
        Self {
            chain,
            sts: Arc::new(sts),
            role,
            known_account,
            state,
            flight,
        }
    }

    /// Begins a refresh: forgets what failed in the last one, makes credentials ready, says whose
    /// they are.
    pub(super) async fn begin(&self) -> SourceResult<String> {
        let _flight = self.flight.lock().await;
        let usable = {
            let mut state = self.state();
            state.failed = None;
            state.rebuilt = false;
            state.account = None;
            state
                .usable()
                .filter(|cached_credentials| cached_credentials.valid_for(MARGIN))
                .cloned()
        };
        let cached_credentials = match usable {
            Some(cached_credentials) => cached_credentials,
            None => self.resolve().await?,
        };
        let base = self.state().base.clone();
        let account = self
            .account_of(&cached_credentials.credentials, base.as_deref())
            .await;
        let mut state = self.state();
        match &account {
            Ok(account) => state.account = Some(account.clone()),
            Err(error) => {
                if classify::blames_credentials(error.reason) {
                    state.cached_credentials = None;
                }
                state.failed = Some(error.clone());
            }
        }
        account
    }

    /// The number of the lease with which a call may be made now.
    pub(super) async fn ready(&self) -> SourceResult<u64> {
        if let Some(number) = self.fresh()? {
            return Ok(number);
        }
        let _flight = self.flight.lock().await;
        match self.fresh()? {
            Some(number) => Ok(number),
            None => Ok(self.resolve().await?.number),
        }
    }

    /// SSM took this lease.
    pub(super) fn accepted(&self, number: u64) {
        let state = self.state();
        let is_current = state
            .cached_credentials
            .as_ref()
            .is_some_and(|cached_credentials| cached_credentials.number == number);
        if let Some(used) = self.used_for_ssm(&state).filter(|_| is_current) {
            self.chain.acceptance.accepted(used, self.sts.region());
        }
    }

    /// SSM did not take this lease. `Ok` if there is another to try: one rebuilding per refresh.
    pub(super) async fn refused(&self, number: u64, error: SourceError) -> SourceResult<()> {
        let _flight = self.flight.lock().await;
        let (used, base, rebuilt) = {
            let state = self.state();
            if let Some(failed) = &state.failed {
                return Err(failed.clone());
            }
            if state
                .usable()
                .is_none_or(|cached_credentials| cached_credentials.number != number)
            {
                return Ok(());
            }
            (self.used_for_ssm(&state), state.base.clone(), state.rebuilt)
        };
        if let Some(error) = used.and_then(|used| self.disabled_region(&used, &error)) {
            self.state().failed = Some(error.clone());
            return Err(error);
        }
        // Of a role only the session is to blame: STS has just given it for the base credentials.
        if let Some(base) = base.filter(|_| self.role.is_none()) {
            self.chain.forget(base.number).await;
        }
        {
            let mut state = self.state();
            state.refused = Some(number);
            if rebuilt {
                state.failed = Some(error.clone());
                return Err(error);
            }
            state.rebuilt = true;
        }
        self.resolve().await.map(drop)
    }

    async fn resolve(&self) -> SourceResult<Arc<CachedCredentials>> {
        let fetched = match self.fetch().await {
            Ok((credentials, base)) => self
                .same_account(&credentials, &base)
                .await
                .map(|()| (credentials, base)),
            Err(error) => Err(error),
        };
        self.state().renew(fetched)
    }

    /// Credentials, and the base credentials behind them.
    async fn fetch(&self) -> SourceResult<(Credentials, Arc<CachedCredentials>)> {
        let base = self.chain.get().await?;
        let Some(role) = &self.role else {
            return Ok((base.credentials.clone(), base));
        };
        match Box::pin(self.sts.assume(role, &base.credentials)).await {
            Ok(session) => {
                self.taken_by(&self.sts, &base.credentials);
                Ok((session, base))
            }
            Err(error) => Err(self.not_assumed(error, &base).await),
        }
    }

    fn fresh(&self) -> SourceResult<Option<u64>> {
        let state = self.state();
        match &state.failed {
            Some(failed) => Err(failed.clone()),
            None => Ok(state
                .usable()
                .filter(|cached_credentials| cached_credentials.is_fresh())
                .map(|cached_credentials| cached_credentials.number)),
        }
    }

    fn state(&self) -> MutexGuard<'_, CredentialState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialState {
    fn usable(&self) -> Option<&Arc<CachedCredentials>> {
        self.cached_credentials
            .as_ref()
            .filter(|cached_credentials| Some(cached_credentials.number) != self.refused)
    }

    fn renew(
        &mut self,
        fetched: SourceResult<(Credentials, Arc<CachedCredentials>)>,
    ) -> SourceResult<Arc<CachedCredentials>> {
        let cached_credentials = match fetched {
            Ok((credentials, base)) => {
                self.number += 1;
                self.base = Some(base);
                CachedCredentials::new(credentials, self.number)
            }
            Err(error) => {
                let old = self
                    .usable()
                    .filter(|cached_credentials| {
                        cached_credentials.is_valid() && classify::may_pass(error.reason)
                    })
                    .cloned();
                self.cached_credentials = None;
                let Some(old) = old else {
                    self.failed = Some(error.clone());
                    return Err(error);
                };
                old.defer_renewal()
            }
        };
        let cached_credentials = Arc::new(cached_credentials);
        self.cached_credentials = Some(Arc::clone(&cached_credentials));
        Ok(cached_credentials)
    }
}

impl ProvideCredentials for TargetCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.provide())
    }
}

impl TargetCredentials {
    fn provide(&self) -> provider::Result {
        let state = self.state();
        match (&state.cached_credentials, &state.failed) {
            (Some(cached_credentials), _) => Ok(cached_credentials.credentials.clone()),
            (None, Some(failed)) => Err(CredentialsError::provider_error(failed.clone())),
            (None, None) => Err(CredentialsError::not_loaded_no_source()),
        }
    }
}

impl Drop for TargetCredentials {
    fn drop(&mut self) {
        if self.known_account.is_none() {
            self.chain.askers.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for TargetCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::provider::SharedCredentialsProvider;
    use futures_util::future::join_all;

    use super::*;
    use crate::collect::FailureScope;
    use crate::model::FailureReason;

    /// Good for an hour, each time it is asked.
    #[derive(Debug)]
    struct Hourly;

    impl ProvideCredentials for Hourly {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Ok(hour()))
        }
    }

    fn hour() -> Credentials {
        let end = SystemTime::now() + Duration::from_hours(1);
        Credentials::new("id", "secret", None, Some(end), "test")
    }

    fn fetched() -> (Credentials, Arc<CachedCredentials>) {
        (hour(), Arc::new(CachedCredentials::new(hour(), 1)))
    }

    fn error(reason: FailureReason) -> SourceError {
        SourceError::new(reason, FailureScope::Call, String::new())
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_near_their_end_are_renewed_by_one_of_many_calls() {
        let chain = BaseCredentials::fixed(SharedCredentialsProvider::new(Hourly));
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .build();
        let holder = TargetCredentials::new(
            Arc::new(chain),
            Sts::new(&sdk, Region::new("eu-west-1")),
            None,
            None,
        );
        assert_eq!(holder.ready().await, Ok(1));
        tokio::time::advance(Duration::from_mins(58)).await;
        assert_eq!(holder.ready().await, Ok(1));
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(
            join_all((0..3).map(|_| holder.ready())).await,
            [Ok(2), Ok(2), Ok(2)]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_kept_to_its_end_while_sts_is_down() {
        let mut state = CredentialState::default();
        state.renew(Ok(fetched())).expect("given");
        tokio::time::advance(Duration::from_secs(59 * 60 + 30)).await;
        let kept = state
            .renew(Err(error(FailureReason::Network)))
            .expect("still good");
        assert!(
            kept.is_fresh() && kept.number == 1,
            "and not asked for again at once"
        );
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(
            state
                .renew(Err(error(FailureReason::Network)))
                .expect_err("over")
                .reason,
            FailureReason::Network
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_not_kept_when_the_role_is_refused() {
        let mut state = CredentialState::default();
        state.renew(Ok(fetched())).expect("given");
        state
            .renew(Err(error(FailureReason::AssumeRoleFailed)))
            .expect_err("refused");
        assert!(state.cached_credentials.is_none() && state.failed.is_some());
    }
}
