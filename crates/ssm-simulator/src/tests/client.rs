//! A simulator on a port of its own, and the requests an AWS client would send.

use std::collections::BTreeMap;

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Fault, FaultKind, Options, Simulator, TargetTruth};

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const REGION: &str = "eu-west-1";

/// The operation that most tests page through, and its list.
pub(super) const SUMMARIES: (&str, &str) = (
    "ListResourceComplianceSummaries",
    "ResourceComplianceSummaryItems",
);

/// A running simulator.
pub(super) struct Running {
    pub(super) simulator: Simulator,
    pub(super) url: String,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    client: Client<HttpConnector, Full<hyper::body::Bytes>>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct ClientAnswer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) text: String,
}

impl ClientAnswer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The code of an error.
    pub(super) fn code(&self) -> String {
        assert_eq!(self.status / 100, 4, "{self:?}");
        self.json()["__type"].as_str().unwrap().to_owned()
    }
}

impl Running {
    pub(super) async fn start(options: Options) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let simulator = Simulator::new(options);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = simulator
            .clone()
            .serve(listener, async { drop(stopped.await) });
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self {
            simulator,
            url,
            stop: Some(stop),
            server: tokio::spawn(serving),
            client,
        }
    }

    /// A fleet of 60 instances with a fault.
    pub(super) async fn with_fault(kind: FaultKind) -> Self {
        let running = Self::start(small(60)).await;
        running.simulator.set_faults(vec![Fault::always(kind)]);
        running
    }

    pub(super) async fn stop(mut self) {
        drop(self.stop.take());
        self.server.await.unwrap();
    }

    pub(super) async fn send(
        &self,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<ClientAnswer, String> {
        self.send_to(&self.url, headers, body).await
    }

    /// Posts to a path that is none of AWS.
    pub(super) async fn post(&self, path: &str, body: String) -> Result<ClientAnswer, String> {
        self.send_to(&format!("{}{path}", self.url), &[], body)
            .await
    }

    async fn send_to(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<ClientAnswer, String> {
        let mut request = hyper::Request::post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body)).unwrap();
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| error.to_string())?;
        let (head, body) = response.into_parts();
        let text = body
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        Ok(ClientAnswer {
            status: head.status.as_u16(),
            headers: head.headers.iter().map(header).collect(),
            text: String::from_utf8_lossy(&text).into_owned(),
        })
    }

    /// Calls an SSM operation with a key of the first account.
    pub(super) async fn try_call(
        &self,
        operation: &str,
        input: Value,
    ) -> Result<ClientAnswer, String> {
        self.call_as("AKIDEXAMPLE", REGION, operation, input).await
    }

    pub(super) async fn call(&self, operation: &str, input: Value) -> ClientAnswer {
        self.try_call(operation, input).await.unwrap()
    }

    pub(super) async fn call_as(
        &self,
        key: &str,
        region: &str,
        operation: &str,
        input: Value,
    ) -> Result<ClientAnswer, String> {
        let target = format!("AmazonSSM.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target.as_str()),
            ("authorization", &authorization(key, region, "ssm")),
        ];
        self.send(&headers, input.to_string()).await
    }

    /// Calls Organizations.
    pub(super) async fn organizations(
        &self,
        key: &str,
        operation: &str,
        input: Value,
    ) -> ClientAnswer {
        let target = format!("AWSOrganizationsV20161128.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target.as_str()),
            (
                "authorization",
                &authorization(key, "us-east-1", "organizations"),
            ),
        ];
        self.send(&headers, input.to_string()).await.unwrap()
    }

    /// Calls `GetResources` of the Resource Groups Tagging API.
    pub(super) async fn get_resources(&self, input: Value) -> ClientAnswer {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            (
                "x-amz-target",
                "ResourceGroupsTaggingAPI_20170126.GetResources",
            ),
            (
                "authorization",
                &authorization("AKIDEXAMPLE", REGION, "tagging"),
            ),
        ];
        self.send(&headers, input.to_string()).await.unwrap()
    }

    /// Calls `ListRegions` of Account Management.
    pub(super) async fn list_regions(&self, key: &str, region: &str, input: Value) -> ClientAnswer {
        let headers = [
            ("content-type", "application/json"),
            ("authorization", &authorization(key, region, "account")),
        ];
        let url = format!("{}listRegions", self.url);
        self.send_to(&url, &headers, input.to_string())
            .await
            .unwrap()
    }

    /// Assumes a role of an account, and returns the access key of the session.
    pub(super) async fn session(&self, account: &str) -> String {
        let form =
            format!("Action=AssumeRole&RoleSessionName=s&RoleArn=arn:aws:iam::{account}:role/r");
        let text = self.sts("AKIDEXAMPLE", &form).await.text;
        let key = text.split("<AccessKeyId>").nth(1);
        let key = key.unwrap_or_else(|| panic!("no session: {text}"));
        key.split('<').next().unwrap().to_owned()
    }

    /// Calls STS.
    pub(super) async fn sts(&self, key: &str, form: &str) -> ClientAnswer {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", &authorization(key, REGION, "sts")),
        ];
        self.send(&headers, form.to_owned()).await.unwrap()
    }

    /// Follows the tokens of a list to its end, and returns its pages.
    pub(super) async fn pages(
        &self,
        operation: &str,
        list: &str,
        mut input: Value,
    ) -> Vec<Vec<Value>> {
        let mut pages = Vec::new();
        loop {
            let answer = self.call(operation, input.clone()).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let mut answer = answer.json();
            pages.push(answer[list].take().as_array().unwrap().clone());
            match answer["NextToken"].as_str() {
                None | Some("") => return pages,
                Some(token) => input["NextToken"] = json!(token),
            }
            assert!(pages.len() < 5000, "the chain does not end");
        }
    }

    pub(super) async fn all(&self, operation: &str, list: &str, input: Value) -> Vec<Value> {
        self.pages(operation, list, input)
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

pub(super) fn authorization(key: &str, region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// One target with so many instances.
pub(super) fn small(instances: usize) -> Options {
    Options {
        instances,
        accounts: vec![ACCOUNT.to_owned()],
        regions: vec![REGION.to_owned()],
        started_at: Some(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_790_000_000)),
        ..Options::default()
    }
}

/// The truth of the target that [`small`] makes.
pub(super) fn truth(options: Options) -> TargetTruth {
    Simulator::new(options).truth(ACCOUNT, REGION)
}

/// One page of 20 summaries.
pub(super) async fn page(running: &Running, token: Option<&Value>) -> Value {
    let mut input = json!({"MaxResults": 20});
    if let Some(token) = token {
        input["NextToken"] = token.clone();
    }
    running.call(SUMMARIES.0, input).await.json()
}
