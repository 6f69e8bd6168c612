//! The credentials of one target, resolved once per refresh and not once per call.
//!
//! The SDK's own cache is off: it neither remembers that STS has refused (each call would ask
//! again) nor that SSM has stopped taking a session (each call would fail until the session's end).

mod account;
mod state;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::acceptance::RegionAcceptance;
use super::base_credentials::BaseCredentials;
use super::cached_credentials::CachedCredentials;
use super::identity::Identities;
use super::sts::{Role, Sts};
use crate::collect::{SourceError, SourceResult};
use crate::locks::locked;
use state::{CredentialState, Fetched};

/// The credentials of one target, shared by its SSM client and its retry loop.
pub(super) struct TargetCredentials {
    base_credentials: Arc<BaseCredentials>,
    sts: Arc<Sts>,
    role: Option<Role>,
    /// The account of the role, or the configured one, for which STS need not be asked.
    known_account: Option<String>,
    state: Mutex<CredentialState>,
    /// Whoever holds this resolves; the others wait and share what comes of it.
    flight: tokio::sync::Mutex<()>,
}

impl TargetCredentials {
    /// `account_id` is the account that the configuration says these credentials are of.
    pub(super) fn new(
        base_credentials: Arc<BaseCredentials>,
        sts: Sts,
        role: Option<Role>,
        account_id: Option<String>,
    ) -> Self {
        let account_of_role = role.as_ref().and_then(Role::account_id);
        let credentials = Self {
            base_credentials,
            sts: Arc::new(sts),
            role,
            known_account: account_of_role.or(account_id),
            state: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
        };
        // Targets that have to ask for the account can learn it from one another.
        if credentials.known_account.is_none() {
            credentials.askers().fetch_add(1, Ordering::Relaxed);
        }
        credentials
    }

    /// How many targets have to ask for the account of the base credentials.
    fn askers(&self) -> &AtomicUsize {
        &self.base_credentials.askers
    }

    /// Begins a refresh: forgets what failed in the last one, makes credentials ready, and says
    /// whose they are.
    pub(super) async fn begin(&self) -> SourceResult<String> {
        let _flight = self.flight.lock().await;
        // Separate statements: the state must not stay locked while something is awaited.
        let usable = self.state().begin();
        let cached = match usable {
            Some(cached) => cached,
            None => self.resolve().await?,
        };
        let account = self.account_of_cached(&cached).await;
        self.state().note_account(&account);
        account
    }

    async fn account_of_cached(&self, cached: &CachedCredentials) -> SourceResult<String> {
        let base = self.state().base.clone();
        self.account_of(&cached.credentials, base.as_deref()).await
    }

    /// The number of the credentials with which a call may be made now.
    pub(super) async fn ready(&self) -> SourceResult<u64> {
        // Nearly every call ends here, and need not wait for a flight of others.
        if let Some(number) = self.fresh()? {
            return Ok(number);
        }
        let _flight = self.flight.lock().await;
        self.fresh_or_resolved().await
    }

    async fn fresh_or_resolved(&self) -> SourceResult<u64> {
        // Another call may have resolved them meanwhile.
        match self.fresh()? {
            Some(number) => Ok(number),
            None => Ok(self.resolve().await?.number),
        }
    }

    fn fresh(&self) -> SourceResult<Option<u64>> {
        self.state().fresh()
    }

    /// SSM has taken the credentials of this number.
    pub(super) fn accepted(&self, number: u64) {
        let state = self.state();
        // An answer that comes late says nothing about the credentials that are in use by now.
        if state.is_current(number)
            && let Some(used) = self.used_for_ssm(&state)
        {
            self.acceptance().accepted(used, self.sts.region());
        }
    }

    fn acceptance(&self) -> &RegionAcceptance {
        &self.base_credentials.acceptance
    }

    fn identities(&self) -> &Identities {
        &self.base_credentials.identities
    }

