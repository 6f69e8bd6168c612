//! The file of `--web.config.file`: TLS, logins, headers and a rate limit, in the format that all
//! exporters share (`docs/web-configuration.md` of Prometheus's exporter-toolkit).
//!
//! | step | from | to | file |
//! |---|---|---|---|
//! | 1 | text | the file as written, key by key | `raw` |
//! | 2 | the file as written | a [`WebConfig`], with every problem found | `resolve`, with `headers` and `rate` |
//! | 3 | the file, while the server runs | what is in force | `in_force`, with `watch` and `stamps` |
//!
//! What the values mean for a connection is left to [`tls`](super::tls), for a login to
//! [`auth`](super::auth), and for a request to [`access`](super::access).

mod headers;
mod in_force;
mod load;
mod rate;
mod raw;
mod resolve;
mod stamps;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;

use hyper::HeaderMap;

use super::auth::Users;
use super::rate_limit::RateLimit;
use super::tls::ServerTls;

pub use in_force::WebSecurity;
use stamps::Stamps;

/// A web configuration file, read and found good.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// How TLS is spoken; plain HTTP without it.
    pub(super) tls: Option<Arc<ServerTls>>,
    /// Headers of every answer.
    pub(super) headers: HeaderMap,
    /// Who may log in. Without any user nobody has to.
    pub(super) users: Arc<Users>,
    /// How often the server answers. It is fixed at start.
    pub(super) rate_limit: Option<RateLimit>,
    /// The file, and those that it names, as they were when they were read.
    stamps: Stamps,
    /// Whether the file sets nothing at all, as one does that is being written.
    says_nothing: bool,
}

impl WebConfig {
    /// Whether the server speaks TLS.
    pub fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// How many users may log in.
    pub fn user_count(&self) -> usize {
        self.users.count()
    }
}
