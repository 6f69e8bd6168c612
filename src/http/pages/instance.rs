//! The page that says why one instance is non-compliant.

use super::Page;
use crate::http::exporter_state::FleetSnapshot;
use crate::http::limits::Options;

pub(super) fn page(_options: &Options, _fleet: &FleetSnapshot, _id: &str, _query: &str) -> Page {
    Page {
        status: hyper::StatusCode::NOT_FOUND,
        html: String::new(),
    }
}
