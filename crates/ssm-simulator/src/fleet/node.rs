//! One resource of the fleet in a few bytes. Its rows are made on demand from a
//! [`NodeSnapshot`](super::NodeSnapshot), so that a fleet of 100,000 instances stays small.

use super::catalogue::{
    AMAZON_LINUX, BOTTLEROCKET, NO_PATCH_GROUP, OWN_BASELINE_GROUP, OWN_BASELINES, PATCH_GROUPS,
    PLATFORMS, Platform, WINDOWS,
};
use super::condition::Condition;
use super::quirk::Quirk;
use crate::random;

/// One resource.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) index: u32,
    pub(crate) hash: u64,
    platform: u8,
    patch_group: u8,
    /// Whether the resource has compliance data but is not listed as a managed instance any more.
    pub(crate) ghost: bool,
    pub(crate) quirk: Quirk,
    pub(crate) condition: Condition,
    /// The condition before the last change.
    pub(crate) previous: Condition,
    /// The step of drift that changed the node last, or 0 if none did.
    pub(crate) changed_step: u32,
    /// When that was, in seconds after the start of the fleet.
    pub(crate) changed_after: u32,
}

impl Node {
    pub(crate) fn new(seed: u64, index: u32) -> Self {
        let mut node = Self {
            index,
            hash: random::join(seed, u64::from(index)),
            platform: 0,
            patch_group: 0,
            ghost: false,
            quirk: Quirk::None,
            condition: Condition::COMPLIANT,
            previous: Condition::COMPLIANT,
            changed_step: 0,
            changed_after: 0,
        };
        // The platform follows from the hash, which has to be set before.
        node.platform = platform_at(node.roll("platform", 100));
        node.patch_group = node.roll_index("group", PATCH_GROUPS.len());
        node
    }

    /// Makes the node non-compliant from the start, and able to be so.
    pub(crate) fn make_noncompliant(&mut self, condition: Condition) {
        self.condition = condition;
        self.previous = condition;
        // Only Windows reports available security updates.
        if condition.has(Condition::SECURITY) {
            self.platform = WINDOWS;
        }
        if condition.has(Condition::NEEDS_OWN_BASELINE) {
            self.use_own_baseline();
        }
        // The association applies only to nodes that are scanned by it.
        if condition.has(Condition::PATCH_ASSOCIATION) {
            self.quirk = Quirk::ScannedByAssociation;
        }
    }

    /// Makes the node unusual, and able to be so.
    pub(crate) fn give_quirk(&mut self, quirk: Quirk) {
        self.quirk = quirk;
        match quirk {
            Quirk::Unpatchable => self.platform = BOTTLEROCKET,
            // With Linux, the new baseline finds nothing that the old one has not found.
            Quirk::BaselineChanged => {
                self.platform = AMAZON_LINUX;
                self.use_own_baseline();
            }
            // Patching by a patch policy does not use patch groups.
            Quirk::TwoScanners => {
                self.platform = AMAZON_LINUX;
                self.patch_group = NO_PATCH_GROUP;
            }
            _ => {}
        }
    }

    /// Puts the node into the patch group of the account's own baselines.
    fn use_own_baseline(&mut self) {
        if !self.has_own_baseline_for_os() {
            self.platform = AMAZON_LINUX;
        }
        let group = PATCH_GROUPS
            .iter()
            .position(|name| *name == OWN_BASELINE_GROUP);
        self.patch_group = group
            .and_then(|index| u8::try_from(index).ok())
            .unwrap_or(0);
    }

    fn has_own_baseline_for_os(&self) -> bool {
        let os = self.platform().os;
        OWN_BASELINES.iter().any(|baseline| baseline.os == os)
    }

    /// Whether one of the account's own baselines decided at the last scan.
    pub(crate) fn has_own_baseline(&self) -> bool {
        let is_chosen = match self.quirk {
            Quirk::BaselineChanged => false,
            // The patch policy chooses it.
            Quirk::TwoScanners => true,
            _ => self.patch_group() == OWN_BASELINE_GROUP,
        };
        is_chosen && self.has_own_baseline_for_os()
    }

