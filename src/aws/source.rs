//! [`Source`] of one target: one method per call, each a page or a batch.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::Region;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::{Builder, IdentityCache};
use aws_sdk_ssm::types::{ComplianceQueryOperatorType, ComplianceStringFilter};

use super::base::{APP_NAME, AwsBase};
use super::classify::Question;
use super::credentials::TargetCredentials;
use super::limiter::Limiter;
use super::retry::{Budgets, Caller, THROTTLED_ATTEMPTS, TRANSIENT_ATTEMPTS};
use super::sts::{Role, Sts};
use super::{Meter, convert, ssm_answer};
use crate::collect::{Operation, Page, PageRequest, Source, SourceResult, TypeFilter};
use crate::model::{
    AssociationRow, BaselineRow, InstanceRow, ItemRow, PatchRow, SummaryRow, TotalsRow,
};

/// The SDK's own connect timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// How to read one target.
#[derive(Clone)]
pub struct TargetOptions {
    /// For example `eu-west-1`.
    pub region: String,
    /// The account, where it is known without asking STS: twelve digits.
    pub account_id: Option<String>,
    /// The role to assume; without one the base credentials are used.
    pub role_arn: Option<String>,
    /// Name of the role's sessions; the exporter's own without one.
    pub role_session_name: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Ceiling over all operations; above zero.
    pub requests_per_second: f64,
    /// From the start of a refresh to the start of the next; a refresh is spread over half of it.
    pub refresh_interval: Duration,
    /// Timeout of one attempt of one call, from its ticket to the last byte.
    pub attempt_timeout: Duration,
}

impl fmt::Debug for TargetOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetOptions")
            .field("region", &self.region)
            .field("account_id", &self.account_id)
            .field("role_arn", &self.role_arn)
            .field("role_session_name", &self.role_session_name)
            .field(
                "external_id",
                &self.external_id.as_ref().map(|_| "<redacted>"),
            )
            .field("requests_per_second", &self.requests_per_second)
            .field("refresh_interval", &self.refresh_interval)
            .field("attempt_timeout", &self.attempt_timeout)
            .finish()
    }
}

/// Systems Manager of one target.
pub struct SsmSource {
    ssm: Client,
    caller: Caller,
    attempt_timeout: Duration,
}

impl fmt::Debug for SsmSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SsmSource").finish_non_exhaustive()
    }
}

impl SsmSource {
    /// Calls nobody.
    pub fn new(base: &AwsBase, options: TargetOptions, meter: Arc<dyn Meter>) -> Self {
        for operation in Operation::ALL {
            meter.limit(operation, options.requests_per_second);
        }
        let region = Region::new(options.region);
        let session_name = options
            .role_session_name
            .unwrap_or_else(|| APP_NAME.to_owned());
        let role = options.role_arn.map(|arn| Role {
            arn,
            session_name,
            external_id: options.external_id,
        });
        let sts = Sts::new(&base.sdk, region.clone());
        let credentials = Arc::new(TargetCredentials::new(
            Arc::clone(&base.credentials),
            sts,
            role,
            options.account_id,
        ));
        Self {
            ssm: client(base, region, options.attempt_timeout, &credentials),
            caller: Caller {
                limiter: Limiter::new(options.requests_per_second, options.refresh_interval),
                credentials,
                meter,
                budgets: Budgets::new(),
            },
            attempt_timeout: options.attempt_timeout,
        }
    }
}

fn client(
    base: &AwsBase,
    region: Region,
    attempt_timeout: Duration,
    credentials: &Arc<TargetCredentials>,
) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(attempt_timeout))
        .operation_attempt_timeout(attempt_timeout)
        .build();
    let provider: Arc<dyn aws_credential_types::provider::ProvideCredentials> =
        Arc::clone(credentials) as _;
    let mut config = Builder::from(&base.sdk);
    config.set_http_client(base.sdk.http_client().map(ssm_answer::checked));
    let config = config
        .region(region)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        .identity_cache(IdentityCache::no_cache())
        .credentials_provider(SharedCredentialsProvider::from(provider))
        .build();
    Client::from_conf(config)
}

impl Source for SsmSource {
    async fn begin(&self) -> SourceResult<String> {
        self.caller.limiter.begin();
        self.caller.budgets.begin();
        self.caller.credentials.begin().await
    }

    fn patience(&self) -> Duration {
        let limiter = &self.caller.limiter;
        let pause = limiter.longest_pause();
        // A throttled call is made more often, and waits through a pause before each of its
        // attempts but the first.
        let attempts = if pause.is_zero() {
            TRANSIENT_ATTEMPTS
        } else {
            THROTTLED_ATTEMPTS
        };
        let attempt = self.attempt_timeout.saturating_add(limiter.interval());
        attempt
            .saturating_mul(attempts)
            .saturating_add(pause * (THROTTLED_ATTEMPTS - 1))
    }

