//! Nothing outside can stop the program: a log that nobody reads, threads that the system refuses,
//! files and host names that never come.

use std::os::unix::process::CommandExt;
use std::process::Stdio;

use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::{Duration, Instant, sleep, timeout};

use crate::support::{Aws, CREDENTIALS, Format, Page, Program, Settings, command, get, in_time};

/// How long the program may take to end, whatever hangs.
const MAX_SHUTDOWN: Duration = Duration::from_secs(5);

/// A configuration file in a directory that every user may read.
struct ConfigFile(tempfile::TempDir);

impl ConfigFile {
    fn new(yaml: &str) -> Self {
        let folder = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .tempdir();
        let folder = folder.unwrap();
        std::fs::write(folder.path().join("exporter.yaml"), yaml).unwrap();
        Self(folder)
    }

    fn path(&self) -> String {
        self.0.path().join("exporter.yaml").display().to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nobody_reads_stops_neither_pages_nor_refreshes_nor_the_end() {
    let aws = Aws::of(20).await;
    let file = ConfigFile::new(
        &Settings {
            interval: "1s",
            ..Settings::default()
        }
        .yaml(&aws),
    );
    let arguments = ["--config.file", &file.path(), "--log.level", "debug"];
    let mut program = Program::start_unread(&CREDENTIALS, &arguments).await;
    // A pipe holds 64 KiB, and this many requests alone write several times as much.
    let mut page = Page::default();
    for _ in 0..6_000 {
        let reply = timeout(
            Duration::from_secs(2),
            get(program.address, "/-/healthy", ""),
        )
        .await;
        assert_eq!(reply.expect("an answer within two seconds").code, 200);
    }
    let began = Instant::now();
    while page
        .value("aws_ssm_exporter_log_lines_dropped_total", &[])
        .is_none_or(|dropped| dropped < 1.0)
    {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "no line was dropped"
        );
        for _ in 0..500 {
            get(program.address, "/-/healthy", "").await;
        }
        let reply = timeout(Duration::from_secs(2), get(program.address, "/metrics", "")).await;
        page = Page::read(
            &reply.expect("a page within two seconds").text(),
            Format::Text,
        )
        .unwrap();
    }
    let refreshes = aws.calls(crate::support::OWN, "ListAssociations");
    sleep(Duration::from_secs(3)).await;
    assert!(
        aws.calls(crate::support::OWN, "ListAssociations") > refreshes + 1,
        "refreshes go on"
    );
    let asked = Instant::now();
    program.signal("TERM").await;
    assert_eq!(program.ended().await.code(), Some(0));
    assert!(asked.elapsed() < MAX_SHUTDOWN, "{:?}", asked.elapsed());
}

/// Allows the program from none to enough threads. Either it works, or it says in one line why it
/// ends.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_start_ends_the_program_with_one_clear_line() {
    let aws = Aws::of(3).await;
    let file = ConfigFile::new(
        &Settings {
            interval: "1s",
            ..Settings::default()
        }
        .yaml(&aws),
    );
    let mut ended = 0;
    let mut served = 0;
    for threads in 1..16 {
        let mut child = limited(threads, &file.path()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let end = timeout(Duration::from_secs(3), child.wait()).await;
        if end.is_err() {
            child.kill().await.unwrap();
        }
        let mut text = String::new();
        stderr.read_to_string(&mut text).await.unwrap();
        if let Ok(status) = end {
            ended += 1;
            assert_eq!(status.unwrap().code(), Some(1), "{threads} threads: {text}");
            let said: Vec<&str> = text
                .lines()
                .filter(|line| !line.contains("level="))
                .collect();
            assert!(
                said.len() == 2 && said[0].starts_with("cannot start"),
                "{threads} threads: {text}"
            );
            assert!(
                said[1].contains("hint:") && !text.contains("panicked at"),
                "{threads} threads: {text}"
            );
        } else {
            served += 1;
            assert!(
                text.contains("refresh finished"),
                "{threads} threads, running, and nothing is read: {text}"
            );
        }
    }
    assert!(ended > 0 && served > 0, "{ended} ended, {served} served");
}

/// The program under `RLIMIT_NPROC`. The limit does not hold for root, so where these tests run as
/// root, the program runs as `nobody`.
fn limited(threads: u32, config: &str) -> Command {
    let inner = command(
        &[
            "--config.file",
            config,
            "--web.listen-address",
            "127.0.0.1:0",
        ],
        &CREDENTIALS,
    );
    let inner = inner.as_std();
    let script = format!("ulimit -u {threads} && exec \"$@\"");
    let mut shell = std::process::Command::new("bash");
    shell
        .args(["-c", &script, "bash"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear();
    shell.envs(
        inner
            .get_envs()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    if rustix::process::getuid().is_root() {
        shell.uid(65_534).gid(65_534);
    }
    let mut shell = Command::from(shell);
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    shell
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_that_never_comes_stops_neither_http_nor_the_end() {
    let aws = Aws::of(3).await;
    let file = ConfigFile::new(
        &Settings {
            interval: "1s",
            ..Settings::default()
        }
        .yaml(&aws),
    );
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("token");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let environment = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", fifo.to_str().unwrap()),
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/exporter"),
        ("AWS_REGION", "eu-west-1"),
    ];
    let mut program = Program::start(&environment, &["--config.file", &file.path()]).await;
    let until = Instant::now() + Duration::from_secs(5);
    while Instant::now() < until {
        for path in ["/-/healthy", "/metrics", "/"] {
            let reply = timeout(Duration::from_secs(2), get(program.address, path, "")).await;
            assert_eq!(
                reply.unwrap_or_else(|_| panic!("{path} hangs")).code,
                200,
                "{path}"
            );
        }
        sleep(Duration::from_millis(100)).await;
    }
    let asked = Instant::now();
    program.signal("TERM").await;
    assert_eq!(in_time("the end", program.ended()).await.code(), Some(0));
    assert!(asked.elapsed() < MAX_SHUTDOWN, "{:?}", asked.elapsed());
}

/// An address at which nothing answers queries for host names.
const RESOLVER: &str = "127.0.0.79";

/// Host names are looked up on threads that nothing can interrupt. Giving the program a resolver of
/// its own takes root, and not every container allows it even then.
#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_that_never_answers_stops_neither_http_nor_the_end() {
    let may_mount = std::process::Command::new("unshare")
        .args(["--mount", "true"])
        .stderr(Stdio::null())
        .status();
    if !may_mount.is_ok_and(|status| status.success()) {
        return;
    }
    let resolver = tokio::net::UdpSocket::bind((RESOLVER, 53)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let resolv_conf = folder.path().join("resolv.conf");
    std::fs::write(&resolv_conf, format!("nameserver {RESOLVER}\n")).unwrap();
    let environment = [&CREDENTIALS[..], &[("AWS_REGION", "eu-west-1")]].concat();
    let inner = command(&["--web.listen-address", "127.0.0.1:0"], &environment);
    let inner = inner.as_std();
    let script = format!(
        "mount --bind {} /etc/resolv.conf && exec \"$@\"",
        resolv_conf.display()
    );
    let mut shell = std::process::Command::new("unshare");
    shell
        .args(["--mount", "sh", "-c", &script, "sh"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear();
    shell
        .envs(
            inner
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let mut shell = Command::from(shell);
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut program = Program::start_with(shell, true).await;
    let mut query = [0; 512];
    in_time("a query", resolver.recv(&mut query)).await.unwrap();
    for path in ["/-/healthy", "/metrics"] {
        let reply = timeout(Duration::from_secs(2), get(program.address, path, "")).await;
        assert_eq!(
            reply.unwrap_or_else(|_| panic!("{path} hangs")).code,
            200,
            "{path}"
        );
    }
    let asked = Instant::now();
    program.signal("TERM").await;
    assert_eq!(in_time("the end", program.ended()).await.code(), Some(0));
    assert!(asked.elapsed() < MAX_SHUTDOWN, "{:?}", asked.elapsed());
}
