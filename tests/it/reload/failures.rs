//! Files that are no good, and clients that may not.

use futures_util::future::join_all;

use super::*;

const SUCCESSFUL: &str = "aws_ssm_exporter_config_last_reload_successful";
const SUCCESS_TIME: &str = "aws_ssm_exporter_config_last_reload_success_timestamp_seconds";
const KEPT: &str = "configuration not reloaded";

fn values(page: &Page) -> (Option<f64>, Option<f64>) {
    (page.value(SUCCESSFUL, &[]), page.value(SUCCESS_TIME, &[]))
}

fn seconds_of_day() -> f64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_changes_nothing_and_all_of_its_problems_are_told() {
    let aws = Aws::of(20).await;
    let good = settings(&[own("eu-west-1")]).yaml(&aws);
    let exporter = Reloadable::start(&good, &[]).await;
    let before = exporter.page().await;
    let (successful, loaded) = values(&before);
    assert_eq!(successful, Some(1.0), "from the start");
    let loaded = loaded.unwrap();
    assert!((seconds_of_day() - loaded).abs() < 60.0, "{loaded}");

    let bad = "refresh:\n  interval: 5\n  often: yes\naccounts:\n  - regions: [eu-wset-1]\n";
    // The second is good as a file, but not where no region is known.
    for (file, problems) in [
        (bad, &[".yaml:2: ", ".yaml:3: ", "often", "hint="][..]),
        (
            "refresh:\n  interval: 1m\n",
            &["no region is known", "hint="],
        ),
        (
            "refresh:\n  interval: 5\n",
            &[".yaml:2: ", "no region is known"],
        ),
    ] {
        exporter.write(file);
        let told = exporter.log().len();
        exporter.hang_up(KEPT).await;
        let log = exporter.log();
        let errors: String = log[told..]
            .lines()
            .filter(|line| line.contains("level=error"))
            .collect();
        for problem in problems {
            assert!(errors.contains(problem), "{problem} in {log}");
        }
        let page = exporter.page().await;
        assert_eq!(values(&page), (Some(0.0), Some(loaded)));
        assert_eq!(
            series_of(&page, OWN, "eu-west-1", true),
            series_of(&before, OWN, "eu-west-1", true)
        );
    }
    exporter.reload(&good).await;
    let (successful, reloaded) = values(&exporter.page().await);
    assert_eq!(successful, Some(1.0));
    assert!(reloaded.unwrap() > loaded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_changes_nothing() {
    let aws = Aws::of(5).await;
    let exporter = Reloadable::start(&settings(&[own("eu-west-1")]).yaml(&aws), &[]).await;
    std::fs::remove_file(&exporter.file).unwrap();
    exporter.hang_up(KEPT).await;
    let page = exporter.page().await;
    assert_eq!(page.value(SUCCESSFUL, &[]), Some(0.0));
    assert!(is_up(&page, OWN, "eu-west-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_reload_only_where_a_flag_lets_them() {
    let aws = Aws::of(5).await;
    let file = settings(&[own("eu-west-1")]).yaml(&aws);
    let exporter = Reloadable::start(&file, &[]).await;
    assert_eq!(exporter.post().await.code, 403);
    assert!(!exporter.log().contains("reloaded"));

    let exporter = Reloadable::start(&file, &["--web.enable-lifecycle"]).await;
    assert_eq!(exporter.get("/-/reload").await.code, 405);
    assert_eq!(exporter.post().await.code, 200);
    exporter.write("accounts: []\nrefresh: {often: 1m}\n");
    let reply = exporter.post().await;
    assert_eq!(reply.code, 500);
    let text = reply.text();
    assert!(text.starts_with("failed to reload config: "), "{text}");
    assert!(
        text.contains("often") && text.contains("accounts"),
        "{text}"
    );
    assert_eq!(exporter.page().await.value(SUCCESSFUL, &[]), Some(0.0));
    exporter.write(&file);
    let put = ask(exporter.program.address, "PUT", "/-/reload", "").await;
    assert_eq!(put.code, 200);
    assert_eq!(exporter.page().await.value(SUCCESSFUL, &[]), Some(1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_at_once_share_a_reload() {
    let aws = Aws::of(5).await;
    let file = settings(&[own("eu-west-1")]).yaml(&aws);
    let exporter = Reloadable::start(&file, &["--web.enable-lifecycle"]).await;
    let replies = join_all((0..60).map(|_| exporter.post())).await;
    assert!(replies.iter().all(|reply| reply.code == 200));
    exporter.hang_up("configuration reloaded").await;
    let reloads = exporter.log().matches("configuration reloaded").count();
    assert!((1..60).contains(&reloads), "{reloads} reloads");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_file_there_is_nothing_to_reload_and_nothing_ends() {
    let arguments = ["demo", "--sim.instances=5", "--web.enable-lifecycle"];
    let program = Program::start(&[], &arguments).await;
    program.signal("HUP").await;
    let reply = ask(program.address, "POST", "/-/reload", "").await;
    assert_eq!(reply.code, 500);
    assert!(reply.text().contains("--config.file"), "{}", reply.text());
    // The log comes through a pipe, and so later than the answer.
    let start = Instant::now();
    while !program.log().contains("nothing reloaded") {
        assert!(start.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(20)).await;
    }
    let reply = get(program.address, "/metrics", "").await;
    let page = Page::read(&reply.text(), Format::Text).unwrap();
    assert_eq!(page.value(SUCCESSFUL, &[]), Some(1.0));
}
