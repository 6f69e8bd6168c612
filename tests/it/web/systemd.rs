//! Sockets that systemd has opened.

use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Stdio;

use tokio::process::Command;

use crate::support::{Program, get, in_time, run, run_with};

/// Hands on its own standard input as the first socket of systemd.
const PASS_SOCKET: &str = r#"exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" demo --sim.instances=1 --web.systemd-socket"#;

/// The command that starts the exporter on a socket.
fn passing(socket: OwnedFd) -> Command {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            PASS_SOCKET,
            env!("CARGO_BIN_EXE_ssm-compliance-exporter"),
        ])
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::from(socket))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

#[tokio::test]
async fn the_exporter_serves_on_a_socket_of_systemd() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let program = Program::start_with(passing(OwnedFd::from(socket)), true).await;
    assert_eq!(program.address, address);
    assert_eq!(get(address, "/-/healthy", "").await.code, 200);
}

#[tokio::test]
async fn a_connection_in_place_of_a_listening_socket_is_refused() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    let exporter = passing(OwnedFd::from(client)).output();
    let ended = in_time("the end", exporter).await.unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let error = String::from_utf8_lossy(&ended.stderr);
    assert!(error.contains("socket 1 of systemd is no"), "{error}");
}

#[tokio::test]
async fn without_a_socket_of_systemd_there_is_no_start() {
    let alone = run(&["demo", "--web.systemd-socket"]).await;
    assert_eq!(alone.code, Some(1));
    assert!(
        alone.err.contains("systemd has passed no socket"),
        "{}",
        alone.err
    );
    for count in ["0", "-1", "99999999999999999999", "4000000000", "x"] {
        let run = run_with(&[("LISTEN_FDS", count)], &["demo", "--web.systemd-socket"]).await;
        assert_eq!(run.code, Some(1), "{count} {}", run.err);
    }
}

#[tokio::test]
async fn what_is_no_listening_tcp_socket_is_refused() {
    let run = run_with(
        &[("LISTEN_FDS", "1"), ("LISTEN_FDS_FIRST_FD", "0")],
        &["demo", "--web.systemd-socket"],
    )
    .await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("socket 1 of systemd is no TCP socket"),
        "{}",
        run.err
    );
}
