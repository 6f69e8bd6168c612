//! What takes effect without a restart, and what does not take effect at all.

use std::fs;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{PASSWORD, Site, TLS, TlsClient, USER, login, user};
use crate::support::PATIENCE;

/// Longer than it takes to notice a change.
const NOTICE_TIME: Duration = Duration::from_millis(2500);

/// Waits until something holds, and returns how long that took.
async fn until(what: &str, holds: impl AsyncFn() -> bool) -> Duration {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        sleep(Duration::from_millis(50)).await;
    }
    start.elapsed()
}

#[tokio::test]
async fn users_come_and_go_and_a_broken_file_changes_nothing() {
    let site = Site::start(&user(), &[]).await;
    let code = async |user: &str, password: &str| site.get("/", &login(user, password)).await.code;
    assert_eq!(code(USER, PASSWORD).await, 200);
    let other = format!("basic_auth_users: {{other: '{}'}}\n", super::hash("new", 4));
    fs::write(site.file(), other).unwrap();
    let took = until("the new user", async || code("other", "new").await == 200).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    // A login that was good is forgotten with its user.
    assert_eq!(code(USER, PASSWORD).await, 401);
    // Broken, half written, empty, cut short, and with TLS, which cannot be begun now.
    for text in [
        "basic_auth_users: {other: x}",
        "basic_auth",
        "",
        "# nothing\n",
        "http_server_config: {http2: true}\n",
        "http_server_config: {headers: {X-Frame-Options: deny}}\n",
        TLS,
    ] {
        fs::write(site.file(), text).unwrap();
        sleep(NOTICE_TIME).await;
        assert_eq!(code("other", "new").await, 200, "{text:?}");
        assert_eq!(site.get("/metrics", "").await.code, 401, "{text:?}");
    }
    fs::remove_file(site.file()).unwrap();
    sleep(NOTICE_TIME).await;
    assert_eq!(site.get("/metrics", "").await.code, 401);
    let log = site.program.log();
    assert!(log.contains("web configuration not reloaded"), "{log}");
    assert!(log.contains("is no bcrypt hash"), "{log}");
    fs::write(site.file(), user()).unwrap();
    until("the first user again", async || {
        code(USER, PASSWORD).await == 200
    })
    .await;
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_and_one_without_its_key_is_not() {
    let site = Site::start(TLS, &[]).await;
    let client = TlsClient::of(&site.pki);
    let shown = async || {
        let stream = client.connect(site.program.address).await.unwrap();
        let (_, connection) = stream.get_ref();
        connection.peer_certificates().unwrap()[0].clone()
    };
    let before = shown().await;
    let after = site.pki.renew_server();
    assert_ne!(before, after);
    until("the new certificate", async || shown().await == after).await;
    // The key is that of another certificate.
    let key = fs::read(site.pki.path("server.key")).unwrap();
    site.pki.renew_server();
    fs::write(site.pki.path("server.key"), key).unwrap();
    sleep(NOTICE_TIME).await;
    assert_eq!(shown().await, after);
    assert!(
        site.program
            .log()
            .contains("is not the key of the certificate")
    );
}
