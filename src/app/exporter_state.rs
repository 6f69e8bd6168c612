//! The program as its web server sees it.

use std::sync::Arc;
use std::time::Duration;

use super::fleet_state::FleetState;
use super::slot::TargetSlot;
use super::telemetry;
use crate::http::{
    DiscoveredTarget, ExporterState, Exposition, PageSelector, Readiness, TargetRow,
};
use crate::metrics::{Body, Encoding, Format, Page, Task};

/// After this the program is ready even if some target's first attempt still runs: it has what it
/// has, and says so.
const READY_AT_LATEST: Duration = Duration::from_mins(5);

impl ExporterState for FleetState {
    fn metrics(
        &self,
        part: PageSelector<'_>,
        format: Format,
        encoding: Encoding,
    ) -> Option<Exposition> {
        let whole = self.publisher.page();
        self.own.set_log_lines_dropped(telemetry::dropped_lines());
        let body = match part {
            PageSelector::Everything => {
                Body::new(&whole, format, encoding, &self.own.encode(format, &whole))
            }
            PageSelector::Exporter => Body::new(
                &Page::default(),
                format,
                encoding,
                &self.own.encode(format, &whole),
            ),
            PageSelector::Target { account_id, region } => {
                let place = self.find(account_id, region)?;
                Body::new(
                    &self.publisher.target_page(place),
                    format,
                    encoding,
                    format.end(),
                )
            }
        };
        Some(Exposition {
            length: body.length(),
            frames: Box::new(body),
        })
    }

    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        let is_known = |slot: &Arc<TargetSlot>| slot.is_identified() || slot.is_attempted();
        let target = |slot: &Arc<TargetSlot>| {
            let identity = slot.identity();
            DiscoveredTarget {
                account_id: identity.account_id,
                region: identity.region,
            }
        };
        self.slots
            .iter()
            .all(is_known)
            .then(|| self.shown().map(target).collect())
    }

    fn targets(&self) -> Vec<TargetRow> {
        self.slots.iter().map(|slot| row(slot)).collect()
    }

    fn readiness(&self) -> Readiness {
        let running = self.slots.iter().filter(|slot| !slot.is_attempted());
        let running: Vec<String> = running.map(|slot| slot.name()).collect();
        if running.is_empty() || self.started.elapsed() >= READY_AT_LATEST {
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
    /// The number of a target that is shown.
    fn find(&self, account_id: &str, region: &str) -> Option<usize> {
        let is_named = |slot: &&Arc<TargetSlot>| {
            let identity = slot.identity();
            identity.account_id == account_id && identity.region == region
        };
        self.shown().find(is_named).map(|slot| slot.number)
    }

    fn shown(&self) -> impl Iterator<Item = &Arc<TargetSlot>> {
        self.slots.iter().filter(|slot| !slot.is_duplicate())
    }
}

fn row(slot: &TargetSlot) -> TargetRow {
    let identity = slot.identity();
    let status = slot.status();
    let duplicate_of = slot.duplicate_of();
    let state = match status.up {
        _ if duplicate_of.is_some() => "left out",
        None => "waiting",
        Some(true) => "up",
        Some(false) => "down",
    };
    let failures: Vec<String> = status
        .failures
        .iter()
        .map(|(collector, reason)| format!("{collector}: {}", reason.as_str()))
        .collect();
    TargetRow {
        account_id: identity.account_id,
        account_name: identity.account_name,
        region: identity.region,
        state: state.to_owned(),
        age: status.confirmed.map(|confirmed| confirmed.elapsed()),
        detail: match (duplicate_of, failures.join(", ")) {
            (Some(other), _) => Some(format!(
                "the same account and region as {other}, which is configured before it"
            )),
            (None, failures) => Some(failures).filter(|failures| !failures.is_empty()),
        },
    }
}
