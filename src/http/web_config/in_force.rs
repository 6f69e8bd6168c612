//! What of a web configuration is in force while the server runs.
//!
//! Users, headers, certificates and all else of TLS follow the file. Whether there is TLS at all and
//! the rate limit are fixed at start, as in the exporter-toolkit. A file that asks for no login any
//! more, or for no certificate, is not followed: one that was cut short says the same.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tracing::{error, info, warn};

use super::WebConfig;
use super::load::load;
use super::stamps::Stamps;
use super::watch::{self, Reload};
use crate::http::auth::PasswordChecker;
use crate::http::rate_limit::RateLimiter;

/// The web configuration of a server, which follows its file.
#[derive(Debug)]
pub struct WebSecurity {
    file: PathBuf,
    current: ArcSwap<WebConfig>,
    rate_limiter: Option<RateLimiter>,
    passwords: PasswordChecker,
}

/// Why a file that is good by itself cannot follow the one before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Refusal {
    Empty,
    WithoutTls,
    WithTls,
    WithoutCertificates,
    WithoutNames,
    WithoutUsers,
}

impl WebSecurity {
    /// Puts a configuration into force, and follows its file from now on.
    ///
    /// # Errors
    /// The system refuses the threads that check passwords and watch the file.
    pub fn start(config: WebConfig, file: PathBuf) -> io::Result<Arc<Self>> {
        let stamps = config.stamps.clone();
        let security = Arc::new(Self {
            file,
            rate_limiter: config.rate_limit.map(RateLimiter::new),
            passwords: PasswordChecker::start()?,
            current: ArcSwap::from_pointee(config),
        });
        watch::start(&security, stamps)?;
        Ok(security)
    }

    /// Whether the server speaks TLS.
    pub fn has_tls(&self) -> bool {
        self.current().has_tls()
    }

    /// What is in force now.
    pub(in crate::http) fn current(&self) -> Arc<WebConfig> {
        self.current.load_full()
    }

    pub(in crate::http) fn rate_limiter(&self) -> Option<&RateLimiter> {
        self.rate_limiter.as_ref()
    }

    pub(in crate::http) fn passwords(&self) -> &PasswordChecker {
        &self.passwords
    }

    fn replace(&self, config: WebConfig) {
        let before = self.current();
        if let Some(refusal) = refusal(&before, &config) {
            self.note_refusal(refusal.text());
            return;
        }
        if config.rate_limit != before.rate_limit {
            warn!("rate_limit of the web configuration changes at the next start only");
        }
        let users = config.user_count();
        self.current.store(Arc::new(config));
        info!(file = %self.file.display(), users, "web configuration reloaded");
    }

    fn note_refusal(&self, why: &str) {
        error!(
            file = %self.file.display(),
            "web configuration not reloaded, the one before stays in force: {why}"
        );
    }
}

impl Reload for WebSecurity {
    /// Reads the file anew. If it is good it comes into force, otherwise what is in force stays, so
    /// that a slip of the hand neither opens the server nor locks everybody out.
    fn reload(&self) -> Stamps {
        let loaded = load(&self.file);
        match loaded.result {
            Ok(config) => self.replace(config),
            Err(error) => {
                for line in error.to_string().lines() {
                    error!("{}", line.trim_start());
                }
                self.note_refusal("it is broken");
            }
        }
        loaded.stamps
    }
}

/// Why the configuration cannot follow the one before, if it cannot.
fn refusal(before: &WebConfig, after: &WebConfig) -> Option<Refusal> {
    // Whoever writes a file empties it first. What was closed must not be open for that moment, or
    // for ever, where the disk is full.
    if after.says_nothing && !before.says_nothing {
        return Some(Refusal::Empty);
    }
    let had_users = before.user_count() > 0;
    match (&before.tls, &after.tls) {
        (Some(_), None) => Some(Refusal::WithoutTls),
        (None, Some(_)) => Some(Refusal::WithTls),
        (Some(before), Some(after)) if before.wants_certificates && !after.wants_certificates => {
            Some(Refusal::WithoutCertificates)
        }
        (Some(before), Some(after)) if before.wants_names && !after.wants_names => {
            Some(Refusal::WithoutNames)
        }
        _ if had_users && after.user_count() == 0 => Some(Refusal::WithoutUsers),
        _ => None,
    }
}

impl Refusal {
    const fn text(self) -> &'static str {
        match self {
            Self::Empty => "it is empty; restart to serve without it",
            Self::WithoutTls => "it has no TLS any more; restart to serve plain HTTP",
            Self::WithTls => "it has TLS now; restart to serve it",
            Self::WithoutCertificates => {
                "it wants no certificates of clients any more; restart to serve without them"
            }
            Self::WithoutNames => {
                "it has no client_allowed_sans any more; restart to serve whatever their names"
            }
            Self::WithoutUsers => "it has no users any more; restart to serve without a login",
        }
    }
}
