//! What becomes of a file that changes while the server runs.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderValue};

use super::super::watch::Reload as _;
use super::{Folder, PAIR};
use crate::http::auth::{Judgement, Login};
use crate::http::{WebConfig, WebSecurity};

/// Of the password `x`, as cheap as can be.
fn users() -> String {
    format!(
        "basic_auth_users: {{alice: '{}'}}\n",
        bcrypt::hash("x", 4).unwrap()
    )
}

impl Folder {
    fn start(&self, text: &str) -> Arc<WebSecurity> {
        self.load(text).unwrap();
        let file = self.0.path().join("web.yml");
        WebSecurity::start(WebConfig::load(&file).unwrap(), file).unwrap()
    }

    /// Whether a changed file comes into force.
    fn is_followed(&self, security: &WebSecurity, text: &str) -> bool {
        let before = security.current();
        std::fs::write(self.0.path().join("web.yml"), text).unwrap();
        security.reload();
        !Arc::ptr_eq(&before, &security.current())
    }
}

fn login(user: &str, password: &str) -> Login {
    let text = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Basic {text}")).unwrap();
    headers.insert(AUTHORIZATION, value);
    Login::of(&headers).unwrap()
}

/// Whether a login is good, if that is known.
fn known(security: &WebSecurity, login: Login) -> Option<bool> {
    let client = IpAddr::from([127, 0, 0, 1]);
    let users = &security.current().users;
    match security.passwords().judge(users, login, client).unwrap() {
        Judgement::Known(is_good) => Some(is_good),
        Judgement::Pending(_) => None,
    }
}

#[test]
fn a_file_that_was_cut_short_opens_nothing() {
    let folder = Folder::new();
    let mutual = format!(
        "{PAIR}  client_ca_file: server.crt\n  client_auth_type: RequireAndVerifyClientCert\n"
    );
    let named = format!("{mutual}  client_allowed_sans: [x]\n");
    let headers = "http_server_config: {headers: {X-Frame-Options: deny}}\n";
    let users = users();
    for (whole, cut) in [
        (&format!("{headers}{users}"), headers),
        (&format!("{headers}{users}"), ""),
        (&format!("{PAIR}{users}"), PAIR),
        (&format!("{PAIR}{users}"), &users),
        (&mutual, PAIR),
        (&named, &mutual),
        (
            &mutual,
            &mutual.replace("RequireAndVerifyClientCert", "VerifyClientCertIfGiven"),
        ),
    ] {
        let security = folder.start(whole);
        assert!(!folder.is_followed(&security, cut), "{whole} {cut}");
        // A file that is whole is followed.
        assert!(folder.is_followed(&security, whole), "{whole}");
    }
}

#[test]
fn what_asks_for_more_or_otherwise_comes_into_force() {
    let folder = Folder::new();
    let users = users();
    let old = &format!("{PAIR}  max_version: TLS12\nhttp_server_config: {{http2: false}}\n");
    let security = folder.start(PAIR);
    for text in [old, PAIR, &format!("{PAIR}{users}")] {
        assert!(folder.is_followed(&security, text), "{text}");
    }
    assert_eq!(security.current().user_count(), 1);
}

#[test]
fn a_login_that_is_known_stays_known_as_long_as_its_user_does() {
    let folder = Folder::new();
    let (first, other) = (users(), users().replace("alice", "bob"));
    let security = folder.start(&first);
    assert_eq!(known(&security, login("alice", "x")), None);
    let mut tries = 0;
    while known(&security, login("alice", "x")).is_none() {
        tries += 1;
        assert!(tries < 1000);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(known(&security, login("alice", "x")), Some(true));
    // While somebody tries passwords, a scraper could not have its own checked anew.
    let headers = "http_server_config: {headers: {X-Frame-Options: deny}}\n";
    assert!(folder.is_followed(&security, &format!("{first}{headers}")));
    assert_eq!(known(&security, login("alice", "x")), Some(true));
    assert!(folder.is_followed(&security, &other));
    assert_ne!(known(&security, login("alice", "x")), Some(true));
}
