//! What is served behind a proxy: below which path, with which links, and where scrapers are sent.

use super::*;

/// A server whose external URL and route prefix are these; an empty one is not given.
async fn server(external_url: &str, route_prefix: &str) -> Running {
    let options = Options {
        external_url: (!external_url.is_empty()).then(|| external_url.parse().unwrap()),
        route_prefix: route_prefix.parse().unwrap(),
        ..options("/metrics", Limits::default())
    };
    start_with(options, ConstantState::default()).await
}

/// Every link and form of a page.
fn links(html: &str) -> Vec<String> {
    let parts = html.split("href=\"").skip(1);
    let parts = parts.chain(html.split("action=\"").skip(1));
    parts
        .map(|part| part.split('"').next().unwrap().replace("&#38;", "&"))
        .collect()
}

#[tokio::test]
async fn everything_is_below_the_prefix_health_too_and_nothing_beside_it() {
    for (external_url, route_prefix) in [
        ("https://tools.example.com/ssm/", ""),
        ("https://tools.example.com/compliance", "/ssm"),
        ("https://tools.example.com", "ssm/"),
        ("", "/ssm"),
    ] {
        let server = server(external_url, route_prefix).await;
        for path in [
            "/ssm",
            "/ssm/",
            "/ssm/metrics",
            "/ssm/metrics/exporter",
            "/ssm/sd",
            "/ssm/-/healthy",
            "/ssm/healthz",
            "/ssm/livez",
            "/ssm/readyz",
            "/ssm/instances",
        ] {
            let reply = server.get(path, "").await;
            assert_eq!(reply.code, 200, "{path} with {external_url} {route_prefix}");
        }
        for path in [
            "/metrics",
            "/-/healthy",
            "/instances",
            "/ssm/ssm/",
            "/ssmetrics",
            "/ssm/nowhere",
            "/compliance/metrics",
        ] {
            let reply = server.get(path, "").await;
            assert_eq!(reply.code, 404, "{path} with {external_url} {route_prefix}");
            assert!(
                reply.text().contains("begin with /ssm/"),
                "{}",
                reply.text()
            );
        }
    }
}

#[tokio::test]
async fn the_root_leads_to_the_prefix() {
    let server = server("", "/ssm").await;
    let reply = server.get("/", "").await;
    assert_eq!((reply.code, reply.header("location")), (302, Some("/ssm/")));
    let answered = server.exporter_state.answered.lock().unwrap().pop();
    assert_eq!(answered, Some(("landing", 302)));
    let reply = server.ask("POST / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(reply.code, 405);
}

#[tokio::test]
async fn a_proxy_that_takes_the_path_off_needs_the_root_as_prefix() {
    let server = server("https://tools.example.com/ssm", "/").await;
    for path in ["/", "/metrics", "/-/healthy", "/sd", "/instances"] {
        assert_eq!(server.get(path, "").await.code, 200, "{path}");
    }
    for path in ["/ssm/", "/ssm/metrics"] {
        assert_eq!(server.get(path, "").await.code, 404, "{path}");
    }
}

#[tokio::test]
async fn links_begin_where_people_reach_the_exporter() {
    for (external_url, route_prefix, base) in [
        ("https://tools.example.com/ssm", "", "/ssm/"),
        ("https://tools.example.com/ssm", "/", "/ssm/"),
        ("https://tools.example.com/ssm", "/inside", "/ssm/"),
        ("", "/inside", "/inside/"),
        ("", "", "/"),
    ] {
        let server = server(external_url, route_prefix).await;
        let route_base = match route_prefix {
            "/" => "",
            "" => base.trim_end_matches('/'),
            inside => inside,
        };
        for page in ["/", "/instances", "/instances/i-1"] {
            let reply = server.get(&format!("{route_base}{page}"), "").await;
            let links = links(reply.text());
            assert!(links.len() >= 6, "{links:?}");
            for link in links {
                let path = link.strip_prefix(base).unwrap_or_else(|| panic!("{link}"));
                // As the proxy hands it on.
                let path = format!("{route_base}/{path}");
                assert_eq!(server.get(&path, "").await.code, 200, "{link} of {page}");
            }
        }
    }
}

/// What service discovery says to a client that sends these headers.
async fn discovered(server: &Running, path: &str, headers: &str) -> serde_json::Value {
    let request = format!("GET {path} HTTP/1.1\r\n{headers}\r\n");
    serde_json::from_str(server.ask(&request).await.text()).unwrap()
}

#[tokio::test]
async fn a_scraper_that_comes_directly_is_sent_to_where_it_asks() {
    for (external_url, route_prefix) in [
        ("https://tools.example.com/ssm", ""),
        ("https://tools.example.com/compliance", "/ssm"),
        ("", "/ssm"),
    ] {
        let server = server(external_url, route_prefix).await;
        let found = discovered(&server, "/ssm/sd", "Host: exporter:10068\r\n").await;
        let expected = serde_json::json!([
            { "targets": ["exporter:10068"], "labels": {
                "instance": "exporter:10068/111122223333/eu-west-1",
                "__metrics_path__": "/ssm/metrics",
                "__param_account_id": "111122223333",
                "__param_region": "eu-west-1",
            }},
            { "targets": ["exporter:10068"], "labels": {
                "instance": "exporter:10068",
                "__metrics_path__": "/ssm/metrics/exporter",
            }},
        ]);
        assert_eq!(found, expected);
        let path = found[0]["labels"]["__metrics_path__"].as_str().unwrap();
        assert_eq!(server.get(path, "").await.code, 200);
    }
}

#[tokio::test]
async fn a_scraper_that_comes_through_the_proxy_is_sent_through_it() {
    for route_prefix in ["/", "/inside", ""] {
        let server = server("https://tools.example.com/ssm", route_prefix).await;
        let path = match route_prefix {
            "" => "/ssm/sd",
            "/" => "/sd",
            _ => "/inside/sd",
        };
        for headers in [
            "Host: tools.example.com\r\n",
            "Host: Tools.example.com:443\r\n",
            "Host: 127.0.0.1:10068\r\nX-Forwarded-Host: tools.example.com, cdn\r\n",
        ] {
            let found = discovered(&server, path, headers).await;
            let expected = serde_json::json!({ "targets": ["tools.example.com"], "labels": {
                "instance": "tools.example.com/111122223333/eu-west-1",
                "__scheme__": "https",
                "__metrics_path__": "/ssm/metrics",
                "__param_account_id": "111122223333",
                "__param_region": "eu-west-1",
            }});
            assert_eq!(found[0], expected, "{headers}");
            let labels = &found[1]["labels"];
            assert_eq!(labels["__metrics_path__"], "/ssm/metrics/exporter");
        }
        // Nobody else chooses where a scraper is sent.
        let headers = "Host: exporter\r\nX-Forwarded-Host: evil.example.com\r\n";
        let found = discovered(&server, path, headers).await;
        assert_eq!(found[0]["targets"][0], "exporter");
    }
}

#[tokio::test]
async fn the_health_check_asks_below_the_prefix() {
    let server = server("", "/ssm").await;
    let address = server.address.to_string();
    assert_eq!(check_health(&address, "/ssm", PLAIN).await.unwrap(), 200);
    assert_eq!(check_health(&address, "", PLAIN).await.unwrap(), 404);
}
