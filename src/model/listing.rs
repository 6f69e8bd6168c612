//! What `DescribeInstanceInformation` says of a managed instance, as it is kept.

use std::sync::Arc;

use super::Timestamp;
use super::intern::Symbol;

/// One managed instance, as `DescribeInstanceInformation` lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// What the instance has in common with many others.
    pub shared: Arc<SharedListing>,
    pub(super) names: PackedNames,
    /// When AWS last heard the agent.
    pub last_ping: Option<Timestamp>,
    /// The instance's associations by status.
    pub associations: Arc<StatusCounts>,
    /// When associations last ran.
    pub last_association_execution: Option<Timestamp>,
    /// When associations last succeeded.
    pub last_association_success: Option<Timestamp>,
}

/// The part of a listing that repeats over a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SharedListing {
    /// `EC2Instance` or `ManagedInstance`.
    pub resource_type: Symbol,
    /// `Windows`, `Linux` or `MacOS`.
    pub platform_type: Symbol,
    /// For example `Amazon Linux`.
    pub platform_name: Symbol,
    /// For example `2023`.
    pub platform_version: Symbol,
    /// The SSM Agent's version.
    pub agent_version: Symbol,
    /// Whether that is the latest version; `None` if AWS does not say.
    pub agent_latest: Option<bool>,
    /// `Online`, `ConnectionLost` or `Inactive`.
    pub ping_status: Symbol,
    /// Whether AWS gives an association status at all. If it does, a summary of type Association
    /// is to be expected.
    pub has_associations: bool,
}

/// Counts by status, in the order of statuses, none of them 0.
pub type StatusCounts = Vec<(Symbol, u64)>;

/// Name, computer name and address in one text. Three texts of their own would take twice the
/// memory, most of it for pointers and lengths.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PackedNames {
    text: Box<str>,
    name_end: u16,
    computer_name_end: u16,
}

// === impl Listing ===

impl Listing {
    /// The name of the hybrid activation.
    pub fn name(&self) -> &str {
        self.names.between(0, self.names.name_end)
    }

    /// The host name that the agent reports.
    pub fn computer_name(&self) -> &str {
        self.names
            .between(self.names.name_end, self.names.computer_name_end)
    }

    /// The address that the agent reports.
    pub fn ip_address(&self) -> &str {
        self.names.between(self.names.computer_name_end, u16::MAX)
    }

    /// Whether the agent answers.
    pub fn is_online(&self) -> bool {
        &*self.shared.ping_status == "Online"
    }
}

// === impl PackedNames ===

impl PackedNames {
    pub(super) fn new(name: &str, computer_name: &str, ip_address: &str) -> Self {
        Self {
            text: [name, computer_name, ip_address].concat().into(),
            name_end: position(name.len()),
            computer_name_end: position(name.len() + computer_name.len()),
        }
    }

    fn between(&self, start: u16, end: u16) -> &str {
        let end = self.text.len().min(end.into());
        self.text.get(start.into()..end).unwrap_or_default()
    }
}

/// Free text is cut at 256 bytes, so two of them always end within a `u16`.
fn position(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
