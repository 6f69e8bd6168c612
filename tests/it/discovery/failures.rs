//! Listings that fail.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_fails_keeps_the_accounts_and_says_so_until_it_works_again() {
    let aws = organization(3, &["eu-west-1"]).await;
    let exporter = Exporter::start(&aws, &settings("  regions: [eu-west-1]\n")).await;
    exporter.ready().await;
    let listed = last_success(&until_up(&exporter, "three accounts", 3).await);
    assert!(listed.is_some_and(|at| at > 1.7e9), "{listed:?}");

    for (fault, expected) in [
        ("deny:ListAccounts", "access_denied"),
        ("empty-object:ListAccounts", "bad_response"),
        ("error500:ListAccounts", "server_error"),
    ] {
        aws.break_with(faults(&[fault.to_owned()]));
        let page = exporter
            .until(fault, |page| reason(page, "").as_deref() == Some(expected))
            .await;
        assert!(!is_success(&page));
        assert_eq!(fresh(&page), 3, "{fault}");
        assert_eq!(
            page.value("aws_ssm_exporter_discovery_accounts", &[]),
            Some(3.0)
        );
        // An answer without its list is no failed attempt: AWS has answered it well.
        let errors = [("operation", "ListAccounts"), ("reason", expected)];
        let counted = page.value("aws_ssm_exporter_discovery_request_errors_total", &errors);
        let is_counted = counted.is_some_and(|count| count >= 1.0);
        assert_eq!(
            is_counted,
            expected != "bad_response",
            "{fault}: {counted:?}"
        );
        let landing = exporter.get("/", "").await.text();
        assert!(
            landing.contains(&format!("accounts: {expected}")),
            "{landing}"
        );
    }
    aws.heal();
    let page = exporter.until("it works again", is_success).await;
    assert_eq!(page.count("aws_ssm_exporter_discovery_error_info", &[]), 0);
    assert_eq!(fresh(&page), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_has_lost_most_accounts_is_believed_only_when_it_is_read_again() {
    let aws = organization(15, &["eu-west-1"]).await;
    // Long enough to look at what is read once.
    let settings = settings_every("4s", "  regions: [eu-west-1]\n");
    let exporter = Exporter::start(&aws, &settings).await;
    exporter.ready().await;
    until_up(&exporter, "fifteen accounts", 15).await;
    for number in 3..15 {
        aws.remove_account(&account(number));
    }
    let page = exporter
        .until("doubted", |page| {
            reason(page, "").as_deref() == Some("bad_response")
        })
        .await;
    assert_eq!(accounts_of(&page).len(), 15);
    let page = exporter.until("believed", is_success).await;
    assert_eq!(accounts_of(&page).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_one_listing_misses_does_not_leave() {
    // More than one page, so that a row can move between two.
    let aws = organization(25, &["eu-west-1"]).await;
    let exporter = Exporter::start(&aws, &settings("  regions: [eu-west-1]\n")).await;
    exporter.ready().await;
    until_up(&exporter, "25 accounts", 25).await;
    aws.break_with(faults(&["moving-rows:ListAccounts".to_owned()]));
    let before = aws.calls(OWN, "ListAccounts");
    let page = exporter
        .until("several listings", |page| {
            assert_eq!(accounts_of(page).len(), 25, "none leaves");
            aws.calls(OWN, "ListAccounts") > before + 10
        })
        .await;
    assert!(is_success(&page));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_listing_has_ended_nobody_takes_the_fleet_for_complete() {
    let aws = organization(3, &["eu-west-1"]).await;
    aws.break_with(faults(&["hang:ListAccounts".to_owned()]));
    let exporter = Exporter::start(&aws, &settings("  regions: [eu-west-1]\n")).await;
    let ready = exporter.get("/-/ready", "").await;
    assert_eq!(ready.code, 503);
    assert!(ready.text().contains("discovery"), "{}", ready.text());
    assert_eq!(exporter.get("/sd", "").await.code, 503);
    let page = exporter.page().await;
    assert_eq!(page.count("aws_ssm_exporter_discovery_success", &[]), 0);

    // The attempt ends, badly. What fails must be scraped to be seen; but no list may lack accounts
    // only because they could not be listed.
    exporter.ready().await;
    assert_eq!(exporter.get("/sd", "").await.code, 503);
    let page = exporter.page().await;
    assert_eq!(reason(&page, "").as_deref(), Some("timeout"));
    aws.heal();
    until_up(&exporter, "the accounts are there", 3).await;
    assert_eq!(exporter.get("/sd", "").await.code, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lister_role_that_cannot_be_assumed_is_named() {
    let aws = organization(2, &["eu-west-1"]).await;
    let role = "arn:aws:iam::999999999999:role/organization-reader";
    let more = format!("  regions: [eu-west-1]\n  lister_role_arn: {role}\n");
    let exporter = Exporter::start(&aws, &settings(&more)).await;
    exporter.ready().await;
    let page = exporter.page().await;
    assert_eq!(reason(&page, "").as_deref(), Some("assume_role_failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discovery_has_not_succeeded_before_its_last_listing() {
    let aws = organization(2, &["eu-west-1"]).await;
    let settings = settings_every("3s", "  regions: [all]\n");
    let exporter = Exporter::start(&aws, &settings).await;
    exporter.ready().await;
    let first = last_success(&until_up(&exporter, "two accounts", 2).await);
    // The accounts of the next discovery are known at once, their regions never.
    aws.break_with(faults(&["hang:ListRegions".to_owned()]));
    let failed = exporter
        .until("a listing of regions fails", |page| {
            assert_eq!(last_success(page), first);
            reason(page, OWN).is_some()
        })
        .await;
    assert!(!is_success(&failed));
    aws.heal();
    let healed = exporter.until("it works again", is_success).await;
    assert!(last_success(&healed) > first);
}
