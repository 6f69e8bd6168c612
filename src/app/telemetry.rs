//! The log: one line per event on stderr, as logfmt or JSON.
//!
//! Nothing ever waits for the log. A pipe that nobody reads takes no more lines once it is full, and
//! then a thread that writes to it blocks. So a thread of its own writes the lines, which wait for it
//! in a queue. When the queue is full, lines are dropped and counted.

use std::io;
use std::panic::catch_unwind;
use std::sync::OnceLock;

use tracing::Level;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use super::json_lines::JsonLines;
use super::runtime::NoThreads;

/// The format of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One line of `key=value` pairs for each event.
    #[default]
    Logfmt,
    /// One JSON object for each event.
    Json,
}

/// The most lines that wait to be written.
// A reader that falls behind for a moment should lose nothing. The lines are short, so a full queue
// costs about a megabyte.
const MAX_WAITING_LINES: usize = 4096;

/// The number of lines of this process that were dropped.
// It is a static because there is one stderr, and one global subscriber that writes to it.
static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// The part of a subscriber that writes events to the log.
pub type LogLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system refused the thread that writes.
    #[error(transparent)]
    NoThreads(#[from] NoThreads),
    /// Logging had been started before.
    #[error("logging was started before")]
    Started(#[from] TryInitError),
}

/// Writes the lines that still wait when it is dropped, if stderr takes them at once.
#[derive(Debug)]
pub struct LogGuard(#[expect(dead_code, reason = "held for its drop")] WorkerGuard);

/// Starts logging for the whole process, until the guard is dropped.
///
/// # Errors
/// If logging was started before, or the system refuses the thread that writes.
pub fn start_logging(level: Level, format: LogFormat) -> Result<LogGuard, LogError> {
    let (layer, guard) = log_layer(level, format)?;
    tracing_subscriber::registry().with(layer).try_init()?;
    Ok(guard)
}

/// The log as one layer of a subscriber that may have others, too.
///
/// Only the events of this crate are logged. The AWS SDK would repeat in its events what AWS answers,
/// and at lower levels whole requests; what matters of it is in the errors that it returns.
///
/// # Errors
/// If the system refuses the thread that writes.
pub fn log_layer(level: Level, format: LogFormat) -> Result<(LogLayer, LogGuard), NoThreads> {
    let filter = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let (writer, guard) = writer()?;
    // It fails if logging was started before, of which `start_logging` makes an error.
    let _ = DROPPED.set(writer.error_counter());
    let layer = formatted(writer, format).with_filter(filter);
    Ok((layer.boxed(), LogGuard(guard)))
}

fn formatted(writer: NonBlocking, format: LogFormat) -> LogLayer {
    match format {
        LogFormat::Logfmt => logfmt(writer),
        LogFormat::Json => json(writer),
    }
}

/// A writer to stderr that never blocks.
fn writer() -> Result<(NonBlocking, WorkerGuard), NoThreads> {
    // tracing-appender panics where the system refuses its thread.
    catch_unwind(start_writer).map_err(|_| NoThreads::panicked())
}

fn start_writer() -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(MAX_WAITING_LINES)
        .thread_name("log")
        .finish(io::stderr())
}

fn logfmt(writer: NonBlocking) -> LogLayer {
    tracing_logfmt::builder()
        .with_target(false)
        .layer()
        .with_writer(writer)
        .boxed()
}

fn json(writer: NonBlocking) -> LogLayer {
    tracing_subscriber::fmt::layer()
        .event_format(JsonLines)
        .with_writer(writer)
        .boxed()
}

/// The number of lines that have been dropped since the start.
pub(super) fn dropped_lines() -> u64 {
    DROPPED
        .get()
        .map_or(0, |dropped| dropped.dropped_lines() as u64)
}
