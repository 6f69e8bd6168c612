//! What a line of the log is made of: the same keys and levels in both formats, also in what is
//! said when the program cannot start.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::{Duration, Instant, sleep};

use crate::support::{
    Aws, CREDENTIALS, OWN, PATIENCE, Program, Settings, command, in_time, run, run_with,
};

const FORMATS: [&str; 2] = ["logfmt", "json"];
const REGION: &str = "eu-west-1";

type Line = BTreeMap<String, String>;

fn read(format: &str, line: &str) -> Line {
    let fields = match format {
        "json" => read_json(line),
        _ => read_logfmt(line),
    };
    fields.unwrap_or_else(|| panic!("this is no line of {format}: {line}"))
}

fn read_json(line: &str) -> Option<Line> {
    let object: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Some(
        object
            .into_iter()
            .map(|(key, value)| (key, text(value)))
            .collect(),
    )
}

/// `key=value` pairs with a space between them; a value is quoted where it has to be.
fn read_logfmt(line: &str) -> Option<Line> {
    let mut fields = Line::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (key, value) = rest.split_once('=')?;
        let is_key = !key.is_empty() && !key.contains([' ', '"']);
        let end = end_of_value(value)?;
        let text = match value[..end].strip_prefix('"') {
            // Rust escapes this one character more than JSON knows.
            Some(_) => serde_json::from_str(&value[..end].replace("\\'", "'")).ok()?,
            None => value[..end].to_owned(),
        };
        let is_new = fields.insert(key.to_owned(), text).is_none();
        rest = value[end..].strip_prefix(' ').unwrap_or(&value[end..]);
        if !is_key || !is_new {
            return None;
        }
    }
    Some(fields)
}

