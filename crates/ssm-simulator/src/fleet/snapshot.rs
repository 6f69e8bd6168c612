//! A node at one moment, which rows are made from.

use super::associations::AssociationRuns;
use super::condition::Condition;
use super::node::Node;
use super::quirk::Quirk;
use crate::random;
use crate::time;

/// How often every node is scanned for patches.
const SCAN_PERIOD_SECONDS: u32 = 86_400;
/// The lowest age of a scan, in days, after which nobody has scanned again.
const MIN_STALE_DAYS: u32 = 35;
/// How often the agent uploads the compliance of its associations.
const UPLOAD_PERIOD_SECONDS: u32 = 1800;
/// How often tools of the account put items of their custom compliance types.
const PUT_PERIOD_SECONDS: u32 = 3600;

/// What all rows of one target have in common.
#[derive(Clone, Debug)]
pub(crate) struct TargetNames {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) seed: u64,
}

/// One node at one moment.
#[derive(Clone, Copy)]
pub(crate) struct NodeSnapshot<'a> {
    pub(crate) names: &'a TargetNames,
    pub(crate) node: &'a Node,
    pub(crate) condition: Condition,
    pub(crate) runs: &'a AssociationRuns,
    /// The moment, in seconds since 1970.
    pub(crate) clock: f64,
    /// When the fleet started, in seconds since 1970.
    pub(crate) start: f64,
}

impl NodeSnapshot<'_> {
    /// When the last patch operation ended. A change is always seen by a scan at once.
    pub(crate) fn scanned(&self) -> f64 {
        if self.node.quirk == Quirk::StaleScan {
            let age_days = MIN_STALE_DAYS + self.node.roll("stale", 20);
            let last_scan = self.start - f64::from(SCAN_PERIOD_SECONDS * age_days);
            return last_scan.max(self.changed());
        }
        self.latest("scan", SCAN_PERIOD_SECONDS)
    }

    /// When the patch operation ended that the summary is of. An installation may have followed.
    pub(crate) fn summarized(&self) -> f64 {
        match self.node.quirk {
            Quirk::InstalledSince => self.scanned() - f64::from(SCAN_PERIOD_SECONDS),
            _ => self.scanned(),
        }
    }

    /// When the agent last uploaded its associations, which it does for all of them at once.
    pub(crate) fn uploaded(&self) -> f64 {
        // Each run of an association makes the agent upload again.
        self.latest("upload", UPLOAD_PERIOD_SECONDS)
            .max(self.runs.latest())
    }

    /// When items of a custom compliance type were last put.
    pub(crate) fn put(&self) -> f64 {
        self.latest("put", PUT_PERIOD_SECONDS)
    }

    /// An id that changes with each scan.
    pub(crate) fn run_id(&self, purpose: &str) -> String {
        let moment = random::text(&format!("{purpose}{:.0}", self.scanned()));
        random::uuid(random::join(self.node.hash, moment))
    }

    /// The latest time of something periodic, but not before the last change of the node.
    fn latest(&self, purpose: &str, period: u32) -> f64 {
        // Each node has a phase of its own, or else the whole fleet would report at once.
        let phase = self.node.roll(purpose, period);
        time::latest(self.clock, period, phase).max(self.changed())
    }

    /// When the node last changed, or 0 if it never did.
    fn changed(&self) -> f64 {
        if self.node.changed_step == 0 {
            0.0
        } else {
            self.start + f64::from(self.node.changed_after)
        }
    }
}
