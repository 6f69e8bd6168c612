//! The credentials of one target, resolved once per refresh and not once per call.
//!
//! The SDK's own cache is off: it neither remembers that STS refused (each call would ask again) nor that SSM did not
//! take a session any more (each call would fail until the session's end).

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::chain::Chain;
use super::classify;
use super::lease::Lease;
use super::sts::{Role, Sts};
use crate::collect::{Answer, SourceError};

/// A refresh begins with credentials good for this long.
const MARGIN: Duration = Duration::from_mins(5);

/// The credentials of one target, shared by its SSM client and its retry loop.
pub(super) struct Holder {
    chain: Arc<Chain>,
    sts: Sts,
    role: Option<Role>,
    account: OnceLock<String>,
    state: Mutex<State>,
    /// Whoever holds this resolves; the others wait and share what comes of it.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    lease: Option<Arc<Lease>>,
    number: u64,
    /// The number of the base credentials behind the lease.
    base: Option<u64>,
    /// Why there are none, until the next refresh begins.
    failed: Option<SourceError>,
    /// SSM refused a lease in this refresh already.
    rebuilt: bool,
}

impl Holder {
    pub(super) fn new(chain: Arc<Chain>, sts: Sts, role: Option<Role>) -> Self {
        let account = role.as_ref().and_then(Role::account_id).map(OnceLock::from).unwrap_or_default();
        Self { chain, sts, role, account, state: Mutex::default(), flight: tokio::sync::Mutex::default() }
    }

    /// Begins a refresh: forgets what failed in the last one, makes credentials ready, says whose they are.
    pub(super) async fn begin(&self) -> Answer<String> {
        let _flight = self.flight.lock().await;
        let usable = {
            let mut state = self.state();
            state.failed = None;
            state.rebuilt = false;
            state.lease.clone().filter(|lease| lease.lasts(MARGIN))
        };
        let lease = match usable {
            Some(lease) => lease,
            None => self.resolve().await?,
        };
        match self.account.get() {
            Some(account) => Ok(account.clone()),
            None => self.ask_whose(&lease).await,
        }
    }

    /// The number of the lease with which a call may be made now.
    pub(super) async fn ready(&self) -> Answer<u64> {
        if let Some(number) = self.fresh()? {
            return Ok(number);
        }
        let _flight = self.flight.lock().await;
        match self.fresh()? {
            Some(number) => Ok(number),
            None => Ok(self.resolve().await?.number),
        }
    }

    /// SSM did not take this lease. `Ok` if there is another to try: one rebuilding per refresh.
    pub(super) async fn refused(&self, number: u64, error: SourceError) -> Answer<()> {
        let _flight = self.flight.lock().await;
        let (base, rebuilt) = {
            let state = self.state();
            if let Some(failed) = &state.failed {
                return Err(failed.clone());
            }
            if state.lease.as_ref().is_none_or(|lease| lease.number != number) {
                return Ok(());
            }
            (state.base, state.rebuilt)
        };
        // A role's session can be replaced with the same base credentials; base credentials only with others.
        if let Some(base) = base.filter(|_| rebuilt || self.role.is_none()) {
            self.chain.forget(base).await;
        }
        {
            let mut state = self.state();
            state.lease = None;
            if rebuilt {
                state.failed = Some(error.clone());
                return Err(error);
            }
            state.rebuilt = true;
        }
        self.resolve().await.map(drop)
    }

    async fn resolve(&self) -> Answer<Arc<Lease>> {
        let fetched = self.fetch().await;
        self.state().renew(fetched)
    }

    /// Credentials, and the number of the base credentials behind them.
    async fn fetch(&self) -> Answer<(Credentials, u64)> {
        let base = self.chain.get().await?;
        let Some(role) = &self.role else { return Ok((base.credentials.clone(), base.number)) };
        match self.sts.assume(role, &base.credentials).await {
            Ok(session) => Ok((session, base.number)),
            Err(error) => Err(self.blame(error, base.number).await),
        }
    }

    async fn ask_whose(&self, lease: &Lease) -> Answer<String> {
        match self.sts.account_id(&lease.credentials).await {
            Ok(account) => Ok(self.account.get_or_init(|| account).clone()),
            Err(error) => {
                let base = {
                    let mut state = self.state();
                    state.failed = Some(error.clone());
                    state.base
                };
                Err(self.blame(error, base.unwrap_or_default()).await)
            }
        }
    }

    /// If STS did not take the base credentials, the next refresh reads them anew.
    async fn blame(&self, error: SourceError, base: u64) -> SourceError {
        if classify::blames_credentials(error.reason) {
            self.chain.forget(base).await;
            self.state().lease = None;
        }
        error
    }

    fn fresh(&self) -> Answer<Option<u64>> {
        let state = self.state();
        match &state.failed {
            Some(failed) => Err(failed.clone()),
            None => Ok(state.lease.as_ref().filter(|lease| lease.is_fresh()).map(|lease| lease.number)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn renew(&mut self, fetched: Answer<(Credentials, u64)>) -> Answer<Arc<Lease>> {
        let lease = match fetched {
            Ok((credentials, base)) => {
                self.number += 1;
                self.base = Some(base);
                Lease::new(credentials, self.number)
            }
            Err(error) => {
                let old = self.lease.take().filter(|lease| lease.is_valid() && classify::may_pass(error.reason));
                let Some(old) = old else {
                    self.failed = Some(error.clone());
                    return Err(error);
                };
                old.put_off()
            }
        };
        let lease = Arc::new(lease);
        self.lease = Some(Arc::clone(&lease));
        Ok(lease)
    }
}

impl ProvideCredentials for Holder {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.provide())
    }
}

impl Holder {
    fn provide(&self) -> provider::Result {
        match &self.state().lease {
            Some(lease) => Ok(lease.credentials.clone()),
            None => Err(CredentialsError::not_loaded_no_source()),
        }
    }
}

impl fmt::Debug for Holder {
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
    use crate::collect::Scope;
    use crate::model::Reason;

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

    fn error(reason: Reason) -> SourceError {
        SourceError::new(reason, Scope::Call, "")
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_near_their_end_are_renewed_by_one_of_many_calls() {
        let chain = Chain::fixed(SharedCredentialsProvider::new(Hourly));
        let sdk = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let holder = Holder::new(Arc::new(chain), Sts::new(&sdk, Region::new("eu-west-1")), None);
        assert_eq!(holder.ready().await, Ok(1));
        tokio::time::advance(Duration::from_mins(58)).await;
        assert_eq!(holder.ready().await, Ok(1));
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(join_all((0..3).map(|_| holder.ready())).await, [Ok(2), Ok(2), Ok(2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_kept_to_its_end_while_sts_is_down() {
        let mut state = State::default();
        state.renew(Ok((hour(), 1))).expect("given");
        tokio::time::advance(Duration::from_secs(59 * 60 + 30)).await;
        let kept = state.renew(Err(error(Reason::Network))).expect("still good");
        assert!(kept.is_fresh() && kept.number == 1, "and not asked for again at once");
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(state.renew(Err(error(Reason::Network))).expect_err("over").reason, Reason::Network);
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_not_kept_when_the_role_is_refused() {
        let mut state = State::default();
        state.renew(Ok((hour(), 1))).expect("given");
        state.renew(Err(error(Reason::AssumeRoleFailed))).expect_err("refused");
        assert!(state.lease.is_none() && state.failed.is_some());
    }
}
