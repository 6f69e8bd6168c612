//! The web configuration (`--web.config.file`), from the file to what is in force.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::configured::FleetError;
use super::runtime::NoThreads;
use crate::config::ConfigError;
use crate::http::{HealthScheme, WebConfig, WebSecurity};

/// A web configuration with its file.
#[derive(Debug)]
pub struct WebConfigFile {
    file: PathBuf,
    config: WebConfig,
}

/// Reads the web configuration, if there is a file of it.
///
/// # Errors
/// If the file cannot be read or holds problems.
pub fn read_web_config(file: Option<&Path>) -> Result<Option<WebConfigFile>, ConfigError> {
    let Some(file) = file else {
        return Ok(None);
    };
    let config = WebConfig::load(file)?;
    let file = file.to_owned();
    Ok(Some(WebConfigFile { file, config }))
}

impl WebConfigFile {
    /// Puts it into force.
    ///
    /// # Errors
    /// If the system refuses the threads for that.
    pub fn start(self) -> Result<Arc<WebSecurity>, NoThreads> {
        Ok(WebSecurity::start(self.config, self.file)?)
    }

    /// What it asks of clients, in a few words.
    pub(super) fn summary(&self) -> String {
        let tls = if self.config.has_tls() {
            "TLS"
        } else {
            "plain HTTP"
        };
        let users = match self.config.user_count() {
            0 => "no login".to_owned(),
            1 => "1 user".to_owned(),
            count => format!("{count} users"),
        };
        format!("{} is valid: {tls}, {users}", self.file.display())
    }
}

/// Both of two results, or all that is wrong with either: whoever mends one file at a time starts a
/// program that does not start again and again.
///
/// # Errors
/// If one of them is an error.
pub fn with_web_config<T>(
    web: Result<Option<WebConfigFile>, ConfigError>,
    other: anyhow::Result<T>,
) -> anyhow::Result<(Option<WebConfigFile>, T)> {
    match (web, other) {
        (Ok(web), Ok(other)) => Ok((web, other)),
        (Err(web), Ok(_)) => Err(web.into()),
        (Ok(_), Err(other)) => Err(other),
        (Err(web), Err(other)) => Err(match other.downcast() {
            Ok(fleet) => FleetError::Several(vec![fleet, web.into()]).into(),
            Err(other) => other,
        }),
    }
}

/// How to ask a running exporter that has this file, in the order to try. What is in force there need
/// not be what the file says now.
pub fn health_schemes(file: Option<&Path>) -> &'static [HealthScheme] {
    let has_tls = file.is_some_and(|file| match WebConfig::load(file) {
        Ok(config) => config.has_tls(),
        // The exporter runs on with what it has read before, which most likely has TLS.
        Err(_) => true,
    });
    if has_tls {
        &[HealthScheme::Https, HealthScheme::Http]
    } else {
        // A server with TLS answers this, too, if only to say that it has TLS.
        &[HealthScheme::Http]
    }
}
