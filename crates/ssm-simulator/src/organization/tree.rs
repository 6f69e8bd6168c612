//! The accounts and where they are.

use std::collections::BTreeSet;

use super::account::{Account, AccountState};
use super::partition::partition_of;
use super::regions::{AccountRegions, EnabledRegions};
use super::units::{ROOT_ID, UNITS, Unit, is_parent, unit_of_account};
use crate::ids::is_account_id;
use crate::options::Options;
use crate::rows::{OrganizationAccount, OrganizationRoot, OrganizationalUnit};

const ORGANIZATION_ID: &str = "o-simulated1";
/// An account that was closed less than 90 days ago, which AWS still lists.
const CLOSED_ACCOUNT: (&str, &str) = ("900000000009", "retired");
const SECONDS_PER_DAY: f64 = 86_400.0;
/// How many days ago the first accounts joined.
const OLDEST_DAYS: u32 = 1500;

/// All accounts, whether they make up an organization or not.
#[derive(Debug)]
pub(crate) struct Organization {
    seed: u64,
    partition: &'static str,
    /// The account that manages the organization, unless there is none.
    management_account: Option<String>,
    delegated_administrators: BTreeSet<String>,
    accounts: Vec<Account>,
    /// The regions of accounts that are created later.
    regions: EnabledRegions,
    next_number: u32,
}

impl Organization {
    pub(crate) fn new(options: &Options, start: f64) -> Self {
        let first_region = options.regions.first().map_or("", String::as_str);
        let mut organization = Self {
            seed: options.seed,
            partition: partition_of(first_region),
            management_account: management_account(options),
            delegated_administrators: delegated_administrators(options),
            accounts: Vec::new(),
            regions: EnabledRegions::new(&options.regions),
            next_number: 0,
        };
        for (index, id) in options.accounts.iter().enumerate() {
            organization.add_simulated(index, id, start);
        }
        let (id, name) = CLOSED_ACCOUNT;
        organization.create(id, name, ROOT_ID, start);
        organization.set_state(id, AccountState::Closed);
        organization
    }

    fn add_simulated(&mut self, index: usize, id: &str, start: f64) {
        let (name, parent) = match unit_of_account(index) {
            Some(unit) => (format!("{}-{index:02}", unit.name.to_lowercase()), unit.id),
            None => ("management".to_owned(), ROOT_ID),
        };
        let days = OLDEST_DAYS.saturating_sub(u32::try_from(index).unwrap_or(OLDEST_DAYS));
        let joined_at = start - f64::from(days) * SECONDS_PER_DAY;
        self.create(id, &name, parent, joined_at);
    }

    /// Separates the tokens of this organization from those of all others.
    pub(crate) const fn seed(&self) -> u64 {
        self.seed
    }

    /// Whether there is an organization at all.
    pub(crate) const fn is_in_use(&self) -> bool {
        self.management_account.is_some()
    }

    pub(crate) fn is_management_account(&self, id: &str) -> bool {
        self.management_account.as_deref() == Some(id)
    }

    /// Whether an account may list all the others.
    pub(crate) fn may_be_read_by(&self, id: &str) -> bool {
        self.is_management_account(id) || self.delegated_administrators.contains(id)
    }

    /// Creates an account, which can be used at once. Says whether this was possible.
    pub(crate) fn create(&mut self, id: &str, name: &str, parent_id: &str, joined_at: f64) -> bool {
        let is_possible = is_account_id(id) && is_parent(parent_id) && self.account(id).is_none();
        if !is_possible {
            return false;
        }
        self.accounts.push(Account {
            number: self.next_number,
            id: id.to_owned(),
            name: name.to_owned(),
            parent_id: parent_id.to_owned(),
            state: AccountState::Active,
            joined_at,
            regions: self.regions.clone(),
        });
        self.next_number += 1;
        true
    }

