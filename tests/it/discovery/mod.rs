//! Accounts and regions that are found: they join and leave as AWS has them, and a failure takes
//! nothing away.

mod accounts;
mod commands;
mod failures;
mod regions;
mod reloads;

use std::collections::BTreeSet;

use ssm_simulator::{Fault, Options};

use crate::support::{Aws, Exporter, OWN, Page, Settings};

/// The role that is assumed in each account.
const ROLE: &str = "ssm-compliance-exporter";

/// The id of an account; that of the first is [`OWN`], which manages the organization.
fn account(number: u64) -> String {
    let first: u64 = OWN.parse().unwrap();
    format!("{:012}", first + number)
}

/// An organization of so many accounts with these regions.
async fn organization(accounts: u64, regions: &[&str]) -> Aws {
    Aws::start(Options {
        instances: 3,
        accounts: (0..accounts).map(account).collect(),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        ..Options::default()
    })
    .await
}

/// Settings with an `organization`, which is listed every second. `more` are keys of it.
fn settings(more: &str) -> Settings {
    settings_every("1s", more)
}

/// Settings with an `organization` that is listed at this interval.
fn settings_every(refresh: &str, more: &str) -> Settings {
    Settings {
        accounts: format!("organization:\n  role_name: {ROLE}\n  refresh: {refresh}\n{more}"),
        attempt_timeout: "1s",
        ..Settings::default()
    }
}

fn faults(texts: &[String]) -> Vec<Fault> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// The accounts and regions that the page has.
fn targets(page: &Page) -> BTreeSet<(String, String)> {
    let targets = page.matching("aws_ssm_target_info", &[]);
    targets
        .map(|(series, _)| {
            let label = |key| series.label(key).to_owned();
            (label("account_id"), label("region"))
        })
        .collect()
}

/// The targets that are up.
fn fresh(page: &Page) -> usize {
    page.matching("aws_ssm_up", &[])
        .filter(|(_, up)| *up > 0.5)
        .count()
}

fn accounts_of(page: &Page) -> BTreeSet<String> {
    targets(page)
        .into_iter()
        .map(|(account, _)| account)
        .collect()
}

fn is_success(page: &Page) -> bool {
    page.value("aws_ssm_exporter_discovery_success", &[]) == Some(1.0)
}

/// When the last discovery that listed everything ended.
fn last_success(page: &Page) -> Option<f64> {
    page.value(
        "aws_ssm_exporter_discovery_last_success_timestamp_seconds",
        &[],
    )
}

/// The reason for which something could not be listed: the regions of an account, or the accounts.
fn reason(page: &Page, account_id: &str) -> Option<String> {
    let labels = [("account_id", account_id)];
    let mut errors = page.matching("aws_ssm_exporter_discovery_error_info", &labels);
    errors
        .next()
        .map(|(series, _)| series.label("reason").to_owned())
}

async fn until_up(exporter: &Exporter, what: &str, count: usize) -> Page {
    exporter.until(what, |page| fresh(page) == count).await
}
