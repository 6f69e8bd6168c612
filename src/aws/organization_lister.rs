//! AWS Organizations: the accounts of an organization and its organizational units.

use std::fmt;
use std::sync::Arc;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account, OrganizationalUnit};

use super::Meter;
use super::base::AwsBase;
use super::global_service::{GlobalService, GlobalServiceOptions, context_of};
use super::operations::{non_empty, page_of};
use super::retry::Caller;
use crate::collect::{Page, PageRequest, SourceResult};
use crate::config::forms::{is_account_id, partition_of_arn};
use crate::discovery::{AccountRow, MAX_ACCOUNT_ROWS, OrganizationSource, UnitRow};
use crate::model::Operation;

/// The state of an account that can be read.
const ACTIVE: &str = "ACTIVE";

/// AWS Organizations with the credentials of the lister.
pub struct OrganizationLister {
    client: Client,
    caller: Caller,
}

impl fmt::Debug for OrganizationLister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrganizationLister").finish_non_exhaustive()
    }
}

impl OrganizationLister {
    /// Prepares to list an organization; makes no call yet.
    pub fn new(base: &AwsBase, options: GlobalServiceOptions, meter: Arc<dyn Meter>) -> Self {
        let service = GlobalService::new(base, options, meter);
        Self {
            client: Client::new(&service.sdk),
            caller: service.caller,
        }
    }

    async fn all_accounts(&self, page: &PageRequest) -> SourceResult<Page<AccountRow>> {
        let context = context_of(Operation::ListAccounts, page);
        let output = self.caller.call(context, || {
            let call = self.client.list_accounts();
            let call = call.max_results(max_results(page));
            Box::pin(call.set_next_token(page.token.clone()).send())
        });
        let output = output.await?;
        Ok(page_of(output.accounts, output.next_token, account))
    }

    async fn accounts_below(
        &self,
        unit: &str,
        page: &PageRequest,
    ) -> SourceResult<Page<AccountRow>> {
        let context = context_of(Operation::ListAccountsForParent, page);
        let output = self.caller.call(context, || {
            let call = self.client.list_accounts_for_parent().parent_id(unit);
            let call = call.max_results(max_results(page));
            Box::pin(call.set_next_token(page.token.clone()).send())
        });
        let output = output.await?;
        Ok(page_of(output.accounts, output.next_token, account))
    }
}

impl OrganizationSource for OrganizationLister {
    async fn begin(&self) -> SourceResult<String> {
        self.caller.begin().await
    }

    async fn accounts(
        &self,
        unit: Option<&str>,
        page: &PageRequest,
    ) -> SourceResult<Page<AccountRow>> {
        match unit {
            Some(unit) => self.accounts_below(unit, page).await,
            None => self.all_accounts(page).await,
        }
    }

    async fn units(&self, parent: &str, page: &PageRequest) -> SourceResult<Page<UnitRow>> {
        let context = context_of(Operation::ListOrganizationalUnitsForParent, page);
        let output = self.caller.call(context, || {
            let call = self.client.list_organizational_units_for_parent();
            let call = call.parent_id(parent).max_results(max_results(page));
            Box::pin(call.set_next_token(page.token.clone()).send())
        });
        let output = output.await?;
        Ok(page_of(
            output.organizational_units,
            output.next_token,
            unit,
        ))
    }
}

fn max_results(page: &PageRequest) -> i32 {
    let rows = page.max_results.min(MAX_ACCOUNT_ROWS);
    i32::try_from(rows).unwrap_or(i32::MAX)
}

/// `None` for an account without an id or a state, about which nothing can be said.
fn account(from: Account) -> Option<AccountRow> {
    let is_active = is_active(&from)?;
    Some(AccountRow {
        // It becomes part of an ARN, and whatever answers in AWS's place may send anything.
        id: from.id.filter(|id| is_account_id(id))?,
        name: from.name.unwrap_or_default(),
        partition: from.arn.as_deref().and_then(partition),
        is_active,
    })
}

/// Whether the account can be read, by its state or, if it has none, by its older status.
// AWS sends both until September 2026, and only the state after that.
fn is_active(account: &Account) -> Option<bool> {
    let state = account.state.as_ref().map(AsRef::as_ref);
    let status = account.status.as_ref().map(AsRef::as_ref);
    let word: &str = state.or(status)?;
    Some(word == ACTIVE)
}

fn partition(arn: &str) -> Option<String> {
    let partition = partition_of_arn(arn)?;
    let is_one = partition == "aws" || partition.starts_with("aws-");
    is_one.then(|| partition.to_owned())
}

fn unit(from: OrganizationalUnit) -> Option<UnitRow> {
    Some(UnitRow {
        id: non_empty(from.id)?,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_organizations::types::{AccountState, AccountStatus};

    use super::*;

    fn listed(state: Option<&str>, status: Option<&str>) -> Option<bool> {
        let account = Account::builder()
            .id("111122223333")
            .set_state(state.map(AccountState::from))
            .set_status(status.map(AccountStatus::from))
            .build();
        super::account(account).map(|account| account.is_active)
    }

    #[test]
    fn the_state_of_an_account_goes_before_its_status() {
        for (state, status, expected) in [
            (Some("ACTIVE"), Some("ACTIVE"), Some(true)),
            (Some("ACTIVE"), None, Some(true)),
            (None, Some("ACTIVE"), Some(true)),
            (Some("PENDING_CLOSURE"), Some("ACTIVE"), Some(false)),
            (None, Some("SUSPENDED"), Some(false)),
            (Some("SOMETHING_NEW"), None, Some(false)),
            (None, None, None),
        ] {
            assert_eq!(listed(state, status), expected, "{state:?} {status:?}");
        }
    }

    #[test]
    fn what_is_no_account_id_never_becomes_part_of_an_arn() {
        for id in ["", "11112222333", "111122223333:root", "é11122223333"] {
            let odd = Account::builder().id(id).state(AccountState::Active);
            assert_eq!(account(odd.build()), None, "{id}");
        }
    }

    #[test]
    fn the_partition_is_that_of_the_accounts_arn() {
        for (arn, expected) in [
            (
                "arn:aws-cn:organizations::111122223333:account/o-x/1",
                Some("aws-cn"),
            ),
            (
                "arn:aws:organizations::111122223333:account/o-x/1",
                Some("aws"),
            ),
            ("arn:evil:x", None),
            ("", None),
        ] {
            assert_eq!(partition(arn).as_deref(), expected, "{arn}");
        }
    }
}
