//! Answers that are far larger than they should be: the program refuses them and does not hold them
//! in memory.

use ssm_simulator::{Fault, FaultKind};
use tempfile::TempDir;
use tokio::time::{Duration, sleep};

use crate::support::{Aws, CREDENTIALS, Format, Page, Program, Settings, get, in_time};

/// What the program may hold in a debug build with 5 instances. Four bodies are read at a time, and
/// their buffers have room for twice 16 MiB while they grow. A single body of the simulator has 64
/// MiB when it is taken in whole, and five listings run at once.
const MAX_RESIDENT_KILOBYTES: u64 = 240_000;

#[tokio::test(flavor = "multi_thread")]
async fn huge_bodies_are_bad_responses_and_take_no_memory() {
    let aws = Aws::of(5).await;
    aws.break_with([Fault::always(FaultKind::HugeBody)]);
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("exporter.yaml");
    // One target is enough: each of its listings asks for ever smaller pages, and each answer takes
    // 16 MiB before it is refused.
    let accounts = "accounts:\n  - regions: [eu-west-1]\n".to_owned();
    std::fs::write(
        &path,
        Settings {
            interval: "1s",
            full_every: "1s",
            accounts,
            ..Settings::quick()
        }
        .yaml(&aws),
    )
    .unwrap();
    let program = Program::start(
        &CREDENTIALS,
        &["serve", "--config.file", path.to_str().unwrap()],
    )
    .await;
    let page = async || {
        sleep(Duration::from_millis(50)).await;
        Page::read(
            &get(program.address, "/metrics", "").await.text(),
            Format::Text,
        )
        .unwrap()
    };
    let refused = async {
        loop {
            let page = page().await;
            if page.count(
                "aws_ssm_collector_error_info",
                &[("reason", "bad_response")],
            ) == 7
            {
                return page;
            }
        }
    };
    let broken = in_time("seven collectors that have failed", refused).await;
    assert!(broken.matching("aws_ssm_up", &[]).all(|(_, up)| up == 0.0));
    let resident = program.status("VmHWM");
    assert!(resident < MAX_RESIDENT_KILOBYTES, "{resident} kB");
    aws.heal();
    let well = async {
        while page()
            .await
            .matching("aws_ssm_up", &[])
            .any(|(_, up)| up == 0.0)
        {}
    };
    in_time("a target that is well again", well).await;
}
