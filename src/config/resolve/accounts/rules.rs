//! The rules across entries: one account has one id and one name, and one account and region is
//! one target.

use std::collections::HashMap;

use super::entry::Entry;
use crate::config::first_lines::FirstLines;
use crate::config::resolve::regions::ListedRegion;
use crate::config::resolve::resolver::Resolver;

/// Where something was said first.
#[derive(Clone, Copy)]
struct FirstMention<'a> {
    text: &'a str,
    line: usize,
}

/// An account and region; `None` stands for what the environment gives.
type TargetKey<'a> = (Option<&'a str>, Option<&'a str>);

/// The first account id given for the exporter's own credentials.
struct OwnId {
    id: String,
    line: usize,
}

/// Gives every entry without a role the account id that one of them has. They all are the account
/// of the exporter's own credentials, so they cannot say different things of it.
pub(super) fn share_own_id(entries: &mut [Entry], resolver: &Resolver<'_>) {
    let Some(own_id) = entries.iter().find_map(OwnId::of) else {
        return;
    };
    for entry in entries.iter_mut().filter(|entry| entry.is_own()) {
        own_id.share_with(entry, resolver);
    }
}

impl OwnId {
    fn of(entry: &Entry) -> Option<Self> {
        if !entry.is_own() {
            return None;
        }
        let id = entry.account.account_id.clone()?;
        let line = entry.id_line?;
        Some(Self { id, line })
    }

    fn share_with(&self, entry: &mut Entry, resolver: &Resolver<'_>) {
        match (entry.account_id(), entry.id_line) {
            (Some(id), Some(line)) if id != self.id => self.report_second(id, line, resolver),
            // Entries without an id take it; the one that gives it has it already.
            _ => entry.account.account_id = Some(self.id.clone()),
        }
    }

    fn report_second(&self, id: &str, line: usize, resolver: &Resolver<'_>) {
        let Self {
            id: first,
            line: first_line,
        } = self;
        let what = format!(
            "account_id is {id} here and {first} on line {first_line}, for the same credentials"
        );
        let hint = "entries without role_arn are one account; give one of them a role";
        resolver.report(line, what, hint);
    }
}

/// Reports an account that has two names, and a name that two accounts have.
pub(super) fn check_names(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut first_names = FirstNames::default();
    for entry in entries.iter().filter(|entry| entry.is_known) {
        if let Some(name) = &entry.account.name {
            first_names.check_one_name(entry, name, resolver);
            first_names.check_one_account(entry, name, resolver);
        }
    }
}

/// The names that accounts were given first.
#[derive(Default)]
struct FirstNames<'a> {
    name_of_account: HashMap<Option<&'a str>, FirstMention<'a>>,
    account_of_name: HashMap<&'a str, FirstMention<'a>>,
}

impl<'a> FirstNames<'a> {
    fn check_one_name(&mut self, entry: &'a Entry, name: &'a str, resolver: &Resolver<'_>) {
        let here = FirstMention::beside_name(entry, name);
        let first = *self
            .name_of_account
            .entry(entry.account_id())
            .or_insert(here);
        if first.text != name {
            report_second_name(entry, first, resolver);
        }
    }

    fn check_one_account(&mut self, entry: &'a Entry, name: &'a str, resolver: &Resolver<'_>) {
        // The exporter's own account may turn out to be any of the others, so its name is not
        // compared.
        let Some(id) = entry.account_id() else { return };
        let here = FirstMention::beside_name(entry, id);
        let first = *self.account_of_name.entry(name).or_insert(here);
        if first.text != id {
            report_shared_name(entry, first, resolver);
        }
    }
}

impl<'a> FirstMention<'a> {
    /// What an entry says on the line of its name.
    fn beside_name(entry: &Entry, text: &'a str) -> Self {
        let line = entry.name_line;
        Self { text, line }
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

/// An account and region that an entry gives.
struct GivenTarget<'a> {
    entry: &'a Entry,
    /// `None` stands for the region of the environment.
    region: Option<&'a str>,
    line: usize,
}

/// Reports an account and region that is given twice.
pub(super) fn check_targets(entries: &[Entry], resolver: &Resolver<'_>) {
    let mut first_lines = FirstLines::new();
    let known = entries.iter().filter(|entry| entry.is_known);
    for target in known.flat_map(targets_of) {
        if let Some(first_line) = first_lines.note(target.key(), target.line) {
            target.report_repetition(first_line, resolver);
        }
    }
}

fn targets_of(entry: &Entry) -> Vec<GivenTarget<'_>> {
    if entry.has_default_region {
        return vec![GivenTarget::of_environment(entry)];
    }
    let regions = entry.regions.iter();
    regions
        .map(|region| GivenTarget::listed(entry, region))
        .collect()
}

impl<'a> GivenTarget<'a> {
    fn of_environment(entry: &'a Entry) -> Self {
        Self {
            entry,
            region: None,
            line: entry.line,
        }
    }

    fn listed(entry: &'a Entry, region: &'a ListedRegion) -> Self {
        Self {
            entry,
            region: Some(&region.name),
            line: region.line,
        }
    }

    /// What two mentions of the same target have in common.
    fn key(&self) -> TargetKey<'a> {
        (self.entry.account_id(), self.region)
    }

    fn report_repetition(&self, first_line: usize, resolver: &Resolver<'_>) {
        let region = self.region.unwrap_or("the environment's region");
        let account = self.entry.account_in_words();
        let what = format!("{region} is given twice for {account}, first on line {first_line}");
        let hint = "one account and region is one target; remove one of them";
        resolver.report(self.line, what, hint);
    }
}

/// Reports an entry for an account whose regions are all read by another entry.
pub(super) fn check_all_is_given_once(entries: &[Entry], resolver: &Resolver<'_>) {
    let known: Vec<&Entry> = entries.iter().filter(|entry| entry.is_known).collect();
    for all in known.iter().filter(|entry| entry.has_all_regions()) {
        let others = known
            .iter()
            .filter(|other| other.account_id() == all.account_id() && !other.has_all_regions());
        for other in others {
            report_beside_all(other, all.line, resolver);
        }
    }
}

fn report_beside_all(entry: &Entry, line_of_all: usize, resolver: &Resolver<'_>) {
    let account = entry.account_in_words();
    let what = format!("all regions of {account} are read by the entry on line {line_of_all}");
    let hint =
        "one account and region is one target; remove this entry, or name the regions of both";
    resolver.report(entry.line, what, hint);
}
