//! The two runtimes: one for HTTP, signals and schedules, one for AWS.
//!
//! AWS's SDK reads files, starts processes and looks names up in ways that may block a thread for
//! as long as a mount or a resolver hangs. None of that may stop the page from being served or the
//! program from ending. So the two have threads of their own, and nobody waits for those of AWS.

use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::aws::end_credential_processes;
use crate::locks::locked;

/// The system does not give the threads that the program needs.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot start threads: {0}\n  hint: the limits of processes and threads are too low (ulimit -u, pids.max)"
)]
pub struct NoThreads(io::Error);

impl NoThreads {
    /// The system refused in a way that a library made a panic of.
    pub(super) fn panicked() -> Self {
        Self(io::Error::other("the system refuses them"))
    }
}

impl From<io::Error> for NoThreads {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

/// The threads on which AWS is called. They are left behind when this is dropped, with whatever
/// blocks them.
#[derive(Debug)]
pub(super) struct AwsRuntime {
    runtime: Option<Runtime>,
    handle: Handle,
}

/// Threads beside those of the runtimes: for the log, for rendering, and for calls that block, such
/// as looking names up.
const OTHER_THREADS: usize = 6;

/// Runs the program to its end. Its threads are left behind with whatever blocks them, and end with
/// the process.
///
/// # Errors
/// If the system refuses the threads that the program needs, now or later.
pub fn block_on<F: Future>(program: F) -> Result<F::Output, NoThreads> {
    check_threads(2 * workers() + OTHER_THREADS)?;
    let runtime = start("main")?;
    let output = runtime.block_on(program);
    // Nobody is left to end the attempts that started them.
    end_credential_processes();
    runtime.shutdown_background();
    Ok(output)
}

/// The most threads of one runtime: there is little to compute, and on a large machine they would
/// only be in the way.
const MAX_WORKERS: usize = 8;

/// One thread for each processor, within reason.
fn workers() -> usize {
    thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(MAX_WORKERS)
}

fn start(thread_name: &str) -> Result<Runtime, NoThreads> {
    // Where the system refuses a thread, tokio panics, and does not always come back from that.
    check_threads(workers())?;
    let build = || {
        Builder::new_multi_thread()
            .worker_threads(workers())
            .thread_name(thread_name)
            .enable_all()
            .build()
    };
    match catch_unwind(AssertUnwindSafe(build)) {
        Ok(built) => Ok(built?),
        Err(_) => Err(NoThreads::panicked()),
    }
}

/// Whether the system gives so many threads more, all at once.
fn check_threads(count: usize) -> io::Result<()> {
    let release = Arc::new(Release::default());
    let mut threads = Vec::new();
    let mut result = Ok(());
    for _ in 0..count {
        let release = Arc::clone(&release);
        match thread::Builder::new().spawn(move || release.wait()) {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    release.open();
    for thread in threads {
        // It does nothing but wait, so there is no panic to hear of.
        let _ = thread.join();
    }
    result
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
        // A poisoned lock only ends the wait early.
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
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
