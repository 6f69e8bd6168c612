//! Who is asked for accounts and regions, and with whose credentials.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::accounts::partition_of;
use crate::app::configuration::first_region;
use crate::app::fleet_state::FleetState;
use crate::aws::{
    AccountAccess, AwsBase, GlobalServiceOptions, Meter, OrganizationLister, RegionLister,
};
use crate::collect::SourceResult;
use crate::config::forms::partition_of_arn;
use crate::config::{Account, Config, Organization};
use crate::discovery::{
    AccountRow, Directory, OrganizationSource, enabled_regions, member_accounts,
};
use crate::model::{FailureReason, Operation};

/// The services of AWS that list accounts and regions.
pub(super) struct Sources {
    pub(super) config: Config,
    base: AwsBase,
    meter: Arc<dyn Meter>,
    /// The partition of accounts that do not reveal their own.
    partition: String,
    /// `None` without an organization. It is kept between listings, with its credentials.
    lister: Option<OrganizationLister>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}

/// Counts the calls of discovery, which belong to no target.
#[derive(Debug)]
pub(in crate::app) struct DiscoveryMeter(pub(in crate::app) Arc<FleetState>);

impl Sources {
    pub(super) fn new(config: &Config, base: &AwsBase, meter: Arc<dyn Meter>) -> Self {
        let partition = partition_of(config, base.default_region().as_deref());
        let lister = config.organization.as_ref().map(|organization| {
            let access = lister_access(organization);
            let options = options(config, &partition, access);
            OrganizationLister::new(base, options, Arc::clone(&meter))
        });
        Self {
            config: config.clone(),
            base: base.clone(),
            meter,
            partition,
            lister,
        }
    }

    /// Lists the active accounts of the organization, or of the included units. `None` without an
    /// organization. Notes in the directory which account the exporter's own credentials belong to.
    pub(super) async fn list_accounts(
        &self,
        directory: &mut Directory,
    ) -> Option<SourceResult<Vec<AccountRow>>> {
        let organization = self.config.organization.as_ref()?;
        let lister = self.lister.as_ref()?;
        let account = match lister.begin().await {
            Ok(account) => account,
            Err(error) => return Some(Err(error)),
        };
        if organization.lister_role_arn.is_none() {
            directory.note_own_account(&account);
        }
        Some(member_accounts(lister, &organization.include_ous).await)
    }

    /// Lists the regions that are enabled for an account.
    pub(super) async fn list_regions(&self, account: &Account) -> SourceResult<Vec<String>> {
        let role = account.role_arn.as_deref();
        let partition = role.and_then(partition_of_arn);
        let partition = partition.unwrap_or(&self.partition);
        let options = options(&self.config, partition, access_to(account));
        let lister = RegionLister::new(&self.base, options, Arc::clone(&self.meter));
        enabled_regions(&lister).await
    }
}

fn options(config: &Config, partition: &str, access: AccountAccess) -> GlobalServiceOptions {
    GlobalServiceOptions {
        partition: partition.to_owned(),
        sts_region: first_region(config),
        access,
        attempt_timeout: config.api.attempt_timeout,
    }
}

fn lister_access(organization: &Organization) -> AccountAccess {
    AccountAccess {
        role_arn: organization.lister_role_arn.clone(),
        ..AccountAccess::default()
    }
}

fn access_to(account: &Account) -> AccountAccess {
    let external_id = account.external_id.as_ref();
    AccountAccess {
        account_id: account.account_id.clone(),
        role_arn: account.role_arn.clone(),
        role_session_name: account.role_session_name.clone(),
        external_id: external_id.map(|id| id.expose().to_owned()),
    }
}

impl Meter for DiscoveryMeter {
    fn attempted(&self, operation: Operation, _: Duration) {
        self.0.own.discovery_attempted(operation);
    }

    fn failed(&self, operation: Operation, reason: FailureReason) {
        self.0.own.discovery_failed(operation, reason);
    }

    fn waited(&self, _: Duration) {}

    fn limit(&self, _: Operation, _: f64) {}
}
