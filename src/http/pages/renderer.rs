//! Renders pages on threads of their own, a few at a time.
//!
//! To filter and sort a large fleet takes a part of a second. On a worker of the runtime it would
//! keep health checks and scrapes waiting, and any number of readers could use up all processors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use super::Page;

/// The most pages that are rendered at the same time.
const MAX_RENDERED_PAGES: usize = 2;

/// How long a reader waits for a place before being asked to come again.
const PLACE_TIMEOUT: Duration = Duration::from_secs(2);

/// Renders pages, a few at a time.
#[derive(Debug)]
pub(in crate::http) struct PageRenderer {
    places: Arc<Semaphore>,
}

/// Why a page was not rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum RenderFailure {
    /// Too many pages are being rendered, or the system refuses a thread.
    Busy,
    /// Rendering has panicked. The panic hook has logged it.
    Panicked,
}

impl Default for PageRenderer {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_RENDERED_PAGES)),
        }
    }
}

impl PageRenderer {
    /// Renders a page on a thread of its own.
    ///
    /// # Errors
    /// If there is no place for it, or if it panics.
    pub(in crate::http) async fn render(
        &self,
        page: impl FnOnce() -> Page + Send + 'static,
    ) -> Result<Page, RenderFailure> {
        let place = self.place().await?;
        let (done, rendered) = oneshot::channel();
        // A pool of the runtime's would panic where the system refuses a thread.
        let thread = thread::Builder::new().name("page".to_owned());
        let started = thread.spawn(move || {
            let rendered = in_place(place, page);
            // It fails if the client has gone meanwhile.
            let _ = done.send(rendered);
        });
        started.map_err(|_| RenderFailure::Busy)?;
        rendered.await.unwrap_or(Err(RenderFailure::Panicked))
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, RenderFailure> {
        let place = Arc::clone(&self.places).acquire_owned();
        match timeout(PLACE_TIMEOUT, place).await {
            Ok(Ok(place)) => Ok(place),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(RenderFailure::Busy),
        }
    }
}

/// Renders, and gives the place back. A client that has gone does not give it back sooner: the work
/// that it asked for still runs.
fn in_place(
    place: OwnedSemaphorePermit,
    page: impl FnOnce() -> Page,
) -> Result<Page, RenderFailure> {
    let rendered = catch_unwind(AssertUnwindSafe(page));
    drop(place);
    rendered.map_err(|_| RenderFailure::Panicked)
}
