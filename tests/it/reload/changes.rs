//! What a good file changes, and what it leaves as it is.

use std::collections::BTreeSet;

use super::*;
use crate::support::Series;

#[tokio::test(flavor = "multi_thread")]
async fn targets_that_stay_are_left_alone_and_others_come_and_go() {
    let aws = Aws::of(20).await;
    let before = settings(&[own("eu-west-1, us-east-1")]).yaml(&aws);
    let exporter = Reloadable::start(&before, &[]).await;
    let page = exporter.page().await;
    let stays = series_of(&page, OWN, "eu-west-1", true);
    assert!(stays.len() > 100 && is_up(&page, OWN, "us-east-1"));
    let calls_before = calls(&aws, OWN);

    let after = settings(&[other("eu-west-1"), own("eu-west-1")]).yaml(&aws);
    exporter.reload(&after).await;
    let page = exporter.page().await;
    assert_eq!(series_of(&page, OWN, "us-east-1", true), [""; 0]);
    assert_eq!(series_of(&page, OWN, "eu-west-1", true), stays);
    let name = [("account_id", OTHER), ("account_name", "production")];
    assert_eq!(page.count("aws_ssm_target_info", &name), 1);
    let gone = format!("/metrics?account_id={OWN}&region=us-east-1");
    assert_eq!(exporter.get(&gone).await.code, 404);

    exporter
        .until("the new one is read", |page| {
            is_up(page, OTHER, "eu-west-1")
        })
        .await;
    exporter.until_ready().await;
    for path in ["/sd", "/", "/instances"] {
        let text = exporter.get(path).await.text();
        assert!(text.contains(OTHER), "{path}: {text}");
        assert!(!text.contains("us-east-1"), "{path}: {text}");
    }
    assert_eq!(
        calls(&aws, OWN),
        calls_before,
        "what stays is not read anew"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_target_that_stays_changes_without_a_call() {
    let aws = Aws::of(20).await;
    let before = settings(&[own("eu-west-1")]);
    let exporter = Reloadable::start(&before.yaml(&aws), &[]).await;
    let calls_before = calls(&aws, OWN);
    let after = Settings {
        interval: "10m",
        requests_per_second: 7,
        attempt_timeout: "7s",
        accounts: "accounts:\n  - account_name: mine\n    regions: [eu-west-1]\n".to_owned(),
        more: "exposition:\n  instances: none\n",
        ..before
    };
    exporter.reload(&after.yaml(&aws)).await;
    let page = exporter.page().await;
    assert_eq!(
        page.count("aws_ssm_target_info", &[("account_name", "mine")]),
        1
    );
    assert_eq!(page.count("aws_ssm_target_info", &[]), 1);
    assert_eq!(page.count("aws_ssm_instance_info", &[]), 0);
    assert!(is_up(&page, OWN, "eu-west-1"));
    assert!(
        page.count("aws_ssm_managed_instances", &[]) > 0,
        "nothing is lost"
    );
    let value = |name| page.value(name, &[]);
    assert_eq!(
        value("aws_ssm_exporter_refresh_interval_seconds"),
        Some(600.0)
    );
    let limits = page.matching("aws_ssm_exporter_api_requests_per_second_limit", &[]);
    assert!(
        limits
            .into_iter()
            .all(|(_, limit)| (limit - 7.0).abs() < 1e-9)
    );
    assert_eq!(calls(&aws, OWN), calls_before);
    assert_eq!(exporter.log().matches("changed=1").count(), 1);

    exporter.reload(&after.yaml(&aws)).await;
    assert_eq!(exporter.log().matches("changed=0").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn types_that_are_no_longer_wanted_go_at_once_and_others_stay() {
    let aws = Aws::of(40).await;
    let before = settings(&[own("eu-west-1")]);
    let exporter = Reloadable::start(&before.yaml(&aws), &[]).await;
    let patch = [("compliance_type", "Patch")];
    let page = exporter.page().await;
    let patched = page.count("aws_ssm_instance_compliant", &patch);
    assert!(patched > 0 && page.count("aws_ssm_association_info", &[]) > 0);
    let after = Settings {
        more: "compliance_types: [Patch]\n",
        ..before
    };
    exporter.reload(&after.yaml(&aws)).await;
    let page = exporter.page().await;
    assert_eq!(page.count("aws_ssm_instance_compliant", &patch), patched);
    assert_eq!(page.count("aws_ssm_instance_compliant", &[]), patched);
    assert_eq!(page.count("aws_ssm_association_info", &[]), 0);
    let associations = [("collector", "associations")];
    assert_eq!(page.count("aws_ssm_collector_success", &associations), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn single_patches_come_when_they_are_asked_for_and_go_at_once() {
    let aws = Aws::of(60).await;
    let with = |more| Settings {
        interval: "1s",
        more,
        ..settings(&[own("eu-west-1")])
    };
    let patches = |page: &Page| page.count("aws_ssm_instance_noncompliant_patch_info", &[]);
    let exporter = Reloadable::start(&with("").yaml(&aws), &[]).await;
    assert_eq!(patches(&exporter.page().await), 0);
    let many = with("exposition: {max_patch_info_series: 1000}\n");
    exporter.reload(&many.yaml(&aws)).await;
    exporter
        .until("patches are read", |page| patches(page) > 2)
        .await;
    let few = with("exposition: {max_patch_info_series: 2}\n");
    exporter.reload(&few.yaml(&aws)).await;
    assert_eq!(patches(&exporter.page().await), 2);
    exporter.reload(&with("").yaml(&aws)).await;
    let page = exporter.page().await;
    assert_eq!(patches(&page), 0);
    let details = [("collector", "patch_details")];
    assert_eq!(page.count("aws_ssm_collector_success", &details), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_tags_are_labels_at_once_and_have_their_values_from_the_next_refresh_on() {
    let aws = Aws::of(20).await;
    let with = |more| Settings {
        interval: "1s",
        more,
        ..settings(&[own("eu-west-1, us-east-1")])
    };
    let labels = |page: &Page| -> BTreeSet<Vec<String>> {
        let instances = page.matching("aws_ssm_instance_info", &[]);
        instances.map(|(series, _)| tag_labels(series)).collect()
    };
    let exporter = Reloadable::start(&with("").yaml(&aws), &[]).await;
    assert_eq!(labels(&exporter.page().await), [vec![]].into());

    let team = with("instance_tags: [Team]\ntag_compliance: [Team]\n");
    exporter.reload(&team.yaml(&aws)).await;
    let page = exporter.page().await;
    assert_eq!(labels(&page), [vec!["tag_Team".to_owned()]].into());
    let is_counted = |page: &Page| page.count("aws_ssm_tag_compliance_instances", &[]) > 0;
    exporter.until("tags are read", is_counted).await;

    let environment = with("instance_tags: [Environment]\n");
    exporter.reload(&environment.yaml(&aws)).await;
    let page = exporter.page().await;
    assert_eq!(labels(&page), [vec!["tag_Environment".to_owned()]].into());
    assert!(!is_counted(&page));
    let has_value = |page: &Page| {
        let mut instances = page.matching("aws_ssm_instance_info", &[]);
        instances.any(|(series, _)| !series.label("tag_Environment").is_empty())
    };
    exporter.until("the other tag is read", has_value).await;

    exporter.reload(&with("").yaml(&aws)).await;
    let page = exporter.page().await;
    assert_eq!(labels(&page), [vec![]].into());
    let tags = [("collector", "tags")];
    assert_eq!(page.count("aws_ssm_collector_success", &tags), 0);
}

fn tag_labels(series: &Series) -> Vec<String> {
    let labels = series.labels.keys();
    labels
        .filter(|name| name.starts_with("tag_"))
        .cloned()
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_reads_a_file_over_its_own_configuration_anew() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("demo.yaml");
    std::fs::write(&file, "refresh: {interval: 1m}\n").unwrap();
    let name = file.display().to_string();
    let flags = ["demo", "--sim.instances=5", "--web.enable-lifecycle"];
    let arguments = [&flags[..], &["--config.file", name.as_str()]].concat();
    let program = Program::start(&[], &arguments).await;
    std::fs::write(&file, "exposition: {instances: none}\n").unwrap();
    let reply = ask(program.address, "POST", "/-/reload", "").await;
    assert_eq!(reply.code, 200, "{}", reply.text());
    let reply = get(program.address, "/metrics", "").await;
    let page = Page::read(&reply.text(), Format::Text).unwrap();
    let interval = "aws_ssm_exporter_refresh_interval_seconds";
    assert_eq!(page.value(interval, &[]), Some(30.0), "the demo's own");
    assert_eq!(page.count("aws_ssm_target_info", &[]), 4);
    // All of them stay. The log comes through a pipe, and so later than the answer.
    let start = Instant::now();
    while !program.log().contains("changed=4") {
        assert!(start.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_external_id_is_used_for_a_target_that_stays() {
    let aws = Aws::start(ssm_simulator::Options {
        instances: 5,
        external_ids: [(OTHER.to_owned(), "agreed".to_owned())].into(),
        ..ssm_simulator::Options::default()
    })
    .await;
    let with_id = |id: &str| {
        let entry = other("eu-west-1") + &format!("    external_id: {id}\n");
        let settings = Settings {
            interval: "1s",
            ..settings(&[entry])
        };
        settings.yaml(&aws)
    };
    let exporter = Reloadable::start(&with_id("guessed"), &[]).await;
    assert!(!is_up(&exporter.page().await, OTHER, "eu-west-1"));
    exporter.reload(&with_id("agreed")).await;
    exporter
        .until("it is up", |page| is_up(page, OTHER, "eu-west-1"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_entries_for_one_account_the_second_takes_the_place_of_the_first() {
    let aws = Aws::of(20).await;
    let twice = format!("  - regions: [eu-west-1]\n    role_arn: {}\n", role(OWN));
    let quick = |entries: &[String]| {
        let settings = Settings {
            interval: "1s",
            ..settings(entries)
        };
        settings.yaml(&aws)
    };
    let exporter = Reloadable::start(&quick(&[own("eu-west-1"), twice.clone()]), &[]).await;
    // The page is read strictly, so that no series may be there twice.
    for entries in [
        vec![twice.clone()],
        vec![twice.clone(), own("eu-west-1")],
        vec![own("eu-west-1")],
    ] {
        exporter.reload(&quick(&entries)).await;
        let page = exporter.page().await;
        let of_account = [("account_id", OWN)];
        assert_eq!(page.count("aws_ssm_target_info", &of_account), 1);
        // A target that is new has an account only when STS has told it, and is seen to be the same
        // one only then.
        exporter
            .until("it is read, and known to be one", |page| {
                is_up(page, OWN, "eu-west-1") && page.count("aws_ssm_target_info", &[]) == 1
            })
            .await;
        let page = exporter.page().await;
        assert_eq!(page.count("aws_ssm_up", &[]), 1);
        let requests = page.count("aws_ssm_exporter_api_requests_total", &[]);
        assert_eq!(requests, 7, "its own metrics are there, and once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_hangs_goes_as_fast_as_any_other() {
    let aws = Aws::of(5).await;
    let before = settings(&[own("eu-west-1"), other("eu-west-1")]);
    let exporter = Reloadable::start(&before.yaml(&aws), &[]).await;
    aws.break_with(["hang".parse().unwrap()]);
    let both = settings(&[own("eu-west-1"), other("eu-west-1, us-east-1")]);
    exporter.reload(&both.yaml(&aws)).await;
    sleep(Duration::from_millis(300)).await;
    let start = Instant::now();
    exporter
        .reload(&settings(&[own("eu-west-1")]).yaml(&aws))
        .await;
    assert!(start.elapsed() < Duration::from_secs(2));
    // What was under way ends at most when its attempt does, and leaves nothing behind.
    sleep(Duration::from_millis(500)).await;
    let page = exporter.page().await;
    assert_eq!(targets(&page), [(OWN.to_owned(), "eu-west-1".to_owned())]);
    for region in ["eu-west-1", "us-east-1"] {
        assert_eq!(series_of(&page, OTHER, region, true), [""; 0]);
    }
}
