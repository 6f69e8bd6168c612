//! Why a configuration was not taken over.

use super::configured::FleetError;
use super::runtime::NoThreads;

/// Why a reload has failed. The configuration before it is still in force.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReloadError {
    /// The program was started without a file.
    #[error(
        "there is no configuration file to read\n  hint: start the exporter with --config.file"
    )]
    NoFile,
    /// The file cannot be read, has problems, or does not fit the environment.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// The system refuses the thread that reads.
    #[error(transparent)]
    NoThread(#[from] NoThreads),
    /// What the environment says could not be read in time.
    #[error(
        "the environment could not be read in time\n  hint: are the mounts alive that hold the AWS configuration?"
    )]
    TimedOut,
    /// A fault of the exporter.
    #[error(
        "the reload has panicked, which is a fault of the exporter: report it with the panic in the log"
    )]
    Panicked,
}
