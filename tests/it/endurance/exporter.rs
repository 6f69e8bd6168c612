//! The exporter in a process of its own, whose tasks panic now and then.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fmt, fs};

use ssm_compliance_exporter::app::{self, Fleet, LogFormat, ReloadOptions, ServeOptions};
use ssm_compliance_exporter::config::Config;
use ssm_compliance_exporter::http::RoutePrefix;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::{Aws, Settings};

/// Where each kind of task panics: a line that it logs, and in how many of these lines one panics.
const PANICS: [(&str, u64); 3] = [
    ("collector finished", 211),
    ("page rendered", 67),
    ("answered", 97),
];

/// This test program in the role of the exporter. Its base credentials come from a process that
/// hangs now and then.
pub(super) fn command(folder: &Path, aws: &Aws) -> Command {
    let settings = Settings {
        interval: "1s",
        stale_after: "10s",
        full_every: "5s",
        attempt_timeout: "1s",
        ..Settings::default()
    };
    let yaml = folder.join("exporter.yaml");
    let script = folder.join("credentials.sh");
    let profile = folder.join("profile");
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
            "endurance::exporter::the_exporter_of_the_soak",
            "--ignored",
            "--nocapture",
        ])
        .env_clear()
        .env("PATH", env::var("PATH").unwrap_or_default())
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", &profile)
        .env("SOAK_CONFIG", &yaml)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
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
            has_pages: true,
            external_url: None,
            max_scrapes: None,
            route_prefix: RoutePrefix::default(),
            inherited: Vec::new(),
            security: None,
            reload: ReloadOptions::default(),
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

/// A layer that panics at some of the lines that tasks log.
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
