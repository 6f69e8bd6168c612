//! The base credentials: the SDK's default chain, asked by one target for all.
//!
//! A chain may start a process, ask the metadata service or sign in; with a hundred targets it must not do so a hundred
//! times. It is built anew for each resolution, because its parts remember the files they once read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::classify;
use super::environment::BaseCredentials;
use super::lease::Lease;
use crate::collect::{Answer, SourceError};

/// A chain may hang: a credential process has no timeout of its own.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The base credentials of all targets.
pub(super) struct Chain {
    provider: SharedCredentialsProvider,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    lease: Option<Arc<Lease>>,
    number: u64,
    /// When the last resolution failed, and how: those who were waiting for it share it.
    failure: Option<(Instant, SourceError)>,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").finish_non_exhaustive()
    }
}

impl Chain {
    pub(super) fn fixed(provider: SharedCredentialsProvider) -> Self {
        Self { provider, last: Mutex::default() }
    }

    pub(super) fn default_of(credentials: BaseCredentials) -> Self {
        Self::fixed(SharedCredentialsProvider::new(credentials))
    }

    /// Current base credentials.
    pub(super) async fn get(&self) -> Answer<Arc<Lease>> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(lease) = &last.lease
            && lease.is_fresh()
        {
            return Ok(Arc::clone(lease));
        }
        if let Some((at, failure)) = &last.failure
            && *at >= asked
        {
            return Err(failure.clone());
        }
        last.renew(self.resolve().await)
    }

    /// AWS refused these: whoever asks next gets others, if there are others.
    pub(super) async fn forget(&self, number: u64) {
        let mut last = self.last.lock().await;
        if last.lease.as_ref().is_some_and(|lease| lease.number == number) {
            last.lease = None;
        }
    }

    async fn resolve(&self) -> Answer<Credentials> {
        match timeout(TIMEOUT, self.provider.provide_credentials()).await {
            Ok(resolved) => resolved.map_err(|error| classify::unloaded(&error)),
            Err(_) => Err(classify::unloaded(&CredentialsError::provider_timed_out(TIMEOUT))),
        }
    }
}

impl Last {
    fn renew(&mut self, resolved: Answer<Credentials>) -> Answer<Arc<Lease>> {
        match resolved {
            Ok(credentials) => {
                self.number += 1;
                let lease = Arc::new(Lease::new(credentials, self.number));
                self.failure = None;
                self.lease = Some(Arc::clone(&lease));
                Ok(lease)
            }
            Err(failure) => {
                self.failure = Some((Instant::now(), failure.clone()));
                // A metadata service that is slow today is no reason to throw away what is good until tomorrow.
                let old = self.lease.take().filter(|lease| lease.is_valid() && classify::may_pass(failure.reason));
                let Some(old) = old else { return Err(failure) };
                let lease = Arc::new(old.put_off());
                self.lease = Some(Arc::clone(&lease));
                Ok(lease)
            }
        }
    }
}
