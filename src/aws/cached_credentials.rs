//! Credentials, and how long they are valid.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use tokio::time::Instant;

use super::redaction;

/// How long before their end credentials are renewed in the middle of a refresh.
const RENEWAL_MARGIN: Duration = Duration::from_mins(1);
/// How soon credentials without an expiration are asked for again: the files and environments in
/// which tools write them change.
const REREAD_INTERVAL: Duration = Duration::from_mins(15);
/// Credentials that say they are valid for longer are taken to mean this, so that no sum of times
/// overflows.
const MAX_LIFETIME: Duration = Duration::from_hours(24 * 365);
/// Credentials are used for this long even if their end is near, or past by a wrong clock.
const MIN_USE: Duration = Duration::from_secs(10);

/// Credentials as they were resolved once.
#[derive(Clone, Debug)]
pub(super) struct CachedCredentials {
    pub(super) credentials: Credentials,
    /// Tells one resolution from the next.
    pub(super) number: u64,
    issued: Instant,
    /// How long they are valid; `None` if they do not say.
    lifetime: Option<Duration>,
    renew_at: Instant,
}

impl CachedCredentials {
    /// Also makes sure that their secrets are never shown.
    pub(super) fn new(credentials: Credentials, number: u64) -> Self {
        // From now on requests are signed with them, and whoever answers may repeat them.
        redaction::learn_credentials(&credentials);
        // The end is compared with the clock of this machine only here. From now on the time that
        // has passed counts, which no correction of the clock changes.
        let issued = Instant::now();
        let lifetime = credentials.expiry().map(time_until);
        Self {
            credentials,
            number,
            issued,
            lifetime,
            renew_at: issued + time_of_use(lifetime, RENEWAL_MARGIN),
        }
    }

    /// Whether a call may be made with them without renewing them first.
    pub(super) fn is_fresh(&self) -> bool {
        Instant::now() < self.renew_at
    }

    /// Whether they are valid for another `margin`, or at least in the first half of their life.
    pub(super) fn valid_for(&self, margin: Duration) -> bool {
        Instant::now() < self.issued + time_of_use(self.lifetime, margin)
    }

    /// Whether AWS would still take them.
    pub(super) fn is_valid(&self) -> bool {
        match self.lifetime {
            Some(lifetime) => Instant::now() < self.issued + lifetime,
            // What does not say when it ends is good until AWS refuses it.
            None => true,
        }
    }

    /// The same credentials, to be renewed a little later, because renewing them has just failed.
    pub(super) fn defer_renewal(&self) -> Self {
        Self {
            renew_at: Instant::now() + MIN_USE,
            ..self.clone()
        }
    }
}

fn time_until(end: SystemTime) -> Duration {
    let remaining = end.duration_since(SystemTime::now()).unwrap_or_default();
    remaining.min(MAX_LIFETIME)
}

/// How long credentials are used if they are to be renewed `margin` before their end. Short-lived
/// ones are used for half their life at least, or each call would renew them.
fn time_of_use(lifetime: Option<Duration>, margin: Duration) -> Duration {
    match lifetime {
        Some(lifetime) => until_margin(lifetime, margin),
        None => REREAD_INTERVAL,
    }
}

fn until_margin(lifetime: Duration, margin: Duration) -> Duration {
    let until_margin = lifetime.saturating_sub(margin);
    until_margin.max(lifetime / 2).max(MIN_USE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cached_for(life: Duration) -> CachedCredentials {
        let end = SystemTime::now() + life;
        CachedCredentials::new(Credentials::new("id", "secret", None, Some(end), "test"), 1)
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_are_renewed_a_minute_before_their_end() {
        let cached = cached_for(Duration::from_hours(1));
        tokio::time::advance(Duration::from_mins(58)).await;
        assert!(cached.is_fresh());
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(!cached.is_fresh() && cached.is_valid());
        tokio::time::advance(Duration::from_mins(1)).await;
        assert!(!cached.is_valid());
    }

    #[tokio::test(start_paused = true)]
    async fn short_lived_credentials_are_used_for_half_their_life() {
        let cached = cached_for(Duration::from_secs(80));
        tokio::time::advance(Duration::from_secs(39)).await;
        assert!(cached.is_fresh() && cached.valid_for(Duration::from_mins(5)));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(!cached.is_fresh());
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_a_wrong_clock_calls_expired_are_not_asked_for_at_every_call() {
        assert!(cached_for(Duration::ZERO).is_fresh());
    }
}