    async fn instances(&self, page: &PageRequest) -> SourceResult<Page<InstanceRow>> {
        let send = || {
            let call = self
                .ssm
                .describe_instance_information()
                .max_results(max_results(Operation::DescribeInstanceInformation, page));
            call.set_next_token(page.token.clone()).send()
        };
        self.caller
            .call(
                Question::new(Operation::DescribeInstanceInformation, 0, page),
                send,
            )
            .await
            .map(convert::instances)
    }

    async fn summaries(
        &self,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> SourceResult<Page<SummaryRow>> {
        let filters = match types {
            TypeFilter::All => None,
            TypeFilter::Named(names) => Some(vec![equal("ComplianceType", names)]),
        };
        let send = || {
            let call = self
                .ssm
                .list_resource_compliance_summaries()
                .max_results(max_results(
                    Operation::ListResourceComplianceSummaries,
                    page,
                ));
            call.set_filters(filters.clone())
                .set_next_token(page.token.clone())
                .send()
        };
        self.caller
            .call(
                Question::new(Operation::ListResourceComplianceSummaries, 0, page),
                send,
            )
            .await
            .map(convert::summaries)
    }

    async fn totals(&self, page: &PageRequest) -> SourceResult<Page<TotalsRow>> {
        let send = || {
            let call = self
                .ssm
                .list_compliance_summaries()
                .max_results(max_results(Operation::ListComplianceSummaries, page));
            call.set_next_token(page.token.clone()).send()
        };
        self.caller
            .call(
                Question::new(Operation::ListComplianceSummaries, 0, page),
                send,
            )
            .await
            .map(convert::totals)
    }

    async fn patch_states(
        &self,
        ids: &[Arc<str>],
        page: &PageRequest,
    ) -> SourceResult<Page<PatchRow>> {
        let send = || {
            let call = self
                .ssm
                .describe_instance_patch_states()
                .max_results(max_results(Operation::DescribeInstancePatchStates, page));
            let call = call.set_instance_ids(Some(ids.iter().map(ToString::to_string).collect()));
            call.set_next_token(page.token.clone()).send()
        };
        self.caller
            .call(
                Question::new(Operation::DescribeInstancePatchStates, ids.len(), page),
                send,
            )
            .await
            .map(convert::patch_states)
    }

    async fn baselines(&self, page: &PageRequest) -> SourceResult<Page<BaselineRow>> {
        let send = || {
            let call = self
                .ssm
                .describe_patch_baselines()
                .max_results(max_results(Operation::DescribePatchBaselines, page));
            call.set_next_token(page.token.clone()).send()
        };
        self.caller
            .call(
                Question::new(Operation::DescribePatchBaselines, 0, page),
                send,
            )
            .await
            .map(convert::baselines)
    }

    async fn associations(&self, page: &PageRequest) -> SourceResult<Page<AssociationRow>> {
        let send = || {
            let call = self
                .ssm
                .list_associations()
                .max_results(max_results(Operation::ListAssociations, page));
            call.set_next_token(page.token.clone()).send()
        };
        self.caller
            .call(Question::new(Operation::ListAssociations, 0, page), send)
            .await
            .map(convert::associations)
    }

    async fn items(&self, id: &str, page: &PageRequest) -> SourceResult<Page<ItemRow>> {
        let send = || {
            let call = self
                .ssm
                .list_compliance_items()
                .max_results(max_results(Operation::ListComplianceItems, page));
            // Compliance calls every instance a ManagedInstance, those of EC2 too.
            let call = call.resource_ids(id).resource_types("ManagedInstance");
            let call = call.filters(equal("ComplianceType", ["Association"]));
            let call = call.filters(equal("Status", ["NON_COMPLIANT"]));
            call.set_next_token(page.token.clone()).send()
        };
        self.caller
            .call(Question::new(Operation::ListComplianceItems, 1, page), send)
            .await
            .map(convert::items)
    }
}

/// `MaxResults`, within the limits of the operation.
fn max_results(operation: Operation, page: &PageRequest) -> i32 {
    i32::try_from(page.max_results.max(operation.min_results())).unwrap_or(i32::MAX)
}

fn equal<S: AsRef<str>>(key: &str, values: impl AsRef<[S]>) -> ComplianceStringFilter {
    let values = values
        .as_ref()
        .iter()
        .map(|value| value.as_ref().to_owned())
        .collect();
    ComplianceStringFilter::builder()
        .key(key)
        .set_values(Some(values))
        .r#type(ComplianceQueryOperatorType::Equal)
        .build()
}
