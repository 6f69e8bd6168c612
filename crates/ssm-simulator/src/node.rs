//! One resource of the fleet in a few bytes: who it is, what is wrong with it. Its rows are made
//! from this on demand ([`NodeSnapshot`]), so that fleets of 100,000 instances stay small.

use super::catalogue::{PATCH_GROUPS, PLATFORMS, Platform, WINDOWS};
use super::random;
use super::time;

/// What is wrong, one bit each. Zero is a healthy node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition(u16);

impl Condition {
    pub(super) const HEALTHY: Self = Self(0);
    pub(super) const MISSING: Self = Self(1);
    pub(super) const FAILED: Self = Self(1 << 1);
    /// Patches installed with `NoReboot`.
    pub(super) const REBOOT: Self = Self(1 << 2);
    pub(super) const REJECTED: Self = Self(1 << 3);
    /// Security updates not approved yet, which the baseline counts as non-compliant. Windows only.
    pub(super) const SECURITY: Self = Self(1 << 4);
    /// A Patch item put by hand, which no count of patches knows.
    pub(super) const UNEXPLAINED: Self = Self(1 << 5);
    pub(super) const INVENTORY: Self = Self(1 << 6);
    pub(super) const PATCH_ASSOCIATION: Self = Self(1 << 7);
    pub(super) const PACKAGE: Self = Self(1 << 8);
    pub(super) const SHARED: Self = Self(1 << 9);
    pub(super) const TIMED_OUT: Self = Self(1 << 10);
    pub(super) const CUSTOM: Self = Self(1 << 11);

    const PATCH: Self = Self(0b11_1111);
    const ASSOCIATION: Self = Self(0b111_1100_0000);

    /// Every reason there is, and two mixtures: what non-compliant nodes are given in turn.
    pub(super) const REASONS: [Self; 14] = [
        Self::MISSING,
        Self::PACKAGE,
        Self::REBOOT,
        Self::INVENTORY,
        Self::FAILED,
        Self::SECURITY,
        Self::REJECTED,
        Self::PATCH_ASSOCIATION,
        Self::CUSTOM,
        Self::UNEXPLAINED,
        Self::SHARED,
        Self::MISSING.and(Self::FAILED).and(Self::INVENTORY),
        Self::TIMED_OUT,
        Self::MISSING.and(Self::REBOOT).and(Self::CUSTOM),
    ];

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn spoils_patch(self) -> bool {
        self.has(Self::PATCH)
    }

    pub(super) const fn spoils_association(self) -> bool {
        self.has(Self::ASSOCIATION)
    }
}

/// What is unusual about a node without being wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quirk {
    #[default]
    None,
    NeverScanned,
    /// Scanned through `AWS-RunPatchBaselineAssociation` only.
    ByAssociation,
    /// All its associations are pending.
    Pending,
    ConnectionLost,
    Inactive,
    /// AWS does not say whether the agent is the latest.
    NoLatest,
    /// A ping status that the model does not know.
    UnknownPing,
    /// Reports a severity that the model does not know.
    UnknownSeverity,
}

impl Quirk {
    /// Given in turn to compliant nodes, one ordinary node after each.
    pub(super) const ALL: [Self; 9] = [
        Self::NeverScanned,
        Self::ConnectionLost,
        Self::ByAssociation,
        Self::NoLatest,
        Self::Pending,
        Self::ConnectionLost,
        Self::UnknownSeverity,
        Self::Inactive,
        Self::UnknownPing,
    ];
}

/// One resource.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) index: u32,
    pub(super) hash: u64,
    pub(super) platform: u8,
    /// Not listed any more.
    pub(super) ghost: bool,
    pub(super) quirk: Quirk,
    pub(super) condition: Condition,
    /// Before the last change.
    pub(super) previous: Condition,
    /// The step of drift that changed it; 0 for none.
    pub(super) changed_step: u32,
    /// Seconds after the fleet's start.
    pub(super) changed: u32,
}

impl Node {
    pub(super) fn new(seed: u64, index: u32) -> Self {
        let hash = random::join(seed, u64::from(index));
        let mut node = Self {
            index,
            hash,
            platform: 0,
            ghost: false,
            quirk: Quirk::None,
            condition: Condition::HEALTHY,
            previous: Condition::HEALTHY,
            changed_step: 0,
            changed: 0,
        };
        let mut rest = node.roll("platform", 100);
        while let Some(platform) = PLATFORMS
            .get(usize::from(node.platform))
            .filter(|known| known.weight <= rest)
        {
            rest -= platform.weight;
            node.platform += 1;
        }
        node
    }

