//! Accounts, the organization and regions, as tests see and change them.

use super::Simulator;
use crate::organization::{AccountState, ROOT_ID};
use crate::rows::{OrganizationAccount, RegionOptStatus};

impl Simulator {
    /// The id of the root of the organization.
    ///
    /// ```
    /// assert_eq!(ssm_simulator::Simulator::ROOT_ID, "r-sim1");
    /// ```
    pub const ROOT_ID: &'static str = ROOT_ID;

    /// The rows of `ListAccounts`, whatever their states. A closed account comes last of those that
    /// are there from the start.
    pub fn accounts(&self) -> Vec<OrganizationAccount> {
        let organization = self.state.organization();
        organization.accounts(None).map(|(_, row)| row).collect()
    }

    /// The rows of `ListAccountsForParent`: what is directly in the root or in an organizational
    /// unit.
    pub fn accounts_of_parent(&self, parent_id: &str) -> Vec<OrganizationAccount> {
        let organization = self.state.organization();
        let rows = organization.accounts(Some(parent_id));
        rows.map(|(_, row)| row).collect()
    }

    /// The rows of `ListRegions` for an account, in the partition of `region`.
    pub fn regions(&self, account: &str, region: &str) -> Vec<RegionOptStatus> {
        let organization = self.state.organization();
        let regions = organization.regions_of(account, region);
        regions.map_or_else(Vec::new, |regions| regions.rows)
    }

    /// Creates an account in the root or in an organizational unit. It can be used at once, in the
    /// regions of [`Options::regions`](crate::Options::regions). Says whether this was possible: the
    /// id must be of 12 digits and new, and the parent must exist.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// assert!(simulator.create_account("777788889999", "new", Simulator::ROOT_ID));
    /// assert_eq!(simulator.truth("777788889999", "eu-west-1").instances.len(), 137);
    /// ```
    pub fn create_account(&self, id: &str, name: &str, parent_id: &str) -> bool {
        self.state.create_account(id, name, parent_id)
    }

    /// Changes the state of an account. One that is not active has no targets, its credentials are
    /// invalid and its roles cannot be assumed. Says whether there is such an account.
    ///
    /// ```
    /// use ssm_simulator::{AccountState, Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// assert!(simulator.set_account_state("444455556666", AccountState::Suspended));
    /// assert!(simulator.truth("444455556666", "eu-west-1").instances.is_empty());
    /// ```
    pub fn set_account_state(&self, id: &str, state: AccountState) -> bool {
        self.state.organization().set_state(id, state)
    }

    /// Closes an account, which AWS goes on to list. Says whether there is such an account.
    pub fn close_account(&self, id: &str) -> bool {
        self.state.organization().close(id)
    }

    /// Takes an account off all lists, as AWS does 90 days after it was closed, or at once when it
    /// leaves the organization. Says whether there was such an account.
    pub fn remove_account(&self, id: &str) -> bool {
        self.state.organization().remove(id)
    }

    /// Gives an account another name. Says whether there is such an account.
    pub fn rename_account(&self, id: &str, name: &str) -> bool {
        self.state.organization().rename(id, name)
    }

    /// Moves an account to the root or to an organizational unit. Says whether both exist.
    pub fn move_account(&self, id: &str, parent_id: &str) -> bool {
        self.state.organization().move_to(id, parent_id)
    }

    /// Enables or disables a region of an account. Says whether there is such an account.
    ///
    /// ```
    /// use ssm_simulator::{Options, Simulator};
    ///
    /// let simulator = Simulator::new(Options::default());
    /// simulator.set_region("111122223333", "eu-central-1", true);
    /// assert!(!simulator.truth("111122223333", "eu-central-1").instances.is_empty());
    /// ```
    pub fn set_region(&self, account: &str, region: &str, is_enabled: bool) -> bool {
        self.state
            .organization()
            .set_region(account, region, is_enabled)
    }
}
