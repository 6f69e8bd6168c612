//! Accounts join and leave.

use tokio::time::{Duration, Instant, sleep};

use super::*;

/// How long a hundred and sixty targets may take on two cores that are busy with other tests.
const FLEET_PATIENCE: Duration = Duration::from_mins(4);
const REGIONS: [&str; 4] = ["eu-west-1", "us-east-1", "eu-central-1", "ap-south-1"];

/// Waits until so many targets have been tried, and so many of them are up.
async fn until_tried(exporter: &Exporter, tried: usize, up: usize) -> Page {
    let start = Instant::now();
    loop {
        let page = exporter.page().await;
        let counts = (page.count("aws_ssm_up", &[]), fresh(&page));
        if counts == (tried, up) {
            return page;
        }
        assert!(
            start.elapsed() < FLEET_PATIENCE,
            "never all tried: {counts:?}"
        );
        sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_forty_accounts_five_fail_in_five_ways_and_the_others_are_fresh() {
    let ids: Vec<String> = (0..40).map(account).collect();
    let aws = Aws::start(Options {
        instances: 3,
        accounts: ids.clone(),
        regions: REGIONS.map(str::to_owned).to_vec(),
        external_ids: [(ids[1].clone(), "nobody knows".to_owned())].into(),
        ..Options::default()
    })
    .await;
    let failing = [
        (&ids[1], "assume_role_failed"),
        (&ids[2], "access_denied"),
        (&ids[3], "server_error"),
        (&ids[4], "bad_response"),
        (&ids[5], "network"),
    ];
    aws.break_with(faults(&[
        format!("deny:*@{}", ids[2]),
        format!("error500:*@{}", ids[3]),
        format!("empty-object:*@{}", ids[4]),
        format!("reset:*@{}", ids[5]),
    ]));
    let settings = Settings {
        // Two cores that are busy with other tests are not to begin a second refresh of so many targets.
        interval: "1m",
        attempt_timeout: "20s",
        ..settings(&format!("  regions: [{}]\n", REGIONS.join(", ")))
    };
    let exporter = Exporter::start(&aws, &settings).await;
    let page = until_tried(&exporter, 160, 140).await;
    for (id, reason) in failing {
        for region in REGIONS {
            let target = [("account_id", id.as_str()), ("region", region)];
            assert_eq!(page.value("aws_ssm_up", &target), Some(0.0), "{id}");
            let named = [
                &target[..],
                &[("reason", reason), ("collector", "instances")],
            ]
            .concat();
            let count = page.count("aws_ssm_collector_error_info", &named);
            assert_eq!(count, 1, "{id} in {region} fails with {reason}");
        }
    }
    assert!(is_success(&page));
    assert_eq!(
        page.value("aws_ssm_exporter_discovery_accounts", &[]),
        Some(40.0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_created_join_and_those_that_are_closed_leave_with_their_series() {
    let aws = organization(3, &["eu-west-1", "us-east-1"]).await;
    let exporter = Exporter::start(&aws, &settings("  regions: [eu-west-1, us-east-1]\n")).await;
    exporter.ready().await;
    until_up(&exporter, "three accounts", 6).await;
    let stays = aws.calls(&account(1), "DescribeInstanceInformation");

    aws.create_account(&account(7), "new", ssm_simulator::Simulator::ROOT_ID);
    let page = until_up(&exporter, "a new one joins", 8).await;
    let named = [
        ("account_id", account(7)),
        ("account_name", "new".to_owned()),
    ];
    let named = named.each_ref().map(|(key, value)| (*key, value.as_str()));
    assert_eq!(page.count("aws_ssm_target_info", &named), 2);

    aws.close_account(&account(2));
    let gone = account(2);
    let page = exporter
        .until("a closed one leaves", |page| {
            !accounts_of(page).contains(&gone)
        })
        .await;
    let traces: Vec<_> = page
        .samples
        .iter()
        .filter(|(series, _)| series.label("account_id") == gone)
        .collect();
    assert!(traces.is_empty(), "{traces:?}");
    assert_eq!(fresh(&page), 6);
    let sd = exporter.get("/sd", "").await.text();
    assert!(sd.contains(&account(7)) && !sd.contains(&gone), "{sd}");
    assert_eq!(
        aws.calls(&account(1), "DescribeInstanceInformation"),
        stays,
        "what stays is not read anew"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_in_the_organization_changes_without_a_call() {
    let aws = organization(2, &["eu-west-1"]).await;
    let exporter = Exporter::start(&aws, &settings("  regions: [eu-west-1]\n")).await;
    exporter.ready().await;
    let before = aws.calls(&account(1), "DescribeInstanceInformation");
    aws.rename_account(&account(1), "renamed \"quoted\"");
    let page = exporter
        .until("the new name", |page| {
            page.count(
                "aws_ssm_target_info",
                &[("account_name", "renamed \"quoted\"")],
            ) == 1
        })
        .await;
    assert_eq!(fresh(&page), 2);
    let after = aws.calls(&account(1), "DescribeInstanceInformation");
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_are_read_with_their_children_and_without_what_is_excluded() {
    // The first account is in the root, and the next ones in the units in turn.
    let aws = organization(9, &["eu-west-1"]).await;
    let below = |unit: &str| -> Vec<String> {
        let rows = aws.accounts_of_parent(unit).into_iter();
        rows.map(|row| row.id).collect()
    };
    let production = below("ou-sim1-production");
    let databases = below("ou-sim1-databases");
    assert_eq!(
        (production.len(), databases.len()),
        (2, 2),
        "the simulated units"
    );
    let units = "  include_ous: [ou-sim1-production, ou-sim1-databases]\n";
    let excluded = format!("  exclude_accounts: ['{}']\n", production[0]);
    let settings = settings(&format!("  regions: [eu-west-1]\n{units}{excluded}"));
    let exporter = Exporter::start(&aws, &settings).await;
    exporter.ready().await;
    let expected: BTreeSet<String> = production[1..].iter().chain(&databases).cloned().collect();
    assert_eq!(accounts_of(&exporter.page().await), expected);

    let moved = account(4);
    assert!(!expected.contains(&moved));
    aws.move_account(&moved, "ou-sim1-databases");
    let joins = |page: &Page| accounts_of(page).contains(&moved);
    exporter
        .until("an account that is moved there joins", joins)
        .await;
    aws.move_account(&moved, ssm_simulator::Simulator::ROOT_ID);
    let leaves = |page: &Page| !accounts_of(page).contains(&moved);
    exporter
        .until("one that is moved away leaves", leaves)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_an_entry_is_read_as_the_entry_says() {
    let aws = organization(3, &["eu-west-1", "us-east-1"]).await;
    let entry = format!(
        "accounts:\n  - account_name: mine\n    regions: [us-east-1]\n  - account_name: second\n    \
         regions: [us-east-1]\n    role_arn: arn:aws:iam::{}:role/{ROLE}\n",
        account(1)
    );
    let organization = settings("  regions: [eu-west-1]\n");
    let settings = Settings {
        accounts: format!("{}{entry}", organization.accounts),
        ..organization
    };
    let exporter = Exporter::start(&aws, &settings).await;
    exporter.ready().await;
    let target = |number, region: &str| (account(number), region.to_owned());
    let expected = BTreeSet::from([
        target(0, "us-east-1"),
        target(1, "us-east-1"),
        target(2, "eu-west-1"),
    ]);
    let page = exporter
        .until("all are there", |page| targets(page) == expected)
        .await;
    assert_eq!(
        page.count("aws_ssm_target_info", &[("account_name", "second")]),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sts_is_asked_where_the_fleet_is_also_for_a_listing_in_another_region() {
    let aws = organization(2, &["eu-west-1"]).await;
    let exporter = Exporter::start(&aws, &settings("  regions: [eu-west-1]\n")).await;
    exporter.ready().await;
    until_up(&exporter, "both accounts", 2).await;
    let counts = aws.counts();
    let regions = |operation: &str| -> BTreeSet<&str> {
        let calls = counts.iter().filter(|count| count.operation == operation);
        calls.map(|count| count.region.as_str()).collect()
    };
    assert_eq!(regions("ListAccounts"), BTreeSet::from(["us-east-1"]));
    for operation in ["GetCallerIdentity", "AssumeRole"] {
        assert_eq!(
            regions(operation),
            BTreeSet::from(["eu-west-1"]),
            "{operation}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_of_another_partition_is_read_through_the_roles_of_its_partition() {
    // The simulated STS assumes no role of another partition than the one that it is asked in.
    for region in ["cn-north-1", "us-gov-east-1"] {
        let aws = organization(2, &[region]).await;
        let exporter = Exporter::start(&aws, &settings(&format!("  regions: [{region}]\n"))).await;
        exporter.ready().await;
        until_up(&exporter, region, 2).await;
    }
}
