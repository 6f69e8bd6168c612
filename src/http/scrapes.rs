//! The scrapes that are answered at the same time, of which there may be a limit.

use std::num::NonZero;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of the scrapes, if they are limited.
#[derive(Debug)]
pub(super) struct Scrapes(Option<Arc<Semaphore>>);

/// The place of one scrape until its answer has ended.
#[derive(Debug)]
pub(super) struct ScrapePlace(
    #[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit,
);

/// There are as many scrapes as there may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct TooManyScrapes;

impl Scrapes {
    pub(super) fn new(limit: Option<NonZero<usize>>) -> Self {
        // No server has so many connections as a semaphore may have places.
        let places = limit.map(|limit| limit.get().min(Semaphore::MAX_PERMITS));
        Self(places.map(|places| Arc::new(Semaphore::new(places))))
    }

    /// The place of another scrape, of which there is none where no limit counts them.
    pub(super) fn start(&self) -> Result<Option<ScrapePlace>, TooManyScrapes> {
        let Some(places) = &self.0 else {
            return Ok(None);
        };
        let place = Arc::clone(places).try_acquire_owned();
        place
            .map(|place| Some(ScrapePlace(place)))
            .map_err(|_| TooManyScrapes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_scrape_has_ended() {
        let scrapes = Scrapes::new(NonZero::new(1));
        let place = scrapes.start().unwrap();
        assert_eq!(scrapes.start().err(), Some(TooManyScrapes));
        drop(place);
        assert!(scrapes.start().is_ok());
    }

    #[test]
    fn without_a_limit_none_is_refused() {
        let scrapes = Scrapes::new(None);
        let places: Vec<_> = (0..1000).map(|_| scrapes.start()).collect();
        assert!(places.iter().all(Result::is_ok));
    }
}
