//! What the tests share: the simulator, the exporter, the program, a client, and a reader of pages.

mod aws;
mod client;
mod exporter;
mod page;
mod program;
mod repository;
mod resources;
mod settings;
mod turn;

use std::time::Duration;

pub(crate) use aws::Aws;
pub(crate) use client::{Reply, ask, get};
pub(crate) use exporter::Exporter;
pub(crate) use page::{Format, Page, Series};
pub(crate) use program::{CREDENTIALS, Program, Run, command, run, run_with};
pub(crate) use repository::{entries, root, rust_sources, text};
pub(crate) use resources::{Held, held};
pub(crate) use settings::{Settings, role};
pub(crate) use turn::turn;

/// How long a test waits before it counts as hanging. Two cores may be busy with other tests, so
/// this is long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(25);

/// An account that is read with the credentials of the environment.
pub(crate) const OWN: &str = "111122223333";
/// An account that is read through a role. The configuration names it `production`.
pub(crate) const OTHER: &str = "444455556666";

/// The targets of [`Settings`]: account, region, and name of the account.
pub(crate) const TARGETS: [(&str, &str, &str); 3] = [
    (OWN, "eu-west-1", OWN),
    (OWN, "us-east-1", OWN),
    (OTHER, "eu-west-1", "production"),
];

/// Waits for a future, but not for ever.
pub(crate) async fn in_time<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("hangs: {what}"))
}
