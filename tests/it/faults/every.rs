//! Every kind of fault at once, each in a target of its own, beside one in which nothing is wrong.
//!
//! Of each the same is asked: the page names the collectors that fail and why; what was last good
//! stays, and goes when it is too old; an exporter that starts in the middle of it shows nothing
//! that is not so; and the first refresh after the fault brings back everything. The one that is
//! well is fresh all the time.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::{Fault, FaultKind, Options};
use tokio::time::{Duration, Instant, sleep};

use super::{COLLECTORS, OPERATIONS};
use crate::support::{Aws, Exporter, OWN, Page, Settings, role};

const INTERVAL: Duration = Duration::from_secs(2);
/// Refreshes are due every [`INTERVAL`]; the rest is for two cores that do other things, too.
const FRESH: Duration = Duration::from_secs(15);
/// Data is dropped ten seconds after it was confirmed, which may have been some seconds before a
/// fault began.
const KEPT: Duration = Duration::from_secs(6);
/// Long enough for silence to be noticed, and then to be too old.
const PATIENCE: Duration = Duration::from_secs(50);

/// What the page says of a fault.
#[derive(Clone, Copy)]
enum Named {
    /// Every collector fails, with this reason.
    Target(&'static str),
    /// One collector fails, with this reason.
    Collector(&'static str, &'static str),
    /// Nothing fails yet: attempts are counted, with this reason, and the target has learnt to go
    /// slower.
    Attempts(&'static str),
}

/// One target and what is wrong with it.
struct Case {
    account: String,
    fault: Option<Fault>,
    named: Named,
}

/// Faults of everything that is called.
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
    // Throttled calls are made again, ever more slowly: they are given up after more time than this
    // test has.
    (FaultKind::ThrottleRetryAfter, Named::Attempts("throttled")),
];

/// Collectors, and a family that is there exactly as long as the collector has data.
const FAMILIES: [(&str, &str); 7] = [
    ("instances", "aws_ssm_instance_info"),
    ("compliance", "aws_ssm_instance_compliant"),
    ("compliance_totals", "aws_ssm_compliance_resources"),
    ("patches", "aws_ssm_instance_patches"),
    ("baselines", "aws_ssm_patch_baseline_info"),
    ("associations", "aws_ssm_association_info"),
    ("items", "aws_ssm_instance_noncompliant_association_info"),
];

fn cases() -> Vec<Case> {
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
    // One operation that says nothing is enough to wait for; an endpoint that never does is in the
    // soak.
    let silence = Fault::always(FaultKind::Hang).of("DescribeInstanceInformation");
    let bad_rows = bad_rows.chain([(Some(silence), Named::Collector("instances", "timeout"))]);
    let role = Fault::always(FaultKind::Deny).of("AssumeRole");
    let all = kinds
        .chain(denied)
        .chain(bad_rows)
        .chain([(Some(role), Named::Target("assume_role_failed"))]);
    // The first has none.
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
    fn labels(&self) -> [(&str, &str); 2] {
        [("account_id", &self.account), ("region", "eu-west-1")]
    }

    fn of_collector(&self, page: &Page, name: &str, collector: &str) -> Option<f64> {
        let [account, region] = self.labels();
        page.value(
            &format!("aws_ssm_collector_{name}"),
            &[account, region, ("collector", collector)],
        )
    }

    /// The collectors that fail, with reasons.
    fn failures(&self, page: &Page) -> BTreeMap<String, String> {
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

    fn is_named(&self, page: &Page) -> bool {
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

    /// The collectors whose data is dropped while this test looks on. An attempt that takes long
    /// lets data live longer.
    fn affected(&self) -> Vec<&'static str> {
        match self.named {
            Named::Collector(name, _) => vec![name],
            Named::Target(_) => COLLECTORS.into(),
            Named::Attempts(_) => vec![],
        }
    }

    fn is_well(&self, page: &Page) -> bool {
        let up = page
            .value("aws_ssm_up", &self.labels())
            .is_some_and(|up| up > 0.5);
        let success = |name: &str| {
            self.of_collector(page, "success", name)
                .is_some_and(|value| value > 0.5)
        };
        up && COLLECTORS.iter().all(|name| success(name))
    }

    /// What the page says of the fleet, without how the collectors did.
    fn series(&self, page: &Page) -> BTreeSet<String> {
        let mine = page.fleet().filter(|(series, _)| {
            series.label("account_id") == self.account
                && series.name != "aws_ssm_up"
                && !series.name.starts_with("aws_ssm_collector_")
        });
        mine.map(|(series, value)| format!("{series:?} {value}"))
            .collect()
    }

    fn has(&self, page: &Page, collector: &str) -> bool {
        let (_, family) = FAMILIES
            .into_iter()
            .find(|(name, _)| *name == collector)
            .unwrap();
        page.count(family, &self.labels()) > 0
    }

    /// Whether everything that is too old has gone. Nothing else may have.
    fn is_dropped(&self, page: &Page) -> bool {
        let affected = self.affected();
        if affected.is_empty() {
            return true;
        }
        for collector in COLLECTORS
            .into_iter()
            .filter(|collector| !affected.contains(collector))
        {
            // Baselines are shown where patch states name them, and items are read where summaries
            // ask for them.
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

/// The exporter and the one target that must always be fresh.
struct Watch<'a> {
    exporter: Exporter,
    cases: &'a [Case],
}

impl Watch<'_> {
    async fn page(&self) -> Page {
        let page = self.exporter.page().await;
        let well = &self.cases[0];
        if let Some(last) = well.of_collector(&page, "last_success_timestamp_seconds", "instances")
        {
            let age = now() - last;
            assert!(
                age < FRESH.as_secs_f64(),
                "the one that is well is {age} seconds old"
            );
        }
        page
    }

    /// The first page for which all `hold`.
    async fn until(&self, what: &str, holds: impl Fn(&Case, &Page) -> bool) -> Page {
        self.until_seen(what, |_, case, page| holds(case, page))
            .await
    }

    /// The same, for conditions that remember; they get the number of the case, too.
    async fn until_seen(
        &self,
        what: &str,
        mut holds: impl FnMut(usize, &Case, &Page) -> bool,
    ) -> Page {
        let start = Instant::now();
        loop {
            let page = self.page().await;
            let cases = self
                .cases
                .iter()
                .enumerate()
                .filter(|(number, case)| !holds(*number, case, &page));
            let not: Vec<&Case> = cases.map(|(_, case)| case).collect();
            let not: Vec<String> = not
                .iter()
                .map(|case| format!("{:?} {:?}", case.fault, case.failures(&page)))
                .collect();
            if not.is_empty() {
                return page;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "never {what}:\n{}",
                not.join("\n")
            );
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Until all are well, which each has to be before the second refresh begins that follows the
    /// fault's end.
    async fn recovery(&self) -> Page {
        let healed = now();
        let mut begun = vec![BTreeSet::new(); self.cases.len()];
        self.until_seen("well again", |number, case, page| {
            let is_well = case.is_well(page);
            // Those that were seen before this page was asked for.
            assert!(
                is_well || begun[number].len() < 2,
                "{:?} lasts: {:?}",
                case.fault,
                case.failures(page)
            );
            let start = page.value(
                "aws_ssm_exporter_refresh_last_start_timestamp_seconds",
                &case.labels(),
            );
            begun[number].extend(start.filter(|start| *start > healed).map(f64::to_bits));
            is_well
        })
        .await
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64()
}

/// Whether a series says how a target is doing, and nothing of what is in it.
fn about_target(name: &str) -> bool {
    name == "aws_ssm_up" || name == "aws_ssm_target_info" || name.starts_with("aws_ssm_collector_")
}

/// What the page says of each target is what it said when all was well.
fn assert_same(cases: &[Case], page: &Page, good: &[BTreeSet<String>], otherwise: &str) {
    for (case, good) in cases.iter().zip(good) {
        let now = case.series(page);
        let different: Vec<&String> = now.symmetric_difference(good).take(9).collect();
        assert!(
            different.is_empty(),
            "{:?} {otherwise}: {different:#?}",
            case.fault
        );
    }
}

async fn simulated(cases: &[Case]) -> Aws {
    Aws::start(Options {
        instances: 5,
        ghosts: 0.0,
        noncompliant: 0.8,
        accounts: [OWN.to_owned()]
            .into_iter()
            .chain(cases.iter().map(|case| case.account.clone()))
            .collect(),
        regions: vec!["eu-west-1".to_owned()],
        keep_requests: 0,
        ..Options::default()
    })
    .await
}

fn settings(cases: &[Case]) -> Settings {
    let entry = |case: &Case| {
        format!(
            "  - regions: [eu-west-1]\n    role_arn: {}\n",
            role(&case.account)
        )
    };
    Settings {
        interval: "2s",
        full_every: "2s",
        stale_after: "10s",
        attempt_timeout: "1s",
        accounts: format!("accounts:\n{}", cases.iter().map(entry).collect::<String>()),
        ..Settings::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_named_keeps_what_was_good_until_it_is_too_old_and_leaves_no_trace() {
    let cases = cases();
    let (aws, settings) = (simulated(&cases).await, settings(&cases));
    let watch = Watch {
        exporter: Exporter::start(&aws, &settings).await,
        cases: &cases,
    };
    let page = watch.until("well", Case::is_well).await;
    let good: Vec<BTreeSet<String>> = cases.iter().map(|case| case.series(&page)).collect();
    assert!(
        cases
            .iter()
            .all(|case| COLLECTORS.iter().all(|name| case.has(&page, name))),
        "there is something to lose"
    );

    let at = |case: &Case| Some(case.fault.clone()?.at(&case.account, "eu-west-1"));
    aws.break_with(cases.iter().filter_map(at));
    // Else the role that cannot be assumed any more would be noticed in an hour.
    aws.end_sessions(&cases[cases.len() - 1].account);
    let broken = Instant::now();
    let mut named = vec![false; cases.len()];
    let mut newcomer = None;
    while broken.elapsed() < KEPT {
        let page = watch.page().await;
        named
            .iter_mut()
            .zip(&cases)
            .for_each(|(named, case)| *named |= case.is_named(&page));
        if broken.elapsed() < KEPT {
            assert_same(&cases, &page, &good, "costs something before it is too old");
        }
        if newcomer.is_none() && broken.elapsed() > INTERVAL {
            newcomer = Some(Exporter::start(&aws, &settings).await);
        }
        sleep(Duration::from_millis(300)).await;
    }
    // What rests on summaries fails with them once they are dropped.
    watch
        .until_seen("named", |number, case, page| {
            named[number] || case.is_named(page)
        })
        .await;
    watch.until("dropped", Case::is_dropped).await;
    let newcomer = Watch {
        exporter: newcomer.unwrap(),
        cases: &cases,
    };
    let page = newcomer.exporter.page().await;
    for (case, good) in cases.iter().zip(&good) {
        let now = case.series(&page);
        assert!(
            now.is_subset(good),
            "{:?} invents {:#?}",
            case.fault,
            now.difference(good).collect::<Vec<_>>()
        );
    }

    aws.heal();
    let page = watch.recovery().await;
    assert_same(&cases, &page, &good, "leaves a trace");
    let page = newcomer.until("well in the newcomer", Case::is_well).await;
    assert_same(&cases, &page, &good, "leaves a trace in the newcomer");
}
