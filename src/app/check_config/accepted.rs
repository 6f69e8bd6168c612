//! What was accepted, in words.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use super::discovered::DiscoveredAccounts;
use crate::app::configured::regions;
use crate::app::fleet::selection;
use crate::aws::RegionOrigin;
use crate::config::forms::is_known_region;
use crate::config::{Account, Config, Regions};
use crate::model::{Collector, Selection};

/// A configuration that can be used in this environment. `Display` says what the program makes of
/// it, over several lines.
pub(super) struct Accepted<'a> {
    pub(super) file: Option<&'a Path>,
    pub(super) config: &'a Config,
    /// The region of the environment or profile.
    pub(super) region: Option<String>,
    /// What names that region.
    pub(super) origin: Option<&'a RegionOrigin>,
}

impl fmt::Display for Accepted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_verdict(f)?;
        for account in &self.config.accounts {
            self.write_account(account, f)?;
        }
        if let Some(organization) = &self.config.organization {
            write!(f, "{}", DiscoveredAccounts(organization))?;
        }
        self.write_collectors(f)?;
        self.write_endpoint(f)?;
        self.write_notes(f)
    }
}

impl Accepted<'_> {
    fn write_verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accounts = counted(self.config.accounts.len(), "account");
        let targets = counted(self.targets().count(), "target");
        match self.file {
            Some(file) => write!(f, "{} is valid", file.display())?,
            None => f.write_str("the configuration without a file is valid")?,
        }
        let more = match self.config.discovery_interval() {
            Some(_) => ", and those that are discovered",
            None => "",
        };
        writeln!(f, ": {accounts}, {targets}{more}")
    }

    fn write_account(&self, account: &Account, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "account {}", account_in_words(account))?;
        match &account.role_arn {
            Some(role) => write_role(role, account, f)?,
            None => writeln!(f, "  credentials: the default AWS credential chain")?,
        }
        for region in regions(account, self.region.as_deref()) {
            writeln!(f, "  target: {region}, from {}", self.origin_of(account))?;
        }
        if account.regions == Regions::Enabled {
            writeln!(
                f,
                "  targets: every region that is enabled for the account, as AWS lists them"
            )?;
        }
        Ok(())
    }

    /// What names the regions of an account.
    fn origin_of(&self, account: &Account) -> String {
        match self.origin {
            Some(origin) if account.regions == Regions::OfEnvironment => origin.to_string(),
            _ => "the file".to_owned(),
        }
    }

    fn write_collectors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selection = selection(self.config);
        let (on, off): (Vec<_>, Vec<_>) = Collector::ALL
            .into_iter()
            .partition(|collector| selection.has(*collector));
        let (unasked, off): (Vec<_>, Vec<_>) = off
            .into_iter()
            .partition(|collector| serves_selected_type(*collector, &selection));
        writeln!(f, "collectors on: {}", names(&on))?;
        if !off.is_empty() {
            writeln!(f, "collectors off by compliance_types: {}", names(&off))?;
        }
        unasked
            .into_iter()
            .try_for_each(|collector| write_unasked(collector, f))
    }

    fn write_endpoint(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.config.api.endpoint_url {
            Some(url) => writeln!(f, "endpoint: {url} in the place of AWS"),
            None => Ok(()),
        }
    }

    fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for region in self.unknown_regions() {
            writeln!(
                f,
                "note: {region} is not a region that this version knows; if it is not a new one, check its spelling"
            )?;
        }
        for (name, id) in self.names_in_doubt() {
            writeln!(
                f,
                "note: {name} is the name of account {id} and of the exporter's own; if they are two accounts, give \
                 each a name of its own"
            )?;
        }
        Ok(())
    }

    fn unknown_regions(&self) -> BTreeSet<String> {
        let organization = self.config.organization.iter();
        let of_members = organization.flat_map(|it| it.regions.listed()).cloned();
        let regions = self.targets().chain(of_members);
        regions.filter(|it| !is_known_region(it)).collect()
    }

    /// The names that the account of the exporter's own credentials, whose id only AWS can tell, has
    /// in common with another entry, with the account id of that.
    fn names_in_doubt(&self) -> BTreeSet<(&str, &str)> {
        let accounts = &self.config.accounts;
        let own_names: BTreeSet<&str> = accounts
            .iter()
            .filter(|account| account.account_id.is_none())
            .filter_map(|account| account.name.as_deref())
            .collect();
        let named = accounts
            .iter()
            .filter_map(|account| Some((account.name.as_deref()?, account.account_id.as_deref()?)));
        named.filter(|(name, _)| own_names.contains(name)).collect()
    }

    /// The region of each target.
    fn targets(&self) -> impl Iterator<Item = String> {
        let accounts = self.config.accounts.iter();
        accounts.flat_map(|account| regions(account, self.region.as_deref()))
    }
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

fn account_in_words(account: &Account) -> String {
    match (&account.name, &account.account_id) {
        (Some(name), Some(id)) => format!("{name} ({id})"),
        (Some(name), None) => format!("{name} (of the exporter's own credentials)"),
        (None, Some(id)) => id.clone(),
        (None, None) => "of the exporter's own credentials".to_owned(),
    }
}

fn write_role(role: &str, account: &Account, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // That there is one is worth knowing; what it is stays a secret.
    let external_id = match &account.external_id {
        Some(_) => ", with an external id",
        None => "",
    };
    writeln!(f, "  role: {role}{external_id}")
}

fn serves_selected_type(collector: Collector, selection: &Selection) -> bool {
    let served = collector.serves();
    served.is_none_or(|compliance_type| selection.has_type(compliance_type.as_str()))
}

/// Writes which key would ask for a collector that is off by default.
fn write_unasked(collector: Collector, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = collector.as_str();
    match collector.asked_for_by() {
        Some(key) => writeln!(f, "collector off unless {key} asks for it: {name}"),
        None => writeln!(f, "collector off: {name}"),
    }
}

fn names(collectors: &[Collector]) -> String {
    let names: Vec<&str> = collectors.iter().map(|it| it.as_str()).collect();
    names.join(", ")
}
