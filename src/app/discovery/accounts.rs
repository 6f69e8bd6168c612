//! The accounts that are read: those that the configuration lists, and those that were found.

use crate::app::configured::ConfiguredTarget;
use crate::config::forms::{partition_of_arn, partition_of_region};
use crate::config::{Account, Config, Organization, Regions};
use crate::discovery::{AccountRow, Directory};
use crate::model::free_text;

/// The partition of most accounts.
const COMMON_PARTITION: &str = "aws";

/// The accounts that are read: those of the configuration, then those that were found. For an account
/// with `[all]` these are the regions that are known; without any, the account is left out.
pub(in crate::app) fn accounts_to_read(config: &Config, directory: &Directory) -> Vec<Account> {
    let accounts = config.accounts.iter().cloned();
    let accounts = accounts.chain(members(config, directory));
    accounts
        .filter_map(|account| with_known_regions(account, directory))
        .collect()
}

/// The accounts whose enabled regions have to be asked for.
pub(super) fn accounts_to_ask(config: &Config, directory: &Directory) -> Vec<Account> {
    let accounts = config.accounts.iter().cloned();
    let accounts = accounts.chain(members(config, directory));
    accounts
        .filter(|account| account.regions == Regions::Enabled)
        .collect()
}

/// Assumes that what is read already goes on to exist, as far as nothing was listed yet. A reload that
/// leaves accounts or regions to discovery ends none of their targets before it has listed any.
pub(in crate::app) fn assume_read(
    directory: &mut Directory,
    config: &Config,
    read: &[ConfiguredTarget<'_>],
) {
    if config.organization.is_some() {
        directory.assume_accounts(read.iter().filter_map(|target| row_of(target.account)));
    }
    for account in accounts_to_ask(config, directory) {
        let targets = read
            .iter()
            .filter(|target| target.account.account_id == account.account_id);
        let regions = targets.map(|target| target.region.clone()).collect();
        directory.assume_regions(account.account_id, regions);
    }
}

/// An account as the organization would list it, if its id is known.
fn row_of(account: &Account) -> Option<AccountRow> {
    let id = account.account_id.clone()?;
    let role = account.role_arn.as_deref();
    Some(AccountRow {
        name: account.name.clone().unwrap_or_default(),
        partition: role.and_then(partition_of_arn).map(str::to_owned),
        is_active: true,
        id,
    })
}

/// How many accounts of the organization are known and not excluded; `None` without an organization.
pub(super) fn member_count(config: &Config, directory: &Directory) -> Option<usize> {
    let organization = config.organization.as_ref()?;
    Some(included(organization, directory).count())
}

/// The ids of the accounts that were found and also have entries in the configuration.
pub(super) fn left_to_entries(config: &Config, directory: &Directory) -> Vec<String> {
    let organization = config.organization.iter();
    let found = organization.flat_map(|organization| included(organization, directory));
    found
        .filter(|found| has_entry(config, directory, &found.id))
        .map(|found| found.id.clone())
        .collect()
}

/// The partition of the organization, or of an account without a role, as far as the configuration
/// and the environment reveal it.
pub(super) fn partition_of(config: &Config, default_region: Option<&str>) -> String {
    let organization = config.organization.iter();
    let lister = organization
        .clone()
        .find_map(|it| it.lister_role_arn.as_deref());
    let regions = organization.map(|organization| &organization.regions);
    let regions = regions.chain(config.accounts.iter().map(|account| &account.regions));
    let mut regions = regions.flat_map(Regions::listed).map(String::as_str);
    let partition = lister
        .and_then(partition_of_arn)
        .or_else(|| regions.find_map(partition_of_region))
        .or_else(|| default_region.and_then(partition_of_region));
    partition.unwrap_or(COMMON_PARTITION).to_owned()
}

/// The accounts of the organization that have no entry, and are read because they were found.
fn members(config: &Config, directory: &Directory) -> Vec<Account> {
    let Some(organization) = &config.organization else {
        return Vec::new();
    };
    let partition = partition_of(config, None);
    included(organization, directory)
        // The author of an entry knows how the account is to be read.
        .filter(|found| !has_entry(config, directory, &found.id))
        .map(|found| member(organization, &partition, found))
        .collect()
}

fn included<'a>(
    organization: &'a Organization,
    directory: &'a Directory,
) -> impl Iterator<Item = &'a AccountRow> {
    let excluded = &organization.exclude_accounts;
    directory
        .accounts()
        .filter(|found| !excluded.contains(&found.id))
}

/// Whether the configuration has an entry for the account.
fn has_entry(config: &Config, directory: &Directory, account_id: &str) -> bool {
    config.accounts.iter().any(|entry| match &entry.account_id {
        Some(id) => id == account_id,
        // The entry is for the exporter's own account.
        None => directory.own_account() == Some(account_id),
    })
}

/// The entry that a person would write for an account that was found.
fn member(organization: &Organization, partition: &str, found: &AccountRow) -> Account {
    let AccountRow { id, name, .. } = found;
    let partition = found.partition.as_deref().unwrap_or(partition);
    let role = &organization.role_name;
    let name = free_text(name);
    Account {
        name: (!name.trim().is_empty()).then(|| name.into_owned()),
        account_id: Some(id.clone()),
        regions: organization.regions.clone(),
        role_arn: Some(format!("arn:{partition}:iam::{id}:role/{role}")),
        ..Account::default()
    }
}

