//! [`Source`] of one target: one method per operation, each a page or a batch.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_ssm::Client;

use super::Meter;
use super::base::{APP_NAME, AwsBase};
use super::classify::CallContext;
use super::credentials::TargetCredentials;
use super::limiter::Limiter;
use super::operations::{
    DescribeInstanceInformation, DescribeInstancePatchStates, DescribePatchBaselines,
    ListAssociations, ListComplianceItems, ListComplianceSummaries, ListOperation,
    ListResourceComplianceSummaries, PageOf, SsmOperation, SummariesOf,
};
use super::retry::{Caller, THROTTLED_ATTEMPTS, TRANSIENT_ATTEMPTS};
use super::retry_budget::RetryBudgets;
use super::sts::{Role, Sts};
use super::tagging::Tagging;
use super::target_options::TargetOptions;
use super::target_sdk::{region_of, target_sdk};
use crate::collect::{
    FailureScope, Page, PageRequest, Source, SourceError, SourceResult, TypeFilter,
};
use crate::model::{
    AssociationRow, BaselineRow, FailureReason, InstanceRow, ItemRow, Operation, PatchRow,
    SummaryRow, TagKeys, TagRow, TotalsRow,
};

/// Systems Manager of one target.
pub struct SsmSource {
    ssm: Client,
    caller: Caller,
    tagging: Tagging,
    options: TargetOptions,
}

impl fmt::Debug for SsmSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SsmSource").finish_non_exhaustive()
    }
}

impl SsmSource {
    /// Prepares to read a target; makes no call yet.
    pub fn new(base: &AwsBase, options: TargetOptions, meter: Arc<dyn Meter>) -> Self {
        show_first_limits(&*meter, options.requests_per_second);
        let caller = Caller {
            limiter: Arc::new(limiter(&options)),
            credentials: Arc::new(credentials(base, &options)),
            meter,
            budgets: RetryBudgets::new(),
        };
        let tag_limiter = Arc::new(limiter(&options));
        Self::calling(base, options, caller, tag_limiter)
    }

    /// The same target with other options, and the same `base`. It keeps what its limiter has
    /// learnt, and its credentials unless they are got in another way now.
    pub fn reconfigured(&self, base: &AwsBase, options: TargetOptions) -> Self {
        let before = &self.caller;
        // The two share the limiters, so that calls that are still under way count, too.
        let tag_limiter = self.tagging.limiter();
        for limiter in [&before.limiter, tag_limiter] {
            limiter.reconfigure(
                options.requests_per_second,
                options.refresh_interval,
                options.burst,
            );
        }
        let caller = Caller {
            limiter: Arc::clone(&before.limiter),
            credentials: self.credentials_for(base, &options),
            meter: Arc::clone(&before.meter),
            budgets: RetryBudgets::new(),
        };
        caller.tell_limits();
        Self::calling(base, options, caller, Arc::clone(tag_limiter))
    }

    fn credentials_for(&self, base: &AwsBase, options: &TargetOptions) -> Arc<TargetCredentials> {
        if self.options.has_same_credentials(options) {
            Arc::clone(&self.caller.credentials)
        } else {
            Arc::new(credentials(base, options))
        }
    }

    fn calling(
        base: &AwsBase,
        options: TargetOptions,
        caller: Caller,
        tag_limiter: Arc<Limiter>,
    ) -> Self {
        let sdk = target_sdk(base, &options, &caller.credentials);
        Self {
            ssm: Client::new(&sdk),
            tagging: Tagging::new(&sdk, tag_limiter, &caller),
            caller,
            options,
        }
    }

    /// What it was made with.
    pub fn options(&self) -> &TargetOptions {
        &self.options
    }

    pub(super) async fn read<O: ListOperation>(
        &self,
        listing: O,
        page: &PageRequest,
    ) -> SourceResult<Page<O::Row>> {
        self.get(PageOf { listing, page }).await
    }

    pub(super) async fn get<O: SsmOperation>(&self, operation: O) -> SourceResult<O::Answer> {
        let context = CallContext {
            operation: O::OPERATION,
            id_count: operation.id_count(),
            has_token: operation.has_token(),
        };
        let output = self
            .caller
            .call(context, || operation.send(&self.ssm))
            .await?;
        O::answer(output).ok_or_else(incomplete_answer)
    }
}

