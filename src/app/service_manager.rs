//! What systemd is told of the program's state, if systemd has started it (`sd_notify(3)`).
//!
//! The exporter is ready as soon as it listens. A first refresh may take an hour, or AWS be out of
//! reach: neither must keep a boot waiting, or lead to a restart that mends nothing. What has not
//! been read yet is for `/-/ready` to say, and for the status line.

use std::convert::Infallible;
use std::env;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tracing::warn;

use super::fleet_state::FleetState;

/// The path of systemd's socket; nobody wants to be told anything where it is not set.
const SOCKET_VARIABLE: &str = "NOTIFY_SOCKET";
/// How long the program waits until systemd has taken a message.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);
/// The bounds of the time from one sign of life to the next.
// The upper one keeps the status line fresh, and the lower one holds if a watchdog of no time at all
// is asked for.
const SIGN_INTERVALS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(10));

/// systemd, or nobody.
#[derive(Clone, Debug)]
pub(super) struct ServiceManager {
    /// Its lock is held while a message is sent.
    // A message waits as long as systemd is busy, on a thread. It must be one thread, however many
    // messages are due.
    line: Option<Arc<Mutex<Line>>>,
}

/// The way to systemd.
#[derive(Debug, Default)]
struct Line {
    has_failed: bool,
}

/// A state of the program, as systemd knows them.
#[derive(Debug)]
pub(super) enum ServiceState {
    /// It listens. A reload, good or bad, ends in this state as well.
    Ready,
    Reloading,
    Stopping,
    /// It works, and this is what people should know of it.
    Alive(String),
}

impl ServiceManager {
    /// The one that the environment names.
    pub(super) fn of_environment() -> Self {
        let is_there = env::var_os(SOCKET_VARIABLE).is_some_and(|path| !path.is_empty());
        Self {
            line: is_there.then(Arc::default),
        }
    }

    /// Tells it a state. That it cannot be told is logged, and is no reason to stop.
    pub(super) async fn tell(&self, state: ServiceState) {
        let Some(line) = &self.line else { return };
        // Whatever has not been sent by then is sent later, or never if the program ends.
        let _ = timeout(SEND_TIMEOUT, send(Arc::clone(line), state)).await;
    }

    /// Waits for `shutdown`, and says that it has come.
    pub(super) async fn told_of(&self, shutdown: impl Future<Output = ()>) {
        shutdown.await;
        self.tell(ServiceState::Stopping).await;
    }

    /// Gives signs of life while `server` runs.
    // Both are polled by one task, so there is no sign of life while the server cannot go on.
    pub(super) async fn watching<T>(
        &self,
        fleet: Arc<FleetState>,
        server: impl Future<Output = T>,
    ) -> T {
        tokio::select! {
            end = server => end,
            never = self.give_signs(fleet) => match never {},
        }
    }

    async fn give_signs(&self, fleet: Arc<FleetState>) -> Infallible {
        let pause = pause();
        while self.line.is_some() {
            if let Some(status) = pulse(Arc::clone(&fleet)).await {
                self.tell(ServiceState::Alive(status)).await;
            }
            sleep(pause).await;
        }
        std::future::pending().await
    }
}

/// The time from one sign of life to the next: half of what the watchdog allows.
fn pause() -> Duration {
    let (shortest, longest) = SIGN_INTERVALS;
    let half = sd_notify::watchdog_enabled().map(|limit| limit / 2);
    half.unwrap_or(longest).clamp(shortest, longest)
}

/// What people should know of the program, found out where its work is done.
// Requests are answered and refreshes started on the threads of the runtime. If none of them has
// time for this, or a lock is never given back, it does not end, and systemd hears nothing more.
// AWS has no part in it.
async fn pulse(fleet: Arc<FleetState>) -> Option<String> {
    on_a_worker(move || status(&fleet)).await
}

async fn on_a_worker<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::spawn(async { work() }).await.ok()
}

/// The status line.
fn status(fleet: &FleetState) -> String {
    let slots = fleet.slots();
    let states: Vec<Option<bool>> = slots.iter().map(|slot| slot.status().up).collect();
    let count = |state| states.iter().filter(|other| **other == state).count();
    let (up, down, new) = (count(Some(true)), count(Some(false)), count(None));
    format!("targets: {up} up, {down} down, {new} not read yet")
}

async fn send(line: Arc<Mutex<Line>>, state: ServiceState) {
    let line = line.lock_owned().await;
    // It logs its failure itself.
    let _ = spawn_blocking(move || send_on(line, &state)).await;
}

fn send_on(mut line: OwnedMutexGuard<Line>, state: &ServiceState) {
    let result = notify(state);
    if let Err(error) = &result
        && !line.has_failed
    {
        warn!(%error, socket = ?env::var_os(SOCKET_VARIABLE), "cannot tell systemd how we are");
    }
    line.has_failed = result.is_err();
}

fn notify(state: &ServiceState) -> io::Result<()> {
    match state {
        ServiceState::Ready => sd_notify::notify(&[NotifyState::Ready]),
        // With the time, systemd can tell that this reload began after it had asked for it.
        ServiceState::Reloading => {
            sd_notify::notify(&[NotifyState::Reloading, NotifyState::monotonic_usec_now()?])
        }
        ServiceState::Stopping => sd_notify::notify(&[NotifyState::Stopping]),
        ServiceState::Alive(status) => {
            sd_notify::notify(&[NotifyState::Watchdog, NotifyState::Status(status)])
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn nothing_is_a_sign_of_life_while_no_worker_has_time() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (release, blocked) = mpsc::channel();
        runtime.spawn(async move { blocked.recv() });
        runtime.block_on(async {
            let work = on_a_worker(|| "alive");
            tokio::pin!(work);
            // The runtime's own clock would be stopped, too.
            for _ in 0..10 {
                assert_eq!((&mut work).now_or_never(), None);
                thread::sleep(Duration::from_millis(10));
            }
            release.send(()).unwrap();
            assert_eq!(work.await, Some("alive"));
        });
    }
}