fn with_known_regions(mut account: Account, directory: &Directory) -> Option<Account> {
    if account.regions == Regions::Enabled {
        let known = directory.regions_of(&account.account_id);
        if known.is_empty() {
            return None;
        }
        account.regions = Regions::Listed(known.to_vec());
    }
    Some(account)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const ORGANIZATION: &str = "organization:\n  role_name: path/reader\n";

    fn config(text: &str) -> Config {
        Config::parse(text, "test.yaml", |_| None).unwrap_or_else(|error| panic!("{error}"))
    }

    fn row(id: &str, name: &str, partition: Option<&str>) -> AccountRow {
        AccountRow {
            id: id.to_owned(),
            name: name.to_owned(),
            partition: partition.map(str::to_owned),
            is_active: true,
        }
    }

    /// What is known of three accounts, of which the first has told its regions.
    fn directory() -> Directory {
        let mut directory = Directory::default();
        let rows = ["111122223333", "222233334444", "333344445555"].map(|id| row(id, "", None));
        directory
            .take_accounts(Ok(rows.to_vec()))
            .expect("believed");
        let regions = vec!["eu-north-1".to_owned(), "us-east-1".to_owned()];
        let account = Some("111122223333".to_owned());
        directory.take_regions(account, Ok(regions)).expect("taken");
        directory
    }

    /// What is read, by account: its regions.
    fn read(text: &str, directory: &Directory) -> BTreeMap<String, Vec<String>> {
        accounts_to_read(&config(text), directory)
            .into_iter()
            .map(|it| {
                (
                    it.account_id.unwrap_or_default(),
                    it.regions.listed().to_vec(),
                )
            })
            .collect()
    }

    #[test]
    fn a_member_is_read_through_its_role_in_its_partition_under_its_name() {
        let text = format!("{ORGANIZATION}  regions: [cn-north-1]\n");
        for (partition, arn) in [
            (
                Some("aws-us-gov"),
                "arn:aws-us-gov:iam::111122223333:role/path/reader",
            ),
            (None, "arn:aws-cn:iam::111122223333:role/path/reader"),
        ] {
            let mut directory = Directory::default();
            let found = row("111122223333", "team\u{7} one", partition);
            directory.take_accounts(Ok(vec![found])).expect("believed");
            let accounts = accounts_to_read(&config(&text), &directory);
            assert_eq!(accounts[0].role_arn.as_deref(), Some(arn));
            assert_eq!(accounts[0].name.as_deref(), Some("team one"));
        }
    }

    #[test]
    fn excluded_accounts_are_not_read_and_those_with_entries_as_the_entry_says() {
        let text = format!(
            "{ORGANIZATION}  regions: [eu-west-1]\n  exclude_accounts: ['333344445555']\n\
             accounts:\n  - regions: [us-east-1]\n    role_arn: arn:aws:iam::222233334444:role/x\n"
        );
        let read = read(&text, &directory());
        assert_eq!(read.len(), 2);
        assert_eq!(read["111122223333"], ["eu-west-1"]);
        assert_eq!(read["222233334444"], ["us-east-1"]);
        assert_eq!(member_count(&config(&text), &directory()), Some(2));
        assert_eq!(
            left_to_entries(&config(&text), &directory()),
            ["222233334444"]
        );
    }

    #[test]
    fn the_exporters_own_account_is_left_to_its_entry_once_it_is_known_which_it_is() {
        let text =
            format!("{ORGANIZATION}  regions: [eu-west-1]\naccounts: [{{regions: [us-east-1]}}]\n");
        let mut directory = directory();
        assert_eq!(accounts_to_read(&config(&text), &directory).len(), 4);
        directory.note_own_account("333344445555");
        assert_eq!(accounts_to_read(&config(&text), &directory).len(), 3);
    }

    #[test]
    fn all_regions_are_those_that_are_known_and_an_account_without_any_is_not_read() {
        let text = format!("{ORGANIZATION}  regions: [all]\naccounts: [{{regions: [all]}}]\n");
        let mut directory = directory();
        let read_now = read(&text, &directory);
        assert_eq!(read_now.len(), 1);
        assert_eq!(read_now["111122223333"], ["eu-north-1", "us-east-1"]);
        assert_eq!(accounts_to_ask(&config(&text), &directory).len(), 4);
        directory
            .take_regions(None, Ok(vec!["eu-west-1".to_owned()]))
            .expect("taken");
        assert_eq!(read(&text, &directory)[""], ["eu-west-1"]);
    }

    #[test]
    fn the_partition_is_the_listers_or_that_of_a_region() {
        let lister = "  lister_role_arn: arn:aws-us-gov:iam::111122223333:role/x\n";
        for (text, region, partition) in [
            (format!("{ORGANIZATION}  regions: [all]\n"), None, "aws"),
            (
                format!("{ORGANIZATION}  regions: [all]\n"),
                Some("cn-north-1"),
                "aws-cn",
            ),
            (
                format!("{ORGANIZATION}  regions: [eusc-de-east-1]\n"),
                None,
                "aws-eusc",
            ),
            (
                format!("{ORGANIZATION}{lister}  regions: [all]\n"),
                Some("eu-west-1"),
                "aws-us-gov",
            ),
            (
                "accounts: [{regions: [all]}]\n".to_owned(),
                Some("cn-north-1"),
                "aws-cn",
            ),
        ] {
            assert_eq!(partition_of(&config(&text), region), partition, "{text}");
        }
    }
}