    /// An index of a short table, which is always the same for one node and one purpose.
    fn roll_index(&self, purpose: &str, length: usize) -> u8 {
        let limit = u32::try_from(length).unwrap_or(1);
        u8::try_from(self.roll(purpose, limit)).unwrap_or(0)
    }

    /// A number in `0..limit`, which is always the same for one node and one purpose.
    pub(crate) fn roll(&self, purpose: &str, limit: u32) -> u32 {
        random::below(random::join(self.hash, random::text(purpose)), limit)
    }

    /// One of `values`, which is always the same for one node and one purpose.
    pub(crate) fn choose(&self, purpose: &str, values: &[&'static str]) -> &'static str {
        let count = u32::try_from(values.len()).unwrap_or(1);
        let index = self.roll(purpose, count) as usize;
        values.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn platform(&self) -> &'static Platform {
        PLATFORMS
            .get(usize::from(self.platform))
            .unwrap_or(&PLATFORMS[0])
    }

    pub(crate) fn is_windows(&self) -> bool {
        self.platform().is_windows()
    }

    /// Whether the node was registered through a hybrid activation. Such ids start with `mi-`.
    pub(crate) fn is_hybrid(&self) -> bool {
        !self.ghost && self.roll("hybrid", 8) == 0
    }

    /// Whether `AWS-RunPatchBaseline` has reported.
    pub(crate) fn has_patches(&self) -> bool {
        !matches!(
            self.quirk,
            Quirk::NeverScanned | Quirk::ScannedByAssociation | Quirk::Unpatchable
        )
    }

    /// Whether an association scans the node.
    pub(crate) fn has_patch_association(&self) -> bool {
        matches!(self.quirk, Quirk::ScannedByAssociation | Quirk::TwoScanners)
    }

    /// Whether some association has ended.
    pub(crate) fn has_associations(&self) -> bool {
        self.quirk != Quirk::Pending
    }

    pub(crate) fn has_antivirus(&self) -> bool {
        // The condition before counts as well, because a node that becomes compliant must not lose
        // the whole compliance type.
        self.roll("antivirus", 3) == 0
            || self.condition.has(Condition::CUSTOM)
            || self.previous.has(Condition::CUSTOM)
    }

    pub(crate) fn has_benchmark(&self) -> bool {
        self.quirk == Quirk::UnknownSeverity || self.roll("benchmark", 8) == 0
    }

    /// The value of the tag `Patch Group`, or an empty text without one.
    pub(crate) fn patch_group(&self) -> &'static str {
        PATCH_GROUPS
            .get(usize::from(self.patch_group))
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn id(&self) -> String {
        if self.is_hybrid() {
            return format!("mi-0{:016x}", self.hash);
        }
        // EC2 instances from before 2018 have ids of 8 digits, and a few of them still run. An odd
        // multiplier maps the indexes one to one, so that no id occurs twice.
        if self.roll("old", 61) == 0 {
            let digits = self.index.wrapping_mul(0x9e37_79b1) ^ 0x5bd1_e995;
            return format!("i-{digits:08x}");
        }
        format!("i-0{:016x}", self.hash)
    }

    /// The conditions that drift may bring to this node while it is compliant.
    pub(crate) fn possible_conditions(&self) -> Vec<Condition> {
        let mut possible = Vec::new();
        if self.has_patches() {
            possible.extend([Condition::MISSING, Condition::FAILED, Condition::REBOOT]);
        }
        if self.has_patches() && self.has_own_baseline() {
            possible.push(Condition::REJECTED);
        }
        // The order of the conditions matters, because equal seeds must give equal drift.
        if self.has_patches() && self.is_windows() && self.has_own_baseline() {
            possible.push(Condition::SECURITY);
        }
        if self.has_associations() {
            possible.extend([Condition::INVENTORY, Condition::PACKAGE]);
        }
        if self.has_patch_association() {
            possible.push(Condition::PATCH_ASSOCIATION);
        }
        possible
    }
}

/// The index of the platform at a point of the fleet, in per cent.
fn platform_at(per_cent: u32) -> u8 {
    let mut index = 0;
    let mut rest = per_cent;
    for platform in &PLATFORMS {
        if platform.weight > rest {
            break;
        }
        rest -= platform.weight;
        index += 1;
    }
    index
}
