//! What the web server shows of discovery: whether to expect more targets, and what could not be
//! listed.

use std::sync::{Arc, Mutex, MutexGuard};

use super::accounts::member_count;
use crate::collect::SourceError;
use crate::config::Config;
use crate::discovery::{Directory, DiscoveryFailure, FailedPart};
use crate::http::{TargetRow, TargetState};
use crate::locks::locked;
use crate::metrics::{DiscoveryReport, ExporterMetrics};
use crate::model::Timestamp;

/// How the account of the exporter's own credentials is called as long as nobody knows its id.
const OWN_ACCOUNT: &str = "the exporter's own account";

/// What is shown of discovery.
#[derive(Debug, Default)]
pub(in crate::app) struct DiscoveryOutlook(Mutex<Shown>);

#[derive(Debug, Default)]
struct Shown {
    /// Whether the first discovery has not ended yet.
    is_awaited: bool,
    /// Whether the accounts should be listed, but never were.
    lacks_accounts: bool,
    failures: Vec<TargetRow>,
}

impl DiscoveryOutlook {
    /// Notes that a discovery begins, if the configuration asks for any.
    pub(in crate::app) fn begin(&self, config: &Config, known: &Directory) {
        let wants_any = config.discovery_interval().is_some();
        let mut shown = self.shown();
        shown.lacks_accounts = lacks_accounts(config, known);
        // Existing targets do not wait for those that a reload may add.
        shown.is_awaited = wants_any && known.is_empty();
        shown.failures.retain(|_| wants_any);
    }

    /// Shows what is known now, once its targets exist. `is_attempted`: whether a discovery has ended,
    /// successfully or not.
    pub(in crate::app) fn note(&self, config: &Config, known: &Directory, is_attempted: bool) {
        let failures = known.failures();
        let mut shown = self.shown();
        shown.is_awaited &= !is_attempted;
        shown.lacks_accounts = lacks_accounts(config, known);
        shown.failures = failures.iter().map(|failure| row(failure, known)).collect();
    }

    /// Whether the first discovery is still running.
    pub(in crate::app) fn is_awaited(&self) -> bool {
        self.shown().is_awaited
    }

    /// Whether there may be many more targets than those that are known.
    pub(in crate::app) fn is_incomplete(&self) -> bool {
        let shown = self.shown();
        shown.is_awaited || shown.lacks_accounts
    }

    /// What could not be listed, as rows among the targets.
    pub(in crate::app) fn failures(&self) -> Vec<TargetRow> {
        self.shown().failures.clone()
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        locked(&self.0)
    }
}

fn lacks_accounts(config: &Config, directory: &Directory) -> bool {
    config.organization.is_some() && !directory.has_accounts()
}

fn row(failure: &DiscoveryFailure, directory: &Directory) -> TargetRow {
    match &failure.part {
        FailedPart::Accounts => TargetRow {
            account_name: "the organization".to_owned(),
            state: TargetState::NotListed,
            detail: Some(detail("accounts", &failure.error)),
            ..TargetRow::default()
        },
        FailedPart::Regions(account) => TargetRow {
            account_id: account.clone().unwrap_or_default(),
            account_name: shown_name(directory.name_of(account), account.as_deref()).to_owned(),
            region: "all".to_owned(),
            state: TargetState::NotListed,
            detail: Some(detail("regions", &failure.error)),
            ..TargetRow::default()
        },
    }
}

/// The name of an account in the organization, or else what identifies it.
fn shown_name<'a>(name: Option<&'a str>, account_id: Option<&'a str>) -> &'a str {
    let name = name.filter(|name| !name.is_empty());
    name.or(account_id).unwrap_or(OWN_ACCOUNT)
}

fn detail(what: &str, error: &SourceError) -> String {
    format!("{what}: {}", error.reason.as_str())
}

/// A discovery that has ended, successfully or not.
#[derive(Clone, Debug)]
pub(in crate::app) struct EndedDiscovery {
    /// What was known then.
    pub(in crate::app) directory: Arc<Directory>,
    /// When it ended, if the clock is set.
    pub(in crate::app) at: Option<Timestamp>,
}

/// Shows in the metrics how a discovery went.
pub(in crate::app) fn report(own: &ExporterMetrics, config: &Config, ended: &EndedDiscovery) {
    let EndedDiscovery { directory, at } = ended;
    let failures = directory.failures().into_iter();
    let accounts = member_count(config, directory).filter(|_| directory.has_accounts());
    own.discovered(Some(&DiscoveryReport {
        ended: *at,
        accounts: accounts.map(|count| count as u64),
        failures: failures
            .map(|failure| (failure.account_id(), failure.error.reason))
            .collect(),
    }));
}
