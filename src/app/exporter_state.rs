//! The program as its web server sees it.

use std::sync::Arc;
use std::time::Duration;

use super::fleet_state::FleetState;
use super::slot::{TargetSlot, TargetStatus};
use super::telemetry;
use crate::http::{
    DiscoveredTarget, ExporterState, Exposition, PageSelector, Readiness, TargetRow,
};
use crate::metrics::{Body, Encoding, Format, Page, Task};

/// After this time the program is ready even if the first attempt of some target still runs: it has
/// what it has, and says so.
const MAX_WAIT_UNTIL_READY: Duration = Duration::from_mins(5);

impl ExporterState for FleetState {
    fn metrics(
        &self,
        selector: PageSelector<'_>,
        format: Format,
        encoding: Encoding,
    ) -> Option<Exposition> {
        let body = match selector {
            PageSelector::Everything => {
                let page = self.publisher.page();
                Body::new(&page, format, encoding, &self.own_metrics(format, &page))
            }
            PageSelector::Exporter => {
                let own = self.own_metrics(format, &self.publisher.page());
                Body::new(&Page::default(), format, encoding, &own)
            }
            PageSelector::Target { account_id, region } => {
                let slot = self.find(account_id, region)?;
                let page = self.publisher.target_page(slot.number);
                Body::new(&page, format, encoding, format.end())
            }
        };
        Some(Exposition {
            length: body.length(),
            chunks: Box::new(body),
        })
    }

    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        let is_known = self
            .slots
            .iter()
            .all(|slot| slot.is_identified() || slot.is_attempted());
        is_known.then(|| self.shown().map(|slot| discovered(slot)).collect())
    }

    fn targets(&self) -> Vec<TargetRow> {
        self.slots.iter().map(|slot| row(slot)).collect()
    }

    fn readiness(&self) -> Readiness {
        let running: Vec<String> = self
            .slots
            .iter()
            .filter(|slot| !slot.is_attempted())
            .map(|slot| slot.name())
            .collect();
        if running.is_empty() || self.started.elapsed() >= MAX_WAIT_UNTIL_READY {
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
}

impl FleetState {
    fn own_metrics(&self, format: Format, page: &Page) -> String {
        self.own.set_log_lines_dropped(telemetry::dropped_lines());
        self.own.encode(format, page)
    }

    /// The target of this account and region, if it is shown.
    fn find(&self, account_id: &str, region: &str) -> Option<&Arc<TargetSlot>> {
        self.shown().find(|slot| {
            let identity = slot.identity();
            identity.account_id == account_id && identity.region == region
        })
    }

    fn shown(&self) -> impl Iterator<Item = &Arc<TargetSlot>> {
        self.slots.iter().filter(|slot| !slot.is_duplicate())
    }
}

fn discovered(slot: &TargetSlot) -> DiscoveredTarget {
    let identity = slot.identity();
    DiscoveredTarget {
        account_id: identity.account_id,
        region: identity.region,
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
        detail: match duplicate_of {
            Some(other) => Some(format!(
                "the same account and region as {other}, which is configured before it"
            )),
            None => failures(&status),
        },
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
