//! What the server allows a client to take: time, memory and file descriptors.

use std::time::Duration;

/// Most of one connection's unread request, and of its unsent small writes, in bytes. A longer head
/// is answered with 431 (RFC 6585).
pub(super) const BUFFER: usize = 16 * 1024;

/// No more connections than this, however many files the process may open: scrapers, probes and
/// people need few.
const MAX_CONNECTIONS: usize = 512;

/// How the server presents and protects itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the metrics are, `/metrics` by convention; see
    /// [`check_telemetry_path`](super::check_telemetry_path).
    pub telemetry_path: String,
    /// The program's name, for the landing page.
    pub name: String,
    /// The program's version, for the landing page.
    pub version: String,
    /// One sentence for the landing page.
    pub description: String,
    /// What a client may take.
    pub limits: Limits,
}

/// Bounds of every connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// From connecting, or from a later request's first byte, to the end of its head.
    pub header_timeout: Duration,
    /// How long a connection is kept open between requests; longer than the usual scrape intervals.
    pub idle_timeout: Duration,
    /// An answer ends when no byte of it has left for the client for this long.
    pub stall_timeout: Duration,
    /// From the end of a request's head to the last byte of its answer, if that is short.
    pub response_timeout: Duration,
    /// The time for an answer grows with its length, so that a slow client that keeps reading gets
    /// all of it: beside the response timeout, there is a second for so many bytes.
    pub min_bytes_per_second: u64,
    /// At this many open connections, at least 2, one is closed to admit a new one: the one that
    /// makes the least progress. Three quarters of them at most are being served, so that newcomers
    /// displace each other first.
    pub max_connections: usize,
    /// How long a shutdown waits for answers under way.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(2),
            stall_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_mins(1),
            min_bytes_per_second: 64 * 1024,
            max_connections: connections_for(open_files_limit()),
            drain: Duration::from_secs(3),
        }
    }
}

/// Half of the files the process may open, so that calls to AWS always find a descriptor.
fn connections_for(open_files: Option<u64>) -> usize {
    let half = open_files.map_or(MAX_CONNECTIONS, |limit| {
        usize::try_from(limit / 2).unwrap_or(MAX_CONNECTIONS)
    });
    half.clamp(1, MAX_CONNECTIONS)
}

/// The soft limit of `RLIMIT_NOFILE`, where the system tells it in `/proc` (proc(5)); `None` where
/// it does not, or if there is none.
fn open_files_limit() -> Option<u64> {
    soft_open_files(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

fn soft_open_files(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_open_files_are_left_to_others() {
        let limits = "Limit    Soft Limit   Hard Limit   Units\nMax open files            1000       4096       files\n";
        assert_eq!(soft_open_files(limits), Some(1000));
        assert_eq!(connections_for(Some(1000)), 500);
    }

    #[test]
    fn the_number_of_connections_is_bounded_whatever_the_system_says() {
        assert_eq!(
            soft_open_files("Max open files            unlimited  unlimited  files"),
            None
        );
        assert_eq!(soft_open_files("nonsense"), None);
        assert_eq!(connections_for(None), 512);
        assert_eq!(connections_for(Some(u64::MAX)), 512);
        assert_eq!(connections_for(Some(0)), 1);
    }
}