    /// SSM has not taken the credentials of this number. `Ok` if there are others to try; they are
    /// resolved anew once per refresh.
    pub(super) async fn refused(&self, number: u64, error: SourceError) -> SourceResult<()> {
        let _flight = self.flight.lock().await;
        if !self.state().is_usable(number)? {
            // They have been replaced since the call was signed.
            return Ok(());
        }
        if let Some(error) = self.disabled_for_ssm(&error) {
            return Err(self.state().fail(error));
        }
        self.forget_base_without_role().await;
        self.state().reject(number, error)?;
        self.resolve().await.map(drop)
    }

    /// The error of SSM if the region is to blame for it.
    fn disabled_for_ssm(&self, error: &SourceError) -> Option<SourceError> {
        let used = self.used_for_ssm(&self.state())?;
        self.disabled_region(&used, error)
    }

    /// If there is a role, only its session is to blame: STS has just given it for the base
    /// credentials.
    async fn forget_base_without_role(&self) {
        let base = self.state().base.clone();
        if let Some(base) = base
            && self.role.is_none()
        {
            self.base_credentials.forget(base.number).await;
        }
    }

    async fn resolve(&self) -> SourceResult<Arc<CachedCredentials>> {
        // Every call may come here, and few do: on the heap this future does not make theirs large.
        match Box::pin(self.fetch_for_refresh()).await {
            Ok(fetched) => Ok(self.state().renew(fetched)),
            Err(error) => self.state().keep_despite(error),
        }
    }

    async fn fetch_for_refresh(&self) -> SourceResult<Fetched> {
        let fetched = self.fetch().await?;
        self.check_same_account(&fetched).await?;
        Ok(fetched)
    }

    async fn fetch(&self) -> SourceResult<Fetched> {
        let base = self.base_credentials.get().await?;
        let Some(role) = &self.role else {
            let credentials = base.credentials.clone();
            return Ok(Fetched { credentials, base });
        };
        // The futures of the SDK are large, too large for the stack of whoever awaits this one.
        match Box::pin(self.sts.assume(role, &base.credentials)).await {
            Ok(credentials) => {
                self.taken_by(&self.sts, &base.credentials);
                Ok(Fetched { credentials, base })
            }
            Err(error) => Err(self.not_assumed(error, &base).await),
        }
    }

    fn state(&self) -> MutexGuard<'_, CredentialState> {
        locked(&self.state)
    }

    fn provide(&self) -> provider::Result {
        let state = self.state();
        // Refused credentials are given, too: the call fails and is made again with others.
        match &state.cached {
            Some(cached) => Ok(cached.credentials.clone()),
            None => Err(why_none(&state)),
        }
    }
}

fn why_none(state: &CredentialState) -> CredentialsError {
    match &state.failed {
        Some(failed) => CredentialsError::provider_error(failed.clone()),
        None => CredentialsError::not_loaded_no_source(),
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

impl Drop for TargetCredentials {
    fn drop(&mut self) {
        if self.known_account.is_none() {
            // The others must not wait for what this target will never learn.
            self.askers().fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for TargetCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetCredentials").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use futures_util::future::join_all;

    use super::*;

    /// Gives credentials for an hour, each time it is asked.
    #[derive(Debug)]
    struct Hourly;

    impl ProvideCredentials for Hourly {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let end = SystemTime::now() + Duration::from_hours(1);
            let credentials = Credentials::new("id", "secret", None, Some(end), "test");
            future::ProvideCredentials::ready(Ok(credentials))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_near_their_end_are_renewed_by_one_of_many_calls() {
        let base_credentials =
            BaseCredentials::from_provider(SharedCredentialsProvider::new(Hourly));
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .build();
        let credentials = TargetCredentials::new(
            Arc::new(base_credentials),
            Sts::new(&sdk, Region::new("eu-west-1")),
            None,
            None,
        );
        assert_eq!(credentials.ready().await, Ok(1));
        tokio::time::advance(Duration::from_mins(58)).await;
        assert_eq!(credentials.ready().await, Ok(1));
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(
            join_all((0..3).map(|_| credentials.ready())).await,
            [Ok(2), Ok(2), Ok(2)]
        );
    }
}
