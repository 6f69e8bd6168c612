//! The table of instances: what it shows, selects, sorts and pages, and what names cannot do to it.

use super::fleet::{Rows, fleet_of, hours_ago, item, listed, patch_state, summary};
use super::*;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";

/// Three instances in one target, of which one is compliant, and one in another.
fn small_fleet() -> FleetSnapshot {
    let mut offline = listed("i-02", "batch-2");
    offline.ping_status = "ConnectionLost".to_owned();
    offline.last_ping = hours_ago(30);
    let first = Rows {
        instances: vec![listed("i-01", "web-1"), offline, listed("i-03", "web-3")],
        summaries: vec![
            summary("i-01", "Patch", 3),
            summary("i-01", "Association", 1),
            summary("i-02", "Patch", 7),
            summary("i-02", "Custom:Antivirus", 2),
            summary("i-03", "Patch", 0),
            summary("i-gone", "Patch", 9),
        ],
        patches: vec![
            patch_state("i-01", 3, 0),
            patch_state("i-02", 6, 1),
            patch_state("i-03", 0, 0),
        ],
        items: vec![("i-01", vec![item("a-1", "AWS-GatherSoftwareInventory")])],
        teams: vec![("i-01", "shop"), ("i-03", "a <b> & c")],
    };
    let second = Rows {
        instances: vec![listed("mi-04", "on-premises")],
        summaries: vec![summary("mi-04", "Association", 0)],
        ..Rows::default()
    };
    fleet_of(vec![
        first.up_in(OWN, "eu-west-1"),
        second.up_in(OTHER, "us-east-1"),
    ])
}

async fn serving(fleet: fn() -> FleetSnapshot) -> Running {
    let state = ConstantState {
        fleet,
        ..ConstantState::default()
    };
    start(state, Limits::default()).await
}

/// The ids in the rows of the table, in their order.
fn ids(html: &str) -> Vec<&str> {
    let rows = html.split("<th scope=\"row\">").skip(1);
    rows.map(|row| row.split(['<', '>']).nth(4).unwrap())
        .collect()
}

