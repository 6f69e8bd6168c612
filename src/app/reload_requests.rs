//! The requests of HTTP clients for a reload, on their way to whoever makes it.

use tokio::sync::{mpsc, oneshot};

use super::reload_error::ReloadError;

/// The most requests that wait for the reload after the one that is being made.
// Further clients wait with their requests in their hands.
const MAX_WAITING_REQUESTS: usize = 64;

/// How a client learns what has become of its reload.
pub(super) type ReloadReply = oneshot::Sender<Result<(), String>>;

/// What a client is told when nobody makes reloads any more.
fn ended() -> String {
    // This is while the program ends, or after a fault of the exporter.
    ReloadError::Panicked.to_string()
}

/// Asks for reloads.
#[derive(Clone, Debug)]
pub(super) struct ReloadRequests(mpsc::Sender<ReloadReply>);

impl ReloadRequests {
    pub(super) fn new() -> (Self, mpsc::Receiver<ReloadReply>) {
        let (sender, receiver) = mpsc::channel(MAX_WAITING_REQUESTS);
        (Self(sender), receiver)
    }

    /// Asks for a reload that begins from now on, and waits for its end.
    ///
    /// # Errors
    /// What is wrong with the configuration, for people.
    pub(super) async fn reload(self) -> Result<(), String> {
        let (reply, replied) = oneshot::channel();
        self.0.send(reply).await.map_err(|_| ended())?;
        replied.await.map_err(|_| ended())?
    }
}
