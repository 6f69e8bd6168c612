//! The listing that is kept for each managed instance, read by `DescribeInstanceInformation`.

use std::sync::Arc;

use super::intern::Symbol;
use super::time::Timestamp;

/// One managed instance, as `DescribeInstanceInformation` lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The part that many other instances have in common with this one.
    pub shared: Arc<SharedListing>,
    pub(super) names: PackedNames,
    /// When AWS last heard from the agent.
    pub last_ping: Option<Timestamp>,
    /// The number of the instance's associations in each status.
    pub associations: Arc<StatusCounts>,
    /// When associations last ran.
    pub last_association_execution: Option<Timestamp>,
    /// When associations last succeeded.
    pub last_association_success: Option<Timestamp>,
}

/// The part of a listing that repeats over a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SharedListing {
    /// The kind of node: `EC2Instance` or `ManagedInstance`.
    pub resource_type: Symbol,
    /// The platform: `Windows`, `Linux` or `MacOS`.
    pub platform_type: Symbol,
    /// The name of the operating system, for example `Amazon Linux`.
    pub platform_name: Symbol,
    /// The version of the operating system, for example `2023`.
    pub platform_version: Symbol,
    /// The version of the SSM Agent.
    pub agent_version: Symbol,
    /// Whether that is the latest version, or `None` if AWS does not say.
    pub agent_latest: Option<bool>,
    /// Whether the agent answers: `Online`, `ConnectionLost` or `Inactive`.
    pub ping_status: Symbol,
    /// Whether AWS gives an association status at all. If it does, a summary of type Association
    /// is expected.
    pub has_associations: bool,
}

/// A count for each status, in the order of statuses. No count is 0.
pub type StatusCounts = Vec<(Symbol, u64)>;

/// The name, the computer name and the address of an instance, joined to one text.
// Three texts of their own would take twice the memory, most of it for pointers and lengths.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PackedNames {
    text: Box<str>,
    name_end: u16,
    computer_name_end: u16,
}

// === impl Listing ===

impl Listing {
    /// Returns the name of the hybrid activation.
    pub fn name(&self) -> &str {
        self.names.between(0, self.names.name_end)
    }

    /// Returns the host name that the agent reports.
    pub fn computer_name(&self) -> &str {
        self.names
            .between(self.names.name_end, self.names.computer_name_end)
    }

    /// Returns the address that the agent reports.
    pub fn ip_address(&self) -> &str {
        self.names.between(self.names.computer_name_end, u16::MAX)
    }

    /// Says whether the agent answers.
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

fn position(length: usize) -> u16 {
    // Free text is cut at 256 bytes, so two of them always end within the range of a `u16`.
    u16::try_from(length).unwrap_or(u16::MAX)
}
