//! What holds for every dashboard. Each check reads the JSON as Grafana would.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod checks;
