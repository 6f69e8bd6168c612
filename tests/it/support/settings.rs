//! Configuration files for tests.

use ssm_compliance_exporter::config::{Config, parse_duration};

use super::{Aws, OTHER};

/// The settings of a test. The defaults are three targets, and a simulator that may be asked
/// quickly.
pub(crate) struct Settings {
    pub(crate) interval: &'static str,
    pub(crate) stale_after: &'static str,
    pub(crate) full_every: &'static str,
    pub(crate) requests_per_second: u32,
    pub(crate) attempt_timeout: &'static str,
    /// The section `accounts:` with all that is below it.
    pub(crate) accounts: String,
    /// More sections of the file.
    pub(crate) more: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval: "5m",
            stale_after: "1h",
            full_every: "6h",
            requests_per_second: 1000,
            attempt_timeout: "5s",
            accounts: format!(
                "accounts:\n  - regions: [eu-west-1, us-east-1]\n  - account_name: production\n    \
                 regions: [eu-west-1]\n    role_arn: {}\n",
                role(OTHER)
            ),
            more: "",
        }
    }
}

/// The role that the configuration names in an account.
pub(crate) fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/ssm-compliance-exporter")
}

impl Settings {
    /// Refreshes more than once a second, which no file may ask for, so that tests of changes are
    /// quick. Every refresh reads everything, so that each collector has something at which it can
    /// fail.
    pub(crate) fn quick() -> Self {
        Self {
            interval: "500ms",
            full_every: "500ms",
            attempt_timeout: "3s",
            ..Self::default()
        }
    }

    /// The text of the configuration file.
    pub(crate) fn yaml(&self, aws: &Aws) -> String {
        let Self {
            interval,
            stale_after,
            full_every,
            requests_per_second,
            attempt_timeout,
            accounts,
            more,
        } = self;
        format!(
            "refresh:\n  interval: {interval}\n  stale_after: {stale_after}\n  full_every: {full_every}\n\
             api:\n  requests_per_second: {requests_per_second}\n  attempt_timeout: {attempt_timeout}\n  \
             endpoint_url: {}\n{accounts}{more}",
            aws.url
        )
    }

    /// The configuration that the program reads from that file, but with intervals that are as
    /// short as the test wants them.
    pub(crate) fn config(&self, aws: &Aws) -> Config {
        let slow = Self {
            interval: "1s",
            full_every: "1s",
            accounts: self.accounts.clone(),
            ..*self
        };
        let config = Config::parse(&slow.yaml(aws), "test.yaml", |_| None);
        let mut config = config.unwrap_or_else(|error| panic!("{error}"));
        config.refresh.interval = parse_duration(self.interval).unwrap();
        config.refresh.full_every = parse_duration(self.full_every).unwrap();
        config
    }
}
