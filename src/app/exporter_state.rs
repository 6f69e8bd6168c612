//! What the web server asks of the program: the pages, the targets, and whether they are ready.

use std::sync::Arc;
use std::time::Duration;

use super::fleet::wall_clock;
use super::fleet_state::FleetState;
use super::slot::{TargetSlot, TargetStatus};
use super::telemetry;
use crate::http::{
    DiscoveredTarget, ExporterState, Exposition, FleetSnapshot, PageSelector, PendingReload,
    Readiness, TargetRow, TargetSnapshot,
};
use crate::metrics::{Body, Encoding, Format, Page, Task};

/// The time after which the program counts as ready even if some target's first attempt still runs.
// Kubernetes sends no requests to a pod that is not ready. One slow target must not keep the pages of
// all others from being scraped; until it has data, `aws_ssm_up` is absent for it.
const MAX_WAIT_UNTIL_READY: Duration = Duration::from_mins(5);

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
        // Accounts that were never listed are no fewer for that. Where they cannot be, those that the
        // configuration has an entry for are not held back for ever.
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

    /// The names of what has not been tried once.
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

/// The target's row on the landing page.
fn row(slot: &TargetSlot) -> TargetRow {
    let identity = slot.identity();
    let status = slot.status();
    let duplicate_of = slot.duplicate_of();
    TargetRow {
        account_id: identity.account_id,
        account_name: identity.account_name,
        region: identity.region,
        state: state(&status, duplicate_of.is_some()).to_owned(),
        age: status.confirmed.map(|confirmed| confirmed.elapsed()),
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

fn state(status: &TargetStatus, is_duplicate: bool) -> &'static str {
    match status.up {
        _ if is_duplicate => "left out",
        None => "waiting",
        Some(true) => "up",
        Some(false) => "down",
    }
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
