//! What is known of accounts and regions, from all listings so far.
//!
//! A listing that fails leaves what was known before. One that suddenly lacks most of it is believed
//! only when a second one confirms it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use super::source::AccountRow;
use crate::collect::{SourceError, SourceResult};
use crate::model::{LossGuard, sudden_loss};

/// Whose regions are meant: an account id, or `None` for the account of the exporter's own
/// credentials if the configuration does not name it.
pub type AccountKey = Option<String>;

/// What is known of accounts and regions.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The active accounts, by their ids; `None` before a listing has succeeded.
    accounts: Option<BTreeMap<String, AccountRow>>,
    /// The units that the accounts were listed for; the whole organization if empty.
    units: Vec<String>,
    /// Whether the known accounts are still those of other units.
    has_other_units: bool,
    guard: LossGuard<String>,
    listing_failure: Option<SourceError>,
    /// The account of the exporter's own credentials, if these list the organization.
    own_account: Option<String>,
    regions: BTreeMap<AccountKey, AccountRegions>,
}

/// What is known of the regions of one account.
#[derive(Clone, Debug, Default)]
struct AccountRegions {
    /// The enabled ones, sorted; empty before a listing has succeeded.
    enabled: Vec<String>,
    guard: LossGuard<String>,
    failure: Option<SourceError>,
}

/// The ids of the accounts that came and went with a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembershipChange {
    /// Those that are new.
    pub joined: Vec<String>,
    /// Those that are gone.
    pub left: Vec<String>,
}

/// Which listing failed last time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailedPart {
    /// The listing of accounts.
    Accounts,
    /// The listing of an account's regions.
    Regions(AccountKey),
}

/// A listing that failed last time, so that what is known may be old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveryFailure {
    /// Which one.
    pub part: FailedPart,
    /// Why it failed.
    pub error: SourceError,
}

impl fmt::Display for FailedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accounts => f.write_str("the accounts of the organization"),
            Self::Regions(Some(account_id)) => write!(f, "the regions of {account_id}"),
            Self::Regions(None) => f.write_str("the regions of the exporter's own account"),
        }
    }
}

impl DiscoveryFailure {
    /// The account whose regions could not be listed. It is empty if the accounts themselves could
    /// not be, or for the exporter's own account if the configuration does not name it.
    pub fn account_id(&self) -> String {
        match &self.part {
            FailedPart::Accounts | FailedPart::Regions(None) => String::new(),
            FailedPart::Regions(Some(account_id)) => account_id.clone(),
        }
    }
}

impl Directory {
    /// Forgets what only the previous configuration needed. `units` are those whose accounts are
    /// listed from now on; `None` if no organization is.
    pub fn reconfigure(&mut self, units: Option<&[String]>) {
        let Some(units) = units else {
            *self = Self {
                regions: std::mem::take(&mut self.regions),
                ..Self::default()
            };
            return;
        };
        if self.units != units {
            self.units = units.to_vec();
            // The next listing may be much shorter, as the configuration intends. Until then, the
            // known accounts are still read.
            self.has_other_units = true;
        }
    }

    /// Takes these for the active accounts until they are listed for the first time. Nothing is known
    /// with certainty: they are listed as soon as possible, and may turn out to be much fewer.
    pub fn assume_accounts(&mut self, accounts: impl IntoIterator<Item = AccountRow>) {
        let assumed = accounts
            .into_iter()
            .map(|account| (account.id.clone(), account));
        let assumed: BTreeMap<String, AccountRow> = assumed.collect();
        if self.accounts.is_none() && !assumed.is_empty() {
            self.accounts = Some(assumed);
            self.has_other_units = true;
        }
    }

    /// Takes these for the enabled regions of an account until they are listed for the first time.
    pub fn assume_regions(&mut self, account: AccountKey, assumed: Vec<String>) {
        let regions = self.regions.entry(account).or_default();
        if regions.enabled.is_empty() {
            regions.enabled = assumed;
        }
    }

    /// Notes which account the exporter's own credentials belong to.
    pub fn note_own_account(&mut self, account_id: &str) {
        self.own_account = Some(account_id.to_owned());
    }

    /// The account of the exporter's own credentials, once they have listed the organization.
    pub fn own_account(&self) -> Option<&str> {
        self.own_account.as_deref()
    }

    /// Takes in a listing of the active accounts, or its failure.
    ///
    /// # Errors
    /// The failure of the listing. What was known before stays.
    pub fn take_accounts(
        &mut self,
        listed: SourceResult<Vec<AccountRow>>,
    ) -> SourceResult<MembershipChange> {
        let listed = listed.and_then(|listed| self.believe_accounts(listed));
        self.listing_failure = listed.as_ref().err().cloned();
        let listed = listed?;
        self.has_other_units = false;
        let before = self.accounts.replace(listed).unwrap_or_default();
        Ok(self.change_from(&before))
    }

