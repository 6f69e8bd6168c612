//! The thread that renders the pages of all targets.
//!
//! A large target may take a second to render, which would keep a worker of a runtime from its other
//! tasks. It happens once per refresh, so one thread is enough for all targets. More threads would
//! also use more memory, because the allocator keeps some for each thread that has allocated.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

use super::runtime::NoThreads;

type Work = Box<dyn FnOnce() + Send>;

/// A handle to the thread. The thread ends when the handle is dropped.
#[derive(Debug)]
pub(super) struct RenderThread(Sender<Work>);

/// Why something was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The system refused the thread.
    #[error(transparent)]
    NoThread(#[from] NoThreads),
    /// The work panicked. The panic hook has logged the panic itself.
    #[error("rendering panicked")]
    Panicked,
}

impl RenderThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub(super) fn start() -> Result<Self, RenderError> {
        let (sender, receiver) = channel();
        // `thread::spawn` would panic where the system refuses the thread.
        thread::Builder::new()
            .name("render".to_owned())
            .spawn(|| work(receiver))
            .map_err(NoThreads::from)?;
        Ok(Self(sender))
    }

    /// Does the work on the thread, after all work that was sent earlier.
    ///
    /// # Errors
    /// If the work panicked.
    pub(super) async fn run(
        &self,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), RenderError> {
        let (done, ended) = oneshot::channel();
        let work = Box::new(move || {
            work();
            // It fails if the refresh that asked was cancelled meanwhile.
            let _ = done.send(());
        });
        self.0.send(work).map_err(|_| RenderError::Panicked)?;
        // Work that panics drops its sender without a message.
        ended.await.map_err(|_| RenderError::Panicked)
    }
}

fn work(works: Receiver<Work>) {
    for work in works {
        // The panic hook has logged it, and the caller of `run` is told. Other targets must still be
        // rendered.
        let _ = catch_unwind(AssertUnwindSafe(work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_what_follows_is_done() {
        let thread = RenderThread::start().expect("a thread");
        assert!(thread.run(|| panic!("on purpose")).await.is_err());
        assert!(thread.run(|| ()).await.is_ok());
    }
}
