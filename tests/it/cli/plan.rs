//! `plan`: what the refreshes of a fleet will cost.

use super::file;
use crate::support::{Aws, CREDENTIALS, Run, Settings, run_with};

async fn plan(aws: &Aws) -> Run {
    let (_directory, path) = file(&Settings::default().yaml(aws));
    let path = path.to_str().unwrap();
    run_with(&CREDENTIALS, &["plan", "--config.file", path]).await
}

/// The two numbers of each line with this title, in the order of the plan.
fn rows(plan: &str, title: &str) -> Vec<(f64, f64)> {
    let rows = plan
        .lines()
        .filter_map(|line| line.trim().strip_prefix(title));
    rows.map(|row| {
        let mut numbers = row.split_whitespace().map(number);
        (numbers.next().unwrap(), numbers.next().unwrap())
    })
    .collect()
}

fn number(text: &str) -> f64 {
    text.trim_end_matches('s').parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_total_has_all_calls_and_the_time_of_the_slowest_target() {
    let aws = Aws::of(5).await;
    let run = plan(&aws).await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(run.out.matches(" first refresh ").count(), 4, "{}", run.out);
    assert_eq!(run.out.matches(" later refresh").count(), 4, "{}", run.out);
    assert!(
        run.out
            .contains("\nall 3 targets, side by side\n  15 managed instances\n"),
        "{}",
        run.out
    );
    let calls = rows(&run.out, "all  ");
    let (total, targets) = calls.split_last().unwrap();
    assert_eq!(targets.len(), 3, "{}", run.out);
    let sum = targets
        .iter()
        .fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    assert_eq!(*total, sum, "{}", run.out);
    let times = rows(&run.out, "at 1000 requests per second");
    let (longest, targets) = times.split_last().unwrap();
    let most = targets.iter().fold((0.0_f64, 0.0_f64), |most, row| {
        (most.0.max(row.0), most.1.max(row.1))
    });
    assert_eq!(*longest, most, "{}", run.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_total_says_which_targets_it_lacks() {
    let aws = Aws::of(5).await;
    aws.break_with(["deny:*@111122223333/us-east-1".parse().unwrap()]);
    let run = plan(&aws).await;
    assert_eq!(run.code, Some(1));
    assert!(
        run.out
            .contains("\nthe 2 of 3 targets that could be asked, side by side\n"),
        "{}",
        run.out
    );
}
