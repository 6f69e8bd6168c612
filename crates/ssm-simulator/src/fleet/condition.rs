//! What is wrong with a node.

/// The reasons why a node is non-compliant, one bit each. Without any it is compliant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Condition(u16);

impl Condition {
    pub(crate) const COMPLIANT: Self = Self(0);
    pub(crate) const MISSING: Self = Self(1);
    pub(crate) const FAILED: Self = Self(1 << 1);
    /// Patches were installed with `NoReboot` and wait for a reboot.
    pub(crate) const REBOOT: Self = Self(1 << 2);
    pub(crate) const REJECTED: Self = Self(1 << 3);
    /// Security updates are available but not approved yet, and the account's own baseline counts
    /// them as non-compliant. Only Windows has this.
    pub(crate) const SECURITY: Self = Self(1 << 4);
    /// Somebody has put a Patch item by hand, which no count of the patch state includes.
    pub(crate) const UNEXPLAINED: Self = Self(1 << 5);
    /// The inventory association failed.
    pub(crate) const INVENTORY: Self = Self(1 << 6);
    /// The association that scans for patches failed.
    pub(crate) const PATCH_ASSOCIATION: Self = Self(1 << 7);
    /// The association that installs a package failed.
    pub(crate) const PACKAGE: Self = Self(1 << 8);
    /// The association whose document another account shares failed.
    pub(crate) const SHARED_DOCUMENT: Self = Self(1 << 9);
    /// The association that updates the agent timed out.
    pub(crate) const TIMED_OUT: Self = Self(1 << 10);
    /// The antivirus reports old signatures as a custom compliance type.
    pub(crate) const CUSTOM: Self = Self(1 << 11);

    // The bits above, by the compliance type that they belong to.
    const PATCH_MASK: Self = Self(0b11_1111);
    const ASSOCIATION_MASK: Self = Self(0b111_1100_0000);
    /// What only a baseline of the account's own can bring about: those of AWS reject no patch, and
    /// take available security updates for compliant.
    pub(crate) const NEEDS_OWN_BASELINE: Self = Self::REJECTED.and(Self::SECURITY);
    /// What depends on who scans the node, and with which baseline.
    pub(crate) const BOUND_TO_SCANNER: Self = Self::NEEDS_OWN_BASELINE.and(Self::PATCH_ASSOCIATION);

    /// What non-compliant nodes are given in turn: every reason, and two mixtures.
    pub(crate) const REASONS: [Self; 14] = [
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
        Self::SHARED_DOCUMENT,
        // One association and two kinds of patches fail here. A client must not stop at the first
        // reason.
        Self::MISSING.and(Self::FAILED).and(Self::INVENTORY),
        Self::TIMED_OUT,
        Self::MISSING.and(Self::REBOOT).and(Self::CUSTOM),
    ];

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any reason of `other` applies.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the compliance type `Patch` is non-compliant.
    pub(crate) const fn affects_patches(self) -> bool {
        self.has(Self::PATCH_MASK)
    }

    /// Whether the compliance type `Association` is non-compliant.
    pub(crate) const fn affects_associations(self) -> bool {
        self.has(Self::ASSOCIATION_MASK)
    }
}