/// The error of an answer that lacks what was asked for.
fn incomplete_answer() -> SourceError {
    SourceError::new(
        FailureReason::BadResponse,
        FailureScope::Content,
        "the answer lacks what was asked for",
    )
}

pub(super) fn limiter(options: &TargetOptions) -> Limiter {
    Limiter::new(options.requests_per_second, options.refresh_interval).with_burst(options.burst)
}

fn show_first_limits(meter: &dyn Meter, per_second: f64) {
    // Every operation shows a limit from the start, even if it is never called or throttled.
    for operation in Operation::OF_REFRESH {
        meter.limit(operation, per_second);
    }
}

pub(super) fn credentials(base: &AwsBase, options: &TargetOptions) -> TargetCredentials {
    let sts = Sts::new(&base.sdk, region_of(options));
    let account_id = options.account_id.clone();
    let role = role_of(options);
    TargetCredentials::new(Arc::clone(&base.credentials), sts, role, account_id)
}

/// The role that a target assumes, if it has one.
fn role_of(options: &TargetOptions) -> Option<Role> {
    let session_name = options.role_session_name.as_deref();
    Some(Role {
        arn: options.role_arn.clone()?,
        session_name: session_name.unwrap_or(APP_NAME).to_owned(),
        external_id: options.external_id.clone(),
    })
}

/// How many attempts a call may make in a refresh whose longest pause is this long.
fn max_attempts(longest_pause: Duration) -> u32 {
    // Without a pause there was no throttle, and only throttled calls make more attempts.
    if longest_pause.is_zero() {
        TRANSIENT_ATTEMPTS
    } else {
        THROTTLED_ATTEMPTS
    }
}

impl Source for SsmSource {
    async fn begin(&self) -> SourceResult<String> {
        self.tagging.begin();
        self.caller.begin().await
    }

    fn patience(&self) -> Duration {
        let (ssm, tagging) = (&self.caller.limiter, self.tagging.limiter());
        // While one service is slow, nobody should give up on the other.
        let pause = ssm.longest_pause().max(tagging.longest_pause());
        let interval = ssm.interval().max(tagging.interval());
        let timeout = self.options.attempt_timeout;
        let attempt = timeout.saturating_add(interval);
        // There is a pause before each attempt of a throttled call but the first. The sums
        // saturate, because a configured timeout may be so long that they would overflow.
        attempt
            .saturating_mul(max_attempts(pause))
            .saturating_add(pause * (THROTTLED_ATTEMPTS - 1))
    }

    async fn instances(&self, page: &PageRequest) -> SourceResult<Page<InstanceRow>> {
        self.read(DescribeInstanceInformation, page).await
    }

    async fn summaries(
        &self,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> SourceResult<Page<SummaryRow>> {
        let of = SummariesOf::All;
        self.read(ListResourceComplianceSummaries { types, of }, page)
            .await
    }

    async fn totals(&self, page: &PageRequest) -> SourceResult<Page<TotalsRow>> {
        self.read(ListComplianceSummaries, page).await
    }

    async fn patch_states(
        &self,
        ids: &[Arc<str>],
        page: &PageRequest,
    ) -> SourceResult<Page<PatchRow>> {
        self.read(DescribeInstancePatchStates { ids }, page).await
    }

    async fn baselines(&self, page: &PageRequest) -> SourceResult<Page<BaselineRow>> {
        self.read(DescribePatchBaselines, page).await
    }

    async fn associations(&self, page: &PageRequest) -> SourceResult<Page<AssociationRow>> {
        self.read(ListAssociations, page).await
    }

    async fn items(
        &self,
        id: &str,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> SourceResult<Page<ItemRow>> {
        self.read(ListComplianceItems { id, types }, page).await
    }

    async fn tags(&self, keys: &TagKeys, page: &PageRequest) -> SourceResult<Page<TagRow>> {
        self.tagging.read(keys, page).await
    }
}
