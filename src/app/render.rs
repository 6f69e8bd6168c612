//! The thread that renders.
//!
//! One, because rendering takes memory and a core, of which there are few; and always the same one, because an allocator
//! keeps what a thread has freed for that thread: a pool of them holds a page for each. Scrapes are answered meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// Takes work to the thread; the thread ends with it.
#[derive(Debug)]
pub(super) struct RenderThread(Sender<Work>);

/// The thread could not be started, or the work panicked.
#[derive(Debug, thiserror::Error)]
#[error("rendering panicked, or its thread could not be started; an earlier line of the log says which, and where")]
pub(super) struct NotRendered;

impl Default for RenderThread {
    fn default() -> Self {
        let (sender, receiver) = channel();
        if let Err(error) = thread::Builder::new().name("render".to_owned()).spawn(|| work(receiver)) {
            tracing::error!(%error, "the thread that renders could not be started");
        }
        Self(sender)
    }
}

impl RenderThread {
    /// Does the work on the thread, after what was asked for earlier.
    ///
    /// # Errors
    /// If the work was not done.
    pub(super) async fn run(&self, work: impl FnOnce() + Send + 'static) -> Result<(), NotRendered> {
        let (done, ended) = oneshot::channel();
        let work = Box::new(move || {
            work();
            let _ = done.send(());
        });
        self.0.send(work).map_err(|_| NotRendered)?;
        ended.await.map_err(|_| NotRendered)
    }
}

fn work(works: Receiver<Work>) {
    for work in works {
        // Of a panic its hook has told; the next target is not to suffer for it.
        let _ = catch_unwind(AssertUnwindSafe(work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_what_follows_is_done() {
        let thread = RenderThread::default();
        assert!(thread.run(|| panic!("on purpose")).await.is_err());
        assert!(thread.run(|| ()).await.is_ok());
    }
}
