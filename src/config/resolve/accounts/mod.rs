//! The `accounts` of a file: each entry by itself, then the rules across entries.
//!
//! What only AWS can tell, namely whose credentials the exporter has, is found out at run time.

mod entry;
mod rules;

use super::resolver::Resolver;
use crate::config::fields::MapList;
use crate::config::raw;
use crate::config::settings::Account;
use entry::Entry;

/// The accounts to read. Without the key this is the account of the environment, unless an
/// organization lists the accounts.
pub(super) fn resolve(
    raw: Option<&MapList<raw::Account>>,
    has_organization: bool,
    resolver: &Resolver<'_>,
) -> Vec<Account> {
    match raw {
        Some(raw) => resolve_entries(raw, has_organization, resolver),
        None if has_organization => Vec::new(),
        None => vec![Account::default()],
    }
}

fn resolve_entries(
    raw: &MapList<raw::Account>,
    has_organization: bool,
    resolver: &Resolver<'_>,
) -> Vec<Account> {
    // Beside an organization an empty list does no harm.
    if raw.items.is_empty() && !has_organization {
        report_no_entries(raw.line, resolver);
    }
    let entries = read_entries(&raw.items, resolver);
    entries.into_iter().map(|entry| entry.account).collect()
}

fn report_no_entries(line: usize, resolver: &Resolver<'_>) {
    let hint = "add an entry such as `- regions: [eu-west-1]`, or remove the key to use the environment's account";
    resolver.report(line, "accounts is empty", hint);
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
    entries
}
