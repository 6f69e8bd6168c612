//! A stream that reports to the [`ConnectionState`] what passes through it, and the socket settings
//! that make progress visible.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::state::ConnectionState;

/// How much of an answer the system may hold that it has not sent yet (`TCP_NOTSENT_LOWAT`,
/// documented with Linux's `tcp_notsent_lowat`). Without a bound the system takes megabytes for a
/// client that reads nothing, which costs memory and looks like progress. With this bound a client
/// shows progress at each half of it, and a fast client is as fast as without.
#[cfg(target_os = "linux")]
const MAX_UNSENT_BYTES: u32 = 4 * 1024;

/// A stream with a client at its other end, plain or TLS.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes closing the stream a reset: the system forgets what it has not sent.
    fn reset_on_close(&self);
}

impl Transport for TcpStream {
    fn reset_on_close(&self) {
        let _ = self.set_zero_linger();
    }
}

/// Settings for serving. A system without one of them serves all the same.
pub(super) fn configure(stream: &TcpStream) {
    // Answers are written whole: waiting to fill a packet would only delay their ends.
    let _ = stream.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(MAX_UNSENT_BYTES);
}

/// A transport whose traffic moves the [`ConnectionState`] along.
#[derive(Debug)]
pub(super) struct ObservedStream<T: Transport> {
    inner: T,
    state: Arc<ConnectionState>,
}

impl<T: Transport> ObservedStream<T> {
    pub(super) fn new(inner: T, state: Arc<ConnectionState>) -> Self {
        Self { inner, state }
    }
}

impl<T: Transport> AsyncRead for ObservedStream<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        // A read of nothing is the end of the client's side, not the beginning of a request.
        if buf.filled().len() > before {
            self.state.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: Transport> AsyncWrite for ObservedStream<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.inner).poll_write(cx, buf))?;
        self.state.sent(count);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // hyper writes the head of an answer and its first frames at once this way.
        let count = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bufs))?;
        self.state.sent(count);
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// hyper flushes the stream only once its own buffer is empty, so this is the end of an answer.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        self.state.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// An answer that is cut ends with a reset. Otherwise the system would keep the rest of it for
/// minutes, for a client that does not read.
impl<T: Transport> Drop for ObservedStream<T> {
    fn drop(&mut self) {
        if self.state.is_answering() {
            self.inner.reset_on_close();
        }
    }
}
