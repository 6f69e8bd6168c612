//! Where flags may stand, and what is said of those that stand elsewhere.

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, sleep};

use super::{BAD_CONFIGURATION, file};
use crate::support::{Format, Page, Program, get, in_time, run};

#[tokio::test]
async fn a_flag_with_one_dash_is_explained() {
    for arguments in [
        &["-config.file", "a.yaml"][..],
        &["-web.listen-address=:9100"],
        &["serve", "-log.level=debug"],
        &["once", "-output.file", "a.prom"],
        &["simulate", "-sim.listen=127.0.0.1:0"],
    ] {
        let run = run(arguments).await;
        let flag = arguments.iter().find(|word| word.starts_with('-')).unwrap();
        let flag = flag.split('=').next().unwrap();
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        let tip = format!("  tip: flags have two dashes here: '-{flag}'");
        assert!(run.err.contains(&tip), "{flag}: {}", run.err);
    }
}

#[tokio::test]
async fn file_and_log_flags_may_stand_before_the_command_or_after_it() {
    let (_directory, path) = file("refresh: {interval: 5}\n");
    let config = format!("--config.file={}", path.to_str().unwrap());
    let flags = [config.as_str(), "--log.format=json"];
    for command in ["serve", "demo", "once", "plan", "check-config"] {
        let before = run(&[&flags[..], &[command]].concat()).await;
        let after = run(&[&[command], &flags[..]].concat()).await;
        let around = run(&[flags[0], command, flags[1]]).await;
        for run in [before, after, around] {
            assert_eq!(run.code, BAD_CONFIGURATION, "{command}: {}", run.err);
            assert!(run.err.starts_with('{'), "{command}: {}", run.err);
            assert!(
                run.err.contains("exporter.yaml:1: "),
                "{command}: {}",
                run.err
            );
        }
    }
}

#[tokio::test]
async fn a_flag_of_another_command_is_refused_with_its_place() {
    for (arguments, words) in [
        (
            &["--web.listen-address=:1", "demo"][..],
            ["'demo --web.listen-address'", "after the command"],
        ),
        (
            &["--web.telemetry-path", "/m", "once"],
            ["--web.telemetry-path", "'once' does not take it"],
        ),
        (
            &["simulate", "--config.file=a.yaml"],
            ["--config.file", "'simulate' does not take"],
        ),
        (
            &["--config.file=a.yaml", "simulate"],
            ["--config.file", "'simulate' does not take"],
        ),
        (
            &["--config.file=a.yaml", "check-config", "b.yaml"],
            ["--config.file", "[FILE]"],
        ),
    ] {
        let run = run(arguments).await;
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        for word in words {
            assert!(run.err.contains(word), "{arguments:?}: {}", run.err);
        }
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_flag_that_chooses_another() {
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = busy.local_addr().unwrap().to_string();
    for (command, flag, other) in [
        ("simulate", "--sim.listen", "--web.listen-address"),
        ("demo", "--sim.listen", "--web.listen-address"),
        ("demo", "--web.listen-address", "--sim.listen"),
    ] {
        let run = run(&[command, flag, &address]).await;
        assert_eq!(run.code, Some(1), "{}", run.err);
        for word in [&address, flag, "stop the other process"] {
            assert!(run.err.contains(word), "{command} {flag}: {}", run.err);
        }
        assert!(!run.err.contains(other), "{command} {flag}: {}", run.err);
    }
}

/// Asks for a path until the answer has this status.
async fn until(program: &Program, path: &str, code: u16) {
    let asking = async {
        while get(program.address, path, "").await.code != code {
            sleep(Duration::from_millis(20)).await;
        }
    };
    in_time(path, asking).await;
}

#[tokio::test]
async fn more_scrapes_than_a_flag_allows_are_refused_while_probes_and_pages_are_answered() {
    let arguments = [
        "demo",
        "--sim.instances=60",
        "--sim.latency=0",
        "--web.max-requests=1",
    ];
    let program = Program::start(&[], &arguments).await;
    until(&program, "/-/ready", 200).await;
    let mut deaf = TcpStream::connect(program.address).await.unwrap();
    let requests = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
    deaf.write_all(requests.as_bytes()).await.unwrap();
    until(&program, "/metrics", 503).await;
    assert_eq!(
        get(program.address, "/metrics/exporter", "").await.code,
        503
    );
    for path in [
        "/-/healthy",
        "/healthz",
        "/-/ready",
        "/sd",
        "/",
        "/instances",
    ] {
        assert_eq!(get(program.address, path, "").await.code, 200, "{path}");
    }
    drop(deaf);
    until(&program, "/metrics", 200).await;
    let own = get(program.address, "/metrics/exporter", "").await;
    let own = Page::read(&own.text(), Format::Text).unwrap();
    let refused = [("handler", "exporter"), ("code", "503")];
    assert_eq!(
        own.value("aws_ssm_exporter_http_requests_total", &refused),
        Some(1.0)
    );
}

#[tokio::test]
async fn a_health_check_takes_the_web_flags_of_serve_and_any_answer_below_500() {
    let flags = [
        "--web.telemetry-path=/m",
        "--web.disable-pages",
        "--web.enable-lifecycle",
        "--web.max-requests=3",
        "--web.external-url=http://proxy.example.com/ssm",
    ];
    for (answer, code) in [("401 Unauthorized", 0), ("404 Not Found", 0), ("503 No", 1)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            // The client ends the connection: a reset could take the answer away.
            sleep(Duration::from_secs(1)).await;
        });
        let listen = ["healthcheck", "--web.listen-address", &address];
        let run = run(&[&listen[..], &flags].concat()).await;
        assert_eq!(run.code, Some(code), "{answer}: {}", run.err);
        server.abort();
    }
}
