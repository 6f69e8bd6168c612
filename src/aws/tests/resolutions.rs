//! Credential code that blocks, panics or is given up: nobody else is held up, and the next refresh
//! tries again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;

use super::scripted_aws::{Counts, Reply, Server, identity, options};
use super::with_credentials;
use crate::aws::SsmSource;
use crate::aws::base_credentials::BaseCredentials;
use crate::aws::resolution::{Load, Resolver, Stage};
use crate::collect::{Source, SourceResult};
use crate::model::FailureReason;

const LIMIT: Duration = Duration::from_millis(200);

fn credentials() -> Credentials {
    Credentials::new("AKID", "secret", None, None, "test")
}

fn resolver(load: impl Fn(Stage) -> SourceResult<Credentials> + Send + Sync + 'static) -> Resolver {
    let load = Arc::new(load);
    let load: Arc<Load> = Arc::new(move |stage| {
        let load = Arc::clone(&load);
        Box::pin(async move { load(stage) })
    });
    Resolver::with_limit(load, LIMIT)
}

/// Runs on one thread, so that whatever blocks would block everything.
#[tokio::test]
async fn a_file_that_hangs_blocks_nobody_and_is_named_by_every_refresh_until_it_is_there() {
    let (release, blocked) = mpsc::channel::<()>();
    let (blocked, started) = (
        std::sync::Mutex::new(blocked),
        Arc::new(AtomicUsize::new(0)),
    );
    let starts = Arc::clone(&started);
    let resolver = resolver(move |stage| {
        starts.fetch_add(1, Ordering::Relaxed);
        stage.set("the web identity token file /mnt/token");
        let _ = blocked.lock().expect("one at a time").recv();
        Ok(credentials())
    });
    let (mut ticks, start) = (0, Instant::now());
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            ticks += 1;
        }
    };
    let error = tokio::select! { answer = resolver.resolve() => answer.expect_err("hangs"), () = ticking => unreachable!() };
    assert_eq!(error.reason, FailureReason::Timeout);
    assert!(
        error
            .detail
            .contains("/mnt/token did not answer within 0.2 s"),
        "{error}"
    );
    assert!(
        ticks > 10 && start.elapsed() < Duration::from_secs(5),
        "{ticks} in {:?}",
        start.elapsed()
    );
    for _ in 0..2 {
        let error = resolver.resolve().await.expect_err("still hangs");
        assert_eq!(error.reason, FailureReason::Timeout);
        assert!(
            error.detail.contains("/mnt/token still does not answer"),
            "{error}"
        );
    }
    assert_eq!(started.load(Ordering::Relaxed), 1, "one at a time");
    drop(release);
    resolver.resolve().await.expect("there it is");
}

#[tokio::test]
async fn one_that_waits_for_ever_is_given_up_and_another_may_follow() {
    let calls = Arc::new(AtomicUsize::new(0));
    let load: Arc<Load> = Arc::new(move |stage| {
        let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
        Box::pin(async move {
            let _process = stage.during("credential_process of profile dev".to_owned());
            if first {
                std::future::pending().await
            } else {
                Ok(credentials())
            }
        })
    });
    let resolver = Resolver::with_limit(load, LIMIT);
    let error = resolver.resolve().await.expect_err("too long");
    assert_eq!(
        error.detail,
        "credential_process of profile dev did not answer within 0.2 s"
    );
    resolver.resolve().await.expect("credentials");
}

#[tokio::test]
async fn one_that_nobody_waits_for_any_more_is_dropped() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&dropped);
    let load: Arc<Load> = Arc::new(move |_| {
        let guard = Dropped(Arc::clone(&seen));
        Box::pin(async move {
            let _guard = guard;
            std::future::pending().await
        })
    });
    let resolver = Resolver::with_limit(load, Duration::from_mins(1));
    assert!(
        tokio::time::timeout(LIMIT, resolver.resolve())
            .await
            .is_err()
    );
    let start = Instant::now();
    while !dropped.load(Ordering::Relaxed) {
        assert!(start.elapsed() < Duration::from_secs(5), "it goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_panic_is_an_error_of_one_refresh() {
    let server = Server::start(|_, _| identity("111122223333")).await;
    let calls = AtomicUsize::new(0);
    let credentials = BaseCredentials::of(resolver(move |stage| {
        stage.set("profile dev");
        assert!(
            calls.fetch_add(1, Ordering::Relaxed) > 0,
            "injected, with a s3cret"
        );
        Ok(credentials())
    }));
    let base = with_credentials(&server, credentials).await;
    let source = SsmSource::new(&base, options(), Arc::<Counts>::default());
    let error = source.begin().await.expect_err("panicked");
    assert_eq!(error.reason, FailureReason::Internal);
    assert_eq!(
        error.detail,
        "the AWS SDK panicked while loading credentials from profile dev"
    );
    assert_eq!(source.begin().await.as_deref(), Ok("111122223333"));
}

#[tokio::test]
async fn a_target_that_is_dropped_takes_its_resolution_with_it() {
    let server = Server::start(|_, _| Reply::HangUp).await;
    let alive = Arc::new(());
    let load: Arc<Load> = {
        let alive = Arc::clone(&alive);
        Arc::new(move |_| {
            let alive = Arc::clone(&alive);
            Box::pin(async move {
                let never = std::future::pending().await;
                drop(alive);
                never
            })
        })
    };
    let credentials = BaseCredentials::of(Resolver::with_limit(load, Duration::from_mins(1)));
    let base = with_credentials(&server, credentials).await;
    let source = SsmSource::new(&base, options(), Arc::<Counts>::default());
    drop(base);
    let refresh = tokio::spawn(async move { source.begin().await });
    tokio::time::sleep(LIMIT).await;
    refresh.abort();
    let start = Instant::now();
    while Arc::strong_count(&alive) > 1 {
        assert!(start.elapsed() < Duration::from_secs(5), "it goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
