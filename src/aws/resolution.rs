//! Asks for credentials so that neither a file that hangs nor a panic affects anything else.
//!
//! The SDK reads files (configuration, web identity tokens) on the thread that asks, and a file may
//! be on a mount that hangs. Some of its code panics. So each resolution has a blocking thread, the
//! limit is outside of it, and there is one resolution at a time: while the last one still hangs,
//! asking again fails at once and says what hangs.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::collect::{FailureScope, SourceError, SourceResult};
use crate::locks::locked;
use crate::model::FailureReason;

/// How long a resolution may take.
const RESOLUTION_LIMIT: Duration = Duration::from_secs(30);
/// How long a resolution that is told to end may take to do so before it counts as hanging.
const END_GRACE: Duration = Duration::from_secs(1);

/// Makes a resolution. The future is awaited on a thread of its own, so it may block.
pub(super) type Load = dyn Fn(Stage) -> BoxFuture<'static, SourceResult<Credentials>> + Send + Sync;

/// Resolves credentials, one resolution at a time.
pub(super) struct Resolver {
    load: Arc<Load>,
    limit: Duration,
    stage: Stage,
    /// Held by the thread of a resolution until it has really ended.
    under_way: Arc<tokio::sync::Mutex<()>>,
    began: Mutex<Instant>,
}

/// What a resolution is waiting for, so that a failure can name it.
#[derive(Clone, Default)]
pub(super) struct Stage(Arc<Mutex<String>>);

/// Puts the stage back to what it was before.
pub(super) struct StageGuard {
    stage: Stage,
    before: String,
}

impl Resolver {
    pub(super) fn new(load: Arc<Load>) -> Self {
        Self::with_limit(load, RESOLUTION_LIMIT)
    }

    pub(super) fn with_limit(load: Arc<Load>, limit: Duration) -> Self {
        Self {
            load,
            limit,
            stage: Stage::default(),
            under_way: Arc::default(),
            began: Mutex::new(Instant::now()),
        }
    }

    /// Dropping the future ends the resolution, a process that it runs included.
    pub(super) async fn resolve(&self) -> SourceResult<Credentials> {
        let turn = self.turn().await?;
        // For whoever asks while this resolution hangs, and is told for how long it has.
        *locked(&self.began) = Instant::now();
        self.stage.set("the credential chain");
        self.resolve_on_thread(turn).await
    }

    async fn resolve_on_thread(&self, turn: OwnedMutexGuard<()>) -> SourceResult<Credentials> {
        let given_up = CancellationToken::new();
        // Dropping this future gives the work on the thread up.
        let _end = given_up.clone().drop_guard();
        let thread = spawn_blocking(self.work(turn, given_up));
        match timeout(self.limit + END_GRACE, thread).await {
            Ok(Ok(Some(resolved))) => resolved,
            Ok(Err(error)) if error.is_panic() => Err(self.panicked()),
            // The thread is blocked. `None` is never seen here: whoever gives a resolution up drops
            // this future.
            Ok(_) | Err(_) => Err(hangs(&self.stage, self.limit)),
        }
    }

    /// Waits a moment for the last resolution, which may just be ending.
    async fn turn(&self) -> SourceResult<OwnedMutexGuard<()>> {
        let under_way = Arc::clone(&self.under_way);
        match timeout(END_GRACE, under_way.lock_owned()).await {
            Ok(turn) => Ok(turn),
            Err(_) => Err(self.still_hangs()),
        }
    }

    /// What the thread does. `None` if it was given up.
    fn work(
        &self,
        turn: OwnedMutexGuard<()>,
        given_up: CancellationToken,
    ) -> impl FnOnce() -> Option<SourceResult<Credentials>> + Send + 'static {
        let load = Arc::clone(&self.load);
        let stage = self.stage.clone();
        let limit = self.limit;
        let runtime = Handle::current();
        move || {
            // Only the end of the thread lets the next resolution begin.
            let _turn = turn;
            runtime.block_on(async {
                // Dropped after the select: its guards put the stage back, and until then the stage
                // still says what was waited for.
                let mut loading = load(stage.clone());
                tokio::select! {
                    biased;
                    () = given_up.cancelled() => None,
                    resolved = &mut loading => Some(resolved),
                    () = sleep(limit) => Some(Err(hangs(&stage, limit))),
                }
            })
        }
    }

    fn panicked(&self) -> SourceError {
        panicked(&format!("loading credentials from {}", self.stage))
    }

    fn still_hangs(&self) -> SourceError {
        let seconds = locked(&self.began).elapsed().as_secs();
        timed_out(format!(
            "{} still does not answer, since {seconds} s",
            self.stage
        ))
    }
}

fn hangs(stage: &Stage, limit: Duration) -> SourceError {
    timed_out(format!(
        "{stage} did not answer within {} s",
        limit.as_secs_f32()
    ))
}

fn timed_out(detail: String) -> SourceError {
    SourceError::new(FailureReason::Timeout, FailureScope::Call, detail)
}

/// Awaits a future of the SDK, whose panic must not end the task that awaits it.
pub(super) async fn caught<T>(
    what: &str,
    future: impl Future<Output = SourceResult<T>>,
) -> SourceResult<T> {
    // What the future was changing when it panicked is dropped with it, so nobody sees it.
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(panicked(what)))
}

/// The error of a panic. Its message is left out: it may quote a setting, and the panic hook has
/// logged it.
fn panicked(what: &str) -> SourceError {
    let detail = format!("the AWS SDK panicked while {what}");
    SourceError::new(FailureReason::Internal, FailureScope::Call, detail)
}

impl Stage {
    pub(super) fn set(&self, what: impl Into<String>) {
        *locked(&self.0) = what.into();
    }

    /// Sets the stage until the guard is dropped.
    pub(super) fn during(&self, what: String) -> StageGuard {
        let before = std::mem::replace(&mut *locked(&self.0), what);
        StageGuard {
            stage: self.clone(),
            before,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&locked(&self.0))
    }
}

impl Drop for StageGuard {
    fn drop(&mut self) {
        self.stage.set(std::mem::take(&mut self.before));
    }
}
