//! The two runtimes: one for HTTP, signals and schedules, one for AWS.
//!
//! AWS's SDK reads files, starts processes and resolves names in ways that may block a thread for as
//! long as a network file system or a resolver hangs. None of that may keep the page from being
//! served or the program from ending. So each runtime has threads of its own, and nothing waits for
//! those of AWS.

use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::aws::end_credential_processes;
use crate::locks::locked;

/// The system refuses the threads that the program needs.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot start threads: {0}\n  hint: the limits of processes and threads are too low (ulimit -u, pids.max)"
)]
pub struct NoThreads(io::Error);

impl NoThreads {
    /// The error for a library that panics where the system refuses a thread.
    pub(super) fn panicked() -> Self {
        Self(io::Error::other("the system refuses them"))
    }
}

impl From<io::Error> for NoThreads {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

/// The threads on which AWS is called. When this is dropped, threads that are blocked are left
/// behind, and end with the process.
#[derive(Debug)]
pub(super) struct AwsRuntime {
    runtime: Option<Runtime>,
    handle: Handle,
}

/// The number of threads beside those of the runtimes: for the log, for rendering, and for calls
/// that block, such as the resolution of names.
const OTHER_THREADS: usize = 6;

/// Runs the program to its end. Threads that are blocked are left behind, and end with the process.
///
/// # Errors
/// If the system refuses the threads that the program needs or may need later.
pub fn block_on<F: Future>(program: F) -> Result<F::Output, NoThreads> {
    check_threads(2 * workers() + OTHER_THREADS)?;
    let runtime = start("main")?;
    let output = runtime.block_on(program);
    // A `credential_process` of the AWS configuration outlives us unless it is ended here: the task
    // that would end it is gone.
    end_credential_processes();
    // Dropping the runtime would wait for threads that block.
    runtime.shutdown_background();
    Ok(output)
}

/// The most worker threads of one runtime.
// The program waits for AWS most of the time, so a large machine needs no more, and each thread
// would cost memory and count against the limit of threads.
const MAX_WORKERS: usize = 8;

/// The number of worker threads of one runtime: one for each processor, up to [`MAX_WORKERS`].
fn workers() -> usize {
    thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(MAX_WORKERS)
}

fn start(thread_name: &str) -> Result<Runtime, NoThreads> {
    // tokio panics where the system refuses a thread, and may then hang instead of unwinding. So it
    // is tried out first whether there are enough.
    check_threads(workers())?;
    let built = catch_unwind(AssertUnwindSafe(|| build(thread_name)));
    Ok(built.map_err(|_| NoThreads::panicked())??)
}

fn build(thread_name: &str) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(workers())
        .thread_name(thread_name)
        .enable_all()
        .build()
}

/// Checks that the system gives `count` more threads, all at once.
fn check_threads(count: usize) -> io::Result<()> {
    let release = Arc::new(Release::default());
    // All of them must exist at the same time, so each waits until the last has been started.
    let mut threads = Vec::new();
    let result = (0..count).try_for_each(|_| {
        threads.push(spawn_waiting(&release)?);
        Ok(())
    });
    release.open();
    for thread in threads {
        // The thread only waits, so there is no panic that could be reported here.
        let _ = thread.join();
    }
    result
}

/// Starts a thread that waits for `release` and ends.
fn spawn_waiting(release: &Arc<Release>) -> io::Result<JoinHandle<()>> {
    let release = Arc::clone(release);
    thread::Builder::new().spawn(move || release.wait())
}

/// Holds threads until it is opened.
#[derive(Default)]
struct Release {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Release {
    fn wait(&self) {
        let is_open = locked(&self.is_open);
        // The wait fails only if the lock is poisoned. Then it ends early, which does no harm.
        drop(self.opened.wait_while(is_open, |is_open| !*is_open));
    }

    fn open(&self) {
        *locked(&self.is_open) = true;
        self.opened.notify_all();
    }
}

impl AwsRuntime {
    pub(super) fn start() -> Result<Self, NoThreads> {
        let runtime = start("aws")?;
        let handle = runtime.handle().clone();
        Ok(Self {
            runtime: Some(runtime),
            handle,
        })
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for AwsRuntime {
    fn drop(&mut self) {
        // tokio's own drop would wait for every thread, also for those that AWS's SDK blocks.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
