//! Watches the file of a web configuration, and the certificates that it names.
//!
//! The exporter-toolkit reads them at each request. They may be on a mount that hangs, so here a
//! thread of its own looks at them, and no request waits for it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
            // A panic, which its hook has logged, costs this reading only.
            let stamps = catch_unwind(AssertUnwindSafe(|| reader.reload()));
            read = stamps.unwrap_or_else(|_| seen.clone());
        }
        last_seen = seen;
        drop(reader);
        thread::sleep(LOOK_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use tempfile::TempDir;

    use super::*;

    /// Fails at its first reading.
    struct Fragile {
        file: PathBuf,
        readings: AtomicUsize,
    }

    impl Reload for Fragile {
        fn reload(&self) -> Stamps {
            let before = self.readings.fetch_add(1, Ordering::Relaxed);
            assert!(before > 0, "injected");
            stamps_of(&self.file)
        }
    }

    fn stamps_of(file: &std::path::Path) -> Stamps {
        let mut stamps = Stamps::default();
        stamps.note(file);
        stamps
    }

    fn wait_for_readings(reader: &Fragile, count: usize) {
        let start = Instant::now();
        while reader.readings.load(Ordering::Relaxed) < count {
            assert!(start.elapsed() < Duration::from_secs(20), "{count}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_panic_costs_one_reading_and_the_next_change_is_seen() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("web.yml");
        fs::write(&file, "").unwrap();
        let stamps = stamps_of(&file);
        let reader = Arc::new(Fragile {
            file: file.clone(),
            readings: AtomicUsize::new(0),
        });
        start(&reader, stamps).unwrap();
        fs::write(&file, "a").unwrap();
        wait_for_readings(&reader, 1);
        fs::write(&file, "ab").unwrap();
        wait_for_readings(&reader, 2);
        // What has not changed is not read again.
        thread::sleep(LOOK_INTERVAL * 3);
        assert_eq!(reader.readings.load(Ordering::Relaxed), 2);
    }
}
