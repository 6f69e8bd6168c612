//! What TLS is spoken, and with whom.

use std::time::{Duration, Instant};

use rcgen::SanType;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Identity, Pki, Site, TLS, TlsClient, ask_over};
use crate::support::{Program, in_time, run};

const MUTUAL: &str = "
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [scraper.example.com, scraper@example.com, 192.0.2.7, 'spiffe://example.com/scraper']
";

#[tokio::test]
async fn the_page_is_served_over_either_version_of_tls() {
    let site = Site::start(TLS, &[]).await;
    for version in [&TLS12, &TLS13] {
        let client = TlsClient::with(&site.pki, None, &[version]);
        let page = ask_over(&client, site.program.address, "/metrics", "")
            .await
            .unwrap();
        assert_eq!(page.code, 200);
        assert!(page.text().contains("aws_ssm_exporter_build_info"));
    }
}

#[tokio::test]
async fn a_version_that_is_not_wanted_is_refused() {
    let config = "
tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: TLS13}
";
    let site = Site::start(config, &[]).await;
    let old = TlsClient::with(&site.pki, None, &[&TLS12]);
    assert!(old.connect(site.program.address).await.is_err());
    assert_eq!(site.get_tls("/-/healthy", "").await.code, 200);
}

#[tokio::test]
async fn a_client_without_tls_is_told_so() {
    let site = Site::start(TLS, &[]).await;
    let mut stream = TcpStream::connect(site.program.address).await.unwrap();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    in_time("the answer", stream.read_to_string(&mut answer))
        .await
        .unwrap();
    assert!(answer.starts_with("HTTP/1.0 400 "), "{answer}");
    assert!(
        answer.ends_with("Client sent an HTTP request to an HTTPS server.\n"),
        "{answer}"
    );
}

/// Whether a client with this certificate is answered, over either version of TLS.
async fn is_answered(site: &Site, identity: Option<&Identity>) -> [bool; 2] {
    let mut answered = [false; 2];
    for (answered, version) in answered.iter_mut().zip([&TLS12, &TLS13]) {
        let client = TlsClient::with(&site.pki, identity, &[version]);
        let reply = ask_over(&client, site.program.address, "/-/healthy", "").await;
        *answered = reply.is_ok_and(|reply| reply.code == 200);
    }
    answered
}

#[tokio::test]
async fn only_clients_of_the_authority_with_an_allowed_name_are_answered() {
    let site = Site::start(MUTUAL, &[]).await;
    let dns = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let allowed = [
        dns("scraper.example.com"),
        SanType::Rfc822Name("scraper@example.com".try_into().unwrap()),
        SanType::IpAddress([192, 0, 2, 7].into()),
        SanType::URI("spiffe://example.com/scraper".try_into().unwrap()),
    ];
    for name in allowed {
        let identity = site
            .pki
            .client(vec![dns("other.example.com"), name.clone()]);
        assert_eq!(
            is_answered(&site, Some(&identity)).await,
            [true; 2],
            "{name:?}"
        );
    }
    let refused = [vec![], vec![dns("scraper.example.com.evil.example.com")]];
    for names in refused {
        let identity = site.pki.client(names.clone());
        assert_eq!(
            is_answered(&site, Some(&identity)).await,
            [false; 2],
            "{names:?}"
        );
    }
    let stranger = Pki::new().client(vec![dns("scraper.example.com")]);
    assert_eq!(
        is_answered(&site, Some(&stranger)).await,
        [false; 2],
        "another authority"
    );
    assert_eq!(is_answered(&site, None).await, [false; 2], "no certificate");
}

#[tokio::test]
async fn handshakes_without_an_end_lock_nobody_out() {
    let site = Site::start(TLS, &[]).await;
    let mut stuck = Vec::new();
    for number in 0..700 {
        let mut stream = TcpStream::connect(site.program.address).await.unwrap();
        // Half of them say nothing, and half begin a handshake that is to be longer.
        if number % 2 == 0 {
            let _ = stream.write_all(&[22, 3, 1, 2, 0, 1, 0]).await;
        }
        stuck.push(stream);
    }
    let start = Instant::now();
    assert_eq!(site.get_tls("/metrics", "").await.code, 200);
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_bad_file_ends_the_start_with_all_its_problems_and_no_secret() {
    let pki = Pki::new();
    let key = std::fs::read_to_string(pki.path("server.key")).unwrap();
    let config = format!(
        "tls_server_config:\n  cert_file: missing.crt\n  key: {key:?}\n  min_version: TLS11\n  \
         cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n  client_auth_type: RequestClientCert\n\
         http_server_config: {{headers: {{Server: x}}}}\nbasic_auth_users: {{alice: hunter2}}\n\
         rate_limt: {{}}\n"
    );
    let file = pki.write("web.yml", &config);
    let file = file.to_str().unwrap();
    for command in ["demo", "check-config"] {
        let run = run(&[command, "--web.config.file", file]).await;
        assert_eq!(run.code, Some(78), "{}", run.err);
        for part in [
            "web.yml:2: tls_server_config.cert_file \"missing.crt\" cannot be read",
            "tls_server_config.min_version is \"TLS11\", which is broken",
            "which is unknown\n  hint: the names are TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "tls_server_config.client_auth_type is \"RequestClientCert\", which would take any",
            "the header \"Server\" cannot be set",
            "basic_auth_users.alice is no bcrypt hash",
            "unknown key \"rate_limt\"\n  hint: did you mean `rate_limit`?",
        ] {
            assert!(run.err.contains(part), "{part}\n{}", run.err);
        }
        assert!(
            !run.err.contains("hunter2") && !run.err.contains("PRIVATE"),
            "{}",
            run.err
        );
    }
}

#[tokio::test]
async fn the_example_of_the_documentation_is_a_good_file() {
    let text = crate::support::text("docs/web.md");
    let example = text
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let pki = Pki::new();
    std::fs::copy(pki.path("ca.pem"), pki.path("clients-ca.pem")).unwrap();
    let file = pki.write("web.yml", example);
    let run = run(&["check-config", "--web.config.file", file.to_str().unwrap()]).await;
    // Without a region of its own the environment is wrong, which is another matter.
    assert!(!run.err.contains("web.yml"), "{}", run.err);
    let flags = [
        "demo",
        "--sim.instances=1",
        "--web.config.file",
        file.to_str().unwrap(),
    ];
    drop(Program::start(&[], &flags).await);
}
