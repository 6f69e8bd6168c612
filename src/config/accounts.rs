//! The `accounts` of a file, and the rules across entries: one account has one name, and one
//! account and region is one target. What only AWS can tell (whose credentials these are) is found
//! out at run time.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use super::fields::{List, Value};
use super::region::{self, partition_of_arn, partition_of_region};
use super::resolve::Resolver;
use super::syntax::{self, RoleArn};
use super::{Account, raw};

/// An entry with what the rules across entries need.
struct Entry {
    account: Account,
    line: usize,
    regions: Vec<(String, usize)>,
    name_line: usize,
    /// Where `account_id` stands, if it does.
    id_line: Option<usize>,
    /// False if the role or the account id is given but bad: then nobody knows which account this
    /// is.
    is_known: bool,
    /// No region is given, as opposed to only bad ones.
    region_of_environment: bool,
}

impl Entry {
    /// Whether this is the account of the exporter's own credentials.
    fn is_own(&self) -> bool {
        self.is_known && self.account.role_arn.is_none()
    }
}

/// The accounts; without the key one account from the environment, unless an organization lists
/// them.
pub(super) fn resolve(
    raw: Option<&raw::Accounts>,
    has_organization: bool,
    resolver: &Resolver<'_>,
) -> Vec<Account> {
    let Some(raw) = raw else {
        return if has_organization {
            Vec::new()
        } else {
            vec![Account::default()]
        };
    };
    if raw.entries.is_empty() && !has_organization {
        let hint = "add an entry such as `- regions: [eu-west-1]`, or remove the key to use the environment's account";
        resolver.problems.add(raw.line, "accounts is empty", hint);
    }
    let mut entries: Vec<Entry> = raw
        .entries
        .iter()
        .map(|entry| read(entry, resolver))
        .collect();
    share_own_id(&mut entries, resolver);
    check_names(&entries, resolver);
    check_targets(&entries, resolver);
    entries.into_iter().map(|entry| entry.account).collect()
}

/// The good regions of a list with their lines; a repetition is left in for [`check_targets`] to
/// tell.
pub(super) fn regions(list: Option<&List>, resolver: &Resolver<'_>) -> Vec<(String, usize)> {
    let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| Some((resolver.one(item, region::region)?, item.line)))
        .collect()
}

/// The same rule within one list.
pub(super) fn check_once(regions: &[(String, usize)], path: &str, resolver: &Resolver<'_>) {
    let mut lines = HashMap::new();
    for (region, line) in regions {
        let first = *lines.entry(region.as_str()).or_insert(line);
        if !std::ptr::eq(first, line) {
            resolver.problems.add(
                *line,
                format!("{path} has {region} twice, first on line {first}"),
                "remove one",
            );
        }
    }
}

/// A role can only be assumed, and only reads, in its own partition.
pub(super) fn check_partition(
    role: Option<&RoleArn>,
    regions: &[(String, usize)],
    key: &str,
    resolver: &Resolver<'_>,
) {
    let Some(partition) = role.and_then(|role| partition_of_arn(&role.arn)) else {
        return;
    };
    for (region, line) in regions {
        if let Some(other) = partition_of_region(region).filter(|other| *other != partition) {
            let what = format!(
                "{region} is a region of the partition {other}, {key} names the partition {partition}"
            );
            resolver.problems.add(
                *line,
                what,
                "a role reads only its own partition; mend the region or the ARN",
            );
        }
    }
}

fn read(raw: &raw::Account, resolver: &Resolver<'_>) -> Entry {
    let role: Option<RoleArn> = raw
        .role_arn
        .as_ref()
        .and_then(|value| resolver.one(value, syntax::role_arn));
    let given_id = raw
        .account_id
        .as_ref()
        .and_then(|value| resolver.one(value, syntax::account_id));
    let external_id = raw
        .external_id
        .as_ref()
        .and_then(|value| resolver.secret(value, syntax::external_id));
    let session = raw
        .role_session_name
        .as_ref()
        .and_then(|value| resolver.one(value, syntax::role_session_name));
    needs_role(
        raw.external_id.as_ref(),
        raw,
        ("an external id", "external_id"),
        resolver,
    );
    needs_role(
        raw.role_session_name.as_ref(),
        raw,
        ("a session name", "role_session_name"),
        resolver,
    );
    check_same_account(
        raw.account_id.as_ref(),
        given_id.as_deref(),
        role.as_ref(),
        resolver,
    );
    let regions = regions(raw.regions.as_ref(), resolver);
    check_partition(role.as_ref(), &regions, "role_arn", resolver);
    let is_known =
        role.is_some() == raw.role_arn.is_some() && given_id.is_some() == raw.account_id.is_some();
    let (role_arn, role_account) = role.map(|role| (role.arn, role.account_id)).unzip();
    let account = Account {
        name: raw
            .account_name
            .as_ref()
            .and_then(|value| resolver.one(value, syntax::account_name)),
        account_id: role_account.or(given_id),
        regions: regions.iter().map(|(region, _)| region.clone()).collect(),
        role_arn,
        role_session_name: session,
        external_id,
    };
    Entry {
        account,
        line: raw.line,
        regions,
        name_line: raw
            .account_name
            .as_ref()
            .map_or(raw.line, |value| value.line),
        id_line: raw.account_id.as_ref().map(|value| value.line),
        is_known,
        region_of_environment: raw
            .regions
            .as_ref()
            .is_none_or(|list| list.items.is_empty()),
    }
}

