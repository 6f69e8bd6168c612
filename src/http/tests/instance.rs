//! The page of one instance: its findings, what it does not know, and ids of any form.

use super::fleet::{Rows, fleet_of, hours_ago, item, listed, patch_state, summary};
use super::*;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const EVIL: &str = "\"><script>alert('x')</script>&amp;<!-- `reboot` $(reboot)";

fn rows() -> Rows {
    let mut offline = listed("i-02", "batch-2");
    offline.ping_status = "ConnectionLost".to_owned();
    offline.last_ping = hours_ago(30);
    let mut rebooting = patch_state("i-01", 3, 1);
    rebooting.counts[2] = Some(2);
    Rows {
        instances: vec![
            listed("i-01", "web-1"),
            offline,
            listed("i-03", "web-3"),
            listed("i-04", "new"),
        ],
        summaries: vec![
            summary("i-01", "Patch", 6),
            summary("i-01", "Association", 2),
            summary("i-01", "Custom:Antivirus", 4),
            summary("i-02", "Patch", 1),
            summary("i-03", "Patch", 0),
            summary("i-03", "Association", 0),
            summary("i-gone", "Patch", 9),
        ],
        patches: vec![
            rebooting,
            patch_state("i-02", 1, 0),
            patch_state("i-03", 0, 0),
        ],
        items: vec![(
            "i-01",
            vec![
                item("a-1", "AWS-GatherSoftwareInventory"),
                item("a-2", "arn:aws:ssm:eu-west-1:1:document/Harden"),
            ],
        )],
        teams: vec![("i-01", "a <b>")],
    }
}

fn one_target() -> FleetSnapshot {
    fleet_of(vec![rows().up_in(OWN, "eu-west-1")])
}

async fn serving(fleet: fn() -> FleetSnapshot) -> Running {
    let state = ConstantState {
        fleet,
        ..ConstantState::default()
    };
    start(state, Limits::default()).await
}

/// The causes in the headings of findings, in their order.
fn causes(html: &str) -> Vec<&str> {
    let findings = html.split("<section class=\"finding\">").skip(1);
    findings
        .map(|it| it.split(['<', '>']).nth(4).unwrap())
        .collect()
}

