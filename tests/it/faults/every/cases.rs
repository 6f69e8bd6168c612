//! The faults, and what the page must say of each.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::{Fault, FaultKind};

use crate::faults::{COLLECTORS, OPERATIONS};
use crate::support::Page;

/// How the page tells of a fault.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// Every collector fails, for this reason.
    Target(&'static str),
    /// This collector fails, for this reason.
    Collector(&'static str, &'static str),
    /// Nothing fails yet, but failed attempts are counted with this reason, and the target has
    /// learnt to ask more slowly.
    Attempts(&'static str),
}

/// A target, and what is wrong with it.
pub(super) struct Case {
    pub(super) account: String,
    pub(super) fault: Option<Fault>,
    named: Named,
}

/// Faults of every call that a target makes.
const KINDS: [(FaultKind, Named); 9] = [
    (FaultKind::Deny, Named::Target("access_denied")),
    (FaultKind::ExpiredToken, Named::Target("expired_token")),
    (
        FaultKind::InvalidCredentials,
        Named::Target("invalid_credentials"),
    ),
    (FaultKind::Error500, Named::Target("server_error")),
    (FaultKind::Html503, Named::Target("server_error")),
    (FaultKind::Html200, Named::Target("bad_response")),
    (FaultKind::Truncate, Named::Target("bad_response")),
    (FaultKind::Reset, Named::Target("network")),
    // Throttled calls are made again, ever more slowly. Giving them up takes longer than this test
    // runs.
    (FaultKind::ThrottleRetryAfter, Named::Attempts("throttled")),
];

/// A metric family of each collector that is on the page exactly as long as the collector has data.
const FAMILIES: [(&str, &str); 7] = [
    ("instances", "aws_ssm_instance_info"),
    ("compliance", "aws_ssm_instance_compliant"),
    ("compliance_totals", "aws_ssm_compliance_resources"),
    ("patches", "aws_ssm_instance_patches"),
    ("baselines", "aws_ssm_patch_baseline_info"),
    ("associations", "aws_ssm_association_info"),
    ("items", "aws_ssm_instance_noncompliant_association_info"),
];

pub(super) fn cases() -> Vec<Case> {
    let kinds = KINDS
        .into_iter()
        .map(|(kind, named)| (Some(Fault::always(kind)), named));
    let denied = OPERATIONS.into_iter().map(|(operation, collector)| {
        (
            Some(Fault::always(FaultKind::Deny).of(operation)),
            Named::Collector(collector, "access_denied"),
        )
    });
    let bad_rows = ["instances", "compliance"].into_iter().map(|collector| {
        let (operation, _) = OPERATIONS
            .into_iter()
            .find(|(_, name)| *name == collector)
            .unwrap();
        (
            Some(Fault::always(FaultKind::BadRow).of(operation)),
            Named::Collector(collector, "bad_response"),
        )
    });
    // One operation that never answers is enough to wait for. The soak has an endpoint that never
    // answers at all.
    let silence = Fault::always(FaultKind::Hang).of("DescribeInstanceInformation");
    let bad_rows = bad_rows.chain([(Some(silence), Named::Collector("instances", "timeout"))]);
    let role = Fault::always(FaultKind::Deny).of("AssumeRole");
    let all = kinds
        .chain(denied)
        .chain(bad_rows)
        .chain([(Some(role), Named::Target("assume_role_failed"))]);
    // Nothing is wrong with the first target.
    let all = [(None, Named::Attempts(""))].into_iter().chain(all);
    let account = |number: usize| format!("{:012}", 500_000_000_000_u64 + number as u64);
    all.enumerate()
        .map(|(number, (fault, named))| Case {
            account: account(number),
            fault,
            named,
        })
        .collect()
}

impl Case {
    pub(super) fn labels(&self) -> [(&str, &str); 2] {
        [("account_id", &self.account), ("region", "eu-west-1")]
    }

    pub(super) fn of_collector(&self, page: &Page, name: &str, collector: &str) -> Option<f64> {
        let [account, region] = self.labels();
        page.value(
            &format!("aws_ssm_collector_{name}"),
            &[account, region, ("collector", collector)],
        )
    }

    /// The collectors that fail, each with its reason.
    pub(super) fn failures(&self, page: &Page) -> BTreeMap<String, String> {
        let labels = self.labels();
        let info = page.matching("aws_ssm_collector_error_info", &labels);
        let failures: BTreeMap<String, String> = info
            .map(|(series, _)| {
                (
                    series.label("collector").to_owned(),
                    series.label("reason").to_owned(),
                )
            })
            .collect();
        let failed = page
            .matching("aws_ssm_collector_success", &labels)
            .filter(|(_, value)| *value < 0.5);
        let failed: BTreeSet<&str> = failed
            .map(|(series, _)| series.label("collector"))
            .collect();
        assert!(
            failed
                .iter()
                .copied()
                .eq(failures.keys().map(String::as_str)),
            "each with one reason: {failed:?}"
        );
        failures
    }

    pub(super) fn is_named(&self, page: &Page) -> bool {
        let failures = self.failures(page);
        match self.named {
            Named::Target(reason) => COLLECTORS
                .iter()
                .all(|name| failures.get(*name).is_some_and(|it| it == reason)),
            Named::Collector(name, reason) => {
                failures.get(name).is_some_and(|it| it == reason) && failures.len() == 1
            }
            Named::Attempts(reason) => {
                let labels = self.labels();
                let errors = page.matching("aws_ssm_exporter_api_errors_total", &labels);
                let errors = errors.filter(|(series, _)| series.label("reason") == reason);
                let mut limits =
                    page.matching("aws_ssm_exporter_api_requests_per_second_limit", &labels);
                let slower = errors.map(|(_, count)| count).sum::<f64>() > 3.0
                    && limits.any(|(_, limit)| limit < 100.0);
                self.fault.is_none() || slower
            }
        }
    }

    /// The collectors whose data is dropped within the time of this test. Attempts that take long
    /// keep their data alive for longer.
    fn affected(&self) -> Vec<&'static str> {
        match self.named {
            Named::Collector(name, _) => vec![name],
            Named::Target(_) => COLLECTORS.into(),
            Named::Attempts(_) => vec![],
        }
    }

    pub(super) fn is_well(&self, page: &Page) -> bool {
        let up = page
            .value("aws_ssm_up", &self.labels())
            .is_some_and(|up| up > 0.5);
        let success = |name: &str| {
            self.of_collector(page, "success", name)
                .is_some_and(|value| value > 0.5)
        };
        up && COLLECTORS.iter().all(|name| success(name))
    }

    /// What the page says of the fleet, without how the collectors get on.
    pub(super) fn series(&self, page: &Page) -> BTreeSet<String> {
        let mine = page.fleet().filter(|(series, _)| {
            series.label("account_id") == self.account
                && series.name != "aws_ssm_up"
                && !series.name.starts_with("aws_ssm_collector_")
        });
        mine.map(|(series, value)| format!("{series:?} {value}"))
            .collect()
    }

    pub(super) fn has(&self, page: &Page, collector: &str) -> bool {
        let (_, family) = FAMILIES
            .into_iter()
            .find(|(name, _)| *name == collector)
            .unwrap();
        page.count(family, &self.labels()) > 0
    }

    /// Whether everything that is too old has gone. Nothing else may have gone with it.
    pub(super) fn is_dropped(&self, page: &Page) -> bool {
        let affected = self.affected();
        if affected.is_empty() {
            return true;
        }
        for collector in COLLECTORS
            .into_iter()
            .filter(|collector| !affected.contains(collector))
        {
            // Baselines are shown where patch states name them, and items are read where summaries
            // ask for them: these two go with what they rest on.
            let stands = match collector {
                "baselines" => !affected.contains(&"patches") && self.has(page, "patches"),
                "items" => self.has(page, "compliance"),
                _ => true,
            };
            assert!(
                !stands || self.has(page, collector),
                "{}: {affected:?} takes {collector} along",
                self.account
            );
        }
        let gone = !affected.iter().any(|collector| self.has(page, collector));
        if gone && affected.len() == COLLECTORS.len() {
            let left = page
                .fleet()
                .filter(|(series, _)| series.label("account_id") == self.account);
            let left: BTreeSet<&str> = left.map(|(series, _)| series.name.as_str()).collect();
            return left.len() == 7 && left.iter().all(|name| about_target(name));
        }
        gone
    }
}

/// Whether a series says how a target gets on, and nothing of what is in it.
fn about_target(name: &str) -> bool {
    name == "aws_ssm_up" || name == "aws_ssm_target_info" || name.starts_with("aws_ssm_collector_")
}
