//! What the clients of AWS's global services, Organizations and Account, have in common. Each
//! partition has them in only one of its regions.
//!
//! They are called as SSM is: by the one retry loop, below a ceiling, with a timeout for each
//! attempt.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;

use super::Meter;
use super::base::AwsBase;
use super::classify::CallContext;
use super::retry::Caller;
use super::retry_budget::RetryBudgets;
use super::source::{credentials, limiter};
use super::target_options::TargetOptions;
use super::target_sdk::target_sdk;
use crate::collect::PageRequest;
use crate::config::forms::{global_region, partition_of_region};
use crate::model::Operation;

/// Calls per second. AWS publishes no rate, and other tools of the organization share it.
const REQUESTS_PER_SECOND: f64 = 5.0;
/// The calls of so long a time need not wait for each other.
const BURST: Duration = Duration::from_secs(1);

/// Where and how to call a global service.
#[derive(Clone, Debug)]
pub struct GlobalServiceOptions {
    /// The partition, for example `aws-cn`.
    pub partition: String,
    /// A region of the fleet, in which STS is asked if it belongs to the partition.
    pub sts_region: Option<String>,
    /// Whose credentials sign the calls.
    pub access: AccountAccess,
    /// Timeout of one attempt of one call.
    pub attempt_timeout: Duration,
}

/// How to get the credentials of an account.
#[derive(Clone, Default, PartialEq)]
pub struct AccountAccess {
    /// The account, where it is known without asking STS: twelve digits.
    pub account_id: Option<String>,
    /// The role to assume; without one the base credentials are used.
    pub role_arn: Option<String>,
    /// Name of the role's sessions; the exporter's own without one.
    pub role_session_name: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
}

// Written by hand, because `derive` would show the external id, which is as good as a secret.
impl fmt::Debug for AccountAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountAccess")
            .field("account_id", &self.account_id)
            .field("role_arn", &self.role_arn)
            .finish_non_exhaustive()
    }
}

/// What makes the calls to one global service.
pub(super) struct GlobalService {
    /// The settings of the service's client.
    pub(super) sdk: SdkConfig,
    pub(super) caller: Caller,
}

impl GlobalService {
    pub(super) fn new(
        base: &AwsBase,
        options: GlobalServiceOptions,
        meter: Arc<dyn Meter>,
    ) -> Self {
        let fleet_region = options.sts_region.clone();
        let options = target_options(options);
        // STS answers in all regions. A network of one's own may have an endpoint for it in the regions
        // that are read, but hardly in that of the global services.
        let in_region_of_sts = TargetOptions {
            region: sts_region(base, fleet_region, &options.region),
            ..options.clone()
        };
        let credentials = Arc::new(credentials(base, &in_region_of_sts));
        Self {
            sdk: target_sdk(base, &options, &credentials),
            caller: Caller {
                limiter: Arc::new(limiter(&options)),
                credentials,
                meter,
                budgets: RetryBudgets::new(),
            },
        }
    }
}

/// The region of the fleet or else of the environment, unless it belongs to another partition than the
/// global one.
fn sts_region(base: &AwsBase, fleet_region: Option<String>, global_region: &str) -> String {
    let partition = partition_of_region(global_region);
    let region = fleet_region.or_else(|| base.default_region());
    let region = region.filter(|region| partition_of_region(region) == partition);
    region.unwrap_or_else(|| global_region.to_owned())
}

fn target_options(options: GlobalServiceOptions) -> TargetOptions {
    TargetOptions {
        region: global_region(&options.partition).to_owned(),
        account_id: options.access.account_id,
        role_arn: options.access.role_arn,
        role_session_name: options.access.role_session_name,
        external_id: options.access.external_id,
        requests_per_second: REQUESTS_PER_SECOND,
        // There are too few calls to spread them over time.
        refresh_interval: Duration::ZERO,
        burst: BURST,
        attempt_timeout: options.attempt_timeout,
    }
}

/// What a call for one page means if it fails.
pub(super) fn context_of(operation: Operation, page: &PageRequest) -> CallContext {
    CallContext {
        operation,
        id_count: 0,
        has_token: page.token.is_some(),
    }
}
