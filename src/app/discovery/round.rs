//! One discovery: lists the accounts, and then the regions of those whose regions are all read.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use tracing::{info, warn};

use super::accounts::accounts_to_ask;
use super::sources::Sources;
use crate::aws::{AwsBase, Meter};
use crate::collect::{SourceError, SourceResult};
use crate::config::{Account, Config};
use crate::discovery::{AccountKey, AccountRow, Directory, MembershipChange};

/// How many accounts are asked for their regions at the same time.
const MAX_ASKED_ACCOUNTS: usize = 16;

/// How many accounts that have left are named in the log.
const MAX_TOLD_IDS: usize = 20;

/// What a discovery lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum Extent {
    Everything,
    /// Only what the last discovery could not list.
    WhatFailed,
    /// The accounts, but the regions only of the account with this id.
    Account(String),
}

impl Extent {
    fn has_accounts(&self, known: &Directory) -> bool {
        *self != Self::WhatFailed || known.needs_accounts()
    }

    fn has_regions_of(&self, account: &AccountKey, known: &Directory) -> bool {
        match self {
            Self::Everything => true,
            Self::WhatFailed => known.needs_regions_of(account),
            // An account whose id is not known may be the one.
            Self::Account(id) => account.as_ref().is_none_or(|account| account == id),
        }
    }
}

/// Discovers accounts and regions into `directory`. `learnt` is called whenever there is news.
pub(super) async fn discover(
    sources: &Sources,
    directory: &mut Directory,
    extent: &Extent,
    mut learnt: impl FnMut(&Directory),
) {
    if extent.has_accounts(directory) {
        list_accounts(sources, directory).await;
        learnt(directory);
    }
    let accounts = accounts_to_ask(&sources.config, directory);
    let keys: BTreeSet<AccountKey> = accounts.iter().map(|it| it.account_id.clone()).collect();
    directory.keep_regions_of(&keys);
    let asked = accounts
        .into_iter()
        .filter(|account| extent.has_regions_of(&account.account_id, directory));
    let asked: Vec<Account> = asked.collect();
    let mut answers = stream::iter(asked)
        .map(|account| list_regions(sources, account))
        .buffer_unordered(MAX_ASKED_ACCOUNTS);
    while let Some((account, regions)) = answers.next().await {
        take_regions(directory, &account, regions);
        learnt(directory);
    }
}

/// Discovers once, from nothing.
pub(in crate::app) async fn discover_once(
    config: Config,
    base: AwsBase,
    meter: Arc<dyn Meter>,
    extent: Extent,
) -> Directory {
    let sources = Sources::new(&config, &base, meter);
    let mut directory = Directory::default();
    if config.discovery_interval().is_some() {
        discover(&sources, &mut directory, &extent, |_| {}).await;
    }
    directory
}

async fn list_accounts(sources: &Sources, directory: &mut Directory) {
    let Some(listed) = list_until_sure(sources, directory).await else {
        return;
    };
    match directory.take_accounts(listed) {
        Ok(change) => tell_change(&change, directory),
        Err(error) => tell_unlisted_accounts(&error, directory),
    }
}

/// Lists the accounts, and once more if any is missing that was known before.
// A listing is no snapshot: an account that moves to a page or to a unit that has been read already
// is nowhere in it. Its data would be lost until the next discovery.
async fn list_until_sure(
    sources: &Sources,
    directory: &mut Directory,
) -> Option<SourceResult<Vec<AccountRow>>> {
    let first = sources.list_accounts(directory).await?;
    let first = match first {
        Ok(listed) if directory.has_more_than(&listed) => listed,
        settled => return Some(settled),
    };
    let second = sources.list_accounts(directory).await?;
    Some(second.map(|second| [first, second].concat()))
}

fn tell_change(change: &MembershipChange, directory: &Directory) {
    if *change == MembershipChange::default() {
        return;
    }
    let MembershipChange { joined, left } = change;
    info!(
        accounts = directory.accounts().count(),
        joined = joined.len(),
        left = left.len(),
        account_ids_left = left[..left.len().min(MAX_TOLD_IDS)].join(","),
        "the organization's accounts have changed"
    );
}

fn tell_unlisted_accounts(error: &SourceError, directory: &Directory) {
    warn!(
        reason = error.reason.as_str(),
        error = error.detail,
        look_at = error.reason.look_at(),
        known = directory.accounts().count(),
        "the organization's accounts could not be listed; those known so far are still read"
    );
}

async fn list_regions(sources: &Sources, account: Account) -> (Account, SourceResult<Vec<String>>) {
    let regions = sources.list_regions(&account).await;
    (account, regions)
}

fn take_regions(directory: &mut Directory, account: &Account, regions: SourceResult<Vec<String>>) {
    let key = account.account_id.clone();
    let Err(error) = directory.take_regions(key.clone(), regions) else {
        return;
    };
    warn!(
        account_id = account.account_id,
        account_name = account.name,
        reason = error.reason.as_str(),
        error = error.detail,
        look_at = error.reason.look_at(),
        known = directory.regions_of(&key).len(),
        "the account's regions could not be listed; those known so far are still read"
    );
}