    /// Makes it non-compliant from the start, and fit for that.
    pub(super) fn afflict(&mut self, condition: Condition) {
        (self.condition, self.previous) = (condition, condition);
        if condition.has(Condition::SECURITY) {
            self.platform = WINDOWS;
        }
        if condition.has(Condition::PATCH_ASSOCIATION) {
            self.quirk = Quirk::ByAssociation;
        }
    }

    /// A number in `0..limit`, always the same for one node and one use.
    pub(super) fn roll(&self, salt: &str, limit: u32) -> u32 {
        random::below(random::join(self.hash, random::text(salt)), limit)
    }

    pub(super) fn platform(&self) -> &'static Platform {
        PLATFORMS
            .get(usize::from(self.platform))
            .unwrap_or(&PLATFORMS[0])
    }

    pub(super) fn is_windows(&self) -> bool {
        self.platform().is_windows()
    }

    /// Hybrid nodes have ids that start with `mi-`.
    pub(super) fn is_hybrid(&self) -> bool {
        !self.ghost && self.roll("hybrid", 8) == 0
    }

    /// Whether `AWS-RunPatchBaseline` has reported.
    pub(super) fn has_patches(&self) -> bool {
        !matches!(self.quirk, Quirk::NeverScanned | Quirk::ByAssociation)
    }

    /// Whether some association has ended.
    pub(super) fn has_associations(&self) -> bool {
        self.quirk != Quirk::Pending
    }

    pub(super) fn has_antivirus(&self) -> bool {
        self.roll("antivirus", 3) == 0
            || self.condition.has(Condition::CUSTOM)
            || self.previous.has(Condition::CUSTOM)
    }

    pub(super) fn has_benchmark(&self) -> bool {
        self.quirk == Quirk::UnknownSeverity || self.roll("benchmark", 8) == 0
    }

    pub(super) fn patch_group(&self) -> &'static str {
        let count = u32::try_from(PATCH_GROUPS.len()).unwrap_or(1);
        PATCH_GROUPS
            .get(self.roll("group", count) as usize)
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn id(&self) -> String {
        // Ids of 8 digits come from before 2018. Odd multipliers are bijections, so none occurs
        // twice.
        if !self.is_hybrid() && self.roll("old", 61) == 0 {
            return format!(
                "i-{:08x}",
                self.index.wrapping_mul(0x9e37_79b1) ^ 0x5bd1_e995
            );
        }
        format!(
            "{}-0{:016x}",
            if self.is_hybrid() { "mi" } else { "i" },
            self.hash
        )
    }

    /// What drift may do to it.
    pub(super) fn ailments(&self) -> Vec<Condition> {
        let mut possible = Vec::new();
        if self.has_patches() {
            possible.extend([
                Condition::MISSING,
                Condition::FAILED,
                Condition::REBOOT,
                Condition::REJECTED,
            ]);
            if self.is_windows() {
                possible.push(Condition::SECURITY);
            }
        }
        if self.has_associations() {
            possible.extend([Condition::INVENTORY, Condition::PACKAGE]);
            if self.quirk == Quirk::ByAssociation {
                possible.push(Condition::PATCH_ASSOCIATION);
            }
        }
        possible
    }
}

/// What every row of one target has in common.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) seed: u64,
}

/// One node seen at one moment: what rows are made of.
#[derive(Clone, Copy)]
pub(super) struct NodeSnapshot<'a> {
    pub(super) names: &'a Names,
    pub(super) node: &'a Node,
    pub(super) condition: Condition,
    /// Seconds since 1970, as are the following.
    pub(super) clock: f64,
    pub(super) start: f64,
}

impl NodeSnapshot<'_> {
    /// When the node last changed.
    fn changed(&self) -> f64 {
        if self.node.changed_step == 0 {
            0.0
        } else {
            self.start + f64::from(self.node.changed)
        }
    }

    /// End of the last patch operation: daily, and whenever something changed.
    pub(super) fn scanned(&self) -> f64 {
        time::latest(self.clock, 86_400, self.node.roll("scan", 86_400)).max(self.changed())
    }

    /// When the agent last sent its associations, all at once.
    pub(super) fn uploaded(&self) -> f64 {
        time::latest(self.clock, 1800, self.node.roll("upload", 1800)).max(self.changed())
    }

    /// When a custom type was last put.
    pub(super) fn put(&self) -> f64 {
        time::latest(self.clock, 3600, self.node.roll("put", 3600)).max(self.changed())
    }

    /// An id that changes with each scan.
    pub(super) fn run_id(&self, salt: &str) -> String {
        let moment = random::text(&format!("{salt}{:.0}", self.scanned()));
        random::uuid(random::join(self.node.hash, moment))
    }
}
