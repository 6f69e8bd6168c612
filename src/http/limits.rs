//! The bounds that protect the server from its clients: time, memory and file descriptors.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use super::external_url::ExternalUrl;
use super::route_prefix::RoutePrefix;
use super::web_config::WebSecurity;

/// Most of one connection's unread request, and of its unsent small writes. A longer head is
/// answered with 431 (RFC 6585).
pub(super) const MAX_BUFFERED_BYTES: usize = 16 * 1024;

/// Most connections, however many files the process may open: scrapers, probes and people need few.
const MAX_CONNECTIONS: usize = 512;

/// How the server presents and protects itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// The path of the metrics page, `/metrics` by convention, which
    /// [`check_telemetry_path`](super::check_telemetry_path) accepts.
    pub telemetry_path: String,
    /// The program's name, for the landing page.
    pub name: String,
    /// The program's version, for the landing page.
    pub version: String,
    /// One sentence for the landing page.
    pub description: String,
    /// Whether there are pages about instances, which hold host names and addresses.
    pub has_pages: bool,
    /// Where people reach the server, if that is not where it listens.
    pub external_url: Option<ExternalUrl>,
    /// The path below which everything is served.
    pub route_prefix: RoutePrefix,
    /// TLS, logins, headers and a rate limit, if there is a web configuration.
    pub security: Option<Arc<WebSecurity>>,
    /// The bounds of every connection.
    pub limits: Limits,
}

/// What clients may take of the server's time, memory and file descriptors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Time from connecting, or from a later request's first byte, to the end of the request's
    /// head.
    pub header_timeout: Duration,
    /// How long a connection is kept open between requests. It is longer than the usual scrape
    /// intervals.
    pub idle_timeout: Duration,
    /// An answer is cut when no byte of it has left for the client for this long.
    pub stall_timeout: Duration,
    /// Time from the end of a request's head to the last byte of its answer, if that is short.
    pub response_timeout: Duration,
    /// The time for an answer grows with its length, so that a slow client that keeps reading gets
    /// all of it: the response timeout, and a second more for each so many bytes.
    pub min_bytes_per_second: u64,
    /// At this many open connections, at least 2, the one that makes the least progress is closed
    /// to admit a new one. At most three quarters of them are being served, so that newcomers
    /// displace each other first.
    pub max_connections: usize,
    /// The most scrapes that are answered at the same time; others are refused. `None` if only
    /// connections are limited.
    pub max_scrapes: Option<NonZero<usize>>,
    /// How long a shutdown waits for answers under way.
    pub drain: Duration,
}

impl Options {
    /// What stands in front of each path in a link, without a slash at its end: where a proxy shows
    /// the exporter, or the exporter itself serves.
    pub(super) fn link_base(&self) -> &str {
        match &self.external_url {
            Some(url) => url.base_path(),
            None => self.route_base(),
        }
    }

    /// Whether the server speaks TLS.
    pub(super) fn has_tls(&self) -> bool {
        self.security.as_deref().is_some_and(WebSecurity::has_tls)
    }

    /// What stands in front of each path that is asked for, without a slash at its end.
    pub(super) fn route_base(&self) -> &str {
        self.route_prefix.path(self.external_url.as_ref())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            // Prometheus scrapes every minute by default.
            idle_timeout: Duration::from_mins(2),
            stall_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_mins(1),
            min_bytes_per_second: 64 * 1024,
            max_connections: connections_for(max_open_files()),
            // At the limit of connections, those that stall make room. Readers that stall within a
            // limit of scrapes would keep Prometheus out.
            max_scrapes: None,
            drain: Duration::from_secs(3),
        }
    }
}

/// Half of the files the process may open, so that calls to AWS always find a descriptor.
fn connections_for(open_files: Option<u64>) -> usize {
    let Some(open_files) = open_files else {
        return MAX_CONNECTIONS;
    };
    let half = usize::try_from(open_files / 2).unwrap_or(MAX_CONNECTIONS);
    // Even a process that may hardly open a file is to answer probes.
    half.clamp(1, MAX_CONNECTIONS)
}

/// How many files the process may have open; `None` if there is no limit.
fn max_open_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_open_files_are_left_to_others() {
        assert_eq!(connections_for(Some(1000)), 500);
    }

    #[test]
    fn the_number_of_connections_is_bounded_whatever_the_system_says() {
        assert_eq!(connections_for(None), 512);
        assert_eq!(connections_for(Some(u64::MAX)), 512);
        assert_eq!(connections_for(Some(0)), 1);
    }
}
