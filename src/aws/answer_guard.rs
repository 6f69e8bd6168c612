//! What every HTTP answer passes before the SDK sees it: its body is read here, within a bound.
//!
//! The SDK reads bodies to their end, however large. Here the body is in memory before the SDK gets
//! the answer; since that happens inside the connector, the time limits of an attempt hold for it,
//! too.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ssm_answer::{MAX_ROWS, MAX_VALUES};
use super::{attempt_log, redaction};

/// Larger bodies are nobody's page of 50 rows. AWS's own have some tens of kilobytes.
pub(super) const MAX_BODY_BYTES: usize = 16 << 20;
/// Bodies up to this size are read without asking. Hundreds of calls may be under way at once, so
/// that larger ones wait for each other.
const LARGE_BODY_BYTES: usize = 1 << 20;
/// Larger bodies in memory at once, over all targets.
const LARGE_BODIES: usize = 4;

/// Why an answer is not handed to the SDK.
#[derive(Debug, thiserror::Error)]
pub(super) enum Flaw {
    #[error("its body is larger than {} MiB", MAX_BODY_BYTES >> 20)]
    TooLarge,
    #[error("it lists more than {MAX_ROWS} rows, far more than were asked for")]
    TooManyRows,
    #[error("it has more than {MAX_VALUES} values")]
    TooManyValues,
    #[error("it repeats the secrets of its request")]
    RepeatsSecrets,
}

/// An answer that was not handed to the SDK.
#[derive(Debug, thiserror::Error)]
#[error("HTTP {status} with an answer that is not taken: {flaw}")]
pub(super) struct RefusedAnswer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    flaw: Flaw,
}

impl RefusedAnswer {
    pub(super) fn of(response: &HttpResponse, flaw: Flaw) -> ConnectorError {
        let status = response.status().as_u16();
        let request_id = attempt_log::request_id(response.headers());
        ConnectorError::other(
            Box::new(Self {
                status,
                request_id,
                flaw,
            }),
            None,
        )
    }
}

/// The same client, which reads no body beyond 16 MiB and remembers the secrets of its requests for
/// the log.
pub(super) fn bounded(client: SharedHttpClient) -> SharedHttpClient {
    let large_bodies = Arc::new(Semaphore::new(LARGE_BODIES));
    wrapped(client, move |connector| Bounded {
        connector,
        large_bodies: Arc::clone(&large_bodies),
    })
}

#[derive(Debug)]
struct Bounded {
    connector: SharedHttpConnector,
    large_bodies: Arc<Semaphore>,
}

impl HttpConnector for Bounded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        redaction::learn_request(&request);
        let exchange = attempt_log::Exchange::begin(&request);
        let (answer, large_bodies) = (self.connector.call(request), Arc::clone(&self.large_bodies));
        HttpConnectorFuture::new(async move {
            let result = match answer.await {
                Ok(response) => {
                    attempt_log::answered(&response);
                    read(response, large_bodies).await
                }
                Err(error) => Err(error),
            };
            exchange.end(&result);
            result
        })
    }
}

/// Reads the whole body into memory.
async fn read(
    mut response: HttpResponse,
    large_bodies: Arc<Semaphore>,
) -> Result<HttpResponse, ConnectorError> {
    let mut body = ByteStream::new(response.take_body());
    let said = usize::try_from(body.size_hint().0).unwrap_or(usize::MAX);
    if said > MAX_BODY_BYTES {
        return Err(RefusedAnswer::of(&response, Flaw::TooLarge));
    }
    let mut bytes = Vec::with_capacity(said.min(LARGE_BODY_BYTES));
    let mut permit = None;
    while let Some(part) = body.next().await {
        let part = match part {
            Ok(part) => part,
            Err(_) if speaks_for_itself(&response) => break,
            Err(error) => return Err(ConnectorError::io(error.into())),
        };
        let length = bytes.len() + part.len();
        if length > MAX_BODY_BYTES {
            return Err(RefusedAnswer::of(&response, Flaw::TooLarge));
        }
        if length > LARGE_BODY_BYTES && permit.is_none() {
            permit = large_bodies.clone().acquire_owned().await.ok();
        }
        make_room(&mut bytes, length);
        bytes.extend_from_slice(&part);
    }
    *response.body_mut() = SdkBody::from(bytes);
    if let Some(permit) = permit {
        keep_with(&mut response, permit);
    }
    Ok(response)
}

/// Whether the status says what is wrong, so that the body need not.
fn speaks_for_itself(response: &HttpResponse) -> bool {
    response.status().is_server_error() || response.status().as_u16() == 429
}

/// Doubles the room as a vector does, but never beyond the largest body.
fn make_room(bytes: &mut Vec<u8>, length: usize) {
    if length > bytes.capacity() {
        let room = (2 * bytes.capacity()).clamp(length, MAX_BODY_BYTES.max(length));
        bytes.reserve_exact(room - bytes.len());
    }
}

/// The permit lasts as long as the answer: until the SDK has made rows of it.
fn keep_with(response: &mut HttpResponse, permit: OwnedSemaphorePermit) {
    response.add_extension(Arc::new(permit));
}

/// A client whose connectors are wrapped.
pub(super) fn wrapped<C: HttpConnector + 'static>(
    client: SharedHttpClient,
    wrap: impl Fn(SharedHttpConnector) -> C + Send + Sync + 'static,
) -> SharedHttpClient {
    SharedHttpClient::new(Wrapped { client, wrap })
}

struct Wrapped<W> {
    client: SharedHttpClient,
    wrap: W,
}

impl<W> fmt::Debug for Wrapped<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrapped")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

impl<W, C> HttpClient for Wrapped<W>
where
    W: Fn(SharedHttpConnector) -> C + Send + Sync,
    C: HttpConnector + 'static,
{
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new((self.wrap)(
            self.client.http_connector(settings, components),
        ))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}
