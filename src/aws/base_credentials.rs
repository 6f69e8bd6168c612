//! The base credentials: the SDK's default chain, asked by one target for all.
//!
//! A chain may start a process, ask the metadata service or sign in; with a hundred targets it must
//! not do so a hundred times. What targets of the same credentials learn about them (whose they
//! are, where they work) is shared here, too.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::acceptance::Acceptance;
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
    last: Mutex<Last>,
    pub(super) identities: Identities,
    pub(super) acceptance: Acceptance,
    /// How many targets ask for the account of the base credentials.
    pub(super) askers: AtomicUsize,
}

#[derive(Default)]
struct Last {
    cached_credentials: Option<Arc<CachedCredentials>>,
    number: u64,
    /// When the last resolution failed, and how: those who were waiting for it share it.
    failure: Option<(Instant, SourceError)>,
}

impl fmt::Debug for BaseCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseCredentials").finish_non_exhaustive()
    }
}

impl BaseCredentials {
    pub(super) fn fixed(provider: SharedCredentialsProvider) -> Self {
        let load: Arc<Load> = Arc::new(move |_| {
            let provider = provider.clone();
            Box::pin(async move {
                provider
                    .provide_credentials()
                    .await
                    .map_err(|error| to_source_error(&error))
            })
        });
        Self::of(Resolver::new(load))
    }

    pub(super) fn default_of(chain: DefaultChain) -> Self {
        let load: Arc<Load> = Arc::new(move |stage| Box::pin(chain.clone().load(stage)));
        Self::of(Resolver::new(load))
    }

    pub(super) fn of(resolver: Resolver) -> Self {
        Self {
            resolver,
            last: Mutex::default(),
            identities: Identities::default(),
            acceptance: Acceptance::default(),
            askers: AtomicUsize::new(0),
        }
    }

    /// Current base credentials.
    pub(super) async fn get(&self) -> SourceResult<Arc<CachedCredentials>> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(cached_credentials) = &last.cached_credentials
            && cached_credentials.is_fresh()
        {
            return Ok(Arc::clone(cached_credentials));
        }
        if let Some((at, failure)) = &last.failure
            && *at >= asked
        {
            return Err(failure.clone());
        }
        last.renew(self.resolver.resolve().await)
    }

    /// AWS refused these: whoever asks next gets others, if there are others.
    pub(super) async fn forget(&self, number: u64) {
        let mut last = self.last.lock().await;
        if last
            .cached_credentials
            .as_ref()
            .is_some_and(|cached_credentials| cached_credentials.number == number)
        {
            last.cached_credentials = None;
        }
    }
}

impl Last {
    fn renew(
        &mut self,
        resolved: SourceResult<Credentials>,
    ) -> SourceResult<Arc<CachedCredentials>> {
        match resolved {
            Ok(credentials) => {
                self.number += 1;
                let cached_credentials = Arc::new(CachedCredentials::new(credentials, self.number));
                self.failure = None;
                self.cached_credentials = Some(Arc::clone(&cached_credentials));
                Ok(cached_credentials)
            }
            Err(failure) => {
                self.failure = Some((Instant::now(), failure.clone()));
                // A metadata service that is slow today is no reason to throw away what is good
                // until tomorrow.
                let old = self.cached_credentials.take().filter(|cached_credentials| {
                    cached_credentials.is_valid() && classify::may_pass(failure.reason)
                });
                let Some(old) = old else { return Err(failure) };
                tracing::warn!(error = %failure, "credentials could not be renewed; the last ones are good for a while yet");
                let cached_credentials = Arc::new(old.defer_renewal());
                self.cached_credentials = Some(Arc::clone(&cached_credentials));
                Ok(cached_credentials)
            }
        }
    }
}
