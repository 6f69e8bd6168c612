//! The two runtimes: one for HTTP, signals and schedules, one for AWS.
//!
//! AWS's SDK reads files, starts processes and looks names up in ways that may block a thread for as long as a mount or a
//! resolver hangs. None of that may stop the page from being served or the program from ending. So the two have threads of
//! their own, and nobody waits for those of AWS.

use std::io;
use std::panic::catch_unwind;

use tokio::runtime::{Builder, Handle, Runtime};

/// The system does not give the threads that the program needs.
#[derive(Debug, thiserror::Error)]
#[error("cannot start threads\n  hint: the limits of processes and threads are too low (ulimit -u, pids.max)")]
pub struct NoThreads(#[source] Option<io::Error>);

impl NoThreads {
    /// The system gave no reason.
    pub(super) const fn refused() -> Self {
        Self(None)
    }
}

/// The threads on which AWS is called. They are left behind when this is dropped, with whatever blocks them.
#[derive(Debug)]
pub(super) struct AwsRuntime {
    runtime: Option<Runtime>,
    handle: Handle,
}

/// Runs the program to its end. Its threads are left behind with whatever blocks them, and end with the process.
///
/// # Errors
/// If the system refuses the threads.
pub fn block_on<F: Future>(program: F) -> Result<F::Output, NoThreads> {
    let runtime = start("main")?;
    let output = runtime.block_on(program);
    runtime.shutdown_background();
    Ok(output)
}

/// Starts a thread for each processor.
fn start(thread_name: &str) -> Result<Runtime, NoThreads> {
    let build = || Builder::new_multi_thread().thread_name(thread_name).enable_all().build();
    // Where the system refuses a thread, tokio panics.
    match catch_unwind(build) {
        Ok(built) => built.map_err(|error| NoThreads(Some(error))),
        Err(_) => Err(NoThreads::refused()),
    }
}

impl AwsRuntime {
    pub(super) fn start() -> Result<Self, NoThreads> {
        let runtime = start("aws")?;
        let handle = runtime.handle().clone();
        Ok(Self { runtime: Some(runtime), handle })
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
