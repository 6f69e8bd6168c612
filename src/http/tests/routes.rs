//! How each path and method is answered.

use super::*;

#[tokio::test]
async fn every_path_has_its_answer() {
    let server = start(ConstantState::default(), Limits::default()).await;
    for (path, code, handler) in [
        ("/metrics", 200, "metrics"),
        ("/metrics?refresh=1", 200, "metrics"),
        (
            "/metrics?account_id=111122223333&region=eu-west-1",
            200,
            "metrics",
        ),
        (
            "/metrics?region=eu%2Dwest-1&account_id=111122223333",
            200,
            "metrics",
        ),
        (
            "/metrics?account_id=111122223333&region=us-east-1",
            404,
            "metrics",
        ),
        ("/metrics?account_id=&region=eu-west-1", 404, "metrics"),
        ("/metrics?account_id=1", 400, "metrics"),
        ("/metrics?region=eu-west-1", 400, "metrics"),
        ("/metrics/exporter", 200, "exporter"),
        ("/sd", 200, "sd"),
        ("/", 200, "landing"),
        ("/instances", 200, "instances"),
        ("/instances?q=%ff&x", 200, "instances"),
        ("/instances?sort=x", 400, "instances"),
        ("/instances/i-unknown", 404, "instance"),
        ("/instances/", 404, "instance"),
        ("/instances/..%2f..%2fmetrics", 404, "instance"),
        ("/-/healthy", 200, "healthy"),
        ("/healthz", 200, "healthy"),
        ("/livez", 200, "healthy"),
        ("/-/ready", 200, "ready"),
        ("/readyz", 200, "ready"),
        ("/metrics/", 404, "other"),
        ("//metrics", 404, "other"),
        ("/../metrics", 404, "other"),
        ("/%6detrics", 404, "other"),
        ("/favicon.ico", 404, "other"),
        ("http://somewhere/metrics", 200, "metrics"),
        ("*", 404, "other"),
    ] {
        assert_eq!(server.get(path, "").await.code, code, "{path}");
        assert_eq!(
            server.exporter_state.answered.lock().unwrap().pop(),
            Some((handler, code)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_telemetry_path_may_be_another() {
    let server = start_at("/ssm/metrics", ConstantState::default(), Limits::default()).await;
    assert_eq!(server.get("/ssm/metrics", "").await.code, 200);
    assert_eq!(server.get("/metrics", "").await.code, 404);
    assert!(
        server
            .get("/", "")
            .await
            .text()
            .contains("href=\"/ssm/metrics\"")
    );
}

#[tokio::test]
async fn other_methods_are_refused_with_the_allowed_ones() {
    let server = start(ConstantState::default(), Limits::default()).await;
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        for path in [
            "/metrics",
            "/",
            "/-/healthy",
            "/readyz",
            "/instances",
            "/instances/i-1",
        ] {
            let reply = server
                .ask(&format!(
                    "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}"
                ))
                .await;
            assert_eq!(
                (reply.code, reply.header("allow")),
                (405, Some("GET, HEAD")),
                "{method} {path}"
            );
        }
        let unknown = server
            .ask(&format!("{method} /unknown HTTP/1.1\r\nHost: x\r\n\r\n"))
            .await;
        assert_eq!(unknown.code, 404, "{method}");
    }
}

#[tokio::test]
async fn head_answers_with_the_headers_of_get() {
    let server = start(ConstantState::default(), Limits::default()).await;
    for path in [
        "/metrics",
        "/",
        "/-/healthy",
        "/-/ready",
        "/nowhere",
        "/instances",
        "/instances/i-1",
    ] {
        let get = server.get(path, "").await;
        let mut client = server.connect().await;
        client
            .send(
                format!("HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
            )
            .await;
        let head = client.reply(true).await;
        assert_eq!(client.closed().await.1, b"", "{path} has a body");
        let headers = |reply: &Reply| -> Vec<String> {
            let lines = reply
                .head
                .lines()
                .filter(|l| !l.starts_with("date:") && !l.starts_with("connection:"));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(headers(&head), headers(&get));
        assert!(head.length() > 0 && head.length() == get.body.len());
    }
}

#[tokio::test]
async fn the_metrics_are_negotiated() {
    let server = start(ConstantState::default(), Limits::default()).await;
    let accept = "Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;q=0.3\r\n";
    let reply = server
        .get("/metrics", &format!("{accept}Accept-Encoding: gzip\r\n"))
        .await;
    assert_eq!(reply.text(), "OpenMetrics Gzip\n");
    assert_eq!(
        reply.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores")
    );
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert_eq!(reply.header("vary"), Some("Accept, Accept-Encoding"));

    let reply = server.get("/metrics", "").await;
    assert_eq!(reply.text(), "Text Identity\n");
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    assert_eq!(reply.header("content-encoding"), None);
    assert_eq!(reply.header("vary"), Some("Accept, Accept-Encoding"));

    let garbled = server
        .get(
            "/metrics",
            "Accept: \u{ff}\u{fe}\r\nAccept-Encoding: \u{80}\r\n",
        )
        .await;
    assert_eq!(garbled.text(), "Text Identity\n");
}

#[tokio::test]
async fn readiness_lists_the_targets_that_are_waited_for() {
    let readiness = Readiness::Waiting(vec![
        "111122223333 eu-west-1".into(),
        "444455556666 us-east-1".into(),
    ]);
    let server = start(
        ConstantState {
            readiness,
            ..ConstantState::default()
        },
        Limits::default(),
    )
    .await;
    for path in ["/-/ready", "/readyz"] {
        let reply = server.get(path, "").await;
        assert_eq!(reply.code, 503);
        assert!(
            reply
                .text()
                .contains("  111122223333 eu-west-1\n  444455556666 us-east-1\n"),
            "{}",
            reply.text()
        );
    }
    assert_eq!(server.get("/-/healthy", "").await.code, 200);
}

#[tokio::test]
async fn the_landing_page_runs_nothing_and_loads_nothing() {
    let server = start(ConstantState::default(), Limits::default()).await;
    let reply = server.get("/", "").await;
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert!(
        reply
            .header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    let html = reply.text();
    for part in [
        "ssm-compliance-exporter",
        "1.2.3",
        "href=\"/metrics\"",
        "href=\"/-/healthy\"",
        "eu-west-1</span>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("http"));
}

#[tokio::test]
async fn a_large_page_arrives_whole() {
    let server = start(ConstantState::large(), Limits::default()).await;
    let reply = server.get("/metrics", "").await;
    assert_eq!(reply.body.len(), 64 << 20);
}

#[tokio::test]
async fn a_connection_serves_many_requests_pipelined_or_not() {
    let server = start(ConstantState::default(), Limits::default()).await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        client
            .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        assert_eq!(client.reply(false).await.text(), "Text Identity\n");
    }
    let pipelined = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /no HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(pipelined.repeat(50).as_bytes()).await;
    for _ in 0..50 {
        assert_eq!(client.reply(false).await.text(), "Text Identity\n");
        assert_eq!(client.reply(true).await.code, 200);
        assert_eq!(client.reply(false).await.code, 404);
    }
}

#[tokio::test]
async fn old_and_half_closed_clients_are_answered() {
    let server = start(ConstantState::default(), Limits::default()).await;
    let mut client = server.connect().await;
    client.send(b"GET /metrics HTTP/1.0\r\n\r\n").await;
    assert!(client.closed().await.1.ends_with(b"Text Identity\n"));

    let server = start(ConstantState::large(), Limits::default()).await;
    let mut client = server.connect().await;
    client
        .send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    client.stream.shutdown().await.unwrap();
    assert_eq!(client.reply(false).await.body.len(), 64 << 20);
    assert_eq!(client.closed().await.1, b"");
}

#[tokio::test]
async fn the_health_check_finds_a_running_server_healthy() {
    let server = start(ConstantState::default(), Limits::default()).await;
    assert_eq!(
        check_health(&server.address.to_string(), "", PLAIN)
            .await
            .unwrap(),
        200
    );
}

#[tokio::test]
async fn all_listeners_are_served() {
    let listeners = [
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    ];
    let addresses = listeners
        .each_ref()
        .map(|listener| listener.local_addr().unwrap());
    let options = options("/metrics", Limits::default());
    let server = Server::run(
        listeners.into(),
        Arc::new(ConstantState::default()),
        options,
        std::future::pending(),
    );
    let server = tokio::spawn(server);
    for address in addresses.iter().cycle().take(6) {
        let health = check_health(&address.to_string(), "", PLAIN).await;
        assert_eq!(health.unwrap(), 200);
    }
    server.abort();
}

#[tokio::test]
async fn the_parts_of_the_metrics_have_addresses_of_their_own() {
    let server = start(ConstantState::default(), Limits::default()).await;
    assert_eq!(server.get("/metrics/exporter", "").await.text(), "exporter");
    assert_eq!(
        server
            .get("/metrics?account_id=111122223333&region=eu-west-1", "")
            .await
            .text(),
        "target"
    );
}

#[tokio::test]
async fn service_discovery_names_each_target_once_and_the_exporter() {
    let server = start_at("/ssm/metrics", ConstantState::default(), Limits::default()).await;
    let reply = server
        .ask("GET /sd HTTP/1.1\r\nHost: exporter:10068\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let document: serde_json::Value = serde_json::from_str(reply.text()).unwrap();
    let expected = serde_json::json!([
        { "targets": ["exporter:10068"], "labels": {
            "instance": "exporter:10068/111122223333/eu-west-1",
            "__metrics_path__": "/ssm/metrics",
            "__param_account_id": "111122223333",
            "__param_region": "eu-west-1",
        }},
        { "targets": ["exporter:10068"], "labels": { "instance": "exporter:10068", "__metrics_path__": "/ssm/metrics/exporter" }},
    ]);
    assert_eq!(document, expected);
}

#[tokio::test]
async fn service_discovery_waits_until_every_account_is_known() {
    let waiting = ConstantState {
        readiness: Readiness::Waiting(vec!["eu-west-1".into()]),
        ..ConstantState::default()
    };
    assert_eq!(
        start(waiting, Limits::default())
            .await
            .get("/sd", "")
            .await
            .code,
        503
    );
}
