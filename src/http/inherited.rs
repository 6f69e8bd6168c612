//! Sockets that systemd has opened for the program (`--web.systemd-socket`, `sd_listen_fds(3)`).

use std::env;
use std::io;
use std::net::TcpListener;

use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;

/// How many sockets are passed, as systemd says it.
const COUNT_VARIABLE: &str = "LISTEN_FDS";

/// Most sockets that are taken. A unit has few, and whoever makes up a number should not make us
/// try all of them.
const MAX_SOCKETS: usize = 64;

/// Why sockets of systemd cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InheritError {
    /// There are no such sockets on this system.
    #[error("--web.systemd-socket works on Linux only, use --web.listen-address")]
    NotLinux,
    /// systemd has passed none.
    #[error(
        "systemd has passed no socket\n  hint: start the exporter by its socket unit (.socket), or leave --web.systemd-socket out"
    )]
    None,
    /// What it has passed is something else.
    #[error(
        "socket {number} of systemd is no TCP socket that listens\n  hint: the socket unit needs ListenStream= with a port, and no Accept=yes"
    )]
    NotTcp {
        /// Which of the sockets, counted from 1.
        number: usize,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// The sockets that systemd has opened for this process. They are taken only once, and before other
/// threads are started: systemd passes them in variables of the environment, which are removed.
///
/// # Errors
/// There are none, or one of them does not listen for TCP.
pub fn inherited_listeners() -> Result<Vec<TcpListener>, InheritError> {
    if !cfg!(target_os = "linux") {
        return Err(InheritError::NotLinux);
    }
    let count = passed_count().ok_or(InheritError::None)?;
    let mut passed = ListenFd::from_env();
    let mut listeners = Vec::with_capacity(count);
    for index in 0..count.min(passed.len()) {
        listeners.push(take(&mut passed, index)?);
    }
    if listeners.is_empty() {
        return Err(InheritError::None);
    }
    Ok(listeners)
}

fn passed_count() -> Option<usize> {
    let count = env::var(COUNT_VARIABLE).ok()?.parse().ok()?;
    (1..=MAX_SOCKETS).contains(&count).then_some(count)
}

fn take(passed: &mut ListenFd, index: usize) -> Result<TcpListener, InheritError> {
    let not_tcp = |source| InheritError::NotTcp {
        number: index + 1,
        source,
    };
    let taken = passed.take_tcp_listener(index).map_err(not_tcp)?;
    let none = || not_tcp(io::ErrorKind::NotFound.into());
    let listener = taken.ok_or_else(none)?;
    if !is_listening(&listener) {
        return Err(not_tcp(io::ErrorKind::InvalidInput.into()));
    }
    // tokio waits for sockets by itself.
    listener.set_nonblocking(true).map_err(not_tcp)?;
    Ok(listener)
}

/// Whether clients can connect to it. A unit with `Accept=yes` passes the connection of one client.
fn is_listening(listener: &TcpListener) -> bool {
    socket_acceptconn(listener).unwrap_or(false)
}
