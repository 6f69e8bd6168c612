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
}

impl Quirk {
    /// The quirks that compliant nodes are given in turn.
    pub(crate) const DEALT: [Self; 9] = [
        Self::NeverScanned,
        Self::ConnectionLost,
        Self::ScannedByAssociation,
        Self::UnknownLatestVersion,
        Self::Pending,
        Self::ConnectionLost,
        Self::UnknownSeverity,
        Self::Inactive,
        Self::UnknownPingStatus,
    ];
}
