//! The `accounts` of a file, and the rules across entries: one account has one name, and one account and region is
//! one target. What only AWS can tell (whose credentials these are) is found out at run time.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use super::fields::List;
use super::resolve::Resolver;
use super::syntax::{self, RoleArn};
use super::{Account, raw};

/// An entry with what the rules across entries need.
struct Entry {
    account: Account,
    line: usize,
    regions: Vec<(String, usize)>,
    name_line: usize,
    /// False if the role is given but bad: then nobody knows which account this is.
    is_known: bool,
    /// No region is given, as opposed to only bad ones.
    region_of_environment: bool,
}

/// The accounts; without the key one account from the environment, unless an organization lists them.
pub(super) fn resolve(raw: Option<&raw::Accounts>, has_organization: bool, resolver: &Resolver<'_>) -> Vec<Account> {
    let Some(raw) = raw else {
        return if has_organization { Vec::new() } else { vec![Account::default()] };
    };
    if raw.entries.is_empty() && !has_organization {
        let hint = "add an entry such as `- regions: [eu-west-1]`, or remove the key to use the environment's account";
        resolver.problems.add(raw.line, "accounts is empty", hint);
    }
    let entries: Vec<Entry> = raw.entries.iter().map(|entry| read(entry, resolver)).collect();
    check_names(&entries, resolver);
    check_targets(&entries, resolver);
    entries.into_iter().map(|entry| entry.account).collect()
}

/// The good regions of a list with their lines; a repetition is left in for [`check_targets`] to tell.
pub(super) fn regions(list: Option<&List>, resolver: &Resolver<'_>) -> Vec<(String, usize)> {
    let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(|item| Some((resolver.one(item, syntax::region)?, item.line))).collect()
}

/// The same rule within one list.
pub(super) fn check_once(regions: &[(String, usize)], path: &str, resolver: &Resolver<'_>) {
    let mut lines = HashMap::new();
    for (region, line) in regions {
        let first = *lines.entry(region.as_str()).or_insert(line);
        if !std::ptr::eq(first, line) {
            resolver.problems.add(*line, format!("{path} has {region} twice, first on line {first}"), "remove one");
        }
    }
}

fn read(raw: &raw::Account, resolver: &Resolver<'_>) -> Entry {
    let role: Option<RoleArn> = raw.role_arn.as_ref().and_then(|value| resolver.one(value, syntax::role_arn));
    let external_id = raw.external_id.as_ref().and_then(|value| resolver.secret(value, syntax::external_id));
    if let (Some(value), None) = (&raw.external_id, &raw.role_arn) {
        let hint = "an external id is only sent when a role is assumed; add role_arn or remove external_id";
        resolver.problems.add(value.line, format!("{} stands without a role_arn", value.path), hint);
    }
    let is_known = role.is_some() || raw.role_arn.is_none();
    let (role_arn, account_id) = role.map(|role| (role.arn, role.account_id)).unzip();
    let regions = regions(raw.regions.as_ref(), resolver);
    let account = Account {
        name: raw.account_name.as_ref().and_then(|value| resolver.one(value, syntax::account_name)),
        account_id,
        regions: regions.iter().map(|(region, _)| region.clone()).collect(),
        role_arn,
        external_id,
    };
    let name_line = raw.account_name.as_ref().map_or(raw.line, |value| value.line);
    let region_of_environment = raw.regions.as_ref().is_none_or(|list| list.items.is_empty());
    Entry { account, line: raw.line, regions, name_line, is_known, region_of_environment }
}

fn check_names(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut names: HashMap<Option<&str>, (&str, usize)> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.is_known) {
        let Some(name) = entry.account.name.as_deref() else { continue };
        let (first, line) = *names.entry(entry.account.account_id.as_deref()).or_insert((name, entry.name_line));
        if first != name {
            let what = format!("{} has another account_name on line {line}", whose(entry));
            resolver.problems.add(entry.name_line, what, "give one account one name, in every entry that has it");
        }
    }
}

fn check_targets(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut targets = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.is_known) {
        let account = entry.account.account_id.as_deref();
        let mut check = |region: Option<&str>, line: usize| match targets.entry((account, region.map(str::to_owned))) {
            Slot::Vacant(slot) => {
                slot.insert(line);
            }
            Slot::Occupied(first) => {
                let region = region.unwrap_or("the environment's region");
                let what = format!("{region} is given twice for {}, first on line {}", whose(entry), first.get());
                resolver.problems.add(line, what, "one account and region is one target; remove one of them");
            }
        };
        if entry.region_of_environment {
            check(None, entry.line);
        }
        for (region, line) in &entry.regions {
            check(Some(region), *line);
        }
    }
}

/// How a message calls the account of an entry.
fn whose(entry: &Entry) -> String {
    match &entry.account.account_id {
        Some(id) => format!("account {id}"),
        None => "the exporter's own account".to_owned(),
    }
}