fn end_of_value(value: &str) -> Option<usize> {
    if !value.starts_with('"') {
        return Some(value.find(' ').unwrap_or(value.len()));
    }
    let mut is_escaped = false;
    for (index, byte) in value.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// The levels and keys of each message.
fn shapes(lines: &[Line]) -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> {
    let mut shapes: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for line in lines {
        let (levels, keys) = shapes.entry(line["message"].clone()).or_default();
        levels.insert(line["level"].clone());
        keys.extend(line.keys().cloned());
    }
    shapes
}

fn assert_dated(line: &Line) {
    let time = line["ts"].as_bytes();
    let is_date = time.len() > 20 && time[4] == b'-' && time[10] == b'T' && time.ends_with(b"Z");
    assert!(is_date, "{line:?}");
}

/// Runs the program over good and bad news, and returns all that it says.
async fn run_and_read(format: &str) -> Vec<Line> {
    let aws = Aws::of(5).await;
    aws.break_with(["deny:ListAssociations".parse().unwrap()]);
    let settings = Settings {
        interval: "1s",
        ..Settings::default()
    };
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a file.yaml");
    std::fs::write(&path, settings.yaml(&aws)).unwrap();
    let file = path.to_str().unwrap();
    let arguments = [
        "--log.level=debug",
        "--log.format",
        format,
        "--config.file",
        file,
    ];
    let mut program = Program::start(&CREDENTIALS, &arguments).await;
    until(&program, "collector failed", 9).await;
    aws.heal();
    until(&program, "collectors work again", 3).await;
    program.signal("HUP").await;
    until(&program, "configuration reloaded", 1).await;
    std::fs::write(&path, "accounts: []\nrefresh: {often: \"a \\\" b\"}\n").unwrap();
    program.signal("HUP").await;
    until(&program, "configuration not reloaded", 1).await;
    program.signal("TERM").await;
    program.ended().await;
    sleep(Duration::from_millis(100)).await;
    program
        .log()
        .lines()
        .map(|line| read(format, line))
        .collect()
}

async fn until(program: &Program, message: &str, times: usize) {
    let start = Instant::now();
    while program.log().matches(message).count() < times {
        assert!(
            start.elapsed() < PATIENCE,
            "no {message}: {}",
            program.log()
        );
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_formats_have_the_same_keys_and_levels() {
    let (logfmt, json) = tokio::join!(run_and_read("logfmt"), run_and_read("json"));
    logfmt.iter().chain(&json).for_each(assert_dated);
    let (logfmt, json) = (shapes(&logfmt), shapes(&json));
    for message in [
        "starting",
        "listening",
        "collector failed",
        "collectors work again",
        "refresh finished",
        "configuration reloaded",
        "configuration not reloaded: the one before stays in force",
        "stopped",
    ] {
        assert!(
            logfmt.contains_key(message),
            "{message}: {:?}",
            logfmt.keys()
        );
        assert_eq!(logfmt.get(message), json.get(message), "{message}");
    }
    let keys = |of: &str| logfmt[of].1.iter().cloned().collect::<Vec<_>>();
    let start = [
        "accounts", "file", "interval", "level", "message", "revision", "targets", "ts", "version",
    ];
    assert_eq!(keys("starting"), start);
    let failed = &logfmt["collector failed"].0;
    assert_eq!(failed.len(), 2, "warn at first, and then debug: {failed:?}");
    for (message, shape) in &logfmt {
        if let Some(other) = json.get(message) {
            assert_eq!(shape, other, "{message}");
        }
    }
}

#[tokio::test]
async fn an_error_that_ends_the_program_is_in_the_chosen_format() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("exporter.yaml");
    std::fs::write(&path, "accounts: []\nrefresh: {intervall: 1m}\n").unwrap();
    let file = path.to_str().unwrap();
    for format in FORMATS {
        for command in [
            "serve",
            "demo",
            "once",
            "plan",
            "explain --all-noncompliant",
        ] {
            let command: Vec<&str> = command.split(' ').collect();
            let flags = ["--log.format", format, "--config.file", file];
            let run = run(&[&command, flags.as_slice()].concat()).await;
            assert_eq!(run.code, Some(78), "{}", run.err);
            let lines: Vec<Line> = run.err.lines().map(|line| read(format, line)).collect();
            assert_eq!(lines.len(), 2, "one for each problem: {}", run.err);
            assert!(
                lines.iter().all(|line| line["level"] == "error"),
                "{lines:?}"
            );
            assert!(
                lines[0]["message"].contains("exporter.yaml:1: "),
                "{lines:?}"
            );
            assert_eq!(lines[1]["hint"], "did you mean `interval`?");
        }
    }
}

/// Runs a command in the first region, and has its output go nowhere. Returns its exit code and what
/// it writes to stderr.
async fn run_without_room(aws: &Aws, arguments: &[&str]) -> (Option<i32>, String) {
    let more = [
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", aws.url.as_str()),
    ];
    let environment = [&CREDENTIALS[..], &more].concat();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = command(arguments, &environment);
    let child = command.stdout(full).spawn().unwrap();
    let output = in_time("the program", child.wait_with_output()).await;
    let output = output.unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_ends_explain_is_in_the_chosen_format_and_has_its_exit_code() {
    let aws = Aws::of(20).await;
    let id = aws.outline(OWN, REGION).instances[0].instance_id.clone();
    for format in FORMATS {
        let arguments = ["explain", "--log.format", format, &id];
        let (code, err) = run_without_room(&aws, &arguments).await;
        assert_eq!(code, Some(3), "{err}");
        let lines: Vec<Line> = err.lines().map(|line| read(format, line)).collect();
        assert_eq!(lines.len(), 1, "{err}");
        assert!(lines[0]["message"].starts_with("cannot write"), "{err}");
    }
}

#[tokio::test]
async fn a_busy_port_is_told_in_the_chosen_format() {
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = busy.local_addr().unwrap().to_string();
    for format in FORMATS {
        let arguments = [
            "serve",
            "--log.format",
            format,
            "--web.listen-address",
            &address,
        ];
        let run = run_with(&[("AWS_REGION", "eu-west-1")], &arguments).await;
        assert_eq!(run.code, Some(1), "{}", run.err);
        let lines: Vec<Line> = run.err.lines().map(|line| read(format, line)).collect();
        let last = lines.last().unwrap();
        assert_eq!(last["level"], "error");
        assert!(last["message"].contains(&address), "{last:?}");
        assert!(run.err.contains("--web.listen-address"), "{last:?}");
    }
}
