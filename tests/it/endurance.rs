//! The exporter under everything at once, for minutes: whatever happens, the page says nothing that
//! is not so, answers in time, and the process holds no more than before.
//!
//! The exporter runs in a process of its own, this test program started anew, so that panics can be
//! injected into its tasks: a layer of its log panics at some of the lines that a target, the
//! render thread and a connection write.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{env, fmt, fs};

use ssm_compliance_exporter::app::{self, Fleet, LogFormat, ServeOptions};
use ssm_compliance_exporter::config::Config;
use ssm_simulator::{Fault, FaultKind, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Duration, Instant, sleep, timeout};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::{Aws, Format, Page, Program, Reply, Settings, TARGETS};

/// Instances of each target. Their state never changes: every page must say the same of them, or
/// nothing.
const FLEET: u32 = 120;
/// The longest time that a scrape may take.
const MAX_SCRAPE: Duration = Duration::from_secs(2);
/// A target that is up was read no longer ago than this. Refreshes are due every second, but one
/// may wait for a credential process that hangs, which is given up after 31 seconds, and then calls
/// may be tried again.
const MAX_AGE_OF_UP: f64 = 45.0;
const SLOW_READERS: usize = 48;

/// Where each kind of task is made to panic: a line that it logs, and one of how many of them.
const PANICS: [(&str, u64); 3] = [
    ("collector finished", 211),
    ("page rendered", 67),
    ("answered", 97),
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_the_page_is_true_and_in_time_and_the_process_does_not_grow() {
    let minutes = env::var("SOAK_MINUTES").ok().map_or(2.0, |text| {
        text.parse::<f64>().expect("a number of minutes")
    });
    let time = Duration::from_secs_f64(minutes * 60.0);
    let aws = Aws::start(Options {
        instances: FLEET as usize,
        noncompliant: 0.4,
        drift: 0.0,
        ..Options::default()
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start_with(exporter(folder.path(), &aws), false).await;
    let truth = Truth::of(&until_all_up(program.address).await);
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..SLOW_READERS)
        .map(|_| tokio::spawn(read_nothing(program.address, Arc::clone(&stop))))
        .collect();
    run_for(time / 4, &aws, &program, &truth).await;
    let before = held(&program);
    run_for(time.mul_f64(0.75), &aws, &program, &truth).await;
    let after = held(&program);
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.abort();
    }
    aws.heal();
    let page = until_all_up(program.address).await;
    truth.check(&page);
    for (task, least) in [("target", 1.0), ("render", 1.0), ("connection", 1.0)] {
        let panics = page
            .value("aws_ssm_exporter_panics_total", &[("task", task)])
            .unwrap_or_default();
        assert!(
            panics >= least,
            "{task}: {panics} panics: not much of a soak"
        );
    }
    let dropped = page
        .value("aws_ssm_exporter_log_lines_dropped_total", &[])
        .unwrap_or_default();
    assert!(dropped > 0.0, "the log was full");
    println!("{minutes} minutes: {before:?}, then {after:?}; {dropped} log lines dropped");
    assert!(
        after.kilobytes < before.kilobytes + 24 * 1024,
        "{before:?} {after:?}"
    );
    assert!(after.threads <= before.threads + 6, "{before:?} {after:?}");
    assert!(after.files <= before.files + 40, "{before:?} {after:?}");
    assert!(
        before.children <= 2 && after.children <= 2,
        "a shell and what it runs: {before:?} {after:?}"
    );
    let asked = Instant::now();
    program.signal("TERM").await;
    assert_eq!(program.ended().await.code(), Some(0));
    assert!(
        asked.elapsed() < Duration::from_secs(6),
        "{:?}",
        asked.elapsed()
    );
}

// === the weather ===

/// Injects faults and reads the page for so long.
async fn run_for(time: Duration, aws: &Aws, program: &Program, truth: &Truth) {
    let end = Instant::now() + time;
    let mut turn = 0_u64;
    while Instant::now() < end {
        // A stretch of good weather after each storm, in which targets may recover.
        let storm = if turn % 3 == 2 { vec![] } else { storm(turn) };
        aws.break_with(storm);
        for _ in 0..8 {
            if let Some(page) = scrape(program.address).await {
                truth.check(&page);
            }
            sleep(Duration::from_millis(200)).await;
        }
        turn += 1;
    }
}

/// Some faults at once, another mix in each turn.
fn storm(turn: u64) -> Vec<Fault> {
    let rarely = |kind, rate| Fault {
        rate,
        ..Fault::always(kind)
    };
    let all = [
        rarely(FaultKind::ExpiredToken, 0.2),
        rarely(FaultKind::RefusedToken, 0.2),
        rarely(FaultKind::EmptyObject, 0.3),
        rarely(FaultKind::EmptyBody, 0.3),
        rarely(FaultKind::NoContent, 0.3),
        rarely(FaultKind::WrongList, 0.3),
        rarely(FaultKind::ErrorBody, 0.1),
        rarely(FaultKind::Truncate, 0.2),
        rarely(FaultKind::Html200, 0.2),
        rarely(FaultKind::Reset, 0.2),
        rarely(FaultKind::Hang, 0.02),
        rarely(FaultKind::HugeBody, 0.005),
        rarely(FaultKind::Deny, 1.0).of("AssumeRole"),
        Fault::always(FaultKind::EmptyObject),
    ];
    let count = all.len() as u64;
    let chosen = [turn * 5 % count, turn * 7 % count, turn * 11 % count];
    all.into_iter()
        .zip(0..)
        .filter(|(_, number)| chosen.contains(number))
        .map(|(fault, _)| fault)
        .collect()
}

/// Asks for the uncompressed page again and again, and takes none of it.
async fn read_nothing(address: SocketAddr, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2048).unwrap();
        if let Ok(mut stream) = socket.connect(address).await {
            let _ = stream
                .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                .await;
            sleep(Duration::from_secs(20)).await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

// === what must hold ===

/// What every page must say of a target, if it says anything.
struct Truth(Vec<f64>);

impl Truth {
    fn of(page: &Page) -> Self {
        let truth = Self(
            (0..TARGETS.len())
                .map(|number| noncompliant(page, number).unwrap())
                .collect(),
        );
        assert!(
            truth.0.iter().all(|count| *count > 10.0 && *count < 110.0),
            "some are non-compliant: {:?}",
            truth.0
        );
        truth.check(page);
        truth
    }

    fn check(&self, page: &Page) {
        for (number, truth) in self.0.iter().enumerate() {
            let labels = labels(number);
            let listed: f64 = page
                .matching("aws_ssm_managed_instances", &labels)
                .map(|(_, count)| count)
                .sum();
            let is_listed = page.count("aws_ssm_managed_instances", &labels) > 0;
            assert!(
                !is_listed || (listed - f64::from(FLEET)).abs() < 0.5,
                "{labels:?}: {listed} instances"
            );
            if let Some(shown) = noncompliant(page, number) {
                assert!(
                    (shown - truth).abs() < 0.5,
                    "{labels:?}: {shown} non-compliant instances, {truth} are"
                );
            }
            if page.value("aws_ssm_up", &labels) == Some(1.0) {
                check_up(page, number);
            }
        }
    }
}

/// A target that is up has been read, not long ago.
fn check_up(page: &Page, number: usize) {
    let [account, region] = labels(number);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    for collector in ["instances", "compliance"] {
        let of = [account, region, ("collector", collector)];
        assert_eq!(
            page.value("aws_ssm_collector_success", &of),
            Some(1.0),
            "{of:?}"
        );
        let last = page.value("aws_ssm_collector_last_success_timestamp_seconds", &of);
        let age = last.map(|last| now - last);
        assert!(
            age.is_some_and(|age| age < MAX_AGE_OF_UP),
            "{of:?} is up, and was read {age:?} seconds ago"
        );
    }
}

fn labels(number: usize) -> [(&'static str, &'static str); 2] {
    let (account, region, _) = TARGETS[number];
    [("account_id", account), ("region", region)]
}

fn noncompliant(page: &Page, number: usize) -> Option<f64> {
    let [account, region] = labels(number);
    let of = [
        account,
        region,
        ("compliance_type", "Patch"),
        ("status", "NON_COMPLIANT"),
    ];
    page.value("aws_ssm_compliance_instances", &of)
}

/// The page, unless the connection that was to bring it met an injected panic.
async fn scrape(address: SocketAddr) -> Option<Page> {
    let began = Instant::now();
    let answer = timeout(MAX_SCRAPE, exchange(address)).await;
    let answer =
        answer.unwrap_or_else(|_| panic!("a scrape takes longer than {:?}", began.elapsed()));
    let answer = answer
        .ok()
        .filter(|answer| answer.starts_with(b"HTTP/1.1 200"))?;
    Some(
        Page::read(&Reply::read(answer).text(), Format::Text)
            .unwrap_or_else(|error| panic!("no page: {error}")),
    )
}

async fn exchange(address: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let request =
        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

async fn until_all_up(address: SocketAddr) -> Page {
    let began = Instant::now();
    loop {
        if let Some(page) = scrape(address).await {
            let up = page
                .matching("aws_ssm_up", &[])
                .filter(|(_, up)| *up > 0.5)
                .count();
            if up == TARGETS.len() {
                return page;
            }
            let state: Vec<String> = page
                .about("aws_ssm_up")
                .chain(page.about("aws_ssm_collector_error_info"))
                .collect();
            assert!(
                began.elapsed() < Duration::from_mins(2),
                "not all are up:\n{}",
                state.join("\n")
            );
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    kilobytes: u64,
    files: usize,
    threads: u64,
    children: usize,
}

fn held(program: &Program) -> Held {
    let process = format!("/proc/{}", program.pid());
    let tasks = fs::read_dir(format!("{process}/task")).unwrap();
    let children =
        tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    Held {
        kilobytes: program.status("VmRSS"),
        files: fs::read_dir(format!("{process}/fd")).unwrap().count(),
        threads: program.status("Threads"),
        children: children.map(|list| list.split_whitespace().count()).sum(),
    }
}

// === the exporter ===

/// This test program, as the exporter. Its base credentials come from a process that hangs now and
/// then.
fn exporter(folder: &std::path::Path, aws: &Aws) -> Command {
    let settings = Settings {
        interval: "1s",
        stale_after: "10s",
        full_every: "5s",
        attempt_timeout: "1s",
        ..Settings::default()
    };
    let (yaml, script, profile) = (
        folder.join("exporter.yaml"),
        folder.join("credentials.sh"),
        folder.join("profile"),
    );
    fs::write(&yaml, settings.yaml(aws)).unwrap();
    fs::write(
        &script,
        "[ $(( $(date +%s) % 11 )) = 0 ] && sleep 1000\n\
         end=$(date -u -d '+90 seconds' +%Y-%m-%dT%H:%M:%SZ)\n\
         echo '{\"Version\":1,\"AccessKeyId\":\"AKIAOFTHESOAK\",\"SecretAccessKey\":\"secret-of-the-soak\",\"Expiration\":\"'$end'\"}'\n",
    )
    .unwrap();
    fs::write(
        &profile,
        format!("[default]\ncredential_process = sh {}\n", script.display()),
    )
    .unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "endurance::the_exporter_of_the_soak",
            "--ignored",
            "--nocapture",
        ])
        .env_clear()
        .env("PATH", env::var("PATH").unwrap_or_default())
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", &profile)
        .env("SOAK_CONFIG", &yaml)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    command
}

#[test]
#[ignore = "started by the soak, in a process of its own"]
fn the_exporter_of_the_soak() {
    let Ok(path) = env::var("SOAK_CONFIG") else {
        return;
    };
    app::log_panics();
    let (log, _guard) = app::log_layer(tracing::Level::DEBUG, LogFormat::Logfmt).unwrap();
    tracing_subscriber::registry()
        .with(log)
        .with(PanicAtLines::default())
        .init();
    let config = Config::load(path.as_ref(), |_| None).unwrap();
    let run = async {
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        let fleet = Fleet::new(&config, None).await.unwrap();
        let options = ServeOptions {
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            telemetry_path: "/metrics".to_owned(),
        };
        app::serve(
            fleet,
            options,
            async { terminate.recv().await.unwrap_or_default() },
            |_| {},
        )
        .await
        .unwrap();
    };
    app::block_on(run).unwrap();
}

/// Panics at some of the lines that tasks log.
#[derive(Default)]
struct PanicAtLines([AtomicU64; PANICS.len()]);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for PanicAtLines {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut message = Message::default();
        event.record(&mut message);
        let message = message.0;
        for ((line, one_of), seen) in PANICS.iter().zip(&self.0) {
            let is_chosen =
                message == *line && seen.fetch_add(1, Ordering::Relaxed) % one_of == one_of - 1;
            assert!(!is_chosen, "injected at {line:?}");
        }
    }
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
