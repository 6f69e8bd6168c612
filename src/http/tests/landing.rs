//! What the landing page says of targets, and in which order.

use std::time::Duration;

use super::*;
use crate::http::target_row::NextRefresh;
use crate::http::{InstanceCounts, Limits, RoutePrefix};
use crate::model::FailureReason;

fn shown_with(targets: &[TargetRow], has_pages: bool) -> String {
    let options = Options {
        telemetry_path: "/metrics".into(),
        name: "the <exporter>".into(),
        version: "1.2.3".into(),
        description: "what it \"does\"".into(),
        has_pages,
        external_url: None,
        route_prefix: RoutePrefix::default(),
        security: None,
        limits: Limits::default(),
    };
    landing(&options, targets.to_vec()).text
}

fn shown(targets: &[TargetRow]) -> String {
    shown_with(targets, true)
}

fn target(region: &str, state: TargetState) -> TargetRow {
    TargetRow {
        account_id: "111122223333".into(),
        account_name: "production".into(),
        region: region.into(),
        state,
        ..TargetRow::default()
    }
}

/// The rows of the table as a reader sees them, without markup.
fn rows(html: &str) -> Vec<String> {
    let body = html.split("<tbody").nth(1).unwrap();
    let rows = body.split("<tr").skip(1);
    rows.map(|row| {
        let texts = row.split('<').filter_map(|part| part.split_once('>'));
        let words: Vec<&str> = texts
            .flat_map(|(_, text)| text.split_whitespace())
            .collect();
        words.join(" ")
    })
    .collect()
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let evil = "<script>alert('x' & \"y\")</script>";
    let row = TargetRow {
        account_name: evil.into(),
        detail: Some(evil.into()),
        ..TargetRow::default()
    };
    let html = shown(&[row]);
    assert!(!html.contains("<script"));
    let escaped = "&#60;script&#62;alert(&#39;x&#39; &#38; &#34;y&#34;)&#60;/script&#62;";
    // The name once more for the link to the metrics.
    assert_eq!(html.matches(escaped).count(), 3, "{html}");
    assert!(html.contains("<title>the &#60;exporter&#62;</title>"));
}

#[test]
fn each_target_has_its_state_in_words_and_in_a_colour() {
    let down = TargetRow {
        detail: Some("instances: access_denied, compliance: access_denied".into()),
        reasons: vec![FailureReason::AccessDenied],
        age: Some(Duration::from_secs(1_205)),
        next_refresh: NextRefresh::In(Duration::from_secs(12)),
        ..target("eu-west-1", TargetState::Down)
    };
    let up = TargetRow {
        age: Some(Duration::from_secs(61)),
        next_refresh: NextRefresh::Running(Duration::from_secs(5)),
        counts: Some(InstanceCounts {
            listed: 12,
            compliant: 7,
            noncompliant: 4,
            unreported: 2,
        }),
        ..target("us-east-1", TargetState::Up)
    };
    let html = shown(&[up, down, target("eu-west-2", TargetState::Waiting)]);
    let rows = rows(&html);
    for part in [
        "production 111122223333 eu-west-1 Down",
        "instances: access_denied",
        "access_denied: the credentials may not make the call. Look at: the IAM policy",
        "read 20m 5s ago next refresh in 12s",
    ] {
        assert!(rows[0].contains(part), "{part}: {rows:?}");
    }
    assert!(rows[1].contains("First refresh still running"), "{rows:?}");
    assert!(rows[1].contains("nothing read yet"), "{rows:?}");
    let counts = "12 listed 7 compliant 4 non-compliant 2 unreported";
    assert!(rows[2].contains(counts), "{rows:?}");
    assert!(
        rows[2].contains("read 1m 1s ago refresh running for 5s"),
        "{rows:?}"
    );
    for class in ["bad", "doubt", "good"] {
        assert!(
            html.contains(&format!("class=\"state {class}\"")),
            "{class}"
        );
    }
    let totals = "3 targets: 1 down, 1 in the first refresh, 1 up.";
    assert!(html.contains(totals), "{html}");
    assert!(shown(&[]).contains("No targets yet."));
}

#[test]
fn what_could_not_be_listed_is_no_target_and_is_not_passed_over() {
    let organization = TargetRow {
        account_name: "the organization".into(),
        detail: Some("accounts: access_denied".into()),
        state: TargetState::NotListed,
        ..TargetRow::default()
    };
    let html = shown(&[target("a", TargetState::Up), organization.clone()]);
    assert_eq!(
        rows(&html)[0],
        "the organization Could not be listed accounts: access_denied not known nothing read yet"
    );
    assert!(html.contains("1 target: 1 up. There may be more: some could not be listed."));
    let html = shown(&[organization]);
    assert!(html.contains("No target is known. There may be more"));
}

#[test]
fn what_needs_somebody_comes_first() {
    let partly_up = TargetRow {
        detail: Some("patches: throttled".into()),
        ..target("c", TargetState::Up)
    };
    let html = shown(&[
        target("a", TargetState::Up),
        target("b", TargetState::Waiting),
        partly_up,
        target("d", TargetState::LeftOut),
        target("e", TargetState::Stale),
        target("g", TargetState::Down),
        target("f", TargetState::Down),
    ]);
    let regions: Vec<String> = rows(&html)
        .iter()
        .map(|row| row.split_whitespace().nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(regions, ["f", "g", "e", "d", "b", "c", "a"]);
    assert!(html.contains("What needs attention comes first"));
}

#[test]
fn a_target_leads_to_its_metrics_and_instances_unless_pages_are_off() {
    let row = target("eu-west-1", TargetState::Up);
    let query = "?account_id=111122223333&#38;region=eu-west-1";
    let (metrics, instances) = (
        format!("href=\"/metrics{query}\""),
        format!("href=\"/instances{query}\""),
    );
    let html = shown(std::slice::from_ref(&row));
    assert!(
        html.contains(&metrics) && html.contains(&instances),
        "{html}"
    );
    let html = shown_with(&[row], false);
    assert!(
        html.contains(&metrics) && !html.contains("/instances"),
        "{html}"
    );
}

#[test]
fn a_target_whose_account_is_unknown_is_named_as_far_as_it_is_known() {
    let row = TargetRow {
        region: "eu-west-1".into(),
        ..TargetRow::default()
    };
    let html = shown(&[row]);
    assert!(
        rows(&html)[0].starts_with("Account not known yet eu-west-1"),
        "{html}"
    );
    assert!(html.contains("href=\"/metrics?account_id=unknown&#38;region=eu-west-1\""));
    assert!(!html.contains("/instances?"));
}

#[test]
fn a_target_that_is_left_out_has_no_page_of_its_own() {
    let html = shown(&[target("eu-west-1", TargetState::LeftOut)]);
    assert!(!html.contains("/metrics?"), "{html}");
}