async fn ids_for(server: &Running, query: &str) -> Vec<String> {
    let reply = server.get(&format!("/instances{query}"), "").await;
    assert_eq!(reply.code, 200, "{query}: {}", reply.text());
    ids(reply.text()).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_worst_instances_come_first_with_all_that_is_known() {
    let server = serving(small_fleet).await;
    let reply = server.get("/instances", "").await;
    let html = reply.text();
    assert_eq!(ids(html), ["i-02", "i-01", "mi-04", "i-03"]);
    assert!(
        html.contains("1 to 4 of 4 instances. As of the last refresh, 1m 1s ago."),
        "{html}"
    );
    for part in [
        "<a href=\"/instances/i-02?account_id=111122223333&#38;region=eu-west-1\"><bdi>i-02</bdi></a>",
        "<td><bdi>batch-2</bdi></td><td>patches_missing, patches_failed, custom_items</td><td>111122223333 production</td><td>eu-west-1</td><td><bdi>Amazon Linux 2023</bdi></td>",
        "<span class=\"bad\">ConnectionLost</span>",
        "<span class=\"bad\">NON_COMPLIANT</span> (7)",
        "Custom:Antivirus: <span class=\"bad\">NON_COMPLIANT</span> (2)",
        "(2)</td><td>9</td>",
        "<span class=\"doubt\">UNREPORTED</span>",
        ">5h 0m ago</time>",
        ">1d 6h ago</time>",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
}

#[tokio::test]
async fn the_query_selects_instances() {
    let server = serving(small_fleet).await;
    for (query, expected) in [
        ("?account_id=444455556666", &["mi-04"] as &[_]),
        ("?region=eu-west-1&account_id=444455556666", &[]),
        ("?region=eu-west-1", &["i-02", "i-01", "i-03"]),
        ("?type=Association", &["i-01", "mi-04"]),
        ("?type=Association&status=NON_COMPLIANT", &["i-01"]),
        ("?status=COMPLIANT", &["mi-04", "i-03"]),
        ("?status=UNREPORTED", &["mi-04"]),
        ("?type=Custom:Antivirus", &["i-02"]),
        ("?type=Nonsense", &[]),
        ("?reason=patches_failed", &["i-02"]),
        ("?reason=patches_missing", &["i-02", "i-01"]),
        ("?reason=inventory_failed", &["i-01"]),
        ("?type=Patch&reason=inventory_failed", &[]),
        ("?q=WEB", &["i-01", "i-03"]),
        ("?q=10.0.0.7", &["i-02", "i-01", "mi-04", "i-03"]),
        ("?q=mi-", &["mi-04"]),
        ("?q=i-gone", &[]),
        ("?unlisted=1&q=i-gone", &[]),
        ("?nonsense=1&q=", &["i-02", "i-01", "mi-04", "i-03"]),
    ] {
        assert_eq!(ids_for(&server, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn unlisted_resources_are_shown_only_where_both_the_configuration_and_the_query_want_them() {
    let server = serving(|| {
        let mut fleet = small_fleet();
        fleet.policy.include_unlisted = true;
        fleet
    })
    .await;
    assert_eq!(
        ids_for(&server, "").await,
        ["i-02", "i-01", "mi-04", "i-03"]
    );
    let shown = ["i-02", "i-gone", "i-01", "mi-04", "i-03"];
    assert_eq!(ids_for(&server, "?unlisted=1").await, shown);
    let html = server.get("/instances?unlisted=1&q=i-gone", "").await;
    assert!(
        html.text()
            .contains("<span class=\"doubt\">not listed</span>")
    );
}

#[tokio::test]
async fn every_heading_sorts_both_ways_and_says_so() {
    let server = serving(small_fleet).await;
    for (order, expected) in [
        ("instance", ["i-01", "i-02", "i-03", "mi-04"]),
        ("-instance", ["mi-04", "i-03", "i-02", "i-01"]),
        ("name", ["i-02", "mi-04", "i-01", "i-03"]),
        ("region", ["i-01", "i-02", "i-03", "mi-04"]),
        ("-ping", ["i-01", "i-03", "mi-04", "i-02"]),
        ("patch", ["i-02", "i-01", "mi-04", "i-03"]),
        ("association", ["i-01", "mi-04", "i-02", "i-03"]),
        ("items", ["i-03", "mi-04", "i-01", "i-02"]),
        ("scan", ["mi-04", "i-01", "i-02", "i-03"]),
        ("last_ping", ["i-02", "i-01", "i-03", "mi-04"]),
    ] {
        let query = format!("?sort={order}");
        assert_eq!(ids_for(&server, &query).await, expected, "{order}");
    }
    let html = server.get("/instances?sort=name&q=web", "").await;
    let sorted =
        "<th scope=\"col\" aria-sort=\"ascending\"><a href=\"/instances?q=web&#38;sort=-name\">";
    assert!(html.text().contains(sorted), "{}", html.text());
    assert_eq!(html.text().matches("aria-sort").count(), 1);
}

/// So many instances that they take three pages.
fn large_fleet() -> FleetSnapshot {
    let ids: Vec<String> = (0..120).map(|number| format!("i-{number:03}")).collect();
    let rows = Rows {
        instances: ids.iter().map(|id| listed(id, "web")).collect(),
        summaries: ids.iter().map(|id| summary(id, "Patch", 1)).collect(),
        ..Rows::default()
    };
    fleet_of(vec![rows.up_in(OWN, "eu-west-1")])
}

#[tokio::test]
async fn pages_have_fifty_instances_and_each_instance_is_on_one_of_them() {
    let server = serving(large_fleet).await;
    let mut seen = Vec::new();
    for (query, rows) in [("", 50), ("?page=2", 50), ("?page=3", 20)] {
        let shown = ids_for(&server, query).await;
        assert_eq!(shown.len(), rows);
        seen.extend(shown);
    }
    let all: Vec<String> = (0..120).map(|number| format!("i-{number:03}")).collect();
    assert_eq!(seen, all);
    let second = server.get("/instances?page=2&q=web", "").await;
    for part in [
        "51 to 100 of 120 instances.",
        "rel=\"prev\" href=\"/instances?q=web\"",
        "rel=\"next\" href=\"/instances?q=web&#38;page=3\"",
        "Page 2 of 3",
    ] {
        assert!(second.text().contains(part), "{part}\n{}", second.text());
    }
    // A fleet gets smaller while people turn pages.
    assert_eq!(ids_for(&server, "?page=99").await.len(), 20);
    assert_eq!(ids_for(&server, "?q=i-11&page=2").await.len(), 10);
}

#[tokio::test]
async fn a_value_that_does_not_exist_is_a_bad_request_that_says_what_does() {
    let server = serving(small_fleet).await;
    let reply = server.get("/instances?reason=%3Cscript%3E", "").await;
    assert_eq!(reply.code, 400);
    assert!(
        reply.text().contains("one of patches_missing, "),
        "{}",
        reply.text()
    );
    assert!(!reply.text().contains("<script"));
    assert_eq!(server.get("/instances?page=0", "").await.code, 400);
}

#[tokio::test]
async fn targets_that_are_down_are_named_with_the_age_of_their_data() {
    let server = serving(|| {
        let mut fleet = small_fleet();
        let row = &mut fleet.targets[0].row;
        row.state = TargetState::Down;
        row.detail = Some("instances: access_denied".to_owned());
        let mut waiting = Rows::default().up_in("777788889999", "eu-west-1");
        waiting.row.state = TargetState::Waiting;
        waiting.row.age = None;
        waiting.target = None;
        fleet.targets.push(waiting);
        fleet
    })
    .await;
    let reply = server.get("/instances", "").await;
    let down = "production in eu-west-1 is down (instances: access_denied); its data: 1m 1s ago.";
    assert!(reply.text().contains(down), "{}", reply.text());
    assert!(reply.text().contains("is waiting; its data: none yet."));
    assert_eq!(ids(reply.text()).len(), 4);
    let elsewhere = server.get("/instances?region=us-east-1", "").await;
    assert!(!elsewhere.text().contains("is down"));
}

#[tokio::test]
async fn accounts_that_could_not_be_listed_are_missed_wherever_they_may_be() {
    let server = serving(|| {
        let mut fleet = small_fleet();
        fleet.unlisted.push(TargetRow {
            account_name: "the organization".to_owned(),
            detail: Some("accounts: access_denied".to_owned()),
            state: TargetState::NotListed,
            ..TargetRow::default()
        });
        fleet
    })
    .await;
    let note = "the organization could not be listed (accounts: access_denied): targets may be";
    for page in ["/instances", "/instances?region=us-east-1"] {
        let reply = server.get(page, "").await;
        assert!(reply.text().contains(note), "{page}: {}", reply.text());
    }
}

const EVIL: &str = "\"><script>alert('x')</script>&amp;<!--";

fn hostile_fleet() -> FleetSnapshot {
    let long = "\u{1f600}\u{202e}".repeat(30);
    let ids = [EVIL, "../../metrics", "..", "a b?c#d%20", &long];
    let mut instances: Vec<_> = ids.iter().map(|id| listed(id, EVIL)).collect();
    instances[0].platform_name = EVIL.to_owned();
    instances[0].ip_address = EVIL.to_owned();
    let rows = Rows {
        instances,
        summaries: ids.iter().map(|id| summary(id, "Patch", 1)).collect(),
        ..Rows::default()
    };
    let mut target = rows.up_in(OWN, "eu-west-1");
    target.identity.account_name = EVIL.to_owned();
    target.row.account_name = EVIL.to_owned();
    target.row.detail = Some(EVIL.to_owned());
    fleet_of(vec![target])
}

#[tokio::test]
async fn no_name_becomes_markup_or_leads_anywhere_else() {
    let server = serving(hostile_fleet).await;
    let query = format!(
        "?q={}",
        form_urlencoded::byte_serialize(b"\"><script>").collect::<String>()
    );
    for path in ["/instances", &format!("/instances{query}")] {
        let reply = server.get(path, "").await;
        assert_eq!(reply.code, 200);
        let html = reply.text();
        assert!(
            !html.contains("<script") && !html.contains("<!--"),
            "{html}"
        );
        assert!(
            !html.contains("javascript:") && !html.contains("http"),
            "{html}"
        );
        for link in html.split(" href=\"").skip(1) {
            let link = link.split('"').next().unwrap();
            assert!(link.starts_with('/') && !link.starts_with("//"), "{link}");
        }
    }
}

#[tokio::test]
async fn the_page_runs_nothing_loads_nothing_and_is_not_kept() {
    let server = serving(small_fleet).await;
    for (path, code) in [("/instances", 200), ("/instances?page=x", 400)] {
        let reply = server.get(path, "").await;
        assert_eq!(reply.code, code);
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"),
            "{policy}"
        );
        assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(
            reply.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(
            reply
                .text()
                .starts_with("<!DOCTYPE html>\n<html lang=\"en\">")
        );
    }
}

#[tokio::test]
async fn as_text_the_table_has_every_instance_that_the_query_selects_in_columns() {
    let server = serving(small_fleet).await;
    let path = "/instances?format=text&status=NON_COMPLIANT";
    let reply = server.get(path, "").await;
    assert_eq!(reply.code, 200);
    let plain = Some("text/plain; charset=utf-8");
    assert_eq!(reply.header("content-type"), plain);
    assert_eq!(
        reply.text(),
        "2 of 4 instances. As of the last refresh, 1m 1s ago.\n\
         \n\
         INSTANCE  NAME     ACCOUNT     REGION     STATUS         REASONS\n\
         i-02      batch-2  production  eu-west-1  NON_COMPLIANT  patches_missing,patches_failed,custom_items\n\
         i-01      web-1    production  eu-west-1  NON_COMPLIANT  patches_missing,inventory_failed\n"
    );
    let by_type = server.get("/instances?format=text&type=Association&sort=instance", "");
    let by_type = by_type.await;
    let rows: Vec<&str> = by_type.text().lines().skip(3).collect();
    let row = "i-01      web-1        production  eu-west-1  NON_COMPLIANT  inventory_failed";
    assert_eq!(rows[0], row);
    assert!(rows[1].ends_with("COMPLIANT      -"), "{rows:?}");
    let none = server.get("/instances?format=text&q=nobody", "").await;
    assert!(
        none.text().starts_with("0 of 4 instances."),
        "{}",
        none.text()
    );
    assert_eq!(none.text().lines().count(), 1);
}

#[tokio::test]
async fn text_has_no_pages_and_its_errors_are_text() {
    let server = serving(large_fleet).await;
    let all = server.get("/instances?format=text&page=2", "").await;
    assert_eq!(all.text().lines().count(), 123);
    let linked = server.get("/instances?page=2&q=web", "").await;
    let link = "href=\"/instances?q=web&#38;format=text\"";
    assert!(linked.text().contains(link), "{}", linked.text());
    let wrong = server.get("/instances?format=text&reason=x", "").await;
    assert_eq!(wrong.code, 400);
    assert!(
        wrong
            .text()
            .starts_with("the parameter reason cannot be \"x\": it is one of patches_")
    );
}

#[tokio::test]
async fn no_name_gives_a_terminal_an_order() {
    let server = serving(|| {
        let evil = "a\u{1b}[2J\u{202e}b\nc";
        let rows = Rows {
            instances: vec![listed("i-01", evil)],
            summaries: vec![summary("i-01", "Patch", 1)],
            ..Rows::default()
        };
        fleet_of(vec![rows.up_in(OWN, "eu-west-1")])
    })
    .await;
    let reply = server.get("/instances?format=text", "").await;
    assert!(
        reply.text().contains("\ni-01      a[2Jbc  "),
        "{}",
        reply.text()
    );
}

#[tokio::test]
async fn a_tag_selects_instances_and_the_form_keeps_it() {
    let server = serving(small_fleet).await;
    assert_eq!(ids_for(&server, "?tag_Team=shop").await, ["i-01"]);
    assert_eq!(ids_for(&server, "?tag_Team=shop&q=web-3").await, [""; 0]);
    let unread = server.get("/instances?format=text&tag_team=shop", "").await;
    assert_eq!(unread.code, 400);
    let known = "cannot be \"tag_team\": it is one of tag_Team, as";
    assert!(unread.text().contains(known), "{}", unread.text());
    let query = "/instances?tag_Team=a+%3Cb%3E+%26+c";
    let reply = server.get(query, "").await;
    let html = reply.text();
    assert_eq!(ids(html), ["i-03"]);
    let kept = "<input type=\"hidden\" name=\"tag_Team\" value=\"a &#60;b&#62; &#38; c\">";
    assert!(html.contains(kept), "{html}");
}
