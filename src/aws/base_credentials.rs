//! The base credentials: the SDK's default chain, asked by one target for all.
//!
//! A chain may start a process, ask the metadata service or sign in, and with a hundred targets it
//! must not do so a hundred times. What targets of the same credentials learn about them (whose
//! they are, where they work) is shared here, too.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::acceptance::RegionAcceptance;
use super::cached_credentials::CachedCredentials;
use super::classify;
use super::default_chain::DefaultChain;
use super::identity::Identities;
use super::provider_error::to_source_error;
use super::resolution::{Load, Resolver};
use crate::collect::{SourceError, SourceResult};

/// The base credentials of all targets.
pub(super) struct BaseCredentials {
    resolver: Resolver,
    last: Mutex<LastResolution>,
    pub(super) identities: Identities,
    pub(super) acceptance: RegionAcceptance,
    /// How many targets ask for the account of the base credentials.
    pub(super) askers: AtomicUsize,
}

/// What came of the last resolutions.
#[derive(Default)]
struct LastResolution {
    cached: Option<Arc<CachedCredentials>>,
    number: u64,
    failure: Option<Failure>,
}

/// When a resolution has failed, and how.
struct Failure {
    at: Instant,
    error: SourceError,
}

impl fmt::Debug for BaseCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseCredentials").finish_non_exhaustive()
    }
}

impl BaseCredentials {
    /// Base credentials of a provider that is not the default chain.
    pub(super) fn from_provider(provider: SharedCredentialsProvider) -> Self {
        // A single provider has no stages to tell of, so it is not given the stage.
        let load: Arc<Load> = Arc::new(move |_| Box::pin(ask(provider.clone())));
        Self::of(Resolver::new(load))
    }

    pub(super) fn from_default_chain(chain: DefaultChain) -> Self {
        // Each resolution walks along a chain of its own, because providers remember what they
        // read.
        let load: Arc<Load> = Arc::new(move |stage| Box::pin(chain.clone().load(stage)));
        Self::of(Resolver::new(load))
    }

    pub(super) fn of(resolver: Resolver) -> Self {
        Self {
            resolver,
            last: Mutex::default(),
            identities: Identities::default(),
            acceptance: RegionAcceptance::default(),
            askers: AtomicUsize::new(0),
        }
    }

    /// Current base credentials.
    pub(super) async fn get(&self) -> SourceResult<Arc<CachedCredentials>> {
        let asked = Instant::now();
        // Whoever comes first resolves with the lock held; the others wait for it.
        let mut last = self.last.lock().await;
        if let Some(cached) = last.fresh() {
            return Ok(cached);
        }
        // Those who were waiting while a resolution failed share its failure.
        if let Some(error) = last.failure_since(asked) {
            return Err(error);
        }
        match self.resolver.resolve().await {
            Ok(credentials) => Ok(last.renew(credentials)),
            Err(error) => last.keep_despite(error),
        }
    }

    /// AWS has refused the credentials of this number. Whoever asks next gets others, if there are
    /// others.
    pub(super) async fn forget(&self, number: u64) {
        let mut last = self.last.lock().await;
        // Another target may have had them replaced already.
        last.cached.take_if(|cached| cached.number == number);
    }
}

async fn ask(provider: SharedCredentialsProvider) -> SourceResult<Credentials> {
    let credentials = provider.provide_credentials().await;
    credentials.map_err(|error| to_source_error(&error))
}

impl Failure {
    fn now(error: SourceError) -> Self {
        Self {
            at: Instant::now(),
            error,
        }
    }
}

impl LastResolution {
    /// The credentials, if they need not be renewed yet.
    fn fresh(&self) -> Option<Arc<CachedCredentials>> {
        let cached = self.cached.as_ref()?;
        cached.is_fresh().then(|| Arc::clone(cached))
    }

    /// The last failure, if it was at that time or later.
    fn failure_since(&self, asked: Instant) -> Option<SourceError> {
        let failure = self.failure.as_ref()?;
        (failure.at >= asked).then(|| failure.error.clone())
    }

    fn renew(&mut self, credentials: Credentials) -> Arc<CachedCredentials> {
        self.number += 1;
        self.failure = None;
        self.cache(CachedCredentials::new(credentials, self.number))
    }

    /// The previous credentials, if they are still valid: a metadata service that is slow today is
    /// no reason to throw away what is good until tomorrow.
    fn keep_despite(&mut self, error: SourceError) -> SourceResult<Arc<CachedCredentials>> {
        self.failure = Some(Failure::now(error.clone()));
        let old = self.cached.take().filter(|cached| cached.is_valid());
        match old {
            Some(old) if classify::may_pass(error.reason) => {
                tracing::warn!(%error, "credentials could not be renewed; the last ones are good for a while yet");
                Ok(self.cache(old.defer_renewal()))
            }
            _ => Err(error),
        }
    }

    fn cache(&mut self, credentials: CachedCredentials) -> Arc<CachedCredentials> {
        let cached = Arc::new(credentials);
        self.cached = Some(Arc::clone(&cached));
        cached
    }
}
