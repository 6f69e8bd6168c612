//! Whose credentials a target has, and what the page says when they are refused before the first
//! call to SSM.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::{Fault, FaultKind, Options};

use super::{COLLECTORS, healthy, is, is_well, labels, small_fleet};
use crate::support::{Aws, Exporter, OTHER, OWN, Page, Settings, role};

/// Position in [`TARGETS`] of the target that is read through a role.
const THROUGH_ROLE: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_assumed_with_its_external_id_or_not_at_all() {
    let external_ids = BTreeMap::from([(OTHER.to_owned(), "agreed".to_owned())]);
    let aws = Aws::start(Options {
        instances: 5,
        external_ids,
        ..Options::default()
    })
    .await;
    let accounts = |id: &str| {
        let role = role(OTHER);
        format!(
            "accounts:\n  - regions: [eu-west-1]\n    role_arn: {role}\n    external_id: {id}\n"
        )
    };
    for (external_id, up) in [("agreed", 1), ("guessed", 0)] {
        let exporter = Exporter::start(
            &aws,
            &Settings {
                accounts: accounts(external_id),
                ..Settings::default()
            },
        )
        .await;
        let page = exporter.ready().await.page().await;
        assert!(
            is(page.value("aws_ssm_up", &labels(THROUGH_ROLE)), up),
            "{external_id}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_of_an_unknown_account_says_only_that_it_is_down_and_why() {
    let aws = small_fleet().await;
    aws.break_with([Fault::always(FaultKind::Deny).of("GetCallerIdentity")]);
    let exporter = Exporter::start(&aws, &Settings::quick()).await;
    let page = exporter.ready().await.page().await;
    for region in ["eu-west-1", "us-east-1"] {
        let nameless = [("account_id", ""), ("region", region)];
        assert!(is(page.value("aws_ssm_up", &nameless), 0));
        assert_eq!(
            page.count("aws_ssm_collector_success", &nameless),
            COLLECTORS.len()
        );
        assert_eq!(
            page.count("aws_ssm_collector_error_info", &nameless),
            COLLECTORS.len()
        );
        assert_eq!(page.count("aws_ssm_target_info", &nameless), 1);
    }
    let nameless = page
        .fleet()
        .filter(|(series, _)| series.label("account_id").is_empty());
    let names: BTreeSet<&str> = nameless.map(|(series, _)| series.name.as_str()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(
        is_well(&page, THROUGH_ROLE),
        "the account of a role is known without asking"
    );

    aws.heal();
    let page = exporter
        .until("known", |page| is_well(page, 0) && is_well(page, 1))
        .await;
    assert!(
        page.fleet()
            .all(|(series, _)| !series.label("account_id").is_empty()),
        "and nothing nameless is left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_account_and_region_twice_is_read_once() {
    let aws = small_fleet().await;
    let accounts = Settings::default().accounts
        + "  - account_name: again\n    regions: [eu-west-1]\n    role_arn: "
        + &role(OWN)
        + "\n";
    let exporter = healthy(
        &aws,
        Settings {
            accounts,
            ..Settings::quick()
        },
    )
    .await;
    let page = exporter.ready().await.page().await;
    assert_eq!(page.count("aws_ssm_up", &[]), 3);
    assert_eq!(
        page.value(
            "aws_ssm_target_info",
            &[labels(0)[0], labels(0)[1], ("account_name", OWN)]
        ),
        Some(1.0)
    );
}

/// Asserts that the landing page says which entry is not shown, and why.
async fn assert_one_is_left_out(exporter: &Exporter, when: &str) {
    let landing = exporter.get("/", "").await.text();
    assert!(
        landing.contains("left out") && landing.contains("configured before it"),
        "{when}: {}",
        landing.split("</style>").last().unwrap_or_default()
    );
}

/// An account that is configured twice, once with its own credentials and once through a role, in
/// either order. Each of the two fails for a while.
#[tokio::test(flavor = "multi_thread")]
async fn two_entries_that_are_one_account_and_region_are_never_both_on_the_page() {
    let own = "  - account_name: own\n    regions: [eu-west-1]\n";
    let role = format!(
        "  - account_name: role\n    regions: [eu-west-1]\n    role_arn: {}\n",
        role(OWN)
    );
    for (first, entries) in [
        ("role", [role.as_str(), own]),
        ("own", [own, role.as_str()]),
    ] {
        for broken in [
            "AssumeRole",
            "GetCallerIdentity",
            "DescribeInstanceInformation",
            "",
        ] {
            let aws = small_fleet().await;
            let fault = (!broken.is_empty()).then(|| Fault::always(FaultKind::Deny).of(broken));
            aws.break_with(fault);
            let accounts = format!("accounts:\n{}", entries.concat());
            let exporter = Exporter::start(
                &aws,
                &Settings {
                    accounts,
                    ..Settings::quick()
                },
            )
            .await;
            exporter.ready().await;
            let known = ("account_id", OWN);
            for healed in [false, true] {
                if healed {
                    aws.heal();
                    let first = [known, ("region", "eu-west-1"), ("account_name", first)];
                    let shown = |page: &Page| {
                        is(page.value("aws_ssm_target_info", &first), 1) && is_well(page, 0)
                    };
                    exporter.until("the first is shown", shown).await;
                }
                // Reading the page fails where a series is there twice.
                let page = exporter.page().await;
                let ups: Vec<_> = page.matching("aws_ssm_up", &[known]).collect();
                assert_eq!(ups.len(), 1, "{first} {broken} {healed}: {ups:?}");
                let discovered = exporter.get("/sd", "").await.text();
                assert!(
                    discovered.matches(OWN).count() <= 2,
                    "{first} {broken} {healed}: {discovered}"
                );
            }
            let only_the_first = |page: &Page| {
                let name = [known, ("region", "eu-west-1"), ("account_name", first)];
                is(page.value("aws_ssm_target_info", &name), 1)
                    && page.count("aws_ssm_target_info", &[]) == 1
            };
            exporter
                .until("the first entry is shown, and it alone", only_the_first)
                .await;
            assert_one_is_left_out(&exporter, &format!("{first} {broken}")).await;
        }
    }
}