#[tokio::test]
async fn every_reason_is_a_finding_with_what_to_do_about_it() {
    let server = serving(one_target).await;
    let reply = server.get("/instances/i-01", "").await;
    let html = reply.text();
    assert_eq!(reply.code, 200);
    assert_eq!(
        causes(html),
        [
            "patches_failed",
            "patches_missing",
            "reboot_pending",
            "inventory_failed",
            "association_failed",
            "custom_items",
        ]
    );
    for part in [
        "In account 111122223333 (production), region eu-west-1: <span class=\"bad\">NON_COMPLIANT</span>",
        "<dd>read 1m 1s ago; the target is up</dd>",
        "<bdi>web-1</bdi>",
        "<th scope=\"row\">Custom:Antivirus</th>",
        "3 approved patches are not installed",
        "<bdi>pb-0123456789abcdef0</bdi>",
        "<time datetime=\"2025-11-15T04:46:40Z\">2025-11-15T04:46:40Z</time>, 5h 0m ago: the scan that found them",
        "aws ssm send-command --region eu-west-1",
        "<bdi>a-2</bdi>",
        "docs/runbooks/SsmCompliancePatchesMissing.md",
        "Which patches these are, what their baseline says",
        "The items of type Custom:Antivirus.",
        "<code>ssm-compliance-exporter explain --account-id 111122223333 --region eu-west-1 i-01</code>",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
}

#[tokio::test]
async fn an_instance_without_findings_is_compliant_and_a_silent_one_doubtful() {
    let server = serving(one_target).await;
    let compliant = server.get("/instances/i-03", "").await;
    assert!(
        compliant
            .text()
            .contains("<span class=\"good\">COMPLIANT</span>")
    );
    assert!(causes(compliant.text()).is_empty());
    let silent = server.get("/instances/i-02", "").await;
    assert_eq!(causes(silent.text()), ["agent_offline", "patches_missing"]);
    let unscanned = server.get("/instances/i-04", "").await;
    assert_eq!(causes(unscanned.text()), ["never_scanned"]);
    assert!(
        unscanned
            .text()
            .contains("<span class=\"doubt\">UNKNOWN</span>")
    );
}

#[tokio::test]
async fn a_resource_that_aws_does_not_list_has_a_page_too() {
    let server = serving(one_target).await;
    let reply = server.get("/instances/i-gone", "").await;
    assert_eq!(reply.code, 200);
    assert_eq!(causes(reply.text())[0], "terminated");
}

#[tokio::test]
async fn what_is_not_read_is_no_finding() {
    let server = serving(|| {
        let mut fleet = one_target();
        fleet.policy.selection = crate::model::Selection::of_types(|name| name != "Patch", true);
        fleet
    })
    .await;
    let reply = server.get("/instances/i-04", "").await;
    assert!(causes(reply.text()).is_empty(), "{}", reply.text());
    let leaves_out = "The type Patch: the configuration leaves it out.";
    assert!(reply.text().contains(leaves_out));
}

#[tokio::test]
async fn a_collector_that_failed_is_named_as_what_is_not_known() {
    let server = serving(|| {
        use crate::model::{Collector, FailureReason, Now, Outcome};
        let mut snapshot = rows().up_in(OWN, "eu-west-1");
        let mut target = Rows {
            patches: Vec::new(),
            ..rows()
        }
        .target();
        let reason = FailureReason::AccessDenied;
        let failed = Outcome::failed(Collector::Patches, reason, Duration::ZERO);
        let now = Now {
            since_start: Duration::ZERO,
            wall: None,
        };
        target.apply(failed, now);
        snapshot.target = Some(target);
        fleet_of(vec![snapshot])
    })
    .await;
    let reply = server.get("/instances/i-02", "").await;
    let unread = "What DescribeInstancePatchStates says: the credentials may not make the call.";
    assert!(reply.text().contains(unread), "{}", reply.text());
}

fn two_targets() -> FleetSnapshot {
    fleet_of(vec![
        rows().up_in(OWN, "eu-west-1"),
        rows().up_in(OTHER, "us-east-1"),
    ])
}

#[tokio::test]
async fn an_id_in_two_targets_is_shown_in_both_unless_the_query_names_one() {
    let server = serving(two_targets).await;
    let both = server.get("/instances/i-01", "").await;
    assert_eq!(both.text().matches("<article>").count(), 2);
    assert!(both.text().contains("This id is known in 2 targets."));
    let one = server
        .get(
            "/instances/i-01?account_id=444455556666&region=us-east-1",
            "",
        )
        .await;
    assert_eq!(one.text().matches("<article>").count(), 1);
    assert!(one.text().contains("In account 444455556666"));
    let none = server.get("/instances/i-01?region=us-east-2", "").await;
    assert_eq!(none.code, 404);
}

#[tokio::test]
async fn an_unknown_instance_is_not_found_and_the_page_says_where_it_was_looked_for() {
    let server = serving(two_targets).await;
    let reply = server
        .get("/instances/i-unknown%20x?region=us-east-1", "")
        .await;
    assert_eq!(reply.code, 404);
    for part in [
        "No instance <bdi>i-unknown x</bdi> is known",
        "<span class=\"id\">us-east-1</span>",
        "<strong class=\"state good\">Up</strong>",
        "read 1m 1s ago",
        "<code>ssm-compliance-exporter explain --region us-east-1 &#39;i-unknown x&#39;</code>",
    ] {
        assert!(reply.text().contains(part), "{part}\n{}", reply.text());
    }
    assert!(!reply.text().contains("eu-west-1</span>"));
    assert_eq!(server.get("/instances/", "").await.code, 404);
}

/// Ids of every form that `PutComplianceItems` takes.
const IDS: [&str; 9] = [
    EVIL,
    "../../metrics",
    "..",
    ".",
    "a b?c#d%20/e;f&g=h",
    "%2e%2e%2f",
    "\u{202e}\u{1f600}-\u{e4}",
    "-n",
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
];

fn hostile_fleet() -> FleetSnapshot {
    let mut instances: Vec<_> = IDS.iter().map(|id| listed(id, EVIL)).collect();
    instances[0].platform_name = EVIL.to_owned();
    let mut summaries: Vec<_> = IDS.iter().map(|id| summary(id, "Patch", 1)).collect();
    summaries.push(summary(EVIL, "Association", 1));
    summaries.push(summary(EVIL, "Custom:<script>", 1));
    let rows = Rows {
        instances,
        summaries,
        patches: IDS.iter().map(|id| patch_state(id, 1, 0)).collect(),
        items: vec![(EVIL, vec![item(EVIL, EVIL)])],
        teams: IDS.iter().map(|id| (*id, EVIL)).collect(),
    };
    let mut target = rows.up_in(OWN, "eu-west-1");
    target.identity.account_name = EVIL.to_owned();
    target.row.detail = Some(EVIL.to_owned());
    fleet_of(vec![target])
}

/// The links in the rows of the table, as a browser follows them.
fn row_links(html: &str) -> Vec<String> {
    let links = html.split("<th scope=\"row\"><a href=\"").skip(1);
    links
        .map(|link| link.split('"').next().unwrap().replace("&#38;", "&"))
        .collect()
}

#[tokio::test]
async fn every_id_has_a_page_that_the_table_leads_to_and_none_becomes_markup() {
    let server = serving(hostile_fleet).await;
    let table = server.get("/instances", "").await;
    let links = row_links(table.text());
    assert_eq!(links.len(), IDS.len());
    for link in links {
        assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{link}");
        let reply = server.get(&link, "").await;
        assert_eq!(reply.code, 200, "{link}");
        let found = causes(reply.text());
        assert!(found.contains(&"patches_missing"), "{link}: {found:?}");
        let html = reply.text();
        assert!(
            !html.contains("<script") && !html.contains("<!--"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn commands_quote_what_an_id_would_make_of_them() {
    let server = serving(hostile_fleet).await;
    let table = server.get("/instances?q=reboot", "").await;
    let reply = server.get(&row_links(table.text())[0], "").await;
    for command in reply.text().split("<code>").skip(1) {
        let command = command.split("</code>").next().unwrap();
        let command = html_unescaped(command);
        for line in command.lines() {
            let words = shlex::split(line).unwrap_or_else(|| panic!("open quotes: {line}"));
            assert!(
                !words
                    .iter()
                    .any(|word| word == "reboot`" || word == "reboot)"),
                "{line}"
            );
        }
    }
}

fn html_unescaped(html: &str) -> String {
    html.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

#[tokio::test]
async fn the_address_for_others_is_shown_where_it_is_known() {
    let state = ConstantState {
        fleet: one_target,
        ..ConstantState::default()
    };
    let proxied = Options {
        external_url: Some("https://tools.example.com/ssm".parse().unwrap()),
        ..options("/metrics", Limits::default())
    };
    let server = start_with(proxied, state).await;
    let reply = server
        .get("/ssm/instances/i-01?region=eu-west-1&utm_source=x", "")
        .await;
    let address = "href=\"https://tools.example.com/ssm/instances/i-01?region=eu-west-1\"";
    assert!(reply.text().contains(address), "{}", reply.text());
    let unknown = serving(one_target).await;
    assert!(
        !unknown
            .get("/instances/i-01", "")
            .await
            .text()
            .contains("For a ticket")
    );
}

#[tokio::test]
async fn the_tags_that_are_read_are_among_what_is_known() {
    let state = ConstantState {
        fleet: one_target,
        ..ConstantState::default()
    };
    let server = start(state, Limits::default()).await;
    let shown = "<dt>Tag <bdi>Team</bdi></dt><dd><bdi>a &#60;b&#62;</bdi></dd>";
    for (id, is_shown) in [("i-01", true), ("i-02", false)] {
        let reply = server.get(&format!("/instances/{id}"), "").await;
        assert_eq!(reply.text().contains(shown), is_shown, "{}", reply.text());
    }
}
