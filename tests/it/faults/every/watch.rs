//! An exporter whose page is looked at until something is so.

use std::collections::BTreeSet;

use tokio::time::{Duration, Instant, sleep};

use super::cases::Case;
use crate::support::{Exporter, Page};

/// How old the good target may be. Its refreshes are due every two seconds; the rest is for two
/// cores that other tests use, too.
const MAX_FRESH_AGE: Duration = Duration::from_secs(15);
/// Long enough for a call without an answer to be given up, and for its data to become too old.
const PATIENCE: Duration = Duration::from_secs(50);

/// An exporter, and the targets of which the first must always be fresh.
pub(super) struct Watch<'a> {
    pub(super) exporter: Exporter,
    pub(super) cases: &'a [Case],
}

impl Watch<'_> {
    pub(super) async fn page(&self) -> Page {
        let page = self.exporter.page().await;
        let well = &self.cases[0];
        if let Some(last) = well.of_collector(&page, "last_success_timestamp_seconds", "instances")
        {
            let age = now() - last;
            assert!(
                age < MAX_FRESH_AGE.as_secs_f64(),
                "the one that is well is {age} seconds old"
            );
        }
        page
    }

    /// The first page for which this holds in every case.
    pub(super) async fn until(&self, what: &str, holds: impl Fn(&Case, &Page) -> bool) -> Page {
        self.until_seen(what, |_, case, page| holds(case, page))
            .await
    }

    /// As [`until`](Self::until), for conditions that remember what they have seen. They get the
    /// number of the case, too.
    pub(super) async fn until_seen(
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

    /// Waits until each case has shown again what it showed when all was well. Each has to before the
    /// second refresh begins that follows the end of the fault.
    // Not all of them at once: a target that AWS has just throttled is still slow, and data may be too
    // old once more before its next refresh ends.
    pub(super) async fn recovery(&self, good: &[BTreeSet<String>]) {
        let healed = now();
        let mut begun = vec![BTreeSet::new(); self.cases.len()];
        let mut is_back = vec![false; self.cases.len()];
        self.until_seen("well again", |number, case, page| {
            let now = case.series(page);
            is_back[number] |= case.is_well(page) && now == good[number];
            // Only refreshes count that had begun before this page was asked for.
            assert!(
                is_back[number] || begun[number].len() < 2,
                "{:?} lasts: {:?} {:#?}",
                case.fault,
                case.failures(page),
                differences(&now, &good[number])
            );
            let start = page.value(
                "aws_ssm_exporter_refresh_last_start_timestamp_seconds",
                &case.labels(),
            );
            begun[number].extend(start.filter(|start| *start > healed).map(f64::to_bits));
            is_back[number]
        })
        .await;
    }
}

/// A few of the series that only one of two pages has.
pub(super) fn differences<'a>(
    one: &'a BTreeSet<String>,
    other: &'a BTreeSet<String>,
) -> Vec<&'a String> {
    one.symmetric_difference(other).take(9).collect()
}

/// Seconds since 1970.
fn now() -> f64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64()
}
