//! The Account API: which regions are enabled for an account.

use std::fmt;
use std::sync::Arc;

use aws_sdk_account::Client;
use aws_sdk_account::types::{Region, RegionOptStatus};

use super::Meter;
use super::base::AwsBase;
use super::global_service::{GlobalService, GlobalServiceOptions, context_of};
use super::operations::page_of;
use super::retry::Caller;
use crate::collect::{Page, PageRequest, SourceResult};
use crate::config::forms::is_region_like;
use crate::discovery::{RegionRow, RegionSource};
use crate::model::Operation;

/// The Account API with the credentials of one account.
pub struct RegionLister {
    client: Client,
    caller: Caller,
}

impl fmt::Debug for RegionLister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegionLister").finish_non_exhaustive()
    }
}

impl RegionLister {
    /// Prepares to list the regions of an account; makes no call yet.
    pub fn new(base: &AwsBase, options: GlobalServiceOptions, meter: Arc<dyn Meter>) -> Self {
        let service = GlobalService::new(base, options, meter);
        Self {
            client: Client::new(&service.sdk),
            caller: service.caller,
        }
    }
}

impl RegionSource for RegionLister {
    async fn begin(&self) -> SourceResult<String> {
        self.caller.begin().await
    }

    async fn regions(&self, page: &PageRequest) -> SourceResult<Page<RegionRow>> {
        let context = context_of(Operation::ListRegions, page);
        let output = self.caller.call(context, || {
            let rows = i32::try_from(page.max_results).unwrap_or(i32::MAX);
            let call = self.client.list_regions().max_results(rows);
            Box::pin(call.set_next_token(page.token.clone()).send())
        });
        let output = output.await?;
        Ok(page_of(output.regions, output.next_token, region))
    }
}

/// `None` for a region without a name or a status, about which nothing can be said.
fn region(from: Region) -> Option<RegionRow> {
    let is_enabled = matches!(
        from.region_opt_status?,
        RegionOptStatus::Enabled | RegionOptStatus::EnabledByDefault
    );
    Some(RegionRow {
        // It becomes part of a host name, and whatever answers in AWS's place may send anything.
        name: from.region_name.filter(|name| is_region_like(name))?,
        is_enabled,
    })
}
