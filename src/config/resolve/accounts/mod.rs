//! The `accounts` of a file: each entry by itself, then the rules across entries.
//!
//! What only AWS can tell, namely whose credentials the exporter has, is found out at run time.

mod entry;
mod rules;

use super::resolver::Resolver;
use crate::config::raw;
use crate::config::settings::Account;
use entry::Entry;

/// The accounts to read. Without the key this is the account of the environment, unless an
/// organization lists the accounts.
pub(super) fn resolve(
    raw: Option<&[raw::Account]>,
    has_organization: bool,
    resolver: &Resolver<'_>,
) -> Vec<Account> {
    match raw {
        Some(raw) => resolve_entries(raw, resolver),
        None if has_organization => Vec::new(),
        None => resolver.defaults.accounts.clone(),
    }
}

fn resolve_entries(raw: &[raw::Account], resolver: &Resolver<'_>) -> Vec<Account> {
    let entries = read_entries(raw, resolver);
    // An entry of bad regions only has been reported. Without regions it would look like one that
    // wants that of the environment.
    let entries = entries.into_iter().filter(Entry::has_regions);
    entries.map(|entry| entry.account).collect()
}

fn read_entries(raw: &[raw::Account], resolver: &Resolver<'_>) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(raw.len());
    for raw in raw {
        entries.push(Entry::read(raw, resolver));
    }
    // The ids come first, because names and targets are compared by them.
    rules::share_own_id(&mut entries, resolver);
    rules::check_names(&entries, resolver);
    rules::check_targets(&entries, resolver);
    rules::check_all_is_given_once(&entries, resolver);
    entries
}
