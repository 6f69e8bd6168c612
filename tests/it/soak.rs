//! Hundreds of refreshes in changing weather, and hundreds of accounts of which many are dead.
//! Nothing grows, nothing is left behind, and the targets that work are fresh.

use std::collections::BTreeSet;
use std::time::SystemTime;

use ssm_simulator::{Fault, FaultKind, Options};
use tokio::runtime::Handle;
use tokio::time::{Duration, Instant, sleep};

use crate::support::{
    Aws, CREDENTIALS, Format, OTHER, OWN, Page, Program, Settings, TARGETS, get, held, in_time,
    role, turn,
};

/// How long a test waits. Two hundred targets share two cores with other tests, in a debug build.
const PATIENCE: Duration = Duration::from_mins(3);

/// The program with a configuration.
async fn program(yaml: &str) -> Program {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), yaml).unwrap();
    Program::start(
        &CREDENTIALS,
        &["--config.file", file.path().to_str().unwrap()],
    )
    .await
}

async fn page(program: &Program) -> Page {
    let reply = get(program.address, "/metrics", "Accept-Encoding: gzip\r\n").await;
    Page::read(&reply.text(), Format::Text).unwrap()
}

async fn until(program: &Program, what: &str, holds: impl Fn(&Page) -> bool) -> Page {
    let start = Instant::now();
    loop {
        let page = page(program).await;
        if holds(&page) {
            return page;
        }
        let up: Vec<String> = page
            .about("aws_ssm_up")
            .chain(page.about("aws_ssm_exporter_refresh"))
            .collect();
        assert!(
            start.elapsed() < PATIENCE,
            "never: {what}\n{}",
            up.join("\n")
        );
        sleep(Duration::from_millis(300)).await;
    }
}

/// The weather of each turn: what is wrong, and for how long.
fn weather() -> Vec<(Vec<Fault>, Duration)> {
    let short = Duration::from_millis(500);
    let now_and_then = |kind| Fault {
        rate: 0.2,
        ..Fault::always(kind)
    };
    vec![
        (vec![], short),
        (
            vec![Fault::always(FaultKind::Deny).of("DescribeInstancePatchStates")],
            short,
        ),
        (vec![now_and_then(FaultKind::Hang)], short),
        (
            vec![
                now_and_then(FaultKind::Reset),
                now_and_then(FaultKind::Throttle),
            ],
            short,
        ),
        (
            vec![
                now_and_then(FaultKind::Truncate),
                Fault::always(FaultKind::Deny).of("AssumeRole"),
            ],
            short,
        ),
        (vec![Fault::always(FaultKind::Reset)], short),
        (vec![], short),
    ]
}

