//! Logins that wait to be checked.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::fairness::ClientNetwork;
use super::password_hash::PasswordHash;
use super::tags::LoginTag;

/// Most logins that wait at a time. At the usual cost of a hash the last of them waits two seconds.
const MAX_WAITING: usize = 32;

/// Most of these that one client may have, so that one that tries passwords leaves places to others.
const MAX_WAITING_PER_CLIENT: usize = 4;

/// A login to be checked.
pub(super) struct Check {
    pub(super) tag: LoginTag,
    pub(super) client: ClientNetwork,
    pub(super) hash: PasswordHash,
    /// Whether a password can be good at all: that of an unknown user is checked all the same.
    pub(super) is_known: bool,
    pub(super) password: Vec<u8>,
}

/// Whoever waits for the end of a check.
pub(super) type Waiter = oneshot::Sender<bool>;

#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<(Check, Vec<Waiter>)>,
    /// Those who wait for the check that is being made.
    running: Option<(LoginTag, Vec<Waiter>)>,
}

impl Queue {
    /// Takes a place for a check. One that waits already, or is being made, needs no further place.
    /// Nothing if there is none.
    pub(super) fn join(&mut self, check: Check) -> Option<oneshot::Receiver<bool>> {
        let (waiter, verdict) = oneshot::channel();
        if let Some(waiters) = self.waiters_for(&check.tag) {
            waiters.push(waiter);
            return Some(verdict);
        }
        self.forget_abandoned();
        if !self.has_place_for(check.client) {
            return None;
        }
        self.waiting.push_back((check, vec![waiter]));
        Some(verdict)
    }

    /// The next check to make, if somebody still waits for it.
    pub(super) fn start_next(&mut self) -> Option<Check> {
        self.forget_abandoned();
        let (check, waiters) = self.waiting.pop_front()?;
        self.running = Some((check.tag, waiters));
        Some(check)
    }

    /// Tells those who wait for the check that is being made how it has ended.
    pub(super) fn finish(&mut self, is_good: bool) {
        for waiter in self
            .running
            .take()
            .into_iter()
            .flat_map(|(_, waiters)| waiters)
        {
            // A client that has gone does not want to know.
            let _ = waiter.send(is_good);
        }
    }

    fn waiters_for(&mut self, tag: &LoginTag) -> Option<&mut Vec<Waiter>> {
        let running = self.running.as_mut().filter(|(running, _)| running == tag);
        if let Some((_, waiters)) = running {
            return Some(waiters);
        }
        let mut waiting = self.waiting.iter_mut();
        let (_, waiters) = waiting.find(|(check, _)| check.tag == *tag)?;
        Some(waiters)
    }

    /// Drops the checks whose clients have all gone.
    fn forget_abandoned(&mut self) {
        self.waiting
            .retain(|(_, waiters)| waiters.iter().any(|waiter| !waiter.is_closed()));
    }

    fn has_place_for(&self, client: ClientNetwork) -> bool {
        let clients = self.waiting.iter().map(|(check, _)| check.client);
        let own = clients.filter(|other| *other == client).count();
        self.waiting.len() < MAX_WAITING && own < MAX_WAITING_PER_CLIENT
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    const HASH: &str = "$2y$04$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

    fn check(number: u8, client: u8) -> Check {
        Check {
            tag: [number; 32],
            client: IpAddr::from([192, 0, 2, client]).into(),
            hash: PasswordHash::parse(HASH).unwrap(),
            is_known: true,
            password: Vec::new(),
        }
    }

    #[test]
    fn one_client_leaves_places_to_others_and_all_together_have_a_bound() {
        let mut queue = Queue::default();
        let mut verdicts = Vec::new();
        for client in 0..20 {
            for number in 0..10 {
                verdicts.extend(queue.join(check(client * 10 + number, client)));
            }
        }
        assert_eq!(verdicts.len(), MAX_WAITING);
        assert!(queue.waiting.iter().all(|(check, _)| check.tag[0] % 10 < 4));
    }

    #[test]
    fn the_same_login_is_checked_once_for_all_who_wait_for_it() {
        let mut queue = Queue::default();
        let mut verdicts: Vec<_> = (0..100).filter_map(|_| queue.join(check(7, 1))).collect();
        assert_eq!(verdicts.len(), 100);
        assert!(queue.start_next().is_some());
        verdicts.extend(queue.join(check(7, 1)));
        assert!(queue.start_next().is_none());
    }

    #[test]
    fn whoever_has_gone_holds_no_place() {
        let mut queue = Queue::default();
        for number in 0..50 {
            assert!(queue.join(check(number, 1)).is_some(), "{number}");
        }
        assert!(queue.start_next().is_none());
    }
}
