//! `once --output.file`: the file has its old content or its new one, whatever happens.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{Duration, sleep};

use super::PROGRAM_PATH;
use crate::support::{
    Aws, CREDENTIALS, Format, OWN, Page, Run, Settings, command, in_time, run, run_with,
};

const NAME: &str = "ssm_compliance.prom";

/// A folder with a file of metrics, and a configuration elsewhere.
struct Folder {
    folder: TempDir,
    config: TempDir,
}

impl Folder {
    fn of(aws: &Aws) -> Self {
        let (folder, config) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let yaml = Settings::default().yaml(aws);
        fs::write(config.path().join("exporter.yaml"), yaml).unwrap();
        Self { folder, config }
    }

    fn file(&self) -> String {
        text(&self.folder.path().join(NAME))
    }

    fn arguments(&self) -> Vec<String> {
        let config = text(&self.config.path().join("exporter.yaml"));
        [
            "once",
            "--config.file",
            &config,
            "--output.file",
            &self.file(),
        ]
        .map(str::to_owned)
        .to_vec()
    }

    async fn once(&self) -> Run {
        let arguments = self.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run_with(&CREDENTIALS, &arguments).await
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }

    fn page(&self) -> Page {
        Page::read(&fs::read_to_string(self.file()).unwrap(), Format::Text).unwrap()
    }

    /// Asserts that nothing was touched.
    fn assert_old(&self) {
        assert_eq!(fs::read_to_string(self.file()).unwrap(), "old");
        assert_eq!(self.names(), [NAME]);
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_has_the_page_and_the_permissions_of_a_new_file() {
    let aws = Aws::of(5).await;
    let folder = Folder::of(&aws);
    fs::write(folder.file(), "old".repeat(1_000_000)).unwrap();
    let run = folder.once().await;
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{}", run.err);
    assert_eq!(folder.page().count("aws_ssm_instance_info", &[]), 15);
    assert_eq!(folder.names(), [NAME]);
    let new = folder.config.path().join("new");
    fs::write(&new, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions();
    assert_eq!(mode(Path::new(&folder.file())), mode(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_is_written_and_is_a_failure() {
    let aws = Aws::of(5).await;
    let folder = Folder::of(&aws);
    aws.break_with(["deny:DescribeInstanceInformation@111122223333/us-east-1"
        .parse()
        .unwrap()]);
    assert_eq!(folder.once().await.code, Some(1));
    let page = folder.page();
    let up = |region| page.value("aws_ssm_up", &[("account_id", OWN), ("region", region)]);
    assert_eq!((up("us-east-1"), up("eu-west-1")), (Some(0.0), Some(1.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_file_system_leaves_the_old_file_and_nothing_else() {
    let aws = Aws::of(5).await;
    let folder = Folder::of(&aws);
    fs::write(folder.file(), "old").unwrap();
    // A limit of the size of a file that is less than the page.
    let limited = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", limited, PROGRAM_PATH])
        .args(folder.arguments());
    shell
        .env_clear()
        .envs(CREDENTIALS)
        .env("HOME", "/nonexistent");
    let Output { status, stderr, .. } = in_time("once", shell.output()).await.unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains(&folder.file()) && stderr.contains("\n  hint: "),
        "{stderr}"
    );
    folder.assert_old();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_during_the_refresh_leaves_the_old_file_and_nothing_else() {
    let aws = Aws::of(5).await;
    let folder = Folder::of(&aws);
    fs::write(folder.file(), "old").unwrap();
    aws.break_with(["hang".parse().unwrap()]);
    let arguments = folder.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let program = command(&arguments, &CREDENTIALS).spawn().unwrap();
    let asked = async {
        while aws.calls(OWN, "DescribeInstanceInformation") == 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    in_time("the first calls", asked).await;
    folder.assert_old();
    let pid = program.id().unwrap().to_string();
    let told = Command::new("kill").args(["-s", "TERM", &pid]).status();
    assert!(told.await.unwrap().success());
    let ended = in_time("once", program.wait_with_output()).await.unwrap();
    assert_eq!(ended.status.code(), Some(1));
    folder.assert_old();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_is_said_before_aws_is_called() {
    let aws = Aws::of(5).await;
    for file in ["/nonexistent/a.prom", "/dev/null", "/tmp"] {
        let environment = [
            &CREDENTIALS[..],
            &[
                ("AWS_REGION", "eu-west-1"),
                ("AWS_ENDPOINT_URL", aws.url.as_str()),
            ],
        ]
        .concat();
        let run = run_with(&environment, &["once", "--output.file", file]).await;
        assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{}", run.err);
        let told = format!("cannot write {file}: ");
        assert!(
            run.err.contains(&told) && run.err.contains("\n  hint: "),
            "{}",
            run.err
        );
    }
    assert!(aws.requests().is_empty());
    let help = run(&["once", "--help"]).await.out;
    assert!(help.contains(".prom"), "{help}");
}