/// Goes through the weather so many times.
async fn turns(aws: &Aws, program: &Program, count: usize) {
    for _ in 0..count {
        for (faults, time) in weather() {
            aws.break_with(faults);
            let end = Instant::now() + time;
            while Instant::now() < end {
                aws.drift(0.02);
                page(program).await;
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    aws.heal();
}

/// A configuration may ask for one refresh a second at most, so it takes several targets to make
/// many refreshes.
const REGIONS: [&str; 6] = [
    "eu-west-1",
    "us-east-1",
    "eu-central-1",
    "eu-north-1",
    "us-west-2",
    "ap-south-1",
];

fn all_up(page: &Page) -> bool {
    page.matching("aws_ssm_up", &[])
        .filter(|(_, up)| *up > 0.5)
        .count()
        == REGIONS.len() + 1
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_refreshes_in_bad_weather_leave_nothing_behind() {
    const REFRESHES: u64 = 100;
    let _turn = turn().await;
    let regions = REGIONS.map(str::to_owned).to_vec();
    let aws = Aws::start(Options {
        instances: 60,
        noncompliant: 0.3,
        regions,
        ..Options::default()
    })
    .await;
    // Each connection to the simulator is a task of this test's runtime.
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let alone = tasks();
    let accounts = format!(
        "accounts:\n  - regions: [{}]\n  - regions: [eu-west-1]\n    role_arn: {}\n",
        REGIONS.join(", "),
        role(OTHER)
    );
    let settings = Settings {
        interval: "1s",
        full_every: "1s",
        attempt_timeout: "300ms",
        accounts,
        ..Settings::default()
    };
    let mut program = program(&settings.yaml(&aws)).await;
    until(&program, "up at first", all_up).await;
    turns(&aws, &program, 1).await;
    until(&program, "up after a first turn", all_up).await;
    let before = held(&program);
    turns(&aws, &program, 3).await;
    until(&program, "up after more turns", all_up).await;
    let after = held(&program);
    let refreshes: u64 = [OWN, OTHER]
        .iter()
        .map(|account| aws.calls(account, "ListAssociations"))
        .sum();
    assert!(refreshes > REFRESHES, "{refreshes}: not much of a soak");
    assert!(
        after.kilobytes < before.kilobytes + 12 * 1024,
        "{before:?} {after:?}"
    );
    assert!(after.files <= before.files + 20, "{before:?} {after:?}");
    assert!(after.threads <= before.threads + 4, "{before:?} {after:?}");
    // An exporter that is stopped ends at once, and so does everything that it had under way.
    let stopping = Instant::now();
    program.signal("TERM").await;
    assert_eq!(program.ended().await.code(), Some(0));
    assert!(stopping.elapsed() < Duration::from_secs(5));
    let gone = async {
        while tasks() > alone {
            sleep(Duration::from_millis(50)).await;
        }
    };
    in_time("the end of all connections", gone).await;
}

/// Ids of accounts other than [`OWN`].
fn accounts(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{:012}", 500_000_000_000_u64 + number as u64))
        .collect()
}

fn configured(accounts: &[String]) -> String {
    let entry = |id: &String| format!("  - regions: [eu-west-1]\n    role_arn: {}\n", role(id));
    format!(
        "accounts:\n{}",
        accounts.iter().map(entry).collect::<String>()
    )
}

/// Two instances in each account. Those that are `denied` refuse every call but that for the role.
fn two_instances_each(accounts: Vec<String>, denied: &[String]) -> Options {
    let refuse = |id: &String| Fault::always(FaultKind::InvalidCredentials).at(id, "eu-west-1");
    Options {
        instances: 2,
        ghosts: 0.0,
        accounts,
        regions: vec!["eu-west-1".to_owned()],
        faults: denied.iter().map(refuse).collect(),
        keep_requests: 0,
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_targets_fifty_are_dead_and_the_others_are_fresh() {
    let _turn = turn().await;
    let ids = accounts(200);
    // Half of the dead accounts do not exist, so that their roles are refused. The other half
    // grants its roles and refuses every other call.
    let (live, dead) = ids.split_at(150);
    let (missing, denied) = dead.split_at(25);
    let known = [OWN.to_owned()]
        .into_iter()
        .chain(live.iter().cloned())
        .chain(denied.iter().cloned());
    let aws = Aws::start(two_instances_each(known.collect(), denied)).await;
    // 200 targets on a busy machine: they make as few calls as there can be.
    let more = "compliance_types: [Patch]\n";
    let settings = Settings {
        interval: "5s",
        accounts: configured(&ids),
        more,
        ..Settings::default()
    };
    let program = program(&settings.yaml(&aws)).await;
    let start = Instant::now();
    let began = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    // Each live target has been read since then, more than once, and by all of its collectors. On a
    // machine that stalls, calls run into their timeout; the next refresh mends that.
    let fresh = |page: &Page| {
        if accounts_with_errors(page).len() != dead.len() {
            return false;
        }
        let up = page.about("aws_ssm_up").filter(|line| line.ends_with(" 1"));
        if up.count() != live.len() {
            return false;
        }
        let times = page.matching(
            "aws_ssm_collector_last_success_timestamp_seconds",
            &[("collector", "instances")],
        );
        times.filter(|(_, time)| *time > began + 5.5).count() == live.len()
    };
    let page = until(&program, "all live targets read again", fresh).await;
    for id in &ids {
        let labels = [("account_id", id.as_str()), ("region", "eu-west-1")];
        let up = if dead.contains(id) { 0.0 } else { 1.0 };
        assert_eq!(page.value("aws_ssm_up", &labels), Some(up), "{id}");
    }
    let named = accounts_with_errors(&page);
    assert!(
        named.iter().copied().eq(dead.iter().map(String::as_str)),
        "the dead, and only they: {named:?}"
    );
    for id in missing {
        let why = [
            ("account_id", id.as_str()),
            ("reason", "assume_role_failed"),
        ];
        assert!(page.count("aws_ssm_collector_error_info", &why) > 0, "{id}");
    }
    let refreshes = start.elapsed().as_secs() / 5 + 2;
    assert_few_calls_for_roles(&aws, missing, refreshes);
}

fn accounts_with_errors(page: &Page) -> BTreeSet<&str> {
    page.matching("aws_ssm_collector_error_info", &[])
        .map(|(series, _)| series.label("account_id"))
        .collect()
}

/// An account whose role is refused gets no calls. STS gets one call per refresh for it, on behalf
/// of the caller's account.
fn assert_few_calls_for_roles(aws: &Aws, missing: &[String], refreshes: u64) {
    let counts = aws.counts();
    let is_asked = |id: &String| counts.iter().any(|row| row.account == *id);
    assert!(!missing.iter().any(is_asked));
    let sts = |outcome: fn(&str) -> bool| -> u64 {
        counts
            .iter()
            .filter(|row| row.operation == "AssumeRole" && outcome(&row.outcome))
            .map(|row| row.count)
            .sum()
    };
    let refused = sts(|outcome| outcome != "ok");
    let granted = sts(|outcome| outcome == "ok");
    assert!(
        refused <= 25 * refreshes,
        "{refused} calls for 25 roles in {refreshes} refreshes"
    );
    assert!(
        granted <= 150 + 25 * 2 * refreshes,
        "sessions last longer than a refresh: {granted}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_whose_endpoint_accepts_and_says_nothing_is_alone_in_its_trouble() {
    let aws = Aws::of(5).await;
    aws.break_with([Fault::always(FaultKind::Hang).at(OWN, "us-east-1")]);
    let settings = Settings {
        interval: "1s",
        full_every: "1s",
        attempt_timeout: "200ms",
        ..Settings::default()
    };
    let program = program(&settings.yaml(&aws)).await;
    let down = |page: &Page| {
        page.value(
            "aws_ssm_up",
            &[("account_id", OWN), ("region", "us-east-1")],
        ) == Some(0.0)
    };
    let page = until(&program, "the silent one is down", down).await;
    let reason = [
        ("region", "us-east-1"),
        ("collector", "instances"),
        ("reason", "timeout"),
    ];
    assert_eq!(page.count("aws_ssm_collector_error_info", &reason), 1);
    let last = |page: &Page| {
        let labels = [
            ("account_id", OWN),
            ("region", "eu-west-1"),
            ("collector", "instances"),
        ];
        page.value("aws_ssm_collector_last_success_timestamp_seconds", &labels)
            .unwrap_or_default()
    };
    let (before, files) = (last(&page), held(&program).files);
    let page = until(&program, "others go on", |page| last(page) > before + 2.0).await;
    assert_eq!(
        page.matching("aws_ssm_up", &[])
            .filter(|(_, up)| *up > 0.5)
            .count(),
        TARGETS.len() - 1
    );
    assert!(
        held(&program).files <= files + 12,
        "connections that say nothing are closed"
    );
}
