//! Who is let in, and what everybody else learns.

use std::time::{Duration, Instant};

use super::{PASSWORD, Site, USER, hash, login, user};

#[tokio::test]
async fn every_path_wants_a_login_those_of_health_too() {
    let site = Site::start(&user(), &[]).await;
    for path in [
        "/metrics",
        "/",
        "/sd",
        "/instances",
        "/-/healthy",
        "/livez",
        "/readyz",
        "/none",
    ] {
        let refused = site.get(path, "").await;
        assert_eq!(refused.code, 401, "{path}");
        assert_eq!(refused.header("www-authenticate"), Some("Basic"));
        assert_eq!(refused.text(), "Unauthorized\n");
        assert_ne!(
            site.get(path, &login(USER, PASSWORD)).await.code,
            401,
            "{path}"
        );
    }
}

#[tokio::test]
async fn only_the_right_password_of_a_known_user_is_good() {
    let site = Site::start(&user(), &[]).await;
    let bad = [
        login(USER, "wrong"),
        login(USER, ""),
        login(USER, &format!("{PASSWORD}\0")),
        login("nobody", PASSWORD),
        login("", PASSWORD),
        // The password of the hash that stands for those who are not known.
        login("nobody", "fakepassword"),
        "Authorization: Bearer x\r\n".to_owned(),
        "Authorization: Basic !\r\n".to_owned(),
    ];
    // The second time the answer is a remembered one.
    for _ in 0..2 {
        for headers in &bad {
            assert_eq!(site.get("/metrics", headers).await.code, 401, "{headers}");
        }
        assert_eq!(site.get("/metrics", &login(USER, PASSWORD)).await.code, 200);
    }
}

#[tokio::test]
async fn the_time_for_an_answer_does_not_tell_which_users_there_are() {
    let config = format!("basic_auth_users: {{{USER}: '{}'}}\n", hash(PASSWORD, 9));
    let site = Site::start(&config, &[]).await;
    let mut least = [Duration::MAX; 2];
    for attempt in 0..7 {
        for (least, user) in least.iter_mut().zip([USER, "nobody"]) {
            let start = Instant::now();
            let headers = login(user, &format!("wrong {attempt}"));
            assert_eq!(site.get("/-/healthy", &headers).await.code, 401);
            *least = (*least).min(start.elapsed());
        }
    }
    let [known, unknown] = least.map(|time| time.as_secs_f64());
    assert!(
        (0.33..3.0).contains(&(known / unknown)),
        "{known} {unknown}"
    );
}

#[tokio::test]
async fn headers_are_on_every_answer() {
    let config = format!(
        "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    \
         Strict-Transport-Security: max-age=31536000; includeSubDomains\n    \
         Content-Security-Policy: \"frame-ancestors 'self'\"\n{}",
        user()
    );
    let site = Site::start(&config, &[]).await;
    for (path, headers) in [("/", login(USER, PASSWORD)), ("/metrics", String::new())] {
        let reply = site.get(path, &headers).await;
        assert_eq!(reply.header("x-frame-options"), Some("deny"), "{path}");
        assert_eq!(
            reply.header("content-security-policy"),
            Some("frame-ancestors 'self'")
        );
        assert!(reply.header("strict-transport-security").is_some());
    }
}

#[tokio::test]
async fn requests_above_the_rate_are_refused() {
    let site = Site::start("rate_limit: {interval: 1h, burst: 3}\n", &[]).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(site.get("/-/healthy", "").await.code);
    }
    assert_eq!(codes, [200, 200, 200, 429, 429]);
}
