//! The rules across entries: one account has one id and one name, and one account and region is
//! one target.

use std::collections::HashMap;

use super::entry::Entry;
use crate::config::resolve::resolver::Resolver;

/// Where something was said first.
#[derive(Clone, Copy)]
struct FirstMention<'a> {
    text: &'a str,
    line: usize,
}

/// An account and region; `None` stands for what the environment gives.
type TargetKey<'a> = (Option<&'a str>, Option<&'a str>);

/// Gives every entry without a role the account id that one of them has. They all are the account
/// of the exporter's own credentials, so they cannot say different things of it.
pub(super) fn share_own_id(entries: &mut [Entry], resolver: &Resolver<'_>) {
    let Some((own_id, first_line)) = own_id(entries) else {
        return;
    };
    for entry in entries.iter_mut().filter(|entry| entry.is_own()) {
        match (entry.account_id(), entry.id_line) {
            (Some(id), Some(line)) if id != own_id => {
                let first = FirstMention {
                    text: &own_id,
                    line: first_line,
                };
                report_second_id(id, line, first, resolver);
            }
            // Entries without an id take it; the one that gives it has it already.
            _ => entry.account.account_id = Some(own_id.clone()),
        }
    }
}

fn report_second_id(id: &str, line: usize, first: FirstMention<'_>, resolver: &Resolver<'_>) {
    let what = format!(
        "account_id is {id} here and {} on line {}, for the same credentials",
        first.text, first.line
    );
    let hint = "entries without role_arn are one account; give one of them a role";
    resolver.report(line, what, hint);
}

/// The first account id given for the exporter's own credentials, and its line.
fn own_id(entries: &[Entry]) -> Option<(String, usize)> {
    entries
        .iter()
        .filter(|entry| entry.is_own())
        .find_map(|entry| Some((entry.account.account_id.clone()?, entry.id_line?)))
}

/// Reports an account that has two names, and a name that two accounts have.
pub(super) fn check_names(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut names = HashMap::new();
    let mut ids = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.is_known) {
        let Some(name) = &entry.account.name else {
            continue;
        };
        check_one_name(entry, name, &mut names, resolver);
        check_one_account(entry, name, &mut ids, resolver);
    }
}

/// `names` has the first name of each account.
fn check_one_name<'a>(
    entry: &'a Entry,
    name: &'a str,
    names: &mut HashMap<Option<&'a str>, FirstMention<'a>>,
    resolver: &Resolver<'_>,
) {
    let mention = FirstMention {
        text: name,
        line: entry.name_line,
    };
    let first = *names.entry(entry.account_id()).or_insert(mention);
    if first.text != name {
        report_second_name(entry, first, resolver);
    }
}

/// `ids` has the first account of each name.
fn check_one_account<'a>(
    entry: &'a Entry,
    name: &'a str,
    ids: &mut HashMap<&'a str, FirstMention<'a>>,
    resolver: &Resolver<'_>,
) {
    // The exporter's own account may turn out to be any of the others, so its name is not compared.
    let Some(id) = entry.account_id() else { return };
    let mention = FirstMention {
        text: id,
        line: entry.name_line,
    };
    let first = *ids.entry(name).or_insert(mention);
    if first.text != id {
        report_shared_name(entry, first, resolver);
    }
}

fn report_second_name(entry: &Entry, first: FirstMention<'_>, resolver: &Resolver<'_>) {
    let what = format!(
        "{} has another account_name on line {}",
        entry.account_in_words(),
        first.line
    );
    let hint = "give one account one name, in every entry that has it";
    resolver.report(entry.name_line, what, hint);
}

fn report_shared_name(entry: &Entry, first: FirstMention<'_>, resolver: &Resolver<'_>) {
    let what = format!(
        "{} has the account_name of account {} on line {}",
        entry.account_in_words(),
        first.text,
        first.line
    );
    let hint = "give each account a name of its own";
    resolver.report(entry.name_line, what, hint);
}

/// Reports an account and region that is given twice.
pub(super) fn check_targets(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut first_lines = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.is_known) {
        if entry.has_default_region {
            check_target(entry, None, entry.line, &mut first_lines, resolver);
        }
        for region in &entry.regions {
            let name = Some(region.name.as_str());
            check_target(entry, name, region.line, &mut first_lines, resolver);
        }
    }
}

fn check_target<'a>(
    entry: &'a Entry,
    region: Option<&'a str>,
    line: usize,
    first_lines: &mut HashMap<TargetKey<'a>, usize>,
    resolver: &Resolver<'_>,
) {
    let key = (entry.account_id(), region);
    let Some(first_line) = first_lines.get(&key) else {
        first_lines.insert(key, line);
        return;
    };
    let region = region.unwrap_or("the environment's region");
    let account = entry.account_in_words();
    let what = format!("{region} is given twice for {account}, first on line {first_line}");
    let hint = "one account and region is one target; remove one of them";
    resolver.report(line, what, hint);
}
