//! Checks passwords on a thread of its own, and remembers what came of it.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::panic::catch_unwind;
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::basic::Login;
use super::queue::{Check, Queue};
use super::tags::{LoginTag, Tagger};
use super::users::Users;
use super::verdicts::Verdicts;
use crate::locks::locked;

/// How often the thread looks whether the server has ended.
const WAKE_INTERVAL: Duration = Duration::from_millis(500);

/// How far the thread stands back where others want the processor, too (`nice`): they get three
/// times as much of it. Further back, a login on a busy machine would take longer than a scraper
/// waits.
#[cfg(target_os = "linux")]
const CHECK_NICENESS: i32 = 5;

/// Checks passwords.
pub(in crate::http) struct PasswordChecker {
    tagger: Tagger,
    checks: Arc<Checks>,
}

/// What the thread and those who wait for it have in common.
#[derive(Default)]
struct Checks {
    state: Mutex<CheckState>,
    arrived: Condvar,
}

#[derive(Default)]
struct CheckState {
    queue: Queue,
    verdicts: Verdicts,
}

/// What is known of a login.
pub(in crate::http) enum Judgement {
    Known(bool),
    /// It is being checked.
    Pending(oneshot::Receiver<bool>),
}

/// So many logins wait to be checked that there is no place for one more.
#[derive(Debug)]
pub(in crate::http) struct TooManyLogins;

impl fmt::Debug for PasswordChecker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordChecker").finish_non_exhaustive()
    }
}

impl PasswordChecker {
    /// # Errors
    /// The system refuses a thread, or has no random numbers.
    pub(in crate::http) fn start() -> io::Result<Self> {
        let no_numbers = || io::Error::other("the system has no random numbers");
        let tagger = Tagger::new().ok_or_else(no_numbers)?;
        let checks = Arc::new(Checks::default());
        let for_thread = Arc::downgrade(&checks);
        thread::Builder::new()
            .name("passwords".to_owned())
            .spawn(move || check_all(&for_thread))?;
        Ok(Self { tagger, checks })
    }

    /// What is known of a login, which is then checked if that is nothing.
    ///
    /// # Errors
    /// There is no place to wait for a check.
    pub(in crate::http) fn judge(
        &self,
        users: &Users,
        login: Login,
        client: IpAddr,
    ) -> Result<Judgement, TooManyLogins> {
        let choice = || self.tagger.choice(&login.user);
        let Some(candidate) = users.candidate(&login.user, choice) else {
            return Ok(Judgement::Known(false));
        };
        let tag = self.tagger.tag(&login, candidate.hash.text());
        if let Some(is_good) = self.checks.verdict(&tag) {
            return Ok(Judgement::Known(is_good && candidate.is_known));
        }
        let check = Check {
            tag,
            client: client.into(),
            hash: candidate.hash.clone(),
            is_known: candidate.is_known,
            password: login.password,
        };
        let verdict = self.checks.join(check).ok_or(TooManyLogins)?;
        Ok(Judgement::Pending(verdict))
    }
}

impl Checks {
    fn verdict(&self, tag: &LoginTag) -> Option<bool> {
        locked(&self.state).verdicts.of(tag)
    }

    fn join(&self, check: Check) -> Option<oneshot::Receiver<bool>> {
        let verdict = locked(&self.state).queue.join(check)?;
        self.arrived.notify_one();
        Some(verdict)
    }

    /// The next check, or nothing if none comes for a while.
    fn next(&self) -> Option<Check> {
        let mut state = locked(&self.state);
        if let Some(check) = state.queue.start_next() {
            return Some(check);
        }
        // A poisoned lock does no harm: each change leaves the queue consistent.
        let waited = self.arrived.wait_timeout(state, WAKE_INTERVAL);
        state = match waited {
            Ok((state, _)) => state,
            Err(poisoned) => poisoned.into_inner().0,
        };
        state.queue.start_next()
    }

    fn finish(&self, tag: LoginTag, is_good: bool) {
        let mut state = locked(&self.state);
        state.verdicts.add(tag, is_good);
        state.queue.finish(is_good);
    }
}

/// Makes the checks, one after the other, until the server has ended.
fn check_all(checks: &Weak<Checks>) {
    give_way();
    while let Some(checks) = checks.upgrade() {
        if let Some(check) = checks.next() {
            checks.finish(check.tag, is_good(&check));
        }
    }
}

fn is_good(check: &Check) -> bool {
    // A panic, which its hook has logged, costs this check only: without the thread nobody could log
    // in any more.
    let is_right = catch_unwind(|| check.hash.is_of(&check.password));
    is_right.unwrap_or(false) && check.is_known
}

/// Lets all other threads go first: whoever tries passwords must not slow a scrape down.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        // Linux has a priority for each thread. Where it cannot be set, the checks are made all the
        // same.
        let thread = rustix::thread::gettid();
        let _ = rustix::process::setpriority_process(Some(thread), CHECK_NICENESS);
    }
}
