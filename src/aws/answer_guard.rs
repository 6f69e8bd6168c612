//! Reads every HTTP answer's body within a bound, before the SDK sees the answer.
//!
//! The SDK would read a body to its end, however large it is. Here the connector hands over answers
//! whose bodies are in memory already. The time that a body takes thus counts towards the time
//! limits of an attempt, because the SDK applies those to its connectors.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refused_answer::{Flaw, MAX_BODY_BYTES, RefusedAnswer};
use super::wrapped_client::wrapped;
use super::{attempt_log, codes, redaction};

/// Larger bodies wait for each other. Hundreds of calls may be under way at once, so without this
/// a faulty endpoint could fill the memory with bodies that are each within the bound.
const LARGE_BODY_BYTES: usize = 1 << 20;
/// The most large bodies that are in memory at once, over all targets.
const MAX_LARGE_BODIES: usize = 4;

/// The same client, but it refuses bodies of more than 16 MiB, and it teaches the log the secrets
/// of each request so that they are redacted.
pub(super) fn bounded(client: SharedHttpClient) -> SharedHttpClient {
    let large_bodies = Arc::new(Semaphore::new(MAX_LARGE_BODIES));
    wrapped(client, move |connector| BoundedConnector {
        connector,
        large_bodies: Arc::clone(&large_bodies),
    })
}

#[derive(Debug)]
struct BoundedConnector {
    connector: SharedHttpConnector,
    large_bodies: Arc<Semaphore>,
}

impl HttpConnector for BoundedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // Before anything is sent, because the answer may repeat the secrets at once.
        redaction::learn_request(&request);
        let exchange = attempt_log::Exchange::begin(&request);
        let answer = self.connector.call(request);
        let large_bodies = Arc::clone(&self.large_bodies);
        HttpConnectorFuture::new(async move {
            let result = read_answer(answer, large_bodies).await;
            exchange.end(&result);
            result
        })
    }
}

async fn read_answer(
    answer: HttpConnectorFuture,
    large_bodies: Arc<Semaphore>,
) -> Result<HttpResponse, ConnectorError> {
    let mut response = answer.await?;
    attempt_log::answered(&response);
    let body = read_body(&mut response, large_bodies).await?;
    body.attach_to(&mut response);
    Ok(response)
}

async fn read_body(
    response: &mut HttpResponse,
    large_bodies: Arc<Semaphore>,
) -> Result<BufferedBody, ConnectorError> {
    let mut stream = ByteStream::new(response.take_body());
    let announced = announced_bytes(&stream);
    if announced > MAX_BODY_BYTES {
        return Err(RefusedAnswer::error(response, Flaw::TooLarge));
    }
    let mut body = BufferedBody::new(announced, large_bodies);
    while let Some(part) = next_part(&mut stream, response).await? {
        let appended = body.append(&part).await;
        appended.map_err(|flaw| RefusedAnswer::error(response, flaw))?;
    }
    Ok(body)
}

fn announced_bytes(body: &ByteStream) -> usize {
    // The lower bound of the size is the Content-Length, where there is one.
    let least = body.size_hint().0;
    usize::try_from(least).unwrap_or(usize::MAX)
}

/// The next part of a body; `None` at its end, or where it breaks off and nothing is lost by that.
async fn next_part(
    body: &mut ByteStream,
    response: &HttpResponse,
) -> Result<Option<Bytes>, ConnectorError> {
    match body.next().await.transpose() {
        Ok(part) => Ok(part),
        Err(_) if is_told_by_status(response) => Ok(None),
        Err(error) => Err(ConnectorError::io(error.into())),
    }
}

/// Whether the status already says what is wrong, so that it does not matter if the body breaks
/// off.
fn is_told_by_status(response: &HttpResponse) -> bool {
    let status = response.status();
    status.is_server_error() || codes::is_throttle_status(status)
}

/// What has been read of a body.
struct BufferedBody {
    bytes: Vec<u8>,
    large_bodies: Arc<Semaphore>,
    /// Held by a body of more than [`LARGE_BODY_BYTES`].
    permit: Option<OwnedSemaphorePermit>,
}

impl BufferedBody {
    fn new(announced_bytes: usize, large_bodies: Arc<Semaphore>) -> Self {
        // A header alone must not make us allocate much: beyond this, the buffer grows with what
        // really comes.
        let capacity = announced_bytes.min(LARGE_BODY_BYTES);
        Self {
            bytes: Vec::with_capacity(capacity),
            large_bodies,
            permit: None,
        }
    }

    async fn append(&mut self, part: &[u8]) -> Result<(), Flaw> {
        let length = self.bytes.len() + part.len();
        if length > MAX_BODY_BYTES {
            return Err(Flaw::TooLarge);
        }
        if length > LARGE_BODY_BYTES {
            self.wait_for_permit().await;
        }
        self.reserve(length);
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    /// Waits until this may be one of the large bodies, unless it is one already.
    async fn wait_for_permit(&mut self) {
        if self.permit.is_none() {
            // This fails only if the semaphore is closed, and nothing closes it.
            self.permit = Arc::clone(&self.large_bodies).acquire_owned().await.ok();
        }
    }

    /// Makes this the body of the response.
    fn attach_to(self, response: &mut HttpResponse) {
        *response.body_mut() = SdkBody::from(self.bytes);
        if let Some(permit) = self.permit {
            // The permit must live as long as the answer does: until the SDK has turned the body
            // into rows. An extension of the response is dropped together with it.
            response.add_extension(Arc::new(permit));
        }
    }

    /// Makes room for `length` bytes in all. Doubles the capacity as a vector does by itself, but
    /// never beyond the largest body.
    fn reserve(&mut self, length: usize) {
        let capacity = self.bytes.capacity();
        if length > capacity {
            // Left alone, a vector of 9 MiB would grow to 18, of which 2 could never be used.
            let capacity = (2 * capacity).clamp(length, MAX_BODY_BYTES.max(length));
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
    }
}
