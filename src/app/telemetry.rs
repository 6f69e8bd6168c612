//! Logs: one line per event on stderr, as logfmt or JSON.
//!
//! A pipe that nobody reads takes no more lines once it is full. Lines wait in a short queue for a
//! thread that writes them, and are dropped and counted when that is full: nothing else ever waits
//! for the log.

use std::io;
use std::panic::catch_unwind;
use std::sync::OnceLock;

use tracing::Level;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use super::runtime::NoThreads;

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// `key=value` pairs.
    #[default]
    Logfmt,
    /// One JSON object per line.
    Json,
}

/// The most lines that wait to be written.
const MAX_WAITING_LINES: usize = 4096;

/// Counts the lines of this process that were dropped.
static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// Writes events to the log.
pub type LogLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The thread that writes could not be started.
    #[error(transparent)]
    NoThreads(#[from] NoThreads),
    /// Logging was started before.
    #[error("logging was started before")]
    Started(#[from] TryInitError),
}

/// Writes the lines that wait when it is dropped, if stderr takes them at once.
#[derive(Debug)]
pub struct LogGuard(#[expect(dead_code, reason = "held for its drop")] WorkerGuard);

/// Starts logging for the whole process, until the guard is dropped.
///
/// # Errors
/// If logging was started before, or its thread cannot be started.
pub fn start_logging(level: Level, format: LogFormat) -> Result<LogGuard, LogError> {
    let (layer, guard) = log_layer(level, format)?;
    tracing_subscriber::registry().with(layer).try_init()?;
    Ok(guard)
}

/// The log as a part of a subscriber that has others, too.
///
/// Libraries are not heard: the AWS SDK repeats in its lines what AWS answers, and at lower levels
/// whole requests. What of it matters is in the errors that it returns.
///
/// # Errors
/// If the thread that writes cannot be started.
pub fn log_layer(level: Level, format: LogFormat) -> Result<(LogLayer, LogGuard), NoThreads> {
    let filter = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let (writer, guard) = writer()?;
    // It is set already if logging was started before, and then start_logging says so.
    let _ = DROPPED.set(writer.error_counter());
    let layer = match format {
        LogFormat::Logfmt => logfmt(writer),
        LogFormat::Json => json(writer),
    };
    Ok((layer.with_filter(filter).boxed(), LogGuard(guard)))
}

/// A writer to stderr that nobody waits for.
fn writer() -> Result<(NonBlocking, WorkerGuard), NoThreads> {
    let writer = || {
        NonBlockingBuilder::default()
            .lossy(true)
            .buffered_lines_limit(MAX_WAITING_LINES)
            .thread_name("log")
            .finish(io::stderr())
    };
    // The library panics where the system refuses the thread.
    catch_unwind(writer).map_err(|_| NoThreads::panicked())
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
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_writer(writer)
        .boxed()
}

/// How many lines have been dropped since the start.
pub(super) fn dropped_lines() -> u64 {
    DROPPED
        .get()
        .map_or(0, |dropped| dropped.dropped_lines() as u64)
}
