//! The body of an answer, which can be larger than it should be.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// All white space is sent from this memory.
const WHITE_SPACE: &[u8; 64 * 1024] = &[b' '; 64 * 1024];
/// The number of such pieces that make 64 MiB.
const WHITE_SPACE_PIECES: usize = 1024;

/// The body of an answer. White space before it is made while it is sent.
#[derive(Debug, Default)]
pub(super) struct AnswerBody {
    white_space_pieces: usize,
    rest: Bytes,
}

impl From<Vec<u8>> for AnswerBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            white_space_pieces: 0,
            rest: bytes.into(),
        }
    }
}

impl AnswerBody {
    /// The same body after 64 MiB of white space, which means nothing in JSON.
    pub(super) fn after_white_space(self) -> Self {
        Self {
            white_space_pieces: WHITE_SPACE_PIECES,
            ..self
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        // The rest is taken, so the next poll finds an empty piece and ends the body.
        let piece = if self.white_space_pieces > 0 {
            self.white_space_pieces -= 1;
            Bytes::from_static(WHITE_SPACE)
        } else {
            std::mem::take(&mut self.rest)
        };
        Poll::Ready((!piece.is_empty()).then_some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.white_space_pieces == 0 && self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        // A huge body must not say its length beforehand. Without a hint it is sent in chunks.
        if self.white_space_pieces > 0 {
            SizeHint::default()
        } else {
            SizeHint::with_exact(self.rest.len() as u64)
        }
    }
}
