//! What the web server asks of the program: the pages, the targets, and whether they are ready.

use std::sync::Arc;
use std::time::Duration;

use super::clock::wall_clock;
use super::fleet_state::FleetState;
use super::slot::{TargetSlot, TargetStatus};
use super::telemetry;
use crate::http::{
    DiscoveredTarget, ExporterState, Exposition, FleetSnapshot, NextRefresh, PageSelector,
    PendingReload, Readiness, TargetRow, TargetSnapshot, TargetState,
};
use crate::metrics::{Body, Encoding, Format, Page, Task};
use crate::model::FailureReason;

/// The time after which the program counts as ready even if some target's first attempt still runs.
// Kubernetes sends no requests to a pod that is not ready. One slow target must not keep the pages of
// all others from being scraped; until it has data, `aws_ssm_up` is absent for it.
const MAX_WAIT_UNTIL_READY: Duration = Duration::from_mins(5);

/// The interval below which the age of data is not judged by it, as in the alert.
const MIN_STALE_INTERVAL: Duration = Duration::from_mins(2);

impl ExporterState for FleetState {
    fn metrics(
        &self,
        selector: PageSelector<'_>,
        format: Format,
        encoding: Encoding,
    ) -> Option<Exposition> {
        let body = match selector {
            PageSelector::Everything => self.whole_body(format, encoding),
            PageSelector::Exporter => self.exporter_body(format, encoding),
            PageSelector::Target { account_id, region } => {
                let slot = self.find(account_id, region)?;
                self.target_body(&slot, format, encoding)
            }
        };
        Some(Exposition {
            length: body.length(),
            frames: Box::new(body),
        })
    }

    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        // Without an answer, Prometheus keeps the targets that it has ("HTTP SD"). With a list that
        // still lacks some, it would drop those, and their series would go stale at every restart.
        self.are_all_known()
            .then(|| self.shown().iter().map(|slot| discovered(slot)).collect())
    }

    fn targets(&self) -> Vec<TargetRow> {
        let mut rows: Vec<TargetRow> = self.slots().iter().map(|slot| row(slot)).collect();
        rows.extend(self.discovery.failures());
        rows
    }

    fn fleet(&self) -> FleetSnapshot {
        FleetSnapshot {
            targets: self.shown().iter().map(|slot| snapshot(slot)).collect(),
            unlisted: self.discovery.failures(),
            policy: self.policy(),
            now: wall_clock(),
        }
    }

    fn readiness(&self) -> Readiness {
        // A failed attempt counts, too: the page is what tells people why it failed, and it must be
        // scraped for that.
        let running = self.unattempted();
        if running.is_empty() || self.has_waited_enough() {
            Readiness::Ready
        } else {
            Readiness::Waiting(running)
        }
    }

    fn answered(&self, handler: &'static str, code: u16) {
        self.own.answered(handler, code);
    }

    fn panicked(&self) {
        self.own.panicked(Task::Connection);
    }

    fn reload(&self) -> Option<PendingReload> {
        let requests = self.reload_requests.get()?;
        Some(Box::pin(requests.clone().reload()))
    }
}

impl FleetState {
    fn are_all_known(&self) -> bool {
        // Accounts that were never listed may still exist. But if they cannot be listed, those with
        // an entry in the configuration are not held back for ever.
        let may_lack_targets = self.discovery.is_incomplete() && !self.has_waited_enough();
        !may_lack_targets && self.slots().iter().all(|slot| is_known(slot))
    }

    fn has_waited_enough(&self) -> bool {
        self.started.elapsed() >= MAX_WAIT_UNTIL_READY
    }

    fn whole_body(&self, format: Format, encoding: Encoding) -> Body {
        // One page for both: it may be replaced at any moment, and its size is on it as a metric.
        let page = self.publisher.page();
        Body::new(&page, format, encoding, &self.own_metrics(format, &page))
    }

    fn exporter_body(&self, format: Format, encoding: Encoding) -> Body {
        let own = self.own_metrics(format, &self.publisher.page());
        Body::new(&Page::default(), format, encoding, &own)
    }

    fn target_body(&self, slot: &TargetSlot, format: Format, encoding: Encoding) -> Body {
        let page = self.publisher.target_page(slot.number);
        // The exporter's own metrics are about the exporter and not about each of its targets. In
        // the scrapes of several targets they would be stored several times.
        Body::new(&page, format, encoding, format.end())
    }

    fn own_metrics(&self, format: Format, page: &Page) -> String {
        self.own.set_log_lines_dropped(telemetry::dropped_lines());
        self.own.encode(format, page)
    }

    /// The names of what has not been tried yet.
    fn unattempted(&self) -> Vec<String> {
        let discovery = self.discovery.is_awaited();
        let discovery = discovery.then(|| "the discovery of accounts and regions".to_owned());
        let slots = self.slots();
        let targets = slots.iter().filter(|slot| !slot.is_attempted());
        let targets = targets.map(|slot| slot.name());
        discovery.into_iter().chain(targets).collect()
    }

    /// The target of this account and region, if it is shown.
    fn find(&self, account_id: &str, region: &str) -> Option<Arc<TargetSlot>> {
        let shown = self.shown();
        shown
            .into_iter()
            .find(|slot| is_of(slot, account_id, region))
    }

    /// The targets that are not left out as duplicates.
    fn shown(&self) -> Vec<Arc<TargetSlot>> {
        let slots = self.slots();
        let shown = slots.iter().filter(|slot| !slot.is_duplicate());
        shown.cloned().collect()
    }
}

