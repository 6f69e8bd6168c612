//! The body of an answer: a short text, or a page whose frames are made as the client takes them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Buf;
use hyper::body::{Body, Frame, SizeHint};

use super::exporter_state::Exposition;
use super::scrapes::ScrapePlace;
use super::state::OpenAnswer;
use crate::metrics;

/// Frames of a known total length. Dropping it, which hyper does as soon as it has the last frame,
/// ends the answer.
pub(super) struct AnswerBody {
    bytes_left: u64,
    frames: Box<dyn Iterator<Item = metrics::Frame> + Send>,
    /// Dropped with the body: when it is sent, and also when the connection is cut.
    answer: Option<OpenAnswer>,
    /// Held for its drop, if this is the answer to one of a limited number of scrapes.
    place: Option<ScrapePlace>,
}

impl AnswerBody {
    /// A body of the page's frames.
    pub(super) fn new(page: Exposition) -> Self {
        Self {
            bytes_left: page.length,
            frames: page.frames,
            answer: None,
            place: None,
        }
    }

    /// The body of an answer to HEAD.
    pub(super) fn empty() -> Self {
        Self {
            bytes_left: 0,
            frames: Box::new(std::iter::empty()),
            answer: None,
            place: None,
        }
    }

    /// Keeps a place among the scrapes until the last frame is out.
    pub(super) fn in_place(mut self, place: Option<ScrapePlace>) -> Self {
        self.place = place;
        self
    }

    /// Lets the connection know when the last frame is out.
    pub(super) fn of(mut self, answer: OpenAnswer) -> Self {
        self.answer = Some(answer);
        self
    }
}

impl Body for AnswerBody {
    type Data = metrics::Frame;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<metrics::Frame>, Infallible>>> {
        // hyper asks for a frame once the client has taken enough of those before, so a page is
        // never in memory as a whole.
        let Some(frame) = self.frames.find(Buf::has_remaining) else {
            return Poll::Ready(None);
        };
        self.bytes_left = self.bytes_left.saturating_sub(frame.remaining() as u64);
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes_left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes_left)
    }
}
