//! Watches the file of a web configuration, and the certificates that it names.
//!
//! The exporter-toolkit reads them at each request. They may be on a mount that hangs, so here a
//! thread of its own looks at them, and no request waits for it.

use std::io;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::stamps::Stamps;

/// How often it is looked whether the files have changed.
const LOOK_INTERVAL: Duration = Duration::from_millis(400);

/// What follows its files.
pub(super) trait Reload: Send + Sync + 'static {
    /// Reads the files anew, and returns their stamps.
    fn reload(&self) -> Stamps;
}

/// Starts the thread, which ends when nobody else has `reader` any more. The stamps are those of
/// what it has read.
pub(super) fn start<R: Reload>(reader: &Arc<R>, stamps: Stamps) -> io::Result<()> {
    let reader = Arc::downgrade(reader);
    thread::Builder::new()
        .name("web-config".to_owned())
        .spawn(move || watch(&reader, stamps))?;
    Ok(())
}

fn watch<R: Reload>(reader: &Weak<R>, mut read: Stamps) {
    let mut last_seen = read.clone();
    while let Some(reader) = reader.upgrade() {
        let seen = read.taken_again();
        // A file that is being written, or a certificate whose key has yet to follow, is left alone
        // until it has stayed the same from one look to the next.
        if seen == last_seen && seen != read {
            read = reader.reload();
        }
        last_seen = seen;
        drop(reader);
        thread::sleep(LOOK_INTERVAL);
    }
}
