//! An AWS that gives the same answer to every call, from memory.

use std::sync::{Arc, Mutex};

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use crate::aws::base::settings;
use crate::aws::base_credentials::BaseCredentials;
use crate::aws::environment::DefaultRegion;
use crate::aws::{AwsBase, answer_guard};

pub(super) const SECRET_KEY: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
pub(super) const SESSION_TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKENFwoGZXIvYXdz";

/// An answer as a text: a word that says what is asked, the status, headers, a blank line, the body.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) asked: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let end = text.windows(2).position(|pair| pair == b"\n\n")?;
        let head = std::str::from_utf8(&text[..end]).ok()?;
        let mut lines = head.lines();
        let (asked, status) = lines.next()?.split_once(' ')?;
        let headers = lines.filter_map(|line| line.split_once(": "));
        Some(Self {
            asked: asked.to_owned(),
            status: status.parse().ok()?,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: text[end + 2..].to_vec(),
        })
    }

    fn response(&self) -> Option<HttpResponse> {
        let status = self.status.try_into().ok()?;
        let mut response = HttpResponse::new(status, SdkBody::from(self.body.clone()));
        for (name, value) in &self.headers {
            // No client would pass on a header that is none.
            let _ = response
                .headers_mut()
                .try_append(name.clone(), value.clone());
        }
        Some(response)
    }
}

/// Answers every request as it was told last.
#[derive(Clone, Debug, Default)]
pub(super) struct InMemoryAws(Arc<Mutex<Option<Answer>>>);

impl InMemoryAws {
    /// Gives this answer from now on; `false` if HTTP has no such answer.
    pub(super) fn answer(&self, answer: Answer) -> bool {
        let can_be_given = answer.response().is_some();
        *self.0.lock().expect("no test panics with it") = Some(answer);
        can_be_given
    }

    /// What targets of this AWS share.
    pub(super) fn base(&self) -> AwsBase {
        let connector = SharedHttpConnector::new(self.clone());
        let http = answer_guard::bounded(http_client_fn(move |_, _| connector.clone()));
        let mut sdk = settings(http, Some(Region::new("eu-west-1")));
        sdk.set_endpoint_url(Some("http://127.0.0.1:1".to_owned()));
        let token = Some(SESSION_TOKEN.to_owned());
        let credentials = Credentials::new("AKIDBASE", SECRET_KEY, token, None, "test");
        let provider = SharedCredentialsProvider::new(credentials);
        AwsBase {
            sdk: sdk.build(),
            credentials: Arc::new(BaseCredentials::from_provider(provider)),
            region: DefaultRegion::Absent,
        }
    }
}

impl HttpConnector for InMemoryAws {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.lock().expect("no test panics with it").clone();
        let response = answer
            .and_then(|answer| answer.response())
            .expect("an answer that can be given");
        HttpConnectorFuture::ready(Ok(response))
    }
}
