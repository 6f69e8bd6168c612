//! `healthcheck` asks whatever the web configuration puts in front of the exporter.

use std::fs;

use super::{Pki, Site, TLS, user};
use crate::support::{Run, run};

const MUTUAL: &str = "
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
";

async fn check(site: &Site) -> Run {
    let address = site.program.address.to_string();
    let file = site.file();
    let file = file.to_str().unwrap();
    // On a busy machine an answer may take longer than the command waits.
    for _ in 0..5 {
        let run = ask(&address, file).await;
        if run.code == Some(0) {
            return run;
        }
    }
    ask(&address, file).await
}

async fn ask(address: &str, file: &str) -> Run {
    run(&[
        "healthcheck",
        "--web.listen-address",
        address,
        "--web.config.file",
        file,
    ])
    .await
}

#[tokio::test]
async fn an_exporter_is_healthy_behind_tls_logins_and_client_certificates() {
    let old = MUTUAL.replace("cert_file", "max_version: TLS12\n  cert_file");
    for config in [
        user(),
        TLS.to_owned(),
        format!("{TLS}{}", user()),
        MUTUAL.to_owned(),
        old,
    ] {
        let site = Site::start(&config, &[]).await;
        let run = check(&site).await;
        assert_eq!(run.code, Some(0), "{config} {}", run.err);
        // What is in force is not what the file says now.
        fs::write(site.file(), "broken").unwrap();
        let run = check(&site).await;
        assert_eq!(run.code, Some(0), "{config} {}", run.err);
    }
}

#[tokio::test]
async fn an_exporter_that_is_not_there_is_not_healthy_whatever_its_file_says() {
    let pki = Pki::new();
    let file = pki.write("web.yml", TLS);
    let flags = [
        "--web.listen-address=127.0.0.1:1",
        "--web.config.file",
        file.to_str().unwrap(),
    ];
    let run = run(&[&["healthcheck"][..], &flags].concat()).await;
    assert_eq!(run.code, Some(1), "{}", run.err);
}
