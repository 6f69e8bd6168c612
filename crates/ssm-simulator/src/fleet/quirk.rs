//! What is unusual about a node without being wrong.

/// A habit of real nodes that a client must cope with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quirk {
    #[default]
    None,
    /// The node was never scanned for patches.
    NeverScanned,
    /// The node is scanned through `AWS-RunPatchBaselineAssociation` only.
    ScannedByAssociation,
    /// All associations of the node are pending.
    Pending,
    ConnectionLost,
    Inactive,
    /// AWS does not say whether the agent is the latest one.
    UnknownLatestVersion,
    /// The node has a ping status that the service model does not know.
    UnknownPingStatus,
    /// The node reports a severity that the service model does not know.
    UnknownSeverity,
    /// Nobody has scanned the node for more than a month.
    StaleScan,
    /// Patches were installed, but the summary is still that of the scan before.
    InstalledSince,
    /// The patch group of the node has another baseline than that of the last scan.
    BaselineChanged,
    /// A patch policy and an association scan the node by turns, with different baselines.
    TwoScanners,
    /// The node runs a system that Patch Manager cannot patch.
    Unpatchable,
}

impl Quirk {
    /// The quirks that compliant nodes are given in turn.
    pub(crate) const DEALT: [Self; 14] = [
        Self::NeverScanned,
        Self::ConnectionLost,
        Self::ScannedByAssociation,
        Self::UnknownLatestVersion,
        Self::Pending,
        Self::ConnectionLost,
        Self::UnknownSeverity,
        Self::Inactive,
        Self::UnknownPingStatus,
        Self::StaleScan,
        Self::InstalledSince,
        Self::BaselineChanged,
        Self::TwoScanners,
        Self::Unpatchable,
    ];

    /// The quirks that some nodes are given in turn whose patches are non-compliant.
    pub(crate) const DEALT_TO_NONCOMPLIANT: [Self; 3] =
        [Self::StaleScan, Self::TwoScanners, Self::BaselineChanged];
}
