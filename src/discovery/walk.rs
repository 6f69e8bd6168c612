//! Reads listings to their ends: all accounts of an organization or of some of its units, and all
//! regions of an account.
//!
//! A listing that lacks anything is a failure: to believe half of one would be to drop accounts that
//! exist.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{AccountRow, OrganizationSource, RegionRow, RegionSource, UnitRow};
use crate::collect::{
    AbsentList, FailureScope, Listing, Page, PageRequest, SourceError, SourceResult, read_pages,
};
use crate::model::{FailureReason, Operation};

/// The largest number of organizational units that are read. AWS allows 2,000 per organization.
const MAX_UNITS: usize = 5_000;

/// The active accounts of the organization, or of these units and all units below them, by their
/// ids.
///
/// # Errors
/// If any page of any listing cannot be read, or has a row that cannot, or if the organization has no
/// account at all.
pub async fn member_accounts(
    source: &impl OrganizationSource,
    units: &[String],
) -> SourceResult<Vec<AccountRow>> {
    let mut found = BTreeMap::new();
    if units.is_empty() {
        read_accounts(source, None, &mut found).await?;
        if found.is_empty() {
            // Its management account is always listed.
            return Err(unusable("the organization has no account"));
        }
    }
    let mut waiting = units.to_vec();
    let mut read = BTreeSet::new();
    while let Some(unit) = waiting.pop() {
        // One unit of the list may be below another.
        if !read.insert(unit.clone()) {
            continue;
        }
        if read.len() > MAX_UNITS {
            return Err(unusable("the organizational units have no end"));
        }
        read_accounts(source, Some(&unit), &mut found).await?;
        waiting.extend(units_below(source, &unit).await?);
    }
    let active = found.into_values().filter(|account| account.is_active);
    Ok(active.collect())
}

async fn read_accounts(
    source: &impl OrganizationSource,
    unit: Option<&str>,
    found: &mut BTreeMap<String, AccountRow>,
) -> SourceResult<()> {
    let operation = match unit {
        Some(_) => Operation::ListAccountsForParent,
        None => Operation::ListAccounts,
    };
    let fetch = async |page: PageRequest| source.accounts(unit, &page).await;
    // A listing that had to start over gives some accounts twice.
    let accounts = read_all(operation, fetch).await?;
    found.extend(
        accounts
            .into_iter()
            .map(|account| (account.id.clone(), account)),
    );
    Ok(())
}

async fn units_below(source: &impl OrganizationSource, parent: &str) -> SourceResult<Vec<String>> {
    let fetch = async |page: PageRequest| source.units(parent, &page).await;
    let units: Vec<UnitRow> = read_all(Operation::ListOrganizationalUnitsForParent, fetch).await?;
    Ok(units.into_iter().map(|unit| unit.id).collect())
}

/// The names of the regions that are enabled for an account, sorted.
///
/// # Errors
/// If the listing cannot be read, or names no region at all.
pub async fn enabled_regions(source: &impl RegionSource) -> SourceResult<Vec<String>> {
    source.begin().await?;
    let fetch = async |page: PageRequest| source.regions(&page).await;
    let regions: Vec<RegionRow> = read_all(Operation::ListRegions, fetch).await?;
    let enabled = regions.into_iter().filter(|region| region.is_enabled);
    let names: BTreeSet<String> = enabled.map(|region| region.name).collect();
    if names.is_empty() {
        // Some regions are enabled for every account, and cannot be disabled.
        return Err(unusable("the account has no enabled region"));
    }
    Ok(names.into_iter().collect())
}

async fn read_all<T, F>(
    operation: Operation,
    fetch: impl Fn(PageRequest) -> F,
) -> SourceResult<Vec<T>>
where
    F: Future<Output = SourceResult<Page<T>>>,
{
    let listing = Listing {
        operation,
        absent_list: AbsentList::IsFailure,
    };
    let mut all = Vec::new();
    let complete = read_pages(listing, fetch, |rows| all.extend(rows)).await?;
    if complete.skipped > 0 {
        return Err(unusable("the listing has rows that cannot be read"));
    }
    Ok(all)
}

fn unusable(detail: &str) -> SourceError {
    SourceError::new(FailureReason::BadResponse, FailureScope::Call, detail)
}
