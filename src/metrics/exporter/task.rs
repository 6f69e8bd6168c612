//! The tasks of the exporter whose panics are counted.

/// A kind of task of the exporter. The names are values of the label `task`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Refreshes a target.
    Target,
    /// Renders a target's page.
    Render,
    /// Serves an HTTP connection.
    Connection,
    /// Reads the configuration anew.
    Reload,
    /// Finds accounts and regions.
    Discovery,
}

impl Task {
    /// Every kind of task.
    pub const ALL: [Self; 5] = [
        Self::Target,
        Self::Render,
        Self::Connection,
        Self::Reload,
        Self::Discovery,
    ];

    /// The value of the label `task`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Render => "render",
            Self::Connection => "connection",
            Self::Reload => "reload",
            Self::Discovery => "discovery",
        }
    }
}
