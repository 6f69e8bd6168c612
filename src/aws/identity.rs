//! Which account the base credentials belong to. STS is asked once for each access key, by one
//! target for all.
//!
//! It does not matter where STS is asked. So a target whose own region refuses credentials, which
//! may not be their fault, asks where another target was answered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::sts::Sts;
use crate::collect::SourceResult;
use crate::locks::locked;

/// Temporary credentials have a new key every hour, and targets still use the one before for a
/// while.
const MAX_KEYS: usize = 8;
/// How many regions are remembered whose STS took base credentials: one, and another for a target
/// that is in the first.
const MAX_ANSWERING: usize = 2;
/// How long a target waits for another that asks already, before it asks by itself: STS may hang in
/// one region only.
const TURN_TIMEOUT: Duration = Duration::from_secs(2);

/// The accounts of access keys, as far as they are known.
#[derive(Default)]
pub(super) struct Identities {
    /// The newest is the last.
    known: Mutex<VecDeque<KeyOwner>>,
    asking: tokio::sync::Mutex<()>,
    learnt: Notify,
    /// STS of the last regions that took base credentials, the latest first.
    answering: Mutex<Vec<Arc<Sts>>>,
}

/// An access key and the account that it is of.
struct KeyOwner {
    key: String,
    account: String,
}

impl Identities {
    /// The account of an access key, if it is known.
    pub(super) fn known(&self, key: &str) -> Option<String> {
        let known = self.owners();
        let owner = known.iter().find(|owner| owner.key == key)?;
        Some(owner.account.clone())
    }

    /// The account of an access key, which `ask` asks for if nobody has yet.
    pub(super) async fn account(
        &self,
        key: &str,
        ask: impl Future<Output = SourceResult<String>>,
    ) -> SourceResult<String> {
        if let Some(account) = self.known(key) {
            return Ok(account);
        }
        // If the turn does not come in time, this target asks all the same.
        let _turn = timeout(TURN_TIMEOUT, self.asking.lock()).await;
        // Another target may have learnt it meanwhile.
        match self.known(key) {
            Some(account) => Ok(account),
            None => self.learn_from(key, ask).await,
        }
    }

    async fn learn_from(
        &self,
        key: &str,
        ask: impl Future<Output = SourceResult<String>>,
    ) -> SourceResult<String> {
        let account = ask.await?;
        self.learn(key, &account);
        Ok(account)
    }

    /// Waits a moment for another target to learn the account.
    pub(super) async fn told(&self, key: &str) -> Option<String> {
        timeout(TURN_TIMEOUT, self.until_known(key)).await.ok()
    }

    async fn until_known(&self, key: &str) -> String {
        loop {
            // Begun before looking, so that no news between the two is missed.
            let learnt = self.learnt.notified();
            if let Some(account) = self.known(key) {
                return account;
            }
            learnt.await;
        }
    }

    /// STS has taken base credentials here.
    pub(super) fn answered(&self, sts: &Arc<Sts>) {
        let mut answering = self.answering();
        answering.retain(|other| other.region() != sts.region());
        // The last STS that has answered is the likeliest to answer again.
        answering.insert(0, Arc::clone(sts));
        answering.truncate(MAX_ANSWERING);
    }

    /// STS of another region than this, which has taken base credentials.
    pub(super) fn answering_elsewhere(&self, region: &str) -> Option<Arc<Sts>> {
        let answering = self.answering();
        answering.iter().find(|sts| sts.region() != region).cloned()
    }

    /// Remembers the account of an access key, and wakes those who wait for it.
    pub(super) fn learn(&self, key: &str, account: &str) {
        remember(&mut self.owners(), key, account);
        // The lock is free by now, so whoever is woken finds the account at once.
        self.learnt.notify_waiters();
    }

    fn owners(&self) -> MutexGuard<'_, VecDeque<KeyOwner>> {
        locked(&self.known)
    }

    fn answering(&self) -> MutexGuard<'_, Vec<Arc<Sts>>> {
        locked(&self.answering)
    }
}

fn remember(known: &mut VecDeque<KeyOwner>, key: &str, account: &str) {
    known.retain(|owner| owner.key != key);
    known.push_back(KeyOwner {
        key: key.to_owned(),
        account: account.to_owned(),
    });
    if known.len() > MAX_KEYS {
        known.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_of_many_asks_for_a_new_key() {
        let (identities, asked) = (Identities::default(), AtomicUsize::new(0));
        for _ in 0..2 {
            let ask = || async {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok("111122223333".to_owned())
            };
            let answers = join_all((0..3).map(|_| identities.account("key", ask()))).await;
            assert!(
                answers
                    .iter()
                    .all(|answer| answer.as_deref() == Ok("111122223333"))
            );
        }
        assert_eq!(asked.into_inner(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_too_long_for_another_asks_by_itself() {
        let identities = Identities::default();
        let hangs = identities.account("key", std::future::pending());
        let asks = identities.account("key", async { Ok("111122223333".to_owned()) });
        let answer = tokio::select! { answer = hangs => answer, answer = asks => answer };
        assert_eq!(answer.as_deref(), Ok("111122223333"));
    }

    #[test]
    fn the_oldest_keys_are_forgotten() {
        let identities = Identities::default();
        for number in 0..=MAX_KEYS {
            identities.learn(&number.to_string(), "111122223333");
        }
        assert!(identities.known("0").is_none() && identities.known("1").is_some());
    }
}
