//! The Resource Groups Tagging API of one target, which lists the tags of its instances.
//!
//! It is a separate service with separate limits. So it has a ceiling and retry budgets of its own:
//! neither it nor Systems Manager holds up the other.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_resourcegroupstagging::Client;

use super::classify::CallContext;
use super::limiter::Limiter;
use super::operations::GetResources;
use super::retry::Caller;
use super::retry_budget::RetryBudgets;
use crate::collect::{Page, PageRequest, SourceResult};
use crate::model::{Operation, TagKeys, TagRow};

/// The tagging API of one target.
pub(super) struct Tagging {
    client: Client,
    caller: Caller,
}

impl Tagging {
    /// Prepares to call with the credentials of `ssm`, and under the ceiling of `limiter`.
    pub(super) fn new(sdk: &SdkConfig, limiter: Arc<Limiter>, ssm: &Caller) -> Self {
        Self {
            client: Client::new(sdk),
            caller: Caller {
                limiter,
                credentials: Arc::clone(&ssm.credentials),
                meter: Arc::clone(&ssm.meter),
                budgets: RetryBudgets::new(),
            },
        }
    }

    /// Begins a refresh.
    pub(super) fn begin(&self) {
        self.caller.begin_calls();
    }

    pub(super) fn limiter(&self) -> &Arc<Limiter> {
        &self.caller.limiter
    }

    /// Reads a page of the resources that have tags.
    pub(super) async fn read(
        &self,
        keys: &TagKeys,
        page: &PageRequest,
    ) -> SourceResult<Page<TagRow>> {
        let context = CallContext {
            operation: Operation::GetResources,
            id_count: 0,
            has_token: page.token.is_some(),
        };
        if !context.has_token {
            self.caller.expect_calls(context.operation);
        }
        let listing = GetResources { keys };
        let send = || listing.send(&self.client, page);
        let output = self.caller.call(context, send).await?;
        Ok(GetResources::page(output))
    }
}