    fn believe_accounts(
        &mut self,
        listed: Vec<AccountRow>,
    ) -> SourceResult<BTreeMap<String, AccountRow>> {
        let listed = listed
            .into_iter()
            .map(|account| (account.id.clone(), account));
        let listed: BTreeMap<String, AccountRow> = listed.collect();
        let known = self.accounts.iter().flat_map(BTreeMap::keys);
        let loss = sudden_loss(known, |id| listed.contains_key(*id));
        let loss = loss.filter(|_| !self.has_other_units);
        let has = || listed.keys().cloned().collect::<HashSet<_>>();
        let belief = self.guard.judge(loss, has);
        belief.believed().map_err(SourceError::sudden_loss)?;
        Ok(listed)
    }

    fn change_from(&self, before: &BTreeMap<String, AccountRow>) -> MembershipChange {
        let now: BTreeSet<&String> = self.accounts.iter().flat_map(BTreeMap::keys).collect();
        let before: BTreeSet<&String> = before.keys().collect();
        let missing_in = |some: &BTreeSet<&String>, all: &BTreeSet<&String>| {
            all.difference(some).map(|id| (*id).clone()).collect()
        };
        MembershipChange {
            joined: missing_in(&before, &now),
            left: missing_in(&now, &before),
        }
    }

    /// Takes in a listing of an account's enabled regions, or its failure.
    ///
    /// # Errors
    /// The failure of the listing. What was known before stays.
    pub fn take_regions(
        &mut self,
        account: AccountKey,
        listed: SourceResult<Vec<String>>,
    ) -> SourceResult<()> {
        self.regions.entry(account).or_default().take(listed)
    }

    /// Forgets the regions of all accounts but these.
    pub fn keep_regions_of(&mut self, accounts: &BTreeSet<AccountKey>) {
        self.regions.retain(|account, _| accounts.contains(account));
    }

    /// Whether nothing has been listed yet.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_none() && self.regions.is_empty()
    }

    /// Whether the accounts have ever been listed.
    pub fn has_accounts(&self) -> bool {
        self.accounts.is_some()
    }

    /// The active accounts that are known, in the order of their ids.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountRow> {
        self.accounts.iter().flat_map(BTreeMap::values)
    }

    /// Whether an account is known that a listing lacks.
    pub fn has_more_than(&self, listed: &[AccountRow]) -> bool {
        let ids: BTreeSet<&str> = listed.iter().map(|account| account.id.as_str()).collect();
        self.accounts()
            .any(|known| !ids.contains(known.id.as_str()))
    }

    /// The name of an account in the organization, if it is known there.
    pub fn name_of(&self, account: &AccountKey) -> Option<&str> {
        let accounts = self.accounts.as_ref()?;
        let found = accounts.get(account.as_ref()?)?;
        Some(&found.name)
    }

    /// The regions that are known to be enabled for an account.
    pub fn regions_of(&self, account: &AccountKey) -> &[String] {
        match self.regions.get(account) {
            Some(regions) => &regions.enabled,
            None => &[],
        }
    }

    /// Whether the last listing of the accounts failed, or there was none.
    pub fn needs_accounts(&self) -> bool {
        self.accounts.is_none() || self.listing_failure.is_some()
    }

    /// Whether the last listing of an account's regions failed, or there was none.
    pub fn needs_regions_of(&self, account: &AccountKey) -> bool {
        let regions = self.regions.get(account);
        regions.is_none_or(|regions| regions.failure.is_some())
    }

    /// The listings that failed last time.
    pub fn failures(&self) -> Vec<DiscoveryFailure> {
        let of_accounts = self.listing_failure.iter().map(|error| DiscoveryFailure {
            part: FailedPart::Accounts,
            error: error.clone(),
        });
        let of_regions = self.regions.iter().filter_map(|(account, regions)| {
            Some(DiscoveryFailure {
                part: FailedPart::Regions(account.clone()),
                error: regions.failure.clone()?,
            })
        });
        of_accounts.chain(of_regions).collect()
    }
}

impl AccountRegions {
    fn take(&mut self, listed: SourceResult<Vec<String>>) -> SourceResult<()> {
        let listed = listed.and_then(|listed| self.believe(listed));
        self.failure = listed.as_ref().err().cloned();
        self.enabled = listed?;
        Ok(())
    }

    fn believe(&mut self, listed: Vec<String>) -> SourceResult<Vec<String>> {
        let loss = sudden_loss(&self.enabled, |region| listed.contains(region));
        let has = || listed.iter().cloned().collect::<HashSet<_>>();
        let belief = self.guard.judge(loss, has);
        belief.believed().map_err(SourceError::sudden_loss)?;
        Ok(listed)
    }
}
