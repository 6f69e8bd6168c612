//! Turns for the tests that keep every processor busy.

use tokio::sync::{Mutex, MutexGuard};

static TURN: Mutex<()> = Mutex::const_new(());

/// Waits until no other test that asks for a turn is running.
///
/// Several tests run at a time, because most of them wait. One with hundreds of targets, or with
/// timeouts of a second for dozens, does not: beside another of its kind it would test the machine.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}