/// A problem if a key that only goes with a role stands without one.
fn needs_role(
    value: Option<&Value>,
    raw: &raw::Account,
    (what, key): (&str, &str),
    resolver: &Resolver<'_>,
) {
    if let (Some(value), None) = (value, &raw.role_arn) {
        let hint =
            format!("{what} is only sent when a role is assumed; add role_arn or remove {key}");
        resolver.problems.add(
            value.line,
            format!("{} stands without a role_arn", value.path),
            hint,
        );
    }
}

fn check_same_account(
    value: Option<&Value>,
    given: Option<&str>,
    role: Option<&RoleArn>,
    resolver: &Resolver<'_>,
) {
    if let (Some(value), Some(given), Some(role)) = (value, given, role)
        && given != role.account_id
    {
        let what = format!(
            "{} is {given}, but the account of role_arn is {}",
            value.path, role.account_id
        );
        resolver.problems.add(
            value.line,
            what,
            "remove account_id: the ARN of the role tells it",
        );
    }
}

/// Every entry without a role is the account of the exporter's own credentials, so what one of them
/// says of it holds for all, and they cannot say different things.
fn share_own_id(entries: &mut [Entry], resolver: &Resolver<'_>) {
    let mut own = entries.iter().filter(|entry| entry.is_own());
    let first = own.find_map(|entry| Some((entry.account.account_id.clone()?, entry.id_line?)));
    let Some((own_id, first_line)) = first else {
        return;
    };
    for entry in entries.iter_mut().filter(|entry| entry.is_own()) {
        match (&entry.account.account_id, entry.id_line) {
            (Some(id), Some(line)) if *id != own_id => {
                let what = format!(
                    "account_id is {id} here and {own_id} on line {first_line}, for the same credentials"
                );
                resolver.problems.add(
                    line,
                    what,
                    "entries without role_arn are one account; give one of them a role",
                );
            }
            _ => entry.account.account_id = Some(own_id.clone()),
        }
    }
}

fn check_names(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut names: HashMap<Option<&str>, (&str, usize)> = HashMap::new();
    let mut accounts: HashMap<&str, (&str, usize)> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.is_known) {
        let Some(name) = entry.account.name.as_deref() else {
            continue;
        };
        let (first, line) = *names
            .entry(entry.account.account_id.as_deref())
            .or_insert((name, entry.name_line));
        if first != name {
            let what = format!("{} has another account_name on line {line}", whose(entry));
            resolver.problems.add(
                entry.name_line,
                what,
                "give one account one name, in every entry that has it",
            );
        }
        let Some(id) = entry.account.account_id.as_deref() else {
            continue;
        };
        let (first, line) = *accounts.entry(name).or_insert((id, entry.name_line));
        if first != id {
            let what = format!(
                "{} has the account_name of account {first} on line {line}",
                whose(entry)
            );
            resolver
                .problems
                .add(entry.name_line, what, "give each account a name of its own");
        }
    }
}

fn check_targets(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut targets = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.is_known) {
        let account = entry.account.account_id.as_deref();
        let mut check = |region: Option<&str>, line: usize| match targets
            .entry((account, region.map(str::to_owned)))
        {
            Slot::Vacant(slot) => {
                slot.insert(line);
            }
            Slot::Occupied(first) => {
                let region = region.unwrap_or("the environment's region");
                let what = format!(
                    "{region} is given twice for {}, first on line {}",
                    whose(entry),
                    first.get()
                );
                resolver.problems.add(
                    line,
                    what,
                    "one account and region is one target; remove one of them",
                );
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
