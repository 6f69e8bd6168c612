//! Logs: one line per event on stderr, as logfmt or JSON.

use std::io;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// `key=value` pairs.
    #[default]
    Logfmt,
    /// One JSON object per line.
    Json,
}

/// Starts logging for the whole process.
///
/// Libraries are heard from `warn` on only: at lower levels the AWS SDK writes whole requests.
///
/// # Errors
/// If logging was started before.
pub fn start_logging(level: Level, format: LogFormat) -> Result<(), TryInitError> {
    let filter = Targets::new().with_default(level.min(Level::WARN)).with_target(env!("CARGO_CRATE_NAME"), level);
    let layer = match format {
        LogFormat::Logfmt => tracing_logfmt::builder().with_target(false).layer().with_writer(io::stderr).boxed(),
        LogFormat::Json => {
            let json = tracing_subscriber::fmt::layer().json().flatten_event(true).with_target(false);
            json.with_writer(io::stderr).boxed()
        }
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()
}