/// Whether the account of a target is known, or cannot be for now.
fn is_known(slot: &TargetSlot) -> bool {
    slot.is_identified() || slot.is_attempted()
}

fn is_of(slot: &TargetSlot, account_id: &str, region: &str) -> bool {
    let identity = slot.identity();
    identity.account_id == account_id && identity.region == region
}

fn discovered(slot: &TargetSlot) -> DiscoveredTarget {
    let identity = slot.identity();
    DiscoveredTarget {
        account_id: identity.account_id,
        region: identity.region,
    }
}

fn snapshot(slot: &TargetSlot) -> TargetSnapshot {
    TargetSnapshot {
        identity: slot.identity(),
        row: row(slot),
        target: slot.shown(),
    }
}

/// What pages say of the target.
fn row(slot: &TargetSlot) -> TargetRow {
    let identity = slot.identity();
    let status = slot.status();
    let duplicate_of = slot.duplicate_of();
    let age = status.confirmed.map(|confirmed| confirmed.elapsed());
    TargetRow {
        account_id: identity.account_id,
        account_name: identity.account_name,
        region: identity.region,
        state: match duplicate_of {
            Some(_) => TargetState::LeftOut,
            None => state(&status, age),
        },
        age,
        reasons: reasons(&status),
        counts: status.counts,
        next_refresh: match duplicate_of {
            Some(_) => NextRefresh::Unknown,
            None => next_refresh(&status),
        },
        detail: detail(&status, duplicate_of),
    }
}

fn detail(status: &TargetStatus, duplicate_of: Option<String>) -> Option<String> {
    match duplicate_of {
        Some(other) => Some(format!(
            "the same account and region as {other}, which is configured before it"
        )),
        None => failures(status),
    }
}

fn state(status: &TargetStatus, age: Option<Duration>) -> TargetState {
    match status.up {
        None => TargetState::Waiting,
        Some(false) => TargetState::Down,
        Some(true) if age.is_some_and(|age| age > stale_after(status)) => TargetState::Stale,
        Some(true) => TargetState::Up,
    }
}

/// The age at which data is older than it should be: two refreshes, as the alert about it has it.
fn stale_after(status: &TargetStatus) -> Duration {
    let interval = status.interval.unwrap_or_default();
    // A refresh that outlasts the interval skips ticks, so this is the longest from end to end.
    2 * (interval.max(MIN_STALE_INTERVAL) + status.took)
}

/// When the target is read anew.
fn next_refresh(status: &TargetStatus) -> NextRefresh {
    let Some(refresh) = status.refresh else {
        return NextRefresh::Unknown;
    };
    let elapsed = refresh.started.elapsed();
    let interval = match status.interval {
        Some(interval) if !refresh.is_running => interval,
        _ => return NextRefresh::Running(elapsed),
    };
    // Starts that were missed are skipped.
    let past = elapsed.as_nanos() % interval.as_nanos().max(1);
    let past = Duration::from_nanos(u64::try_from(past).unwrap_or(u64::MAX));
    NextRefresh::In(interval.saturating_sub(past))
}

/// Why collectors have failed, each reason once.
fn reasons(status: &TargetStatus) -> Vec<FailureReason> {
    let mut reasons: Vec<_> = status.failures.iter().map(|(_, reason)| *reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// The failed collectors with their reasons, if there are any.
fn failures(status: &TargetStatus) -> Option<String> {
    let failures: Vec<String> = status
        .failures
        .iter()
        .map(|(collector, reason)| format!("{collector}: {}", reason.as_str()))
        .collect();
    (!failures.is_empty()).then(|| failures.join(", "))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::slot::LastRefresh;
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    /// A target that is up, is read every five minutes, and takes one for that.
    fn up() -> TargetStatus {
        let mut status = TargetStatus::default();
        status.up = Some(true);
        status.interval = Some(5 * MINUTE);
        status.took = MINUTE;
        status
    }

    #[test]
    fn a_target_that_is_up_is_stale_when_its_data_is_older_than_two_refreshes() {
        assert_eq!(state(&up(), Some(11 * MINUTE)), TargetState::Up);
        assert_eq!(state(&up(), Some(13 * MINUTE)), TargetState::Stale);
        let mut slow = up();
        slow.took = 60 * MINUTE;
        assert_eq!(state(&slow, Some(125 * MINUTE)), TargetState::Up);
        let mut quick = up();
        quick.interval = Some(Duration::from_secs(1));
        assert_eq!(state(&quick, Some(5 * MINUTE)), TargetState::Up);
    }

    #[test]
    fn before_the_first_attempt_has_ended_a_target_is_waiting_and_afterwards_never() {
        assert_eq!(state(&TargetStatus::default(), None), TargetState::Waiting);
        let mut down = up();
        down.up = Some(false);
        assert_eq!(state(&down, Some(60 * MINUTE)), TargetState::Down);
    }

    #[test]
    fn the_next_refresh_is_an_interval_after_the_start_of_the_last() {
        assert_eq!(next_refresh(&up()), NextRefresh::Unknown);
        let refreshed = |is_running| {
            let mut status = up();
            status.refresh = Some(LastRefresh {
                started: Instant::now(),
                is_running,
            });
            next_refresh(&status)
        };
        assert!(matches!(refreshed(true), NextRefresh::Running(time) if time < MINUTE));
        let is_near = |time| time > 4 * MINUTE && time <= 5 * MINUTE;
        assert!(matches!(refreshed(false), NextRefresh::In(time) if is_near(time)));
    }
}