    /// Takes an account off all lists. Says whether there was one.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.accounts.len();
        self.accounts.retain(|account| account.id != id);
        self.accounts.len() < before
    }

    pub(crate) fn set_state(&mut self, id: &str, state: AccountState) -> bool {
        self.change(id, |account| account.state = state)
    }

    /// Closes an account. AWS goes on to list it.
    pub(crate) fn close(&mut self, id: &str) -> bool {
        self.set_state(id, AccountState::Closed)
    }

    pub(crate) fn rename(&mut self, id: &str, name: &str) -> bool {
        self.change(id, |account| name.clone_into(&mut account.name))
    }

    pub(crate) fn move_to(&mut self, id: &str, parent_id: &str) -> bool {
        is_parent(parent_id)
            && self.change(id, |account| parent_id.clone_into(&mut account.parent_id))
    }

    pub(crate) fn set_region(&mut self, id: &str, region: &str, is_enabled: bool) -> bool {
        self.change(id, |account| account.regions.set(region, is_enabled))
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Account)) -> bool {
        let account = self.accounts.iter_mut().find(|account| account.id == id);
        account.map(change).is_some()
    }

    fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// Whether an account exists and can be used.
    pub(crate) fn is_active(&self, id: &str) -> bool {
        self.account(id)
            .is_some_and(|account| account.state == AccountState::Active)
    }

    /// Whether an account can be used in a region.
    pub(crate) fn has_target(&self, id: &str, region: &str) -> bool {
        self.account(id).is_some_and(|account| {
            account.state == AccountState::Active && account.regions.has(region)
        })
    }

    /// Every account that can be used with each of its regions, sorted.
    pub(crate) fn targets(&self) -> Vec<(String, String)> {
        let mut targets = Vec::new();
        for account in &self.accounts {
            if account.state != AccountState::Active {
                continue;
            }
            let regions = account.regions.names();
            targets.extend(regions.map(|region| (account.id.clone(), region.clone())));
        }
        targets.sort();
        targets
    }

    /// The regions of an account in the partition of the region that the request is signed for.
    pub(crate) fn regions_of(&self, id: &str, signed_for: &str) -> Option<AccountRegions> {
        let account = self.account(id)?;
        Some(AccountRegions::new(id, &account.regions, signed_for))
    }

    /// The accounts in listing order, with the number of each. With a parent, only those that are
    /// directly in it.
    pub(crate) fn accounts(
        &self,
        parent_id: Option<&str>,
    ) -> impl Iterator<Item = (u32, OrganizationAccount)> {
        self.accounts
            .iter()
            .filter(move |account| parent_id.is_none_or(|id| account.parent_id == id))
            .map(|account| (account.number, self.account_row(account)))
    }

    /// The units that are directly in a root or a unit, or nothing if it does not exist.
    pub(crate) fn units(&self, parent_id: &str) -> Option<Vec<OrganizationalUnit>> {
        let children = UNITS.iter().filter(|unit| unit.parent_id == parent_id);
        is_parent(parent_id).then(|| children.map(|unit| self.unit_row(unit)).collect())
    }

    pub(crate) fn root(&self) -> OrganizationRoot {
        OrganizationRoot {
            id: ROOT_ID.to_owned(),
            arn: self.arn("root", ROOT_ID),
            name: "Root".to_owned(),
            policy_types: Vec::new(),
        }
    }

    fn account_row(&self, account: &Account) -> OrganizationAccount {
        OrganizationAccount {
            id: account.id.clone(),
            arn: self.arn("account", &account.id),
            email: format!("aws+{}@example.com", account.id),
            name: account.name.clone(),
            state: account.state.name().to_owned(),
            joined_method: "CREATED".to_owned(),
            joined_timestamp: account.joined_at,
        }
    }

    fn unit_row(&self, unit: &Unit) -> OrganizationalUnit {
        OrganizationalUnit {
            id: unit.id.to_owned(),
            arn: self.arn("ou", unit.id),
            name: unit.name.to_owned(),
        }
    }

    fn arn(&self, kind: &str, id: &str) -> String {
        let partition = self.partition;
        let management = self.management_account.as_deref().unwrap_or_default();
        format!("arn:{partition}:organizations::{management}:{kind}/{ORGANIZATION_ID}/{id}")
    }
}

fn management_account(options: &Options) -> Option<String> {
    let organization = options.organization.as_ref()?;
    let chosen = organization.management_account.as_ref();
    chosen.or(options.accounts.first()).cloned()
}

fn delegated_administrators(options: &Options) -> BTreeSet<String> {
    let organization = options.organization.as_ref();
    organization.map_or_else(BTreeSet::new, |organization| {
        organization
            .delegated_administrators
            .iter()
            .cloned()
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::Organization;
    use crate::{AccountState, Options};

    fn organization(accounts: u64) -> Organization {
        let ids = (1..=accounts)
            .map(|number| format!("{number:012}"))
            .collect();
        let options = Options {
            accounts: ids,
            ..Options::default()
        };
        Organization::new(&options, 0.0)
    }

    #[test]
    fn every_account_is_in_one_place_and_those_of_all_places_are_all() {
        let organization = organization(40);
        let mut places = vec![super::ROOT_ID.to_owned()];
        let mut found = Vec::new();
        while let Some(place) = places.pop() {
            found.extend(organization.accounts(Some(&place)).map(|(_, row)| row.id));
            let units = organization.units(&place).unwrap();
            places.extend(units.into_iter().map(|unit| unit.id));
        }
        found.sort();
        let mut all: Vec<String> = organization.accounts(None).map(|(_, row)| row.id).collect();
        all.sort();
        assert_eq!(found, all);
        assert_eq!(all.len(), 41, "one more is closed");
    }

    #[test]
    fn an_account_that_is_closed_has_no_targets_and_is_still_listed() {
        let mut organization = organization(2);
        assert!(organization.has_target("000000000002", "eu-west-1"));
        assert!(organization.set_state("000000000002", AccountState::Closed));
        assert!(!organization.has_target("000000000002", "eu-west-1"));
        assert_eq!(organization.targets().len(), 2);
        assert_eq!(organization.accounts(None).count(), 3);
        assert!(organization.remove("000000000002"));
        assert_eq!(organization.accounts(None).count(), 2);
        assert!(!organization.set_state("000000000002", AccountState::Active));
    }
}
