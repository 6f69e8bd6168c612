//! Regions that are found.

use super::*;

fn all_regions_of_two_accounts() -> Settings {
    Settings {
        accounts: settings("  regions: [all]\n").accounts,
        ..settings("")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn regions_join_when_they_are_enabled_and_leave_when_they_are_disabled() {
    let aws = organization(2, &["eu-west-1", "us-east-1"]).await;
    let exporter = Exporter::start(&aws, &all_regions_of_two_accounts()).await;
    exporter.ready().await;
    let page = until_up(&exporter, "two regions in each account", 4).await;
    assert!(is_success(&page));
    aws.set_region(&account(1), "af-south-1", true);
    let joined = (account(1), "af-south-1".to_owned());
    let page = exporter
        .until("a region joins", |page| {
            targets(page).contains(&joined) && fresh(page) == 5
        })
        .await;
    assert_eq!(
        targets(&page).len(),
        5,
        "only in the account that has enabled it"
    );
    aws.set_region(&account(1), "eu-west-1", false);
    let left = (account(1), "eu-west-1".to_owned());
    exporter
        .until("a region leaves", |page| !targets(page).contains(&left))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_regions_cannot_be_listed_fails_alone_and_is_named() {
    let aws = organization(3, &["eu-west-1", "us-east-1"]).await;
    let denied = account(1);
    aws.break_with(faults(&[format!("deny:ListRegions@{denied}")]));
    let exporter = Exporter::start(&aws, &all_regions_of_two_accounts()).await;
    exporter.ready().await;
    let page = until_up(&exporter, "the others are read", 4).await;
    assert_eq!(reason(&page, &denied).as_deref(), Some("access_denied"));
    assert!(!is_success(&page) && !accounts_of(&page).contains(&denied));
    let landing = exporter.get("/", "").await.text();
    assert!(landing.contains(&denied) && landing.contains("regions: access_denied"));
    assert_eq!(
        exporter.get("/sd", "").await.code,
        200,
        "one account holds nobody back"
    );

    aws.heal();
    until_up(&exporter, "it is read once it can be", 6).await;
    aws.break_with(faults(&[format!("deny:ListRegions@{denied}")]));
    let page = exporter
        .until("it fails again", |page| reason(page, &denied).is_some())
        .await;
    assert_eq!(fresh(&page), 6, "the regions that are known are read on");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_regions_of_an_entry_are_found_without_an_organization() {
    let aws = organization(2, &["eu-west-1", "us-east-1"]).await;
    let entries = format!(
        "accounts:\n  - regions: [all]\n  - regions: [us-east-1]\n    \
         role_arn: arn:aws:iam::{}:role/{ROLE}\n",
        account(1)
    );
    let settings = Settings {
        accounts: entries,
        ..Settings::default()
    };
    let exporter = Exporter::start(&aws, &settings).await;
    exporter.ready().await;
    let page = until_up(&exporter, "three targets", 3).await;
    assert!(is_success(&page));
    assert_eq!(page.count("aws_ssm_exporter_discovery_accounts", &[]), 0);
    assert_eq!(aws.calls(OWN, "ListAccounts"), 0);
}
