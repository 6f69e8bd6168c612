//! The program as its web server sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::board::{Place, Shared, locked};
use crate::http::{DiscoveredTarget, Exposition, Part, Readiness, Site, TargetRow};
use crate::metrics::{Body, Encoding, Format, Page};

/// After this the program is ready even if some target's first attempt still runs: it has what it has, and says so.
const READY_AT_LATEST: Duration = Duration::from_mins(5);

impl Site for Shared {
    fn metrics(&self, part: Part<'_>, format: Format, encoding: Encoding) -> Option<Exposition> {
        let whole = self.publisher.page();
        let body = match part {
            Part::Everything => Body::new(&whole, format, encoding, &self.own.encode(format, &whole)),
            Part::Exporter => Body::new(&Page::default(), format, encoding, &self.own.encode(format, &whole)),
            Part::Target { account_id, region } => {
                let place = self.find(account_id, region)?;
                Body::new(&self.publisher.target_page(place), format, encoding, format.end())
            }
        };
        Some(Exposition { length: body.length(), chunks: Box::new(body) })
    }

    fn discovery(&self) -> Option<Vec<DiscoveredTarget>> {
        let known = |place: &Place| place.is_identified() || place.attempted.load(Ordering::Relaxed);
        let shown = self.places.iter().filter(|place| !place.left_out.load(Ordering::Relaxed));
        let target = |place: &Arc<Place>| {
            let identity = place.identity();
            DiscoveredTarget { account_id: identity.account_id, region: identity.region }
        };
        self.places.iter().all(|place| known(place)).then(|| shown.map(target).collect())
    }

    fn targets(&self) -> Vec<TargetRow> {
        self.places.iter().map(|place| row(place)).collect()
    }

    fn readiness(&self) -> Readiness {
        let running = self.places.iter().filter(|place| !place.attempted.load(Ordering::Relaxed));
        let running: Vec<String> = running.map(|place| place.name()).collect();
        if running.is_empty() || self.started.elapsed() >= READY_AT_LATEST {
            Readiness::Ready
        } else {
            Readiness::Waiting(running)
        }
    }

    fn answered(&self, handler: &'static str, code: u16) {
        self.own.answered(handler, code);
    }
}

impl Shared {
    /// The number of a target that is shown.
    fn find(&self, account_id: &str, region: &str) -> Option<usize> {
        let shown = self.places.iter().filter(|place| !place.left_out.load(Ordering::Relaxed));
        let mut named = shown.filter(|place| place.is(account_id, region));
        named.next().map(|place| place.number)
    }
}

fn row(place: &Place) -> TargetRow {
    let identity = place.identity();
    let status = locked(&place.status).clone();
    let left_out = place.left_out.load(Ordering::Relaxed);
    let state = match status.up {
        _ if left_out => "left out",
        None => "waiting",
        Some(true) => "up",
        Some(false) => "down",
    };
    let failures: Vec<String> =
        status.failures.iter().map(|(collector, reason)| format!("{collector}: {}", reason.as_str())).collect();
    TargetRow {
        account_id: identity.account_id,
        account_name: identity.account_name,
        region: identity.region,
        state: state.to_owned(),
        age: status.confirmed.map(|confirmed| confirmed.elapsed()),
        detail: match failures.join(", ") {
            _ if left_out => Some("another target is the same account and region".to_owned()),
            none if none.is_empty() => None,
            failures => Some(failures),
        },
    }
}
