//! The landing page and service discovery of a running exporter: all that they name is there, also
//! below a prefix, and their numbers are those of the metrics.

use serde_json::Value;
use ssm_simulator::{Fault, FaultKind, Options};
use tokio::time::{Duration, sleep};

use crate::support::{Aws, Exporter, Page, Program, Settings, TARGETS, get, in_time, run};

/// The links of a page, as a browser follows them.
fn links(html: &str) -> Vec<String> {
    let links = html.split("href=\"").skip(1);
    links
        .map(|link| link.split('"').next().unwrap().replace("&#38;", "&"))
        .collect()
}

/// The demo behind these flags, once it is ready; all of its paths are below `base`.
async fn demo(flags: &[&str], base: &str) -> Program {
    let demo = ["demo", "--sim.instances=20", "--sim.latency=0"];
    let program = Program::start(&[], &[&demo[..], flags].concat()).await;
    let ready = async {
        while get(program.address, &format!("{base}/-/ready"), "")
            .await
            .code
            != 200
        {
            sleep(Duration::from_millis(50)).await;
        }
    };
    in_time("readiness", ready).await;
    program
}

/// Follows every link of the landing page, which is at `base`.
async fn follow_all(program: &Program, base: &str) {
    let html = get(program.address, &format!("{base}/"), "").await.text();
    let links = links(&html);
    for wanted in ["/sd", "/metrics", "/metrics/exporter", "/instances"] {
        assert!(
            links.contains(&format!("{base}{wanted}")),
            "{wanted}: {links:?}"
        );
    }
    for wanted in ["/metrics?account_id=", "/instances?account_id="] {
        let wanted = format!("{base}{wanted}");
        let found = links
            .iter()
            .filter(|link| link.starts_with(&wanted))
            .count();
        assert!(found >= 4, "{wanted}: {links:?}");
    }
    for link in links {
        assert_eq!(get(program.address, &link, "").await.code, 200, "{link}");
    }
}

/// Scrapes everything that service discovery names, as Prometheus would, and returns the pages.
async fn scrape_discovered(program: &Program, base: &str) -> Vec<String> {
    let document = get(program.address, &format!("{base}/sd"), "").await.text();
    let groups: Vec<Value> = serde_json::from_str(&document).unwrap();
    let mut pages = Vec::new();
    for group in groups {
        assert_eq!(group["targets"][0], program.address.to_string());
        let label = |name: &str| {
            group["labels"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let (account, region) = (label("__param_account_id"), label("__param_region"));
        let path = match account.as_str() {
            "" => label("__metrics_path__"),
            _ => format!(
                "{}?account_id={account}&region={region}",
                label("__metrics_path__")
            ),
        };
        let reply = get(program.address, &path, "").await;
        assert_eq!(reply.code, 200, "{path}");
        pages.push(reply.text());
    }
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_the_landing_page_and_discovery_name_is_there_with_and_without_a_prefix() {
    let url = "--web.external-url=https://tools.example.com/ssm";
    for (flags, base) in [
        (&[][..], ""),
        (&["--web.route-prefix=/ssm"], "/ssm"),
        (&[url], "/ssm"),
    ] {
        let program = demo(flags, base).await;
        follow_all(&program, base).await;
        let pages = scrape_discovered(&program, base).await;
        let of_targets = pages.iter().filter(|page| page.contains("aws_ssm_up{"));
        assert_eq!((of_targets.count(), pages.len()), (4, 5));
    }
}

#[tokio::test]
async fn below_a_prefix_the_health_check_needs_the_flag_and_the_root_leads_there() {
    let program = demo(&["--web.route-prefix=ssm/"], "/ssm").await;
    let root = get(program.address, "/", "").await;
    assert_eq!((root.code, root.header("location")), (302, Some("/ssm/")));
    assert_eq!(get(program.address, "/-/healthy", "").await.code, 404);
    let address = format!("--web.listen-address={}", program.address);
    let check = run(&["healthcheck", &address, "--web.route-prefix=/ssm"]).await;
    assert_eq!((check.code, check.err.as_str()), (Some(0), ""));
    let metrics = get(program.address, "/ssm/metrics/exporter", "")
        .await
        .text();
    let counted = "aws_ssm_exporter_http_requests_total{handler=\"healthy\",code=\"200\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
}

/// The rows of the landing page's table, as texts.
fn rows(html: &str) -> Vec<String> {
    let rows = html.split("<tr role=\"row\"><th scope=\"row\"").skip(1);
    rows.map(str::to_owned).collect()
}

/// The number before a word in a row.
fn number(row: &str, word: &str) -> f64 {
    let before = row.split(&format!(" {word}<")).next().unwrap();
    before.rsplit('>').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_the_landing_page_are_those_of_the_metrics_and_of_the_tables() {
    let aws = Aws::start(Options {
        instances: 80,
        noncompliant: 0.4,
        ..Options::default()
    })
    .await;
    let exporter = Exporter::start(&aws, &Settings::default()).await;
    let page = exporter.ready().await.page().await;
    let rows = rows(&exporter.get("/", "").await.text());
    assert_eq!(rows.len(), TARGETS.len());
    for (account, region, _) in TARGETS {
        let row = rows.iter().find(|row| {
            row.contains(&format!(">{account}<")) && row.contains(&format!(">{region}<"))
        });
        let row = row.unwrap();
        let of = [("account_id", account), ("region", region)];
        assert!((number(row, "listed") - sum(&page, "aws_ssm_managed_instances", &of)).abs() < 0.5);
        let (bad, unread) = (number(row, "non-compliant"), number(row, "unreported"));
        assert!(bad > 5.0 && number(row, "compliant") > 5.0, "{row}");
        assert!(
            bad + unread + number(row, "compliant") >= number(row, "listed"),
            "{row}"
        );
        for (status, shown) in [("NON_COMPLIANT", bad), ("UNREPORTED", unread)] {
            let path = format!("/instances?account_id={account}&region={region}&status={status}");
            let table = exporter.get(&path, "").await.text();
            let is_same = table.contains(&format!(" of {shown} instances"))
                || shown < 0.5 && table.contains("is what you ask for");
            assert!(is_same, "{path}: {shown}");
        }
    }
}

fn sum(page: &Page, name: &str, of: &[(&str, &str)]) -> f64 {
    page.matching(name, of).map(|(_, value)| value).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_whose_account_is_unknown_is_down_with_the_reason_and_leads_to_its_metrics() {
    let aws = Aws::start(Options {
        instances: 5,
        ..Options::default()
    })
    .await;
    aws.break_with([Fault::always(FaultKind::Deny).of("GetCallerIdentity")]);
    let exporter = Exporter::start(&aws, &Settings::default()).await;
    exporter.ready().await;
    let html = exporter.get("/", "").await.text();
    let rows = rows(&html);
    assert_eq!(rows.len(), TARGETS.len());
    let unknown: Vec<_> = rows
        .iter()
        .filter(|row| row.contains("Account not known yet"))
        .collect();
    assert_eq!(unknown.len(), 2, "{html}");
    for row in unknown {
        for part in [
            "class=\"state bad\">Down<",
            "<b>access_denied:</b> the credentials may not make the call",
            "<b>Look at:</b>",
            "nothing read yet",
            "next refresh in ",
            ">not known<",
        ] {
            assert!(row.contains(part), "{part}: {row}");
        }
        let links = links(row);
        assert_eq!(links.len(), 1, "{links:?}");
        let page = exporter.get(&links[0], "").await;
        assert_eq!(page.code, 200);
        assert!(
            page.text().contains("aws_ssm_target_info{"),
            "{}",
            page.text()
        );
    }
}
