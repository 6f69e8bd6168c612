//! The thread that renders, for all targets.
//!
//! Rendering takes milliseconds that no runtime's worker should be held for, and it needs memory of
//! its own for each thread that it runs on. It runs once per refresh, so one thread is enough.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

use super::runtime::NoThreads;

type Work = Box<dyn FnOnce() + Send>;

/// Takes work to the thread; the thread ends with it.
#[derive(Debug)]
pub(super) struct RenderThread(Sender<Work>);

/// Why something was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The system refused the thread.
    #[error(transparent)]
    NoThread(#[from] NoThreads),
    /// The panic itself was logged where it happened.
    #[error("rendering panicked")]
    Panicked,
}

impl RenderThread {
    /// # Errors
    /// If the system refuses the thread.
    pub(super) fn start() -> Result<Self, RenderError> {
        let (sender, receiver) = channel();
        let thread = thread::Builder::new()
            .name("render".to_owned())
            .spawn(|| work(receiver));
        Ok(thread.map(|_| Self(sender)).map_err(NoThreads::from)?)
    }

    /// Does the work on the thread, after what was asked for earlier.
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
            // Whoever asked may have been given up meanwhile.
            let _ = done.send(());
        });
        self.0.send(work).map_err(|_| RenderError::Panicked)?;
        ended.await.map_err(|_| RenderError::Panicked)
    }
}

fn work(works: Receiver<Work>) {
    for work in works {
        // The panic hook has logged it, and whoever asked is told; keep rendering other targets.
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
