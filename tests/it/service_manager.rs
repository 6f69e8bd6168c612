//! What the program tells systemd, read from a socket as systemd's is.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::time::{Instant, timeout};

use crate::support::{Program, command, get, in_time};

/// As long as the watchdog of these tests waits for a sign of life.
const WATCHDOG: Duration = Duration::from_millis(600);

/// The other end of `NOTIFY_SOCKET`.
struct Systemd {
    socket: UnixDatagram,
    path: PathBuf,
    _folder: TempDir,
}

impl Systemd {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("notify");
        Self {
            socket: UnixDatagram::bind(&path).unwrap(),
            path,
            _folder: folder,
        }
    }

    async fn start(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Program {
        let socket = [("NOTIFY_SOCKET", self.path.to_str().unwrap())];
        Program::start(&[&socket, environment].concat(), arguments).await
    }

    /// The lines of the next message.
    async fn next(&self) -> VecDeque<String> {
        let mut bytes = [0; 4096];
        let length = in_time("a message", self.socket.recv(&mut bytes)).await;
        let text = std::str::from_utf8(&bytes[..length.unwrap()]).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The next message that is no sign of life.
    async fn next_state(&self) -> VecDeque<String> {
        loop {
            let message = self.next().await;
            if message[0] != "WATCHDOG=1" {
                return message;
            }
        }
    }

    /// The status line of the next sign of life.
    async fn next_status(&self) -> String {
        loop {
            let message = self.next().await;
            if message[0] == "WATCHDOG=1" {
                let status = message[1].strip_prefix("STATUS=");
                return status.unwrap().to_owned();
            }
        }
    }
}

fn watchdog() -> String {
    WATCHDOG.as_micros().to_string()
}

/// The time as `MONOTONIC_USEC` gives it.
fn monotonic_usec() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

#[tokio::test]
async fn systemd_is_told_when_the_exporter_listens_and_that_it_stops() {
    let systemd = Systemd::new();
    let mut program = systemd.start(&[], &["demo", "--sim.instances=5"]).await;
    assert_eq!(systemd.next().await, ["READY=1"]);
    assert_eq!(get(program.address, "/-/healthy", "").await.code, 200);
    program.signal("TERM").await;
    assert_eq!(systemd.next_state().await, ["STOPPING=1"]);
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.log());
}

#[tokio::test]
async fn an_aws_that_does_not_answer_keeps_no_boot_waiting() {
    let systemd = Systemd::new();
    let watchdog = watchdog();
    let environment = [("WATCHDOG_USEC", watchdog.as_str())];
    let program = systemd
        .start(&environment, &["demo", "--sim.fault=hang"])
        .await;
    assert_eq!(systemd.next_state().await, ["READY=1"]);
    let status = systemd.next_status().await;
    assert_eq!(status, "targets: 0 up, 0 down, 4 not read yet");
    // That is no reason for a restart either.
    systemd.next_status().await;
    assert_eq!(get(program.address, "/-/ready", "").await.code, 503);
}

#[tokio::test]
async fn signs_of_life_come_before_the_watchdog_bites_and_say_how_the_targets_are() {
    let systemd = Systemd::new();
    let watchdog = watchdog();
    let environment = [("WATCHDOG_USEC", watchdog.as_str())];
    let _program = systemd
        .start(&environment, &["demo", "--sim.instances=5"])
        .await;
    let mut last = Instant::now();
    let mut status = String::new();
    while status != "targets: 4 up, 0 down, 0 not read yet" {
        status = systemd.next_status().await;
        assert!(last.elapsed() < WATCHDOG, "{:?}", last.elapsed());
        last = Instant::now();
    }
}

#[tokio::test]
async fn a_program_that_has_been_stopped_gives_no_sign_of_life() {
    let systemd = Systemd::new();
    let watchdog = watchdog();
    let environment = [("WATCHDOG_USEC", watchdog.as_str())];
    let program = systemd
        .start(&environment, &["demo", "--sim.instances=5"])
        .await;
    systemd.next_status().await;
    program.signal("STOP").await;
    // What was under way when the signal came is still read.
    while timeout(WATCHDOG, systemd.next()).await.is_ok() {}
    program.signal("CONT").await;
    systemd.next_status().await;
}

#[tokio::test]
async fn a_reload_is_told_with_its_time_and_ends_ready_also_if_it_fails() {
    let systemd = Systemd::new();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("exporter.yaml");
    std::fs::write(&file, "refresh:\n  interval: 30s\n").unwrap();
    let arguments = [
        "demo",
        "--sim.instances=5",
        "--config.file",
        file.to_str().unwrap(),
    ];
    let program = systemd.start(&[], &arguments).await;
    assert_eq!(systemd.next_state().await, ["READY=1"]);
    for (text, said) in [
        ("refresh:\n  interval: 40s\n", "configuration reloaded"),
        (
            "refresh:\n  interval: often\n",
            "configuration not reloaded",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let asked = monotonic_usec();
        program.signal("HUP").await;
        let reloading = systemd.next_state().await;
        assert_eq!(reloading[0], "RELOADING=1");
        let began = reloading[1].strip_prefix("MONOTONIC_USEC=").unwrap();
        let began: i64 = began.parse().unwrap();
        assert!(
            (asked..=monotonic_usec()).contains(&began),
            "{asked} {began}"
        );
        assert_eq!(systemd.next_state().await, ["READY=1"]);
        in_time(said, logged(&program, said)).await;
    }
}

/// Waits for a line of the log, which comes by another way.
async fn logged(program: &Program, said: &str) {
    while !program.log().contains(said) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_systemd_that_does_not_listen_stops_nothing() {
    let systemd = Systemd::new();
    // Its queue is full: nobody reads it.
    let client = UnixDatagram::unbound().unwrap();
    client.connect(&systemd.path).unwrap();
    while client.try_send(b"WATCHDOG=1").is_ok() {}
    for path in [systemd.path.to_str().unwrap(), "/nonexistent/notify"] {
        let environment = [("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "20000")];
        let mut program = Program::start(&environment, &["demo", "--sim.instances=5"]).await;
        assert_eq!(get(program.address, "/-/healthy", "").await.code, 200);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let asked = Instant::now();
        program.signal("TERM").await;
        assert_eq!(program.ended().await.code(), Some(0), "{}", program.log());
        assert!(asked.elapsed() < Duration::from_secs(5), "{path}");
        // However often it is tried.
        let log = program.log();
        let warnings = log.matches("cannot tell systemd").count();
        assert_eq!(
            warnings,
            usize::from(path.starts_with("/nonexistent")),
            "{log}"
        );
    }
}

#[tokio::test]
async fn no_watchdog_is_too_short_or_too_long_or_too_strange() {
    for limit in ["0", "1", "18446744073709551615", "-1", "soon", ""] {
        let systemd = Systemd::new();
        let program = systemd
            .start(&[("WATCHDOG_USEC", limit)], &["demo", "--sim.instances=5"])
            .await;
        systemd.next_status().await;
        assert_eq!(
            get(program.address, "/-/healthy", "").await.code,
            200,
            "{limit}"
        );
        assert!(!program.log().contains("panic"), "{}", program.log());
    }
}

#[tokio::test]
async fn a_one_time_command_tells_systemd_nothing() {
    let systemd = Systemd::new();
    let environment = [("NOTIFY_SOCKET", systemd.path.to_str().unwrap())];
    let output = command(&["check-config"], &environment)
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(78));
    let told = systemd.socket.try_recv(&mut [0; 64]);
    assert!(told.is_err(), "{told:?}");
}
