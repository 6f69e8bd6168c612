//! What the server asks of the rest of the program.
//!
//! `app` implements [`ExporterState`] over the published page; the tests of this module implement
//! it over constants.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use super::target_row::TargetRow;
use crate::metrics::{Encoding, Format, Frame, Identity, Policy};
use crate::model::{Target, Timestamp};

/// The content behind the endpoints.
///
/// Every method but [`fleet`](ExporterState::fleet) is called on a worker of the runtime while a
/// client waits: it must be cheap and must not block.
pub trait ExporterState: Send + Sync + 'static {
    /// The selected page as of now; `None` for a target that does not exist.
    fn metrics(
        &self,
        selector: PageSelector<'_>,
        format: Format,
        encoding: Encoding,
    ) -> Option<Exposition>;

    /// Every target for service discovery; `None` until each one's account is known or its first
    /// attempt has ended.
    fn discovery(&self) -> Option<Vec<DiscoveredTarget>>;

    /// One row per target for the landing page, in no particular order.
    fn targets(&self) -> Vec<TargetRow>;

    /// What is known of the instances, for the pages about them. It is called on a thread of its
    /// own, and may take a moment.
    fn fleet(&self) -> FleetSnapshot;

    /// Whether every target has finished its first attempt.
    fn readiness(&self) -> Readiness;

    /// Counts an answered request, for `http_requests_total`; `handler` is one of
    /// [`HANDLERS`](crate::metrics::HANDLERS).
    fn answered(&self, handler: &'static str, code: u16);

    /// Counts a connection whose task panicked, for `panics_total{task="connection"}`. The panic
    /// hook has logged it.
    fn panicked(&self) {}

    /// Asks for the configuration to be read anew; `None` where clients may not ask for that.
    fn reload(&self) -> Option<PendingReload> {
        None
    }
}

/// Ends when the configuration was read anew, or with what is wrong with it, for people.
pub type PendingReload = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Which page a request asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PageSelector<'a> {
    /// The page of the whole fleet and the exporter.
    Everything,
    /// The page of one target.
    Target {
        /// Twelve digits, or empty for a target whose account is not known.
        account_id: &'a str,
        /// The AWS region.
        region: &'a str,
    },
    /// The page of the exporter's own metrics.
    Exporter,
}

/// A target as service discovery names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DiscoveredTarget {
    /// Twelve digits, or empty while the account is not known.
    pub account_id: String,
    /// The AWS region.
    pub region: String,
}

/// A metrics page on its way out: its exact length, and frames that are made only as the client
/// takes them.
///
/// A frame is held in memory per connection while it is sent, so up to 64 KiB is a good size where
/// it is not shared.
pub struct Exposition {
    /// Sum of the lengths of `frames` in bytes, sent as `Content-Length`.
    pub length: u64,
    /// The frames, in order; empty ones are skipped.
    pub frames: Box<dyn Iterator<Item = Frame> + Send>,
}

impl fmt::Debug for Exposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exposition")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl From<Bytes> for Exposition {
    fn from(whole: Bytes) -> Self {
        Self {
            length: whole.len() as u64,
            frames: Box::new(std::iter::once(whole.into())),
        }
    }
}

/// What is known of all targets at one moment.
#[derive(Clone, Debug)]
pub struct FleetSnapshot {
    /// The targets, without those that are left out as duplicates, in the order to show them.
    pub targets: Vec<TargetSnapshot>,
    /// A row for each list of accounts or regions that could not be read, so that targets may be
    /// missing.
    pub unlisted: Vec<TargetRow>,
    /// What the configuration says is to be shown.
    pub policy: Policy,
    /// The time of day, if the clock is set.
    pub now: Option<Timestamp>,
}

/// What is known of one target at one moment.
#[derive(Clone, Debug)]
pub struct TargetSnapshot {
    /// The account and region that it is.
    pub identity: Identity,
    /// Its state and how old its data is.
    pub row: TargetRow,
    /// Its data, from which its metrics are rendered; `None` as long as there are none.
    pub target: Option<Target>,
}

/// The answer of `/-/ready`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Readiness {
    /// Every target has finished its first attempt, successful or not.
    Ready,
    /// The targets whose first attempt still runs, as text for people.
    Waiting(Vec<String>),
}
