//! What every page must say, whatever happens.

use super::FLEET;
use crate::support::{Page, TARGETS};

/// How old the data of a target may be that counts as up, in seconds. Refreshes are due every
/// second, but one may wait for a credential process that hangs, which is given up after 31
/// seconds, and its calls may be tried again after that.
const MAX_AGE_OF_UP: f64 = 45.0;

/// The non-compliant instances of each target, which every page must say if it says anything of
/// them.
pub(super) struct Truth(Vec<f64>);

impl Truth {
    pub(super) fn of(page: &Page) -> Self {
        let truth = Self(
            (0..TARGETS.len())
                .map(|number| noncompliant(page, number).unwrap())
                .collect(),
        );
        assert!(
            truth.0.iter().all(|count| *count > 10.0 && *count < 110.0),
            "some are non-compliant: {:?}",
            truth.0
        );
        truth.check(page);
        truth
    }

    pub(super) fn check(&self, page: &Page) {
        for (number, truth) in self.0.iter().enumerate() {
            let labels = labels(number);
            let listed: f64 = page
                .matching("aws_ssm_managed_instances", &labels)
                .map(|(_, count)| count)
                .sum();
            let is_listed = page.count("aws_ssm_managed_instances", &labels) > 0;
            assert!(
                !is_listed || (listed - f64::from(FLEET)).abs() < 0.5,
                "{labels:?}: {listed} instances"
            );
            if let Some(shown) = noncompliant(page, number) {
                assert!(
                    (shown - truth).abs() < 0.5,
                    "{labels:?}: {shown} non-compliant instances, {truth} are"
                );
            }
            if page.value("aws_ssm_up", &labels) == Some(1.0) {
                check_up(page, number);
            }
        }
    }
}

/// Asserts that a target that is up has been read, and not long ago.
fn check_up(page: &Page, number: usize) {
    let [account, region] = labels(number);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    for collector in ["instances", "compliance"] {
        let of = [account, region, ("collector", collector)];
        assert_eq!(
            page.value("aws_ssm_collector_success", &of),
            Some(1.0),
            "{of:?}"
        );
        let last = page.value("aws_ssm_collector_last_success_timestamp_seconds", &of);
        let age = last.map(|last| now - last);
        assert!(
            age.is_some_and(|age| age < MAX_AGE_OF_UP),
            "{of:?} is up, and was read {age:?} seconds ago"
        );
    }
}

fn labels(number: usize) -> [(&'static str, &'static str); 2] {
    let (account, region, _) = TARGETS[number];
    [("account_id", account), ("region", region)]
}

fn noncompliant(page: &Page, number: usize) -> Option<f64> {
    let [account, region] = labels(number);
    let of = [
        account,
        region,
        ("compliance_type", "Patch"),
        ("status", "NON_COMPLIANT"),
    ];
    page.value("aws_ssm_compliance_instances", &of)
}
