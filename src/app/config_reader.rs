//! Where the configuration is read from when it is read anew.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::configuration::read_configuration;
use super::configured::FleetError;
use super::reload_error::ReloadError;
use super::runtime::NoThreads;
use crate::config::{Config, ConfigError};

type Read = dyn Fn(&Handle) -> Result<Config, FleetError> + Send + Sync;

/// Reads the configuration file as often as it is asked to.
#[derive(Clone)]
pub struct ConfigReader {
    file: String,
    read: Arc<Read>,
}

impl fmt::Debug for ConfigReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigReader")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl ConfigReader {
    /// Reads a file as the program does when it starts; see [`read_configuration`].
    pub fn of_file(path: PathBuf) -> Self {
        Self {
            file: path.display().to_string(),
            read: Arc::new(move |aws| aws.block_on(read_configuration(Some(&path)))),
        }
    }

    /// Reads with a function of the caller's. The log calls what it reads `file`.
    pub fn new(
        file: String,
        read: impl Fn() -> Result<Config, ConfigError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            file,
            read: Arc::new(move |_| Ok(read()?)),
        }
    }

    /// Changes what is read before it is used.
    pub(super) fn map(self, change: impl Fn(Config) -> Config + Send + Sync + 'static) -> Self {
        let Self { file, read } = self;
        Self {
            file,
            read: Arc::new(move |aws| read(aws).map(&change)),
        }
    }

    /// The name of the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Reads the configuration, on a thread of its own: it may be on a mount that hangs. So may be
    /// what the environment says of AWS, for which the threads of `aws` are there.
    ///
    /// # Errors
    /// If it cannot be read or has problems, or if the system refuses the thread.
    pub(super) async fn read(&self, aws: &Handle) -> Result<Config, ReloadError> {
        let (sender, read) = oneshot::channel();
        let reader = Arc::clone(&self.read);
        let aws = aws.clone();
        thread::Builder::new()
            .name("config-reader".to_owned())
            .spawn(move || {
                // Nobody waits any more if the program ends.
                let _ = sender.send(reader(&aws));
            })
            .map_err(NoThreads::from)?;
        // A thread that panics drops its sender without a message.
        Ok(read.await.map_err(|_| ReloadError::Panicked)??)
    }
}
